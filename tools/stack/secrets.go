package stack

import (
	"regexp"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// environment compares the names of variables, and whether values differ; values themselves are secrets and stay out.
func (c *compare) environment(t graph.Value, l any) {
	vars := t.Get("Variables")
	m, _ := l.(map[string]any)
	live, _ := m["Variables"].(map[string]any)
	if vars.Kind == graph.Unknown || live == nil { // also where the key that encrypts them may not be used
		return
	}
	word := func(at *graph.Evidence, s string) graph.Value { return graph.NewString(at, s) }
	for _, f := range vars.Fields() {
		setting := "Environment/Variables/" + f.Name
		got, there := live[f.Name]
		switch {
		case !there:
			c.changed(setting, word(f.Value.At, "(set)"), graph.Value{At: f.Value.At})
		case !secretive(f.Value, c.hidden) && c.agree(f.Value, got) == differs:
			c.changed(setting, word(f.Value.At, "(another value)"), word(f.Value.At, "(not shown)").WithOrigin(graph.Live))
		}
	}
	names := make([]string, 0, len(live))
	for name := range live {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if !vars.Get(name).Exists() {
			c.changed("Environment/Variables/"+name, graph.Value{}, word(c.at, "(set)").WithOrigin(graph.Live))
		}
	}
}

// secretive tells a value that comes from a hidden parameter or from a secret store: what is live there is a secret.
func secretive(v graph.Value, hidden []string) bool {
	found := false
	v.Walk(func(w graph.Value) {
		reason := w.Reason()
		text, _ := w.Str()
		if strings.HasPrefix(reason, "dynamic reference") || strings.Contains(text, "{{resolve:") {
			found = true
		}
		for _, name := range hidden {
			if regexp.MustCompile(`\bparameter ` + regexp.QuoteMeta(name) + `\b`).MatchString(reason) {
				found = true
			}
		}
	})
	return found
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// looked tells whether this is a deployed stack of which a matter was looked at (metrics, keys ...). Where it could
// not be, the rule is recorded as undecided, once for the whole stack.
func (p *Pass) looked(matter string) bool {
	v, there := p.Graph.Observed[matter]
	if !there {
		return false
	}
	if !v.IsUnknown() {
		return true
	}
	file, _ := p.Graph.Observed["stack.file"].Str()
	name, _ := p.Graph.Observed["stack.name"].Str()
	p.unknowns = append(p.unknowns, Undecided{Resource: name, File: file, Path: matter, Why: v.Reason(), Rules: []string{p.Rule.ID}})
	return false
}

// window names the time that metrics were read for.
func (p *Pass) window() string {
	s, _ := p.Graph.Observed["metrics"].Str()
	return s
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// spellSeconds writes a duration in the unit that suits it.
func spellSeconds(s float64) string {
	n, unit := s, "second"
	switch {
	case s >= 2*86400:
		n, unit = s/86400, "day"
	case s >= 2*3600:
		n, unit = s/3600, "hour"
	case s >= 120:
		n, unit = s/60, "minute"
	}
	text := strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") + " " + unit
	if n != 1 {
		text += "s"
	}
	return text
}

// counted reports each of some observed sums that is not 0.
func counted(r *graph.Resource, names ...string) (values []graph.Value, words []string) {
	for _, name := range names {
		v := r.Seen(name)
		if n, ok := v.Float(); ok && n > 0 {
			values = append(values, v)
			words = append(words, fmt.Sprintf("%s %.0f", strings.TrimSuffix(name, ".Sum"), n))
		}
	}
	return values, words
}

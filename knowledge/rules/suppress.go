package rules

import (
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Ignore is an accepted finding, as a configuration file states it. Rule is an id or a code, Resource a logical
// id or "" for all. Without a Reason it has no effect. Until (YYYY-MM-DD) is the last day it holds.
type Ignore struct {
	Rule     string `json:"rule" yaml:"rule"`
	Resource string `json:"resource" yaml:"resource"`
	Reason   string `json:"reason" yaml:"reason"`
	Until    string `json:"until" yaml:"until"`
}

// ignore is one suppression with the tool it was written for.
type ignore struct {
	by, Reason, Until string
}

// suppression looks for a note that accepts the finding of r on the given resource: our own first, then those
// written for other tools, which count through the rule's equivalents.
func suppression(r *Rule, f Finding, metadata []graph.Value, o Options) (ignore, bool) {
	for _, entry := range o.Ignore {
		if r.named(entry.Rule) && (entry.Resource == "" || entry.Resource == f.Resource.ID) && entry.Reason != "" && holdsOn(entry.Until, o.Today) {
			return ignore{"config", entry.Reason, entry.Until}, true
		}
	}
	for _, m := range metadata {
		for _, entry := range m.Get("serverless-review", "ignore").Each() {
			id, _ := entry.Get("id").Str()
			reason, _ := entry.Get("reason").Str()
			until, _ := entry.Get("until").Str()
			if r.named(id) && reason != "" && holdsOn(until, o.Today) {
				return ignore{"serverless-review", reason, until}, true
			}
		}
		for _, note := range foreignNotes(m) {
			if r.equals(note.tool, note.id) {
				return ignore{note.tool, note.reason, ""}, true
			}
		}
	}
	return ignore{}, false
}

type foreignNote struct{ tool, id, reason string }

// foreignNotes reads the suppressions other tools leave in a resource's Metadata.
func foreignNotes(m graph.Value) []foreignNote {
	var out []foreignNote
	add := func(tool string, id, reason graph.Value) {
		if text, ok := id.Str(); ok {
			why, _ := reason.Str()
			out = append(out, foreignNote{tool, text, why})
		}
	}
	for _, tool := range []struct{ key, tool string }{{"cdk_nag", "cdk-nag"}, {"cfn_nag", "cfn_nag"}} {
		for _, entry := range m.Get(tool.key, "rules_to_suppress").Each() {
			add(tool.tool, entry.Get("id"), entry.Get("reason"))
		}
	}
	for _, id := range m.Get("cfn-lint", "config", "ignore_checks").Each() {
		add("cfn-lint", id, graph.Value{})
	}
	for _, entry := range m.Get("checkov", "skip").Each() {
		add("checkov", entry.Get("id"), entry.Get("comment"))
	}
	for _, id := range m.Get("guard", "SuppressedRules").Each() {
		add("guard-rules-registry", id, graph.Value{})
	}
	return out
}

// named tells whether the word is one of the rule's names.
func (r *Rule) named(word string) bool {
	if word == "" {
		return false
	}
	if word == r.ID || word == r.Code {
		return true
	}
	for _, a := range r.Aliases {
		if a == word {
			return true
		}
	}
	return false
}

// equals tells whether another tool's rule looks for the same. Guard's names are written in both cases. cfn-lint
// ignores by the beginning of an id (E3 is all of E3xxx), and the rules of serverless-rules run inside it.
func (r *Rule) equals(tool, id string) bool {
	for _, e := range r.Equivalents {
		theirs, name, _ := strings.Cut(e, ":")
		if theirs == tool && strings.EqualFold(name, id) {
			return true
		}
		if tool == "cfn-lint" && (theirs == tool || theirs == "serverless-rules") && id != "" && strings.HasPrefix(name, id) {
			return true
		}
	}
	return false
}

// holdsOn tells whether a suppression with this last day still holds. A date that cannot be read has ended:
// better to show a finding again than to hide it for ever.
func holdsOn(until string, today time.Time) bool {
	if until == "" || today.IsZero() {
		return true
	}
	last, err := time.Parse(time.DateOnly, until)
	return err == nil && !today.After(last.AddDate(0, 0, 1).Add(-time.Nanosecond))
}

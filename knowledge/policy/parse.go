// Package policy reads IAM and resource policies and answers one question about them: may this principal do
// this action on this thing? It follows AWS's evaluation logic (an explicit deny wins, then any allow, else no)
// over statements whose elements may be references or not known at all, so its answers are four: yes, no,
// likely (allowed where a condition holds that the files do not decide) and unknown.
//
// It refuses to guess: an element that cannot be compared makes the answer unknown, and the statements that
// decided, or could have, are part of it.
package policy

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Parse reads the statements of a policy document. Statement, Action, Resource and the others may each be one
// value or a list. A document that is not a mapping gives none. via and origin go into every statement.
func Parse(doc graph.Value, via *graph.Resource, origin string) []graph.Statement {
	var out []graph.Statement
	for _, v := range doc.Get("Statement").Each() {
		if v.Kind != graph.Map {
			continue
		}
		out = append(out, statement(v, via, origin))
	}
	return out
}

// Undecided returns why statements of a document are not known, or "" if all are there.
func Undecided(doc graph.Value) string {
	list := doc.Get("Statement")
	if list.IsUnknown() {
		return list.Reason()
	}
	for _, v := range list.Each() {
		if v.IsUnknown() {
			return v.Reason()
		}
	}
	return ""
}

func statement(v graph.Value, via *graph.Resource, origin string) graph.Statement {
	s := graph.Statement{
		Actions:      v.Get("Action").Each(),
		NotActions:   v.Get("NotAction").Each(),
		Resources:    v.Get("Resource").Each(),
		NotResources: v.Get("NotResource").Each(),
		Principals:   principals(v.Get("Principal")),
		Conditions:   v.Get("Condition"),
		At:           v.At,
		Via:          via,
		Origin:       origin,
	}
	if effect, ok := v.Get("Effect").Str(); ok {
		s.Effect = effect
	}
	if not := v.Get("NotPrincipal"); not.Exists() {
		s.Principals, s.NotPrincipal = principals(not), true
	}
	return s
}

// principals reads "*", {"AWS": "..."} and {"Service": ["...", "..."]}. A principal of which nothing is known has no
// kind: it may be anyone.
func principals(v graph.Value) []graph.Principal {
	switch v.Kind {
	case graph.Absent, graph.Null:
		return nil
	case graph.Unknown:
		return []graph.Principal{{Value: v}}
	case graph.Map:
		var out []graph.Principal
		for _, f := range v.Fields() {
			for _, it := range f.Value.Each() {
				out = append(out, graph.Principal{Kind: f.Name, Value: it})
			}
		}
		return out
	}
	if s, ok := v.Str(); ok && s == "*" {
		return []graph.Principal{{Kind: "*", Value: v}}
	}
	return []graph.Principal{{Kind: "AWS", Value: v}}
}

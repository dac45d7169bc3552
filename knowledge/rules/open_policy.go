package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// narrowing are the condition keys that say whose the caller is; they narrow a grant to everyone.
var narrowing = map[string]bool{
	"aws:sourcearn": true, "aws:sourceaccount": true, "aws:sourceowner": true, "aws:sourceorgid": true, "aws:sourceorgpaths": true,
	"aws:principalorgid": true, "aws:principalorgpaths": true, "aws:principalarn": true, "aws:principalaccount": true,
	"sts:externalid": true, "aws:sourcevpce": true, "aws:sourcevpc": true, "aws:sourceip": true, "aws:userid": true, "aws:principaltag": true,
	"events:creatoraccount": true, // rules that the caller has made itself
	"events:source":         false,
}

// openToWorld tells whether a statement of a resource policy grants something to everyone without asking whose
// the caller is.
func openToWorld(s graph.Statement) bool {
	if !isAllow(s) || s.NotPrincipal || s.Conditions.IsUnknown() {
		return false
	}
	everyone := false
	for _, p := range s.Principals {
		text, _ := p.Value.Str()
		everyone = everyone || p.Kind == "*" || p.Kind == "AWS" && text == "*"
	}
	if !everyone {
		return false
	}
	if key := s.Conditions.Get("Key"); open(key) || narrowing[strings.ToLower(key.String())] {
		return false // an AWS::Events::EventBusPolicy writes its condition as Type, Key and Value
	}
	for _, operator := range s.Conditions.Fields() {
		if operator.Value.IsUnknown() || strings.HasPrefix(operator.Name, "Null") {
			return false
		}
		if strings.Contains(operator.Name, "Not") {
			continue // everyone but some
		}
		for _, key := range operator.Value.Fields() {
			name, _, _ := strings.Cut(strings.ToLower(key.Name), "/")
			if narrowing[name] && !matchesAnything(key.Value) {
				return false
			}
		}
	}
	return true
}

// actionsOf names up to three actions of a statement, for messages.
func actionsOf(s graph.Statement) string {
	names := spellAll(s.Actions)
	if len(names) > 3 {
		names = append(names[:3], "...")
	}
	return strings.Join(names, ", ")
}

// matchesAnything tells whether one of the values of a condition matches whatever is compared with it.
func matchesAnything(v graph.Value) bool {
	for _, text := range literals(v.Each()) {
		if text != "" && strings.Trim(text, "*") == "" {
			return true
		}
	}
	return false
}

// mayBeOpen finds what leaves open whether a statement admits everyone: its principal, or the condition on it. It is
// absent where that is known.
func mayBeOpen(s graph.Statement) graph.Value {
	if !isAllow(s) || s.NotPrincipal {
		return graph.Value{}
	}
	everyone := false
	for _, p := range s.Principals {
		if p.Kind == "" {
			return p.Value
		}
		text, _ := p.Value.Str()
		everyone = everyone || p.Kind == "*" || p.Kind == "AWS" && text == "*"
	}
	if !everyone {
		return graph.Value{}
	}
	return firstOpen(append([]graph.Value{s.Conditions, s.Conditions.Get("Key")}, operatorsOf(s.Conditions)...)...)
}

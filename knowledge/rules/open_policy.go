package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// narrowing are the condition keys that say whose the caller is; they narrow a grant to everyone.
var narrowing = map[string]bool{
	"aws:sourcearn": true, "aws:sourceaccount": true, "aws:sourceowner": true, "aws:sourceorgid": true, "aws:sourceorgpaths": true,
	"aws:principalorgid": true, "aws:principalorgpaths": true, "aws:principalarn": true, "aws:principalaccount": true,
	"sts:externalid": true, "aws:sourcevpce": true, "aws:sourcevpc": true, "aws:sourceip": true, "aws:userid": true, "aws:principaltag": true,
	"events:creatoraccount": true, // rules that the caller has made itself
	"events:source":         false,
}

// alwaysSent are those of narrowing that every call has, or that AWS's own policies compare IfExists; a call without one of
// the others (of an account in no organization, or not made by a service) passes such a comparison.
var alwaysSent = map[string]bool{"aws:principalarn": true, "aws:principalaccount": true, "aws:userid": true, "aws:sourceip": true, "events:creatoraccount": true, "kms:calleraccount": true}

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
	return !narrows(s.Conditions, narrowing)
}

// narrows tells whether a condition asks who calls by one of some keys, whose names are in small letters, or may do so.
func narrows(conditions graph.Value, keys map[string]bool) bool {
	for _, operator := range conditions.Fields() {
		if operator.Value.IsUnknown() || strings.HasPrefix(operator.Name, "Null") {
			return true
		}
		if strings.Contains(operator.Name, "Not") {
			continue // everyone but some
		}
		for _, key := range operator.Value.Fields() {
			name, _, _ := strings.Cut(strings.ToLower(key.Name), "/")
			if keys[name] && !matchesAnything(name, key.Value) && (alwaysSent[name] || !strings.HasSuffix(operator.Name, "IfExists")) {
				return true
			}
		}
	}
	return conditions.IsUnknown()
}

// actionsOf names up to three actions of a statement, for messages.
func actionsOf(s graph.Statement) string {
	names := spellAll(s.Actions)
	if len(names) > 3 {
		names = append(names[:3], "...")
	}
	return strings.Join(names, ", ")
}

// anyPrincipal matches ARNs of whatever user or role in whatever account.
var anyPrincipal = lazy.Regexp(`^arn:[^:]*:(iam|sts|\*):[^:]*:\*:(\*|(root|user|role|assumed-role)/?\*)$`)

// matchesAnything tells whether one of the values of a condition matches whatever is compared with it: each organization
// has an id that begins with o-, and each address is in 0.0.0.0/0.
func matchesAnything(key string, v graph.Value) bool {
	for _, text := range literals(v.Each()) {
		if key == "aws:principalorgid" {
			text = strings.TrimPrefix(text, "o-")
		}
		everyAddress := key == "aws:sourceip" && (text == "0.0.0.0/0" || text == "::/0")
		if text != "" && strings.Trim(text, "*") == "" || anyPrincipal().MatchString(text) || everyAddress {
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
	return firstOpen(append([]graph.Value{s.Conditions}, operatorsOf(s.Conditions)...)...)
}

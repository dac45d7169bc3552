package policy

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// holds evaluates a Condition mapping: every operator and key must hold, any of a key's values is enough.
// A key of which the request says nothing is open, except aws:SecureTransport: AWS's services and SDKs use TLS.
func holds(conditions graph.Value, req Request) verdict {
	if conditions.IsUnknown() {
		return maybe
	}
	out := yes
	for _, operator := range conditions.Fields() {
		if operator.Value.IsUnknown() {
			out = both(out, maybe)
		}
		for _, key := range operator.Value.Fields() {
			out = both(out, test(operator.Name, strings.ToLower(key.Name), key.Value, req))
		}
	}
	return out
}

func test(operator, key string, want graph.Value, req Request) verdict {
	operator = strings.TrimPrefix(strings.TrimPrefix(operator, "ForAnyValue:"), "ForAllValues:")
	optional := strings.HasSuffix(operator, "IfExists")
	operator = strings.TrimSuffix(operator, "IfExists")
	if key == "aws:sourcearn" && req.Source != nil {
		out := anyOf(want.Each(), req.Source.match)
		if strings.Contains(operator, "Not") {
			return out.not()
		}
		return out
	}
	have, known := req.known(key)
	if operator == "Null" {
		if !known {
			return maybe
		}
		return anyOf(want.Each(), func(v graph.Value) verdict { return sameText(v, graph.NewString(nil, "false")) })
	}
	if !known {
		return maybe
	}
	if !have.Exists() { // the request is known to lack the key
		return truth(optional || strings.Contains(operator, "Not"))
	}
	compareOne, negated := comparison(operator, have)
	if compareOne == nil {
		return maybe
	}
	out := anyOf(want.Each(), compareOne)
	if negated {
		return out.not()
	}
	return out
}

// comparison returns how one wanted value is compared, and whether the operator is a negation; nil where the
// operator is not one the files can decide (dates, addresses, numbers).
func comparison(operator string, have graph.Value) (func(graph.Value) verdict, bool) {
	negated := strings.Contains(operator, "Not")
	like := func(v graph.Value) verdict { return compareText(v, have, true) }
	exact := func(v graph.Value) verdict { return compareText(v, have, false) }
	switch strings.Replace(operator, "Not", "", 1) {
	case "StringEquals":
		return exact, negated
	case "StringEqualsIgnoreCase":
		return func(v graph.Value) verdict { return sameText(v, have) }, negated
	case "StringLike", "ArnLike", "ArnEquals":
		return like, negated
	case "Bool":
		return func(v graph.Value) verdict { return sameText(v, have) }, negated
	}
	return nil, false
}

// compareText compares a wanted text, in which wildcards count or not, with one that is there. References to
// one resource are one text, references to two resources differ.
func compareText(want, have graph.Value, wildcards bool) verdict {
	if want.IsUnknown() || have.IsUnknown() {
		if want.IsUnknown() && have.IsUnknown() && want.Reason() == have.Reason() {
			return yes
		}
		return maybe
	}
	if a, ok := want.Ref(); ok {
		if b, ok := have.Ref(); ok {
			return truth(a.Resource == b.Resource)
		}
	}
	w, h := units(want.Parts(), wildcards), units(have.Parts(), false)
	if v := compareARN(w, h, false); v != maybe {
		return v
	}
	return compare(w, h)
}

func sameText(a, b graph.Value) verdict {
	x, ok := a.Str()
	y, ok2 := b.Str()
	if !ok || !ok2 {
		return maybe
	}
	return truth(strings.EqualFold(x, y))
}

// known returns what the request says of a condition key, with what holds for all requests from inside.
func (r Request) known(key string) (graph.Value, bool) {
	if v, ok := r.Context[key]; ok {
		return v, true
	}
	switch {
	case key == "aws:securetransport":
		return graph.NewBool(nil, true), true
	case key == "aws:sourceaccount" && r.Source != nil && len(r.Source.IDs) > 0:
		return graph.NewString(nil, "${AWS::AccountId}"), true
	}
	return graph.Value{}, false
}

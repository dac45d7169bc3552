package policy

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// match compares a statement's resource with the target.
func (t Target) match(pattern graph.Value) verdict {
	if s, ok := pattern.Str(); ok && s == "*" {
		return yes
	}
	if pattern.IsUnknown() && sameUnknown(pattern, t.ARN) && (t.Rest == "" || strings.HasPrefix(t.Rest, "/stream")) {
		return yes // the same parameter names both; of a table's stream it is the stream's own ARN
	}
	if pattern.IsUnknown() || t.ARN.IsUnknown() {
		return maybe
	}
	if v, decided := t.byReference(pattern); decided {
		return v
	}
	if !t.ARN.Exists() {
		if len(t.IDs) == 0 {
			return maybe
		}
		return t.withoutARN(pattern)
	}
	mine := append(units(t.ARN.Parts(), false), t.restUnits()...)
	return compareARN(units(t.inline(pattern), true), mine, t.generated())
}

// sameUnknown tells whether two values are the same parameter or import.
func sameUnknown(a, b graph.Value) bool {
	reason := a.Reason()
	return reason == b.Reason() && (strings.HasPrefix(reason, "parameter ") || strings.HasPrefix(reason, "import "))
}

// byReference decides patterns that start with a reference: the target's own, or another thing's.
func (t Target) byReference(pattern graph.Value) (verdict, bool) {
	parts := pattern.Parts()
	if len(parts) == 0 || parts[0].Ref == nil {
		return no, false
	}
	if !t.means(parts[0].Ref.Resource) {
		return no, len(t.IDs) > 0
	}
	rest := parts[1:]
	if t.refIsNoARN(*parts[0].Ref) {
		return no, true
	}
	if strings.HasSuffix(parts[0].Ref.Attribute, "StreamArn") && !strings.HasPrefix(t.Rest, "/stream") {
		return no, true
	}
	if strings.HasPrefix(t.Rest, "/stream") && strings.HasSuffix(parts[0].Ref.Attribute, "StreamArn") {
		return yes, true
	}
	if len(rest) == 0 {
		return truth(t.Rest == "" || t.Rest == ":*"), true // a log group's own ARN ends in :* already
	}
	return compare(units(rest, true), t.restUnits()), true
}

// namedByRef begins the ARNs of things whose Ref is a name, or a URL, which IAM takes for no resource. Source: the return
// values of their types in the CloudFormation reference, checked 2026-12-01.
var namedByRef = []string{"sqs:", "dynamodb:", "kinesis:", "firehose:", "s3:", "events:", "lambda:", "logs:"}

// refIsNoARN tells whether a reference to the target is something else than its ARN. Versions and aliases of a function,
// whose Ref is an ARN, have ids of their own.
func (t Target) refIsNoARN(ref graph.Ref) bool {
	switch {
	case ref.Attribute != "":
		return strings.HasSuffix(ref.Attribute, "Name") // QueueName, TopicName
	case ref.Resource != t.IDs[0]:
		return false
	}
	service, ok := strings.CutPrefix(t.ARN.String(), "arn:${AWS::Partition}:")
	if strings.HasPrefix(service, "lambda:") && !strings.Contains(service, ":function:") {
		return false // layers and what signs code
	}
	return ok && slices.ContainsFunc(namedByRef, func(s string) bool { return strings.HasPrefix(service, s) })
}

func (t Target) means(id string) bool {
	for _, mine := range t.IDs {
		if mine == id {
			return true
		}
	}
	return false
}

// withoutARN compares by the references inside a text where the target's ARN has no known form.
func (t Target) withoutARN(pattern graph.Value) verdict {
	for _, p := range pattern.Parts() {
		if p.Ref != nil && t.means(p.Ref.Resource) {
			return maybe
		}
	}
	if s, ok := pattern.Str(); ok && !strings.ContainsAny(s, "*?$") {
		return no
	}
	return maybe
}

// otherThing begins what stands for the name of another thing.
const otherThing = "\x00"

// inline replaces references to the target inside a pattern by the target's name, and references to other
// things by a text nothing else equals.
func (t Target) inline(pattern graph.Value) []graph.Part {
	name := t.name()
	var out []graph.Part
	for _, p := range pattern.Parts() {
		switch {
		case p.Ref != nil && t.means(p.Ref.Resource):
			out = append(out, name...)
		case p.Ref != nil && len(t.IDs) > 0:
			out = append(out, graph.Part{Literal: otherThing + p.Ref.Resource})
		default:
			out = append(out, p)
		}
	}
	return out
}

// name is the last step of the target's ARN.
func (t Target) name() []graph.Part {
	parts := t.ARN.Parts()
	for i := len(parts) - 1; i >= 0; i-- {
		lit := parts[i].Literal
		if at := lastSeparator(lit); at >= 0 {
			return append([]graph.Part{{Literal: lit[at+1:]}}, parts[i+1:]...)
		}
	}
	return parts
}

// lastSeparator finds the last : or / outside ${...}.
func lastSeparator(s string) int {
	at, depth := -1, 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			depth++
			i++
		case s[i] == '}' && depth > 0:
			depth--
		case depth == 0 && (s[i] == ':' || s[i] == '/'):
			at = i
		}
	}
	return at
}

// generated tells whether the target's name is made at deployment.
func (t Target) generated() bool {
	for _, p := range t.ARN.Parts() {
		if p.Unknown == Generated {
			return true
		}
	}
	return false
}

// Generated is the reason of the unknown end of a name that CloudFormation makes.
const Generated = "the name is made at deployment"

// restUnits spells what is asked about below the target; * there stands for some text.
func (t Target) restUnits() []unit {
	var out []unit
	for i := 0; i < len(t.Rest); i++ {
		if t.Rest[i] == '*' {
			out = append(out, unit{kind: opaque, token: "any"})
			continue
		}
		out = append(out, unit{kind: literal, lit: t.Rest[i]})
	}
	return out
}

// compareARN compares ARN by ARN: partition, region and account leniently (a placeholder is the stack's own,
// which a literal may or may not be), the rest exactly.
func compareARN(pattern, mine []unit, generated bool) verdict {
	p, m := fields(pattern), fields(mine)
	if len(p) < 6 || len(m) < 6 {
		return compare(pattern, mine)
	}
	out := compare(p[2], m[2])
	for _, i := range []int{3, 4} {
		if i == 4 && len(p[i]) == 0 || len(m[i]) == 0 {
			continue // S3 and others leave region and account out
		}
		out = both(out, compare(p[i], m[i]))
	}
	name := compare(p[5], m[5])
	if name == maybe && generated && (plain(p[5]) || namesAnother(p[5])) {
		name = no // a name made at deployment ends in random letters: nobody writes it beforehand, and no other thing has it
	}
	return both(out, name)
}

// namesAnother tells whether a pattern holds the name of another thing, as Target.inline writes it.
func namesAnother(us []unit) bool {
	return slices.ContainsFunc(us, func(u unit) bool { return u.kind == literal && u.lit == otherThing[0] })
}

func plain(us []unit) bool {
	for _, u := range us {
		if u.kind != literal {
			return false
		}
	}
	return true
}

// fields splits at the first five colons. A pattern may reach over fields with a star ("arn:aws:s3*"): it then
// has fewer fields and is compared as one text.
func fields(us []unit) [][]unit {
	var out [][]unit
	start := 0
	for i, u := range us {
		if len(out) == 5 {
			break
		}
		if u.kind == literal && u.lit == ':' {
			out = append(out, us[start:i])
			start = i + 1
		}
	}
	return append(out, us[start:])
}

package policy

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// verdict is the three-valued outcome of one comparison. maybe: the files do not decide.
type verdict int

const (
	no verdict = iota
	maybe
	yes
)

func (v verdict) not() verdict { return yes - v }

func both(a, b verdict) verdict   { return min(a, b) }
func either(a, b verdict) verdict { return max(a, b) }

// anyOf is the best verdict over a list.
func anyOf(values []graph.Value, compare func(graph.Value) verdict) verdict {
	out := no
	for _, v := range values {
		if out = either(out, compare(v)); out == yes {
			break
		}
	}
	return out
}

// matchAction compares an action pattern (sqs:Send*) with an action; both ignore case.
func matchAction(pattern graph.Value, action string) verdict {
	s, ok := pattern.Str()
	if !ok {
		// A text that is known up to some point may already differ there.
		if parts := pattern.Parts(); len(parts) > 0 && parts[0].Literal != "" && !strings.ContainsAny(parts[0].Literal, "*?") &&
			!strings.HasPrefix(strings.ToLower(action), strings.ToLower(parts[0].Literal)) {
			return no
		}
		return maybe
	}
	if GlobFold(s, action) {
		return yes
	}
	return no
}

// Glob matches IAM's wildcards: * for any run of characters, ? for one.
func Glob(pattern, s string) bool { return glob(pattern, s, false) }

// GlobFold is Glob without regard to case, as IAM compares actions.
func GlobFold(pattern, s string) bool { return glob(pattern, s, true) }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func glob(pattern, s string, fold bool) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i] || fold && lower(pattern[p]) == lower(s[i])):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// unit is one position of a text that may not be fully known: a literal byte, a wildcard, or a token such as
// a reference, a pseudo parameter or an unknown part.
type unit struct {
	kind  unitKind
	lit   byte
	token string // equal tokens are equal texts
}

type unitKind uint8

const (
	literal unitKind = iota
	star             // *: any run of characters
	one              // ?: any one character
	opaque           // a token: some text, the same wherever the same token stands
)

// units spells parts for comparison. Literal ${AWS::...} placeholders are tokens as well.
func units(parts []graph.Part, wildcards bool) []unit {
	var out []unit
	for _, p := range parts {
		switch {
		case p.Ref != nil:
			out = append(out, unit{kind: opaque, token: "ref " + p.Ref.Resource + "." + p.Ref.Attribute})
		case p.Unknown != "":
			out = append(out, unit{kind: opaque, token: "unknown " + p.Unknown})
		default:
			out = appendLiteral(out, p.Literal, wildcards)
		}
	}
	return out
}

func appendLiteral(out []unit, s string, wildcards bool) []unit {
	for i := 0; i < len(s); i++ {
		if strings.HasPrefix(s[i:], "${AWS::") {
			if end := strings.IndexByte(s[i:], '}'); end > 0 {
				out = append(out, unit{kind: opaque, token: s[i : i+end+1]})
				i += end
				continue
			}
		}
		switch {
		case wildcards && s[i] == '*':
			out = append(out, unit{kind: star})
		case wildcards && s[i] == '?':
			out = append(out, unit{kind: one})
		default:
			out = append(out, unit{kind: literal, lit: s[i]})
		}
	}
	return out
}

// compare matches a pattern of units against a text of units: yes if it surely matches, no if it surely does
// not, else maybe. Opaque tokens match themselves; against anything else they may be any text without limits.
func compare(pattern, s []unit) verdict {
	for len(pattern) > 0 && len(s) > 0 && pattern[0].kind != star { // what both begin with needs no table
		p, t := pattern[0], s[0]
		same := p.kind == opaque && t.kind == opaque && p.token == t.token || t.kind == literal && (p.kind == one || p.kind == literal && p.lit == t.lit)
		if !same {
			if p.kind == literal && t.kind == literal {
				return no
			}
			break
		}
		pattern, s = pattern[1:], s[1:]
	}
	if len(pattern) == 1 && pattern[0].kind == star {
		return yes
	}
	// memo over (i, j); the texts are ARNs, so the table is small.
	width := len(s) + 1
	table := make([]int8, (len(pattern)+1)*width)
	var walk func(i, j int) verdict
	walk = func(i, j int) verdict {
		k := i*width + j
		if table[k] != 0 {
			return verdict(table[k] - 1)
		}
		v := step(pattern, s, i, j, walk)
		table[k] = int8(v) + 1
		return v
	}
	return walk(0, 0)
}

func step(pattern, s []unit, i, j int, walk func(i, j int) verdict) verdict {
	if i == len(pattern) {
		return restEmpty(s[j:])
	}
	p := pattern[i]
	if p.kind == star {
		if i+1 == len(pattern) {
			return yes
		}
		out := walk(i+1, j)
		if j < len(s) && out != yes {
			out = either(out, walk(i, j+1))
		}
		return out
	}
	if j == len(s) {
		return restEmpty(pattern[i:])
	}
	t := s[j]
	switch {
	case p.kind == opaque && t.kind == opaque && p.token == t.token:
		return walk(i+1, j+1)
	case p.kind == opaque, t.kind == opaque:
		// One of them may be any text: the outcome is open unless what follows rules it out.
		out := no
		if p.kind == opaque {
			out = either(walk(i+1, j), walk(i, j+1))
			if t.kind != opaque {
				return both(maybe, out)
			}
		}
		return both(maybe, either(out, either(walk(i, j+1), walk(i+1, j))))
	case p.kind == one || p.lit == t.lit:
		return walk(i+1, j+1)
	}
	return no
}

// restEmpty tells whether what is left can be nothing.
func restEmpty(rest []unit) verdict {
	out := yes
	for _, u := range rest {
		switch u.kind {
		case opaque:
			out = maybe
		case literal, one:
			return no
		}
	}
	return out
}

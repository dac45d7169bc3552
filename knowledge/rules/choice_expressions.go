package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// jsonata is the expression between {% and %}, without spaces.
func jsonata(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "{%"), "%}")
	return strings.Join(strings.Fields(text), "")
}

// comparison is an expression of one comparison and nothing else.
var comparison = lazy.Regexp(`^([^=<>!?]+?)(=|!=|<=|>=|<|>)([^=<>!?]+)$`)

// inverse are the comparisons of JSONata of which one holds whenever the other does not.
var inverse = map[string]string{"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

// expressionOpposites spells the expressions that hold whenever the given one does not, where it gives a truth value.
func expressionOpposites(expression string) []string {
	out := []string{"$not(" + expression + ")", expression + "=false"}
	if inner, ok := strings.CutPrefix(expression, "$not("); ok && strings.HasSuffix(inner, ")") {
		out = append(out, strings.TrimSuffix(inner, ")"))
	}
	if m := comparison().FindStringSubmatch(expression); m != nil {
		out = append(out, m[1]+inverse[m[2]]+m[3])
		switch {
		case m[2] == "=" && m[3] == "true":
			out = append(out, m[1]+"=false", "$not("+m[1]+")")
		case m[2] == "=" && m[3] == "false":
			out = append(out, m[1]+"=true", m[1])
		}
	}
	return out
}

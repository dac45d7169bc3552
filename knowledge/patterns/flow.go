package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var flowEdges = lazy.Regexp(`(?m)(?:^|[{,])\s*["']?edges["']?\s*:\s*\[`)

// quoteArrows quotes the arrows of a list in brackets, for YAML takes the brace of a path parameter there for a mapping:
//
//	edges: [api GET /orders/{id} -> reader]
//
// That is how most people write it first. Lines stay where they are.
func quoteArrows(text string) string {
	at := flowEdges().FindStringIndex(text)
	if at == nil {
		return text
	}
	var out strings.Builder
	out.WriteString(text[:at[1]])
	rest, item, depth := text[at[1]:], 0, 0
	for i, c := range rest {
		switch {
		case c == '{' || c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		case depth == 0 && (c == ',' || c == ']'):
			out.WriteString(quotedArrow(rest[item:i]))
			out.WriteRune(c)
			item = i + 1
			if c == ']' {
				return out.String() + rest[item:]
			}
		}
	}
	return text // the list has no end
}

// quotedArrow quotes an arrow, and leaves alone what is quoted, a mapping, or has comments within.
func quotedArrow(item string) string {
	bare := strings.TrimSpace(item)
	if !strings.Contains(bare, "->") || strings.ContainsAny(bare, "'\"#\n") || strings.HasPrefix(bare, "{") {
		return item
	}
	return strings.Replace(item, bare, "'"+bare+"'", 1)
}

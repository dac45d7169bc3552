package cdk

import "strings"

// pyLine lays one logical line of Python out as ruff does: what stands in brackets is broken first outside, then inside.
func pyLine(statement string) string {
	body := strings.TrimLeft(statement, " ")
	indent := statement[:len(statement)-len(body)]
	return indent + strings.ReplaceAll(layout(pyTree(body), pyWidth-len(indent), "    "), "\n", "\n"+indent)
}

// pyTree reads the brackets of a piece of code.
func pyTree(code string) doc {
	var docs []doc
	start := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '\'':
			i = pyTextEnd(code, i)
		case '(', '[', '{':
			end := pyBracketEnd(code, i)
			var items []doc
			for _, it := range pyItems(code[i+1 : end]) {
				items = append(items, pyTree(it))
			}
			docs = append(docs, txt(code[start:i]), (&pyPrinter{}).bracket(code[i:i+1], items, code[end:end+1], false))
			i, start = end, end+1
		}
	}
	return cat(append(docs, txt(code[start:]))...)
}

// pyItems parts what stands between brackets at its commas.
func pyItems(code string) []string {
	var out []string
	start := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '\'':
			i = pyTextEnd(code, i)
		case '(', '[', '{':
			i = pyBracketEnd(code, i)
		case ',':
			out, start = append(out, strings.TrimSpace(code[start:i])), i+1
		}
	}
	if rest := strings.TrimSpace(code[start:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// pyTextEnd is the place of the quote that ends the text which begins at i.
func pyTextEnd(code string, i int) int {
	for j := i + 1; j < len(code); j++ {
		switch code[j] {
		case '\\':
			j++
		case code[i]:
			return j
		}
	}
	panic("cdk: a text without end: " + code) // our own code
}

// pyBracketEnd is the place of the bracket that closes the one at i.
func pyBracketEnd(code string, i int) int {
	depth := 0
	for j := i; j < len(code); j++ {
		switch code[j] {
		case '"', '\'':
			j = pyTextEnd(code, j)
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	panic("cdk: a bracket without end: " + code) // our own code
}

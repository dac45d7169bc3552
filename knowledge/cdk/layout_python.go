package cdk

import "strings"

// pyLine lays one logical line of Python out as ruff does: what stands in brackets is broken first outside, then inside.
func pyLine(statement string) string {
	body := strings.TrimLeft(statement, " ")
	indent := statement[:len(statement)-len(body)]
	return indent + strings.ReplaceAll(layout((&pyReader{code: body}).tree(""), pyWidth-len(indent), "    "), "\n", "\n"+indent)
}

// pyReader reads the brackets of a piece of code.
type pyReader struct {
	code string
	i    int
}

// tree reads what stands before the first of the stops, or before the end.
func (r *pyReader) tree(stops string) doc {
	var docs []doc
	start := r.i
	for r.i < len(r.code) && strings.IndexByte(stops, r.code[r.i]) < 0 {
		switch r.code[r.i] {
		case '"', '\'':
			r.i = pyTextEnd(r.code, r.i) + 1
		case '(', '[', '{':
			docs = append(docs, txt(r.code[start:r.i]), r.bracket())
			start = r.i
		default:
			r.i++
		}
	}
	return cat(append(docs, txt(strings.TrimRight(r.code[start:r.i], " ")))...)
}

// bracket reads a pair of brackets with what stands between them, parted at its commas.
func (r *pyReader) bracket() doc {
	const ends = ")]}"
	var items []doc
	opened := r.code[r.i : r.i+1]
	for r.i < len(r.code) && strings.IndexByte(ends, r.code[r.i]) < 0 {
		r.i++ // behind the opening bracket or a comma
		r.i += len(r.code[r.i:]) - len(strings.TrimLeft(r.code[r.i:], " "))
		if item := r.i; r.i < len(r.code) && strings.IndexByte(ends, r.code[r.i]) < 0 {
			if d := r.tree("," + ends); r.i > item {
				items = append(items, d)
			}
		}
	}
	if r.i >= len(r.code) {
		panic("cdk: a bracket without end: " + r.code) // our own code
	}
	r.i++
	return (&pyPrinter{}).bracket(opened, items, r.code[r.i-1:r.i], false)
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

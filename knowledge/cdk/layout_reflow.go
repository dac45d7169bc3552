package cdk

import "strings"

// reflow is a text literal that is broken at its spaces where it does not fit on the line: pieces joined by a plus, as
// google-java-format breaks it. inside tells that a plus stands before it already.
func reflow(literal string, inside bool) doc {
	d := doc{kind: docReflow, text: literal}
	if inside {
		d.flat = "+"
	}
	for i, w := range strings.Split(literal[1:len(literal)-1], " ") {
		if i > 0 {
			w = " " + w
		}
		d.items = append(d.items, txt(w))
	}
	return d
}

// reflowed fills lines with the words of a literal: the first as wide as the place allows, the others less by what
// their indent and plus take, the last with room for what follows it.
func (l *layouter) reflowed(d doc, room int) {
	width := l.width - l.column - 2
	indent := l.column + 4
	if d.flat != "" {
		indent = l.column - 2
	}
	left := 0
	for _, w := range d.items {
		left += runes(w.text)
	}
	var lines []string
	for i := 0; i < len(d.items); {
		limit := width
		if left <= width {
			limit -= room
		}
		line, length := d.items[i].text, runes(d.items[i].text)
		for i++; i < len(d.items) && length+runes(d.items[i].text) <= limit; i++ {
			line += d.items[i].text
			length += runes(d.items[i].text)
		}
		if len(lines) == 0 {
			width -= 6
		}
		left -= length
		lines = append(lines, line)
	}
	l.write(`"` + strings.Join(lines, "\"\n"+strings.Repeat(" ", indent)+`+ "`) + `"`)
}

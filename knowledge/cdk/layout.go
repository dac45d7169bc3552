package cdk

import "strings"

// doc is a text with choices of line breaks, after Wadler's "A prettier printer": a group is printed on one line
// where it fits, else all its breaks become new lines. All printers lay their code out with it, so that the code
// looks as the language's own formatter would leave it.
type doc struct {
	text  string
	kind  docKind
	items []doc
	flat  string // a break's text where its group fits on the line
}

type docKind uint8

const (
	docText docKind = iota
	docConcat
	docGroup
	docIndent
	docBreak
	docHard   // always a new line; breaks every group around it
	docIfWide // text only where the group around it is broken
	docChoice // items[0] where it fits up to its first break, else items[1]
	docFlat   // always on one line
	docReflow // see reflow
)

func txt(s string) doc       { return doc{text: s} }
func cat(items ...doc) doc   { return doc{kind: docConcat, items: items} }
func group(items ...doc) doc { return doc{kind: docGroup, items: items} }
func nest(items ...doc) doc  { return doc{kind: docIndent, items: items} }

var (
	line     = doc{kind: docBreak, flat: " "}
	softline = doc{kind: docBreak}
	hard     = doc{kind: docHard}
)

func ifWide(s string) doc { return doc{kind: docIfWide, text: s} }

// commaLines puts each item on a line of its own.
func commaLines(items []doc) doc {
	var out []doc
	for i, it := range items {
		if i > 0 {
			out = append(out, txt(","), hard)
		}
		out = append(out, it)
	}
	return cat(out...)
}

func commaList(items []doc) doc {
	var out []doc
	for i, it := range items {
		if i > 0 {
			out = append(out, txt(","), line)
		}
		out = append(out, it)
	}
	return cat(out...)
}

// layout prints d within width columns, indenting by unit.
func layout(d doc, width int, unit string) string {
	l := &layouter{width: width, unit: unit}
	l.print(d, 0, false, 0)
	return l.out.String()
}

type layouter struct {
	out    strings.Builder
	width  int
	unit   string
	column int
}

// print prints d. room is the width of the text that follows d on its line whatever happens.
func (l *layouter) print(d doc, depth int, flat bool, room int) {
	switch d.kind {
	case docText:
		l.write(d.text)
	case docIfWide:
		if !flat {
			l.write(d.text)
		}
	case docConcat:
		l.printAll(d.items, depth, flat, room)
	case docIndent:
		l.printAll(d.items, depth+1, flat, room)
	case docGroup:
		w, hasHard := flatWidth(d)
		fits := flat || !hasHard && l.column+w+room <= l.width
		l.printAll(d.items, depth, fits, room)
	case docFlat:
		l.printAll(d.items, depth, true, room)
	case docChoice:
		first, ends := leading(d.items[0])
		if !ends {
			first += room
		}
		if flat || l.column+first <= l.width {
			l.print(d.items[0], depth, flat, room)
			return
		}
		l.print(d.items[1], depth, flat, room)
	case docReflow:
		if flat || l.column+runes(d.text)+room <= l.width {
			l.write(d.text)
			return
		}
		l.reflowed(d, room)
	case docBreak:
		if flat {
			l.write(d.flat)
			return
		}
		l.newline(depth)
	case docHard:
		l.newline(depth)
	}
}

func (l *layouter) printAll(items []doc, depth int, flat bool, room int) {
	for i, it := range items {
		after, ends := following(items[i+1:], flat)
		if !ends {
			after += room
		}
		l.print(it, depth, flat, after)
	}
}

// following is the width of the text that stands behind an item on its line, and whether a break ends it. The comma of
// a group that is broken counts.
func following(items []doc, flat bool) (w int, ends bool) {
	for _, it := range items {
		if it.kind == docIfWide && !flat {
			w += runes(it.text)
			continue
		}
		iw, end := leading(it)
		w += iw
		if end {
			return w, true
		}
	}
	return w, false
}

func (l *layouter) write(s string) {
	l.out.WriteString(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		l.column = runes(s[i+1:])
		return
	}
	l.column += runes(s)
}

func (l *layouter) newline(depth int) {
	l.out.WriteString("\n" + strings.Repeat(l.unit, depth))
	l.column = depth * runes(l.unit)
}

func runes(s string) int { return len([]rune(s)) }

// flatWidth is the width of d on one line; hard tells whether it cannot be on one.
func flatWidth(d doc) (w int, hard bool) {
	switch d.kind {
	case docText, docReflow:
		return runes(d.text), strings.Contains(d.text, "\n")
	case docBreak:
		return runes(d.flat), false
	case docHard:
		return 0, true
	case docIfWide:
		return 0, false
	case docChoice:
		return flatWidth(d.items[0])
	}
	for _, it := range d.items {
		iw, ih := flatWidth(it)
		w, hard = w+iw, hard || ih
	}
	return w, hard
}

// leading is the width of the text before d's first break, and whether there is a break.
func leading(d doc) (w int, ends bool) {
	switch d.kind {
	case docText, docReflow:
		return runes(d.text), false
	case docBreak, docHard:
		return 0, true
	case docIfWide:
		return 0, false
	case docChoice:
		return leading(d.items[0])
	case docFlat:
		w, _ := flatWidth(cat(d.items...))
		return w, false
	}
	for _, it := range d.items {
		iw, end := leading(it)
		w += iw
		if end {
			return w, true
		}
	}
	return w, false
}

// tidy takes the spaces off the ends of lines and ends the text with one newline.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

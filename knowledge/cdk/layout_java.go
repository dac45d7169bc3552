package cdk

import (
	"slices"
	"strings"
	"unicode"
)

// javaFormatted lays Java code out as google-java-format does. The code has each statement, each head of a block and each
// comment on a line of its own; how long the lines are and how deep does not matter.
func javaFormatted(code string) string {
	var b strings.Builder
	depth := 0
	for statement := range strings.Lines(code) {
		statement = strings.TrimSpace(statement)
		if strings.HasPrefix(statement, "}") {
			depth--
		}
		indent := strings.Repeat("  ", depth)
		if statement != "" {
			b.WriteString(indent + strings.ReplaceAll(javaStatement(statement, javaWidth-len(indent)), "\n", "\n"+indent))
		}
		b.WriteByte('\n')
		if strings.HasSuffix(statement, "{") {
			depth++
		}
	}
	return tidy(b.String())
}

// javaStatement lays out one line within width columns.
func javaStatement(s string, width int) string {
	text, docComment := strings.CutPrefix(s, "/** ")
	switch {
	case docComment:
		return javaDocComment(strings.TrimSuffix(text, " */"), width)
	case runes(s) <= width:
		return s
	case strings.HasPrefix(s, "// "):
		return "// " + strings.Join(wrap(s[len("// "):], width-len("// ")), "\n// ")
	}
	return layout(javaDoc(s), width, "  ")
}

// javaDocComment spells a documenting comment. " <p>" begins a paragraph.
func javaDocComment(text string, width int) string {
	if one := "/** " + text + " */"; runes(one) <= width && !strings.Contains(text, " <p>") {
		return one
	}
	var out []string
	for i, paragraph := range strings.Split(text, " <p>") {
		if i > 0 {
			out, paragraph = append(out, " *"), "<p>"+paragraph
		}
		for _, line := range wrap(paragraph, width-len(" * ")) {
			out = append(out, " * "+line)
		}
	}
	return "/**\n" + strings.Join(out, "\n") + "\n */"
}

// javaDoc reads a statement or the head of a block that is too long for its line.
func javaDoc(s string) doc {
	body, block := strings.CutSuffix(s, " {")
	body = strings.TrimSuffix(body, ";")
	end := s[len(body):]
	if block {
		for _, word := range []string{"if (", "} else if (", "while ("} {
			if condition, ok := strings.CutPrefix(body, word); ok {
				return cat(txt(word), javaExpression(strings.TrimSuffix(condition, ")")), txt(")"+end))
			}
		}
		if class, interfaces, ok := strings.Cut(body, " implements "); ok {
			return group(txt(class), deep(line, txt("implements "+interfaces+end)))
		}
		if head, params, ok := strings.Cut(body, "("); ok {
			params, throws, _ := strings.Cut(params, ")")
			signature := group(txt(head+"("), deep(softline, group(commaList(docsOf(javaSplit(params))))), txt(")"))
			if throws != "" {
				return cat(signature, group(deep(line, txt(throws[1:]+end))))
			}
			return cat(signature, txt(end))
		}
		panic("cdk: no block of Java: " + s) // our own code
	}
	for _, word := range []string{"return ", "throw "} {
		if value, ok := strings.CutPrefix(body, word); ok {
			return cat(txt(word), javaExpression(value), txt(end))
		}
	}
	if i := javaAssignment(body); i > 0 {
		return cat(txt(body[:i]+" ="), group(deep(line, javaExpression(body[i+len(" = "):]))), txt(end))
	}
	return cat(javaExpression(body), txt(end))
}

// javaAssignment is the place of the sign that assigns, -1 where there is none.
func javaAssignment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			i = pyTextEnd(s, i)
		case '(':
			depth++
		case ')':
			depth--
		case ' ':
			if depth == 0 && strings.HasPrefix(s[i:], " = ") {
				return i
			}
		}
	}
	return -1
}

// javaSplit parts parameters at the commas between them.
func javaSplit(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, c := range s {
		switch c {
		case '<':
			depth++
		case '>':
			depth--
		case ',':
			if depth == 0 {
				out, start = append(out, s[start:i]), i+len(", ")
			}
		}
	}
	return append(out, s[start:])
}

// javaReader reads an expression.
type javaReader struct {
	code string
	i    int
}

func javaExpression(code string) doc {
	r := &javaReader{code: code}
	d := r.choice()
	if r.i < len(code) {
		panic("cdk: no expression of Java: " + code[r.i:]) // our own code
	}
	return d
}

func (r *javaReader) at(s string) bool { return strings.HasPrefix(r.code[r.i:], s) }

func (r *javaReader) skip(s string) bool {
	if !r.at(s) {
		return false
	}
	r.i += len(s)
	return true
}

func (r *javaReader) choice() doc {
	condition := r.operation(0)
	if !r.skip(" ? ") {
		return condition
	}
	then := r.operation(0)
	r.skip(" : ")
	return group(condition, deep(line, txt("? "), then, line, txt(": "), r.operation(0)))
}

// javaOperators are the operators of two sides, those that bind least first.
var javaOperators = [][]string{{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}}

func (r *javaReader) operation(level int) doc {
	if level == len(javaOperators) {
		return r.chained()
	}
	first := r.operation(level + 1)
	var rest []doc
	for {
		i := slices.IndexFunc(javaOperators[level], func(o string) bool { return r.at(" " + o + " ") })
		if i < 0 {
			break
		}
		operator := javaOperators[level][i]
		r.i += len(operator) + 2
		rest = append(rest, line, txt(operator+" "), r.operation(level+1))
	}
	if rest == nil {
		return first
	}
	return group(first, deep(rest...))
}

// word reads a name, with a sign of negation before it.
func (r *javaReader) word() string {
	start := r.i
	for r.i < len(r.code) && (r.code[r.i] == '_' || r.code[r.i] >= 0x80 || unicode.IsLetter(rune(r.code[r.i])) || unicode.IsDigit(rune(r.code[r.i])) ||
		r.i == start && strings.IndexByte("!-", r.code[r.i]) >= 0) {
		r.i++
	}
	return r.code[start:r.i]
}

// arguments reads what stands between parentheses.
func (r *javaReader) arguments() doc {
	var docs []doc
	for r.skip("("); !r.skip(")"); r.skip(", ") {
		docs = append(docs, r.choice())
	}
	return (&javaPrinter{}).call(docs)
}

// chained reads a value with what is called on it.
func (r *javaReader) chained() doc {
	head, name := r.primary()
	var links []link
	var invoked []int // which of the links are calls
	for r.skip(".") {
		d := txt("." + r.word())
		if r.at("(") {
			invoked = append(invoked, len(links))
			d = cat(d, r.arguments())
		}
		links = append(links, link{doc: d})
	}
	if r.skip("::") {
		return cat(head, txt("::"+r.word()))
	}
	attached := 0
	switch first := []rune(name + " ")[0]; {
	case len(invoked) == 0:
		attached = len(links)
	case unicode.IsUpper(first): // a class: the call on it stays with it
		attached = invoked[0] + 1
	case len(invoked) == 1 && name != "":
		attached = invoked[0] + 1
	case name == "this" || name != "" && runes(name) <= 4:
		attached = 1
	}
	for _, l := range links[:attached] {
		head = cat(head, l.doc)
	}
	return chain(head, links[attached:])
}

// primary reads the first value of a chain; name is it where it is a name alone.
func (r *javaReader) primary() (d doc, name string) {
	switch {
	case r.at(`"`):
		end := pyTextEnd(r.code, r.i) + 1
		literal := r.code[r.i:end]
		r.i = end
		return reflow(literal, false), ""
	case r.skip("() -> "):
		return cat(txt("() ->"), group(deep(line, r.choice()))), ""
	case r.skip("new "):
		start := r.i
		r.i += strings.IndexByte(r.code[start:], '(')
		class := r.code[start:r.i]
		return cat(txt("new "+class), r.arguments()), ""
	case r.skip("("):
		inside := r.choice()
		r.skip(")")
		return cat(txt("("), inside, txt(")")), ""
	}
	name = r.word()
	switch {
	case name == "":
		panic("cdk: no value of Java: " + r.code[r.i:]) // our own code
	case r.at("("):
		return cat(txt(name), r.arguments()), ""
	case r.skip(" -> "):
		return cat(txt(name+" ->"), group(deep(line, r.choice()))), ""
	}
	return txt(name), name
}

package cdk

import (
	"fmt"
	"strings"
)

// javaPrinter spells a program in Java, laid out as google-java-format does. It collects the imports of what it prints.
type javaPrinter struct {
	snippet bool
	helpers map[string]function
	fields  map[string]let      // locals that helpers see: fields of the stack
	taken   map[string]string   // simple class name → the class that is imported under it
	imports map[string]bool     // full class names
	doubled map[string][]string // full class names → packages that have a class of the same simple name, too
	classes map[string]typeName // interfaces of the library that need a class of our own
	sorting bool                // mappings must have the same order in each run
}

func newJavaPrinter(p *program, snippet bool) *javaPrinter {
	j := &javaPrinter{snippet: snippet, helpers: map[string]function{}, fields: map[string]let{}, taken: map[string]string{}, imports: map[string]bool{}, doubled: map[string][]string{}, classes: map[string]typeName{}}
	for _, h := range p.Helpers {
		j.helpers[h.Name] = h
	}
	for _, s := range p.Body {
		if l, ok := s.(let); ok && l.Field {
			j.fields[l.Name] = l
		}
	}
	return j
}

// name spells a class and remembers its import. Where another class of that name is imported, the name is the full one.
func (j *javaPrinter) name(t typeName) string {
	first, _, _ := strings.Cut(t.Name, ".")
	full := javaPackage(t.Module) + "." + first
	d, _ := declaration(t.Module + "." + first)
	for _, module := range d.doubled() {
		j.doubled[full] = append(j.doubled[full], javaPackage(module))
	}
	return j.use(full) + strings.TrimPrefix(t.Name, first)
}

// use imports a class and gives the name under which it is known.
func (j *javaPrinter) use(full string) string {
	simple := full[strings.LastIndexByte(full, '.')+1:]
	if before, ok := j.taken[simple]; ok && before != full {
		return full
	}
	j.taken[simple], j.imports[full] = full, true
	return simple
}

// javaLang are classes of Java's own that need no import: one of the same name is imported by its own.
var javaLang = map[string]bool{"Module": true, "Number": true, "Object": true, "Package": true, "Process": true, "Record": true, "Runtime": true, "String": true}

// deep indents a continuation: four columns, twice the unit.
func deep(items ...doc) doc { return nest(nest(items...)) }

func (j *javaPrinter) call(docs []doc) doc {
	if len(docs) == 0 {
		return txt("()")
	}
	return group(txt("("), deep(softline, group(commaList(docs))), txt(")"))
}

func (j *javaPrinter) args(args []expression) doc {
	var docs []doc
	for _, a := range args {
		docs = append(docs, j.expr(a))
	}
	return j.call(docs)
}

// link is a call in a chain.
type link struct {
	doc     doc
	comment string
}

// chain lays out calls on what head is: all on the line, or each on its own.
func chain(head doc, links []link) doc {
	if len(links) == 0 {
		return head
	}
	var items []doc
	for _, l := range links {
		items = append(items, softline)
		for _, c := range wrapped(javaComment(l.comment), 68) {
			items = append(items, txt("// "+c), hard)
		}
		items = append(items, l.doc)
	}
	return group(head, deep(items...))
}

// dotted spells a call or attribute on something, as one chain with those before it.
func (j *javaPrinter) dotted(e expression) doc {
	var links []link
	invoked := 0
	for {
		if c, ok := e.(call); ok {
			links = append(links, link{doc: cat(txt("."+c.Name), j.args(c.Args))})
			e = c.On
		} else if a, ok := e.(attribute); ok {
			links = append(links, link{doc: txt("." + javaGetter(a.Name) + "()")})
			e = a.On
		} else {
			break
		}
		invoked++
	}
	for i, k := 0, len(links)-1; i < k; i, k = i+1, k-1 {
		links[i], links[k] = links[k], links[i]
	}
	head := j.expr(e)
	attached := 0 // calls that stay on the line of the head
	if name, ok := e.(local); ok {
		spelled := j.variable(string(name))
		if invoked == 1 || len(spelled) <= 4 {
			attached = 1
		}
	}
	for _, l := range links[:attached] {
		head = cat(head, l.doc)
	}
	if s, ok := e.(static); ok { // one chain with the call on the class
		return chain(cat(txt(j.name(s.Type)+"."+s.Name), j.args(s.Args)), links)
	}
	return chain(head, links[attached:])
}

func (j *javaPrinter) statements(body []statement) doc { return paragraphs(body, j.statement) }

func (j *javaPrinter) statement(s statement) doc {
	switch x := s.(type) {
	case let:
		head := javaName(x.Name)
		if _, field := j.fields[x.Name]; !field || j.snippet {
			head = j.typeOf(x) + " " + head
		}
		return cat(j.comment(x.Comment), txt(head+" ="), group(deep(line, j.expr(x.Value))), txt(";"))
	case run:
		return cat(j.comment(x.Comment), j.expr(x.Value), txt(";"))
	case give:
		return cat(txt("return "), j.expr(x.Value), txt(";"))
	case heading:
		return txt("// " + javaComment(x.Text))
	}
	panic(fmt.Sprintf("cdk: the Java printer does not know %T", s))
}

// typeOf is the type of a variable.
func (j *javaPrinter) typeOf(l let) string {
	if l.Type.Name != "" {
		return j.name(l.Type)
	}
	switch l.Value.(type) {
	case equal, truth:
		return "boolean"
	case text, joined, jsonText, entry, handlersFolder, jar, built:
		return "String"
	case number:
		return "Number"
	}
	return "var"
}

func (j *javaPrinter) comment(s string) doc { return commented("// ", wrapped(javaComment(s), 88)) }

func (j *javaPrinter) variable(name string) string {
	if name == "this" {
		return name
	}
	return javaName(name)
}

// signature opens a method or constructor: its parameters on one line where they fit, else one a line.
func (j *javaPrinter) signature(head string, params []doc) doc {
	if len(params) == 0 {
		return txt(head + "() {")
	}
	return group(txt(head+"("), deep(softline, group(commaList(params))), txt(") {"))
}

func (j *javaPrinter) paramType(p parameter) string {
	switch p.Type {
	case "text", "optional text":
		return "String"
	case "texts":
		return j.use("java.util.List") + "<String>"
	case "number":
		return "Number"
	case "truth":
		return "boolean"
	case "environment":
		return j.use("java.util.Map") + "<String, String>"
	}
	return j.name(p.Class)
}

// seen are the fields of the stack that a helper uses: in a snippet they are parameters.
func (j *javaPrinter) seen(h function) []let {
	if !j.snippet {
		return nil
	}
	return usedFields(h, j.fields)
}

// method spells a helper.
func (j *javaPrinter) method(h function) doc {
	var params []doc
	for _, l := range j.seen(h) {
		params = append(params, txt(j.name(l.Type)+" "+javaName(l.Name)))
	}
	for _, q := range h.Params {
		params = append(params, txt(j.paramType(q)+" "+javaName(q.Name)))
	}
	result := "void"
	if h.Result.Name != "" {
		result = j.name(h.Result)
	}
	var about []doc
	lines := wrapped(javaComment(h.Comment), 92)
	switch {
	case len(lines) == 1 && len(lines[0]) <= 90:
		about = []doc{txt("/** " + lines[0] + " */"), hard}
	case len(lines) > 0:
		about = []doc{txt("/**"), hard}
		for _, l := range lines {
			about = append(about, txt(" * "+l), hard)
		}
		about = append(about, txt(" */"), hard)
	}
	return cat(cat(about...), j.signature("private "+result+" "+javaName(h.Name), params), nest(hard, j.statements(without(h.Body, nil))), hard, txt("}"))
}

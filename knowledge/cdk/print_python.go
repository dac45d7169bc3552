package cdk

import (
	"fmt"
	"sort"
	"strings"
)

// pyPrinter spells a program in Python. It collects the imports of what it prints.
type pyPrinter struct {
	fields   map[string]bool // locals that are fields of the stack
	helpers  map[string]function
	snippet  bool
	named    map[string]map[string]bool // module → names imported one by one
	spaces   map[string]bool            // modules imported as a whole
	plain    map[string]bool            // imports of Python's own: "import json", "from typing import Any"
	entries  bool                       // the path of the handlers is needed
	settings bool                       // the class AccessLogSettings is needed
}

func newPyPrinter(p *program, snippet bool) *pyPrinter {
	py := &pyPrinter{fields: map[string]bool{}, helpers: map[string]function{}, named: map[string]map[string]bool{}, spaces: map[string]bool{}, plain: map[string]bool{}, snippet: snippet}
	for _, h := range p.Helpers {
		py.helpers[h.Name] = h
	}
	if snippet {
		return py
	}
	for _, s := range p.Body {
		if l, ok := s.(let); ok && l.Field {
			py.fields[l.Name] = true
		}
	}
	return py
}

// name spells a class and remembers its import.
func (py *pyPrinter) name(t typeName) string {
	if !tsNamed[t.Module] {
		py.spaces[t.Module] = true
		return pyAlias(t.Module) + "." + t.Name
	}
	if py.named[t.Module] == nil {
		py.named[t.Module] = map[string]bool{}
	}
	py.named[t.Module][t.Name] = true
	return t.Name
}

func (py *pyPrinter) expr(e expression) doc {
	switch x := e.(type) {
	case text:
		return txt(pyString(string(x)))
	case number:
		return txt(string(x))
	case truth:
		if x {
			return txt("True")
		}
		return txt("False")
	case local:
		return txt(py.local(string(x)))
	case prop:
		return txt(pyName(string(x)))
	case member:
		return txt(py.name(x.Type) + "." + pyConstant(x.Name))
	case attribute:
		return cat(py.expr(x.On), txt("."+pyMember(x.Name)))
	case equal:
		return cat(py.expr(x.A), txt(" == "), py.expr(x.B))
	case opposite:
		return cat(txt("not "), py.expr(x.Of))
	case either:
		return cat(py.expr(x.Then), txt(" if "), py.expr(x.If), txt(" else "), py.expr(x.Else))
	case jsonText:
		py.plain["import json"] = true
		// Without spaces and with letters as they are: the text JSON.stringify makes.
		return cat(txt("json.dumps"), py.call([]doc{py.expr(x.Value), txt(`separators=(",", ":")`), txt("ensure_ascii=False")}, false))
	case joined:
		return txt(py.template(x))
	case entry:
		return py.entry(string(x))
	case handlersFolder:
		py.entries = true
		return txt("str(HANDLERS)")
	case jar:
		py.entries = true
		return cat(txt("str"), py.call([]doc{txt("HANDLERS.parent / " + pyString(javaJar))}, false))
	case built:
		py.entries = true
		name := "handler"
		if x != "" {
			name = pyString(string(x))
		}
		return cat(txt("str"), py.call([]doc{txt("HANDLERS.parent / " + pyString(goBuilt) + " / " + name)}, false))
	case folder:
		py.entries = true
		return cat(txt("str"), py.call([]doc{txt("HANDLERS.parent / " + pyString("code") + " / " + pyString(string(x)))}, false))
	case list:
		return py.sequence("[", x.Items, "]")
	case object:
		return py.struct_(x)
	case dict:
		return py.dict(x)
	}
	return py.invocation(e)
}

func (py *pyPrinter) invocation(e expression) doc {
	switch x := e.(type) {
	case construct:
		args := []expression{local("this"), x.ID}
		if x.Props != nil {
			args = append(args, *x.Props)
		}
		return cat(txt(py.name(x.Type)), py.args(args))
	case value:
		return cat(txt(py.name(x.Type)), py.args(x.Args))
	case call:
		return cat(py.expr(x.On), txt("."+pyMember(x.Name)), py.args(x.Args))
	case static:
		return cat(txt(py.name(x.Type)+"."+pyMember(x.Name)), py.args(x.Args))
	case helper:
		on := "self._"
		if py.snippet {
			on = ""
		}
		return cat(txt(on+pyName(x.Name)), py.helperArgs(x))
	case escaped:
		py.plain["from typing import cast"] = true
		return cat(txt("cast"), py.call([]doc{txt(py.name(x.Type)), cat(py.expr(x.On), txt(".node.default_child"))}, false))
	}
	panic(fmt.Sprintf("cdk: the Python printer does not know %T", e))
}

func (py *pyPrinter) local(name string) string {
	switch {
	case name == "this":
		return "self"
	case py.fields[name]:
		return "self._" + pyName(name)
	}
	return pyName(name)
}

// pyVariadic are structs that methods take in any number: they stay objects. Any other last struct becomes keywords.
var pyVariadic = map[string]bool{"Acknowledgment": true}

// args spells arguments. The fields of a struct in the last place become keywords, as the library's package has it.
func (py *pyPrinter) args(args []expression) doc {
	var docs []doc
	comments := false
	for i, a := range args {
		if o, ok := a.(object); ok && i == len(args)-1 && !pyVariadic[o.Type.Name] && o.Type.Name != accessLogSettings {
			fields, commented := py.keywords(o.Fields)
			docs, comments = append(docs, fields...), comments || commented || py.open(o)
			continue
		}
		docs = append(docs, py.expr(a))
	}
	return py.call(docs, comments)
}

// helperArgs spells what a helper is given: the id as it is, the rest by name.
func (py *pyPrinter) helperArgs(h helper) doc {
	var docs []doc
	for i, a := range h.Args {
		if a == nil { // the default
			continue
		}
		d := py.keyword(a)
		if i > 0 {
			d = cat(txt(pyName(py.helpers[h.Name].Params[i].Name)+"="), d)
		}
		docs = append(docs, d)
	}
	return py.call(docs, false)
}

func (py *pyPrinter) keywords(fields []argument) (docs []doc, comments bool) {
	for _, f := range fields {
		d := cat(txt(pyMember(f.Name)+"="), py.keyword(f.Value))
		if f.Comment != "" {
			comments = true
			var above []doc
			for _, l := range wrap(f.Comment, 72) {
				above = append(above, txt("# "+l), hard)
			}
			d = cat(append(above, d)...)
		}
		docs = append(docs, d)
	}
	return docs, comments
}

// keyword is the value of a keyword: a condition that does not fit on the line needs parentheses.
func (py *pyPrinter) keyword(e expression) doc {
	if _, ok := e.(either); ok {
		return group(ifWide("("), nest(softline, py.expr(e)), softline, ifWide(")"))
	}
	return py.expr(e)
}

// call lays out arguments in parentheses: on one line, or one a line with a comma behind each.
func (py *pyPrinter) call(docs []doc, open bool) doc {
	return py.bracket("(", docs, ")", open)
}

func (py *pyPrinter) bracket(left string, docs []doc, right string, open bool) doc {
	if len(docs) == 0 {
		return txt(left + right)
	}
	if open {
		return group(txt(left), nest(hard, commaLines(docs)), txt(","), hard, txt(right))
	}
	// ruff's three ways: all on the line, all on the next line, one a line with a comma behind the last.
	return group(txt(left), nest(softline, group(commaList(docs), ifWide(","))), softline, txt(right))
}

func (py *pyPrinter) sequence(left string, items []expression, right string) doc {
	var docs []doc
	for _, it := range items {
		docs = append(docs, py.expr(it))
	}
	return py.bracket(left, docs, right, false)
}

// accessLogSettings is the one interface among the properties we use that has no class in Python.
const accessLogSettings = "IAccessLogSettings"

// struct_ spells a struct that is a value of its own.
func (py *pyPrinter) struct_(o object) doc {
	if o.Type.Name == accessLogSettings {
		py.settings = true
		docs, _ := py.keywords(o.Fields)
		return cat(txt("AccessLogSettings"), py.call(docs, false))
	}
	docs, comments := py.keywords(o.Fields)
	return cat(txt(py.name(o.Type)), py.call(docs, comments || py.open(o)))
}

// open tells whether a struct has one field a line even where it would fit on one: in a chat every line counts.
func (py *pyPrinter) open(o object) bool { return o.Open && len(o.Fields) > 1 && !py.snippet }

func (py *pyPrinter) dict(d dict) doc {
	var docs []doc
	for _, f := range d.Fields {
		docs = append(docs, cat(txt(pyString(f.Name)+": "), py.keyword(f.Value)))
	}
	return py.bracket("{", docs, "}", len(docs) > 1 && !py.snippet)
}

// template spells a text of pieces as an f-string.
func (py *pyPrinter) template(pieces joined) string {
	var b strings.Builder
	quote, double, single := `"`, 0, 0
	for _, p := range pieces {
		if t, ok := p.(text); ok {
			double, single = double+strings.Count(string(t), `"`), single+strings.Count(string(t), "'")
		}
	}
	if double > single { // as ruff has it: the quote that needs fewer escapes
		quote = "'"
	}
	for _, p := range pieces {
		if t, ok := p.(text); ok {
			b.WriteString(strings.NewReplacer("{", "{{", "}", "}}", quote, `\`+quote).Replace(escapeControl(string(t))))
			continue
		}
		spelled := layout(py.expr(p), 1000, "")
		if strings.ContainsAny(spelled, "\"'\\\n{}") {
			panic("cdk: an f-string of Python 3.11 holds names only: " + spelled) // made by the lowering
		}
		b.WriteString("{" + spelled + "}")
	}
	return "f" + quote + b.String() + quote
}

func (py *pyPrinter) entry(name string) doc {
	py.entries = true
	file := txt(pyString(sourceFile(name)))
	if name == "" {
		file = txt(`f"{handler}.ts"`)
	}
	return cat(txt("str"), py.call([]doc{cat(txt("HANDLERS / "), file)}, false))
}

func (py *pyPrinter) statements(body []statement) doc { return paragraphs(body, py.statement) }

func (py *pyPrinter) statement(s statement) doc {
	switch x := s.(type) {
	case let:
		return cat(py.comment(x.Comment), txt(py.local(x.Name)+" = "), py.keyword(x.Value))
	case run:
		return cat(py.comment(x.Comment), py.expr(x.Value))
	case give:
		return cat(txt("return "), py.expr(x.Value))
	case heading:
		return txt("# " + oneLine(x.Text))
	}
	panic(fmt.Sprintf("cdk: the Python printer does not know %T", s))
}

func (py *pyPrinter) comment(s string) doc { return commented("# ", wrapped(s, 78)) }

func (py *pyPrinter) paramType(p parameter) string {
	switch p.Type {
	case "text":
		return "str"
	case "texts":
		py.plain["from collections.abc import Sequence"] = true
		return "Sequence[str]"
	case "number":
		return "int"
	case "truth":
		return "bool"
	case "environment":
		py.plain["from collections.abc import Mapping"] = true
		return "Mapping[str, str]"
	}
	return py.name(p.Class)
}

// imports spells the imports of everything printed so far, sorted as ruff's isort rules sort them.
func (py *pyPrinter) imports() string {
	own := map[string]string{}
	var lines []string
	for l := range py.plain {
		from, name, found := strings.Cut(l, " import ")
		switch {
		case !found:
			lines = append(lines, l)
		case own[from] == "":
			own[from] = name
		case own[from] < name:
			own[from] += ", " + name
		default:
			own[from] = name + ", " + own[from]
		}
	}
	sort.Strings(lines)
	var froms []string
	for from, names := range own {
		froms = append(froms, from+" import "+names)
	}
	sort.Strings(froms)
	standard := strings.Join(append(lines, froms...), "\n")
	if standard != "" {
		standard += "\n\n"
	}
	return standard + strings.Join(py.library(), "\n") + "\n"
}

func (py *pyPrinter) library() []string {
	var lines []string
	if py.settings {
		lines = append(lines, "import jsii")
	}
	if names := py.named[""]; len(names) > 0 && !py.snippet {
		lines = append(lines, py.from("aws_cdk", names))
	}
	var modules []string
	for m := range py.spaces {
		module := pyModule(m)
		if pyAlias(m) != module {
			module += " as " + pyAlias(m)
		}
		modules = append(modules, module)
	}
	sort.Strings(modules)
	if py.snippet { // its lines are fewer
		names := append(sortedNames(py.named[""]), modules...)
		lines, modules = append(lines, "from aws_cdk import (\n    "+strings.Join(wrap(strings.Join(names, ", "), pyWidth-4), "\n    ")+"\n)"), nil
	}
	for _, m := range modules {
		lines = append(lines, "from aws_cdk import "+m)
	}
	modules = nil
	for m := range py.named {
		if m != "" {
			modules = append(modules, m)
		}
	}
	sort.Strings(modules)
	for _, m := range modules {
		lines = append(lines, py.from("aws_cdk."+pyModule(m), py.named[m]))
	}
	return lines
}

func (py *pyPrinter) from(module string, set map[string]bool) string {
	var names []doc
	for _, n := range sortedNames(set) {
		names = append(names, txt(n))
	}
	return layout(cat(txt("from "+module+" import "), group(ifWide("("), nest(softline, commaList(names)), ifWide(","), softline, ifWide(")"))), pyWidth, "    ")
}

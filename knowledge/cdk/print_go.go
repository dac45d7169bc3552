package cdk

import (
	"fmt"
	"sort"
	"strings"
)

// goPrinter spells a program in Go. It collects the imports of what it prints. A value is spelt for what is wanted in
// its place, in the words of library.txt: "s" is a pointer to a text, "=s" a text of Go's own.
type goPrinter struct {
	snippet bool
	helpers map[string]function
	types   map[string]string // of locals
	fields  map[string]let    // locals that helpers see
	props   map[string]string
	imports map[string]bool // paths
	classes map[string]bool // interfaces of the library that need a type of our own
	before  []doc           // statements that must stand before the one that is being printed
	short   map[string]bool // functions of the runtime that are called by names of a snippet's own; nil where it gives none
	chosen  int
}

func newGoPrinter(p *program, snippet bool) *goPrinter {
	gp := &goPrinter{snippet: snippet, helpers: map[string]function{}, types: map[string]string{}, fields: map[string]let{}, props: map[string]string{},
		imports: map[string]bool{}, classes: map[string]bool{}}
	for _, h := range p.Helpers {
		gp.helpers[h.Name] = h
	}
	for _, q := range p.Props {
		gp.props[q.Name] = goNative[q.Type]
	}
	for _, s := range p.Body {
		if l, ok := s.(let); ok && l.Field {
			gp.fields[l.Name] = l
		}
	}
	return gp
}

// goNative are the types of properties and parameters that are Go's own.
var goNative = map[string]string{"text": "=s", "optional text": "s", "texts": "=[]s", "number": "=n", "truth": "=b", "environment": "={}s"}

var goNativeTypes = map[string]string{"=s": "string", "=[]s": "[]string", "=n": "float64", "=b": "bool", "={}s": "map[string]*string"}

func (gp *goPrinter) use(path string) { gp.imports[path] = true }

func (gp *goPrinter) jsii(method string, d doc) doc {
	gp.use("github.com/aws/jsii-runtime-go")
	if short := goShort[method]; short != "" && gp.short != nil {
		gp.short[method] = true
		return cat(txt(short+"("), d, txt(")"))
	}
	return cat(txt("jsii."+method+"("), d, txt(")"))
}

// goShort are names that a snippet gives the runtime's functions that make pointers: they stand on every other line.
var goShort = map[string]string{"String": "str", "Number": "num"}

// shortNames declares those that are used.
func (gp *goPrinter) shortNames() string {
	switch text, number := gp.short["String"], gp.short["Number"]; {
	case text && number:
		return "str, num := jsii.String, jsii.Number[float64]\n\n"
	case number:
		return "num := jsii.Number[float64]\n\n"
	case text:
		return "str := jsii.String\n\n"
	}
	return ""
}

// name spells a class, struct or enum and remembers its import.
func (gp *goPrinter) name(t typeName) string {
	gp.use(goImport(t.Module))
	return goPackage(t.Module) + "." + strings.ReplaceAll(t.Name, ".", "_")
}

func named(spec string) typeName {
	module, name, _ := strings.Cut(strings.TrimPrefix(spec, "*"), ".")
	return typeName{module, name}
}

// goType spells the type that library.txt names.
func (gp *goPrinter) goType(spec string) string {
	if native, ok := goNativeTypes[spec]; ok {
		return native
	}
	switch {
	case spec == "s":
		return "*string"
	case spec == "n":
		return "*float64"
	case spec == "b":
		return "*bool"
	case spec == "a" || spec == "":
		return "any"
	case strings.HasPrefix(spec, "[]"):
		return "*[]" + gp.goType(spec[2:])
	case strings.HasPrefix(spec, "{}"):
		return "*map[string]" + gp.goType(spec[2:])
	case strings.HasPrefix(spec, "*"):
		return "*" + gp.name(named(spec))
	}
	return gp.name(named(spec))
}

// typeOf is the type of an expression, in the words of library.txt.
func (gp *goPrinter) typeOf(e expression) string {
	switch x := e.(type) {
	case local:
		if x == "this" {
			return ".Stack"
		}
		return gp.types[string(x)]
	case construct:
		return x.Type.full()
	case value:
		return x.Type.full()
	case escaped:
		return x.Type.full()
	case member:
		return x.Type.full()
	case helper:
		return gp.helpers[x.Name].Result.full()
	case static:
		d, _ := declaration(x.Type.full())
		m, _ := d.member(x.Name)
		return m.Type
	case call:
		return gp.memberOf(x.On, x.Name).Type
	case attribute:
		return gp.memberOf(x.On, x.Name).Type
	}
	return ""
}

func (gp *goPrinter) memberOf(on expression, name string) libraryMember {
	d, _ := declaration(gp.typeOf(on))
	m, _ := d.member(name)
	return m
}

func (gp *goPrinter) arguments(params []libraryParam, args []expression) doc {
	var docs []doc
	for i, a := range args {
		want := ""
		switch {
		case i < len(params):
			want = params[i].Type
		case len(params) > 0 && params[len(params)-1].Variadic:
			want = params[len(params)-1].Type
		}
		docs = append(docs, gp.expr(a, want))
	}
	for i := len(args); i < len(params) && !params[i].Variadic; i++ {
		docs = append(docs, txt("nil"))
	}
	hugs := len(args) > 0 && len(docs) == len(args) && isLiteral(args[len(args)-1])
	return parenthesised(docs, hugs)
}

// literal lays out what stands between braces.
func (gp *goPrinter) literal(head string, docs []doc, open bool) doc {
	if len(docs) == 0 {
		return txt(head + "{}")
	}
	if open {
		return group(txt(head+"{"), nest(hard, commaLines(docs)), txt(","), hard, txt("}"))
	}
	return group(txt(head+"{"), nest(softline, commaList(docs)), ifWide(","), softline, txt("}"))
}

func (gp *goPrinter) statements(body []statement) doc {
	return paragraphs(body, func(s statement) doc {
		d := gp.statement(s)
		var items []doc
		for _, b := range gp.before {
			items = append(items, b, hard)
		}
		gp.before = nil
		return cat(append(items, d)...)
	})
}

func (gp *goPrinter) statement(s statement) doc {
	switch x := s.(type) {
	case let:
		return gp.let(x)
	case run:
		return cat(gp.comment(x.Comment), gp.expr(x.Value, ""))
	case give:
		return cat(txt("return "), gp.expr(x.Value, ""))
	case heading:
		return txt("// " + oneLine(x.Text))
	}
	panic(fmt.Sprintf("cdk: the Go printer does not know %T", s))
}

func (gp *goPrinter) let(x let) doc {
	want := ""
	switch x.Value.(type) {
	case equal:
		want = "=b"
	case text, joined, jsonText, entry, handlersFolder, jar, built:
		want = "s"
	case number:
		want = "n"
	case truth:
		want = "b"
	}
	gp.types[x.Name] = want
	if x.Type.Name != "" {
		gp.types[x.Name] = x.Type.full()
	}
	if e, ok := x.Value.(either); ok {
		return cat(gp.comment(x.Comment), gp.choice(goName(x.Name), e, gp.types[x.Name]))
	}
	return cat(gp.comment(x.Comment), txt(goName(x.Name)+" := "), gp.expr(x.Value, want))
}

// choice names one of two values. Go has no expression for it.
func (gp *goPrinter) choice(name string, e either, want string) doc {
	return cat(txt(name+" := "), gp.expr(e.Else, want), hard,
		txt("if "), gp.expr(e.If, "=b"), txt(" {"), nest(hard, txt(name+" = "), gp.expr(e.Then, want)), hard, txt("}"))
}

func (gp *goPrinter) comment(s string) doc { return commented("// ", wrapped(s, 92)) }

// seen are the fields of the stack that a helper uses: Go's functions take them as parameters.
func (gp *goPrinter) seen(h function) []let {
	if gp.snippet {
		return nil
	}
	return usedFields(h, gp.fields)
}

// function spells a helper; in a snippet it is a variable.
func (gp *goPrinter) function(h function) doc {
	kept := gp.types
	gp.types = map[string]string{}
	for name, t := range kept {
		gp.types[name] = t
	}
	var params []string
	add := func(name, typ string) {
		if last := len(params) - 1; last >= 0 && strings.HasSuffix(params[last], " "+typ) {
			params[last] = strings.TrimSuffix(params[last], " "+typ) + ", " + name + " " + typ
			return
		}
		params = append(params, name+" "+typ)
	}
	if !gp.snippet {
		add("stack", gp.name(typeName{"", "Stack"}))
	}
	for _, l := range gp.seen(h) {
		gp.types[l.Name] = l.Type.full()
		add(goName(l.Name), gp.goType(l.Type.full()))
	}
	for _, q := range h.Params {
		spec := goNative[q.Type]
		if spec == "" {
			spec = q.Class.full()
		}
		gp.types[q.Name] = spec
		add(goName(q.Name), gp.goType(spec))
	}
	result := ""
	if h.Result.Name != "" {
		result = " " + gp.goType(h.Result.full())
	}
	head := "func " + h.Name + "("
	if gp.snippet {
		head = goName(h.Name) + " := func("
	}
	body := gp.statements(without(h.Body, nil))
	gp.types = kept
	return cat(gp.comment(goDoc(h)), group(txt(head), nest(softline, commaList(texts(params))), ifWide(","), softline, txt(")"+result+" {")),
		nest(hard, body), hard, txt("}"))
}

func texts(lines []string) []doc {
	var docs []doc
	for _, l := range lines {
		docs = append(docs, txt(l))
	}
	return docs
}

// goDoc is a helper's comment as Go has it: it begins with the name.
func goDoc(h function) string {
	if h.Comment == "" {
		return ""
	}
	if strings.HasPrefix(h.Comment, "A ") || strings.HasPrefix(h.Comment, "An ") {
		return h.Name + " makes a" + h.Comment[1:]
	}
	return h.Name + ": " + h.Comment
}

// importBlock spells the imports of everything printed so far, those of Go's own library first.
func (gp *goPrinter) importBlock() string {
	var own, others []string
	for path := range gp.imports {
		if strings.Contains(path, ".") {
			others = append(others, path)
			continue
		}
		own = append(own, path)
	}
	sort.Strings(own)
	sort.Strings(others)
	var b strings.Builder
	b.WriteString("import (\n")
	for _, path := range own {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	if len(own) > 0 {
		b.WriteString("\n")
	}
	for _, path := range others {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	return b.String() + ")\n"
}

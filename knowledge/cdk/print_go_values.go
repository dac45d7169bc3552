package cdk

import (
	"fmt"
	"strings"
)

// expr spells a value for a place where want is expected; "" takes it as it comes.
func (gp *goPrinter) expr(e expression, want string) doc {
	switch x := e.(type) {
	case text:
		return gp.pointer(want, "s", "String", txt(goString(string(x))))
	case number:
		return gp.pointer(want, "n", "Number", txt(string(x)))
	case truth:
		return gp.pointer(want, "b", "Bool", txt(fmt.Sprint(bool(x))))
	case joined:
		return gp.pointer(want, "s", "String", gp.joined(x))
	case jsonText:
		return gp.pointer(want, "s", "String", gp.joined(jsonPieces(x.Value)))
	case entry:
		if x == "" {
			return gp.pointer(want, "s", "String", txt(`"src/" + handler + ".ts"`))
		}
		return gp.pointer(want, "s", "String", txt(goString("src/"+sourceFile(string(x)))))
	case handlersFolder:
		return gp.pointer(want, "s", "String", txt(goString("src")))
	case jar:
		return gp.pointer(want, "s", "String", txt(goString(javaJar)))
	case built:
		if x == "" {
			return gp.pointer(want, "s", "String", txt(goString(goBuilt+"/")+" + handler"))
		}
		return gp.pointer(want, "s", "String", txt(goString(goBuilt+"/"+string(x))))
	case folder:
		return gp.pointer(want, "s", "String", txt(goString(codeFolder+string(x))))
	case equal:
		return gp.pointer(want, "b", "Bool", cat(gp.expr(x.A, "=s"), txt(" == "), gp.expr(x.B, "=s")))
	case opposite:
		return gp.pointer(want, "b", "Bool", cat(txt("!"), gp.expr(x.Of, "=b")))
	case either:
		gp.chosen++
		name := "chosen"
		if gp.chosen > 1 {
			name = fmt.Sprintf("chosen%d", gp.chosen)
		}
		gp.before = append(gp.before, gp.choice(name, x, want))
		return txt(name)
	case local:
		if x == "this" {
			return txt("stack")
		}
		return gp.variable(goName(string(x)), gp.types[string(x)], want)
	case prop:
		return gp.variable("props."+goMember(string(x)), gp.props[string(x)], want)
	case list:
		return gp.list(x, want)
	case dict:
		return gp.dict(x, want)
	case object:
		return gp.object(x)
	case member:
		return gp.constant(x)
	}
	d := gp.invocation(e)
	if want == "=s" {
		return cat(txt("*"), d)
	}
	return d
}

// pointer makes a value of Go's own one of the library's, where that is wanted.
func (gp *goPrinter) pointer(want, spec, method string, d doc) doc {
	if want == spec || want == "" {
		return gp.jsii(method, d)
	}
	return d
}

// variable spells a variable of the type it has where another may be wanted.
func (gp *goPrinter) variable(name, has, want string) doc {
	switch {
	case has == "=s" && (want == "s" || want == ""):
		return gp.jsii("String", txt(name))
	case has == "=n" && (want == "n" || want == ""):
		return gp.jsii("Number", txt(name))
	case has == "=b" && (want == "b" || want == ""):
		return gp.jsii("Bool", txt(name))
	case has == "=[]s" && want != "=[]s":
		return gp.jsii("Strings", txt(name+"..."))
	case has == "={}s" && want != "={}s":
		return txt("&" + name)
	case strings.HasPrefix(want, "=") && !strings.HasPrefix(has, "="):
		return txt("*" + name)
	}
	return txt(name)
}

func (gp *goPrinter) joined(pieces joined) doc {
	var docs []doc
	for i, p := range pieces {
		if i > 0 {
			docs = append(docs, txt(" + "))
		}
		docs = append(docs, gp.expr(p, "=s"))
	}
	return cat(docs...)
}

// constant spells an enum's member, or a static constant, which Go calls.
func (gp *goPrinter) constant(x member) doc {
	d, _ := declaration(x.Type.full())
	if d.lacks(x.Name) && x.Type.full() == "aws-lambda.Runtime" {
		// NODEJS_24_X is nodejs24.x
		family, version, _ := strings.Cut(x.Name, "_")
		runtime := strings.ToLower(family + strings.ReplaceAll(version, "_", "."))
		if family == "DOTNET" {
			family = "DOTNET_CORE"
		}
		about := txt("nil")
		if family == "JAVA" {
			about = txt("&" + goPackage(x.Type.Module) + ".LambdaRuntimeProps{SupportsSnapStart: jsii.Bool(true)}")
		}
		return cat(txt(goPackage(x.Type.Module)+".NewRuntime"), parenthesised([]doc{gp.jsii("String", txt(goString(runtime))),
			txt(gp.name(typeName{x.Type.Module, "RuntimeFamily"}) + "_" + family), about}, false))
	}
	name := gp.name(x.Type) + "_" + goMember(x.Name)
	if d.Kind != "enum" {
		name += "()"
	}
	return txt(name)
}

func (gp *goPrinter) list(x list, want string) doc {
	element, anything := "a", want == "a" || want == ""
	switch {
	case strings.HasPrefix(want, "[]"):
		element = want[2:]
	case want == "" && x.Of.Name == "":
		element, anything = "s", false
	}
	if element == "s" && literalTexts(x.Items) {
		var docs []doc
		for _, it := range x.Items {
			docs = append(docs, txt(goString(string(it.(text)))))
		}
		gp.use("github.com/aws/jsii-runtime-go")
		return cat(txt("jsii.Strings"), parenthesised(docs, false))
	}
	head := "&[]" + gp.goType(element)
	if anything {
		head = "[]any"
	}
	var docs []doc
	for _, it := range x.Items {
		docs = append(docs, gp.item(it, element))
	}
	return gp.literal(head, docs, false)
}

func literalTexts(items []expression) bool {
	for _, it := range items {
		if _, ok := it.(text); !ok {
			return false
		}
	}
	return true
}

func (gp *goPrinter) dict(x dict, want string) doc {
	element, head := "a", "map[string]any"
	if strings.HasPrefix(want, "{}") {
		element = want[2:]
		head = "&map[string]" + gp.goType(element)
	}
	if want == "={}s" {
		element, head = "s", "map[string]*string"
	}
	var docs []doc
	for _, f := range x.Fields {
		docs = append(docs, cat(txt(goString(f.Name)+": "), gp.item(f.Value, element)))
	}
	return gp.literal(head, docs, len(docs) > 1)
}

// item spells an element of a list or mapping. Go knows the type of a struct there.
func (gp *goPrinter) item(e expression, element string) doc {
	if o, ok := e.(object); ok && element == "*"+o.Type.full() {
		return gp.fieldsOf("", o)
	}
	return gp.expr(e, element)
}

// object spells a struct. Where the library has only an interface, a type of our own stands for it.
func (gp *goPrinter) object(x object) doc {
	if d, _ := declaration(x.Type.full()); d.Kind == "interface" {
		gp.classes[x.Type.full()] = true
		return gp.fieldsOf("&"+goOwnType(x.Type.Name), x)
	}
	return gp.fieldsOf("&"+gp.name(x.Type), x)
}

func (gp *goPrinter) fieldsOf(head string, x object) doc {
	d, _ := declaration(x.Type.full())
	var docs []doc
	comments := false
	for _, f := range x.Fields {
		if d.lacks(f.Name) {
			continue // lacking tells the user
		}
		m, _ := d.member(f.Name)
		name := goMember(f.Name)
		if d.Kind == "interface" {
			name = f.Name
		}
		var above []doc
		if f.Comment != "" {
			comments = true
			for _, l := range wrap(f.Comment, 85) {
				above = append(above, txt("// "+l), hard)
			}
		}
		docs = append(docs, cat(append(above, txt(name+": "), gp.expr(f.Value, m.Type))...))
	}
	open := len(docs) > 1 && (x.Open && !gp.snippet || len(docs) > 3)
	return gp.literal(head, docs, open || comments)
}

// goOwnType is the name of the type that stands for an interface: accessLogSettings for IAccessLogSettings.
func goOwnType(name string) string {
	name = strings.TrimPrefix(name, "I")
	return strings.ToLower(name[:1]) + name[1:]
}

func (gp *goPrinter) invocation(e expression) doc {
	switch x := e.(type) {
	case construct:
		d, _ := declaration(x.Type.full())
		m, _ := d.member("new")
		args := []expression{local("this"), x.ID}
		if x.Props != nil {
			args = append(args, *x.Props)
		}
		return cat(txt(gp.constructor(x.Type)), gp.arguments(m.Params, args))
	case value:
		d, _ := declaration(x.Type.full())
		m, _ := d.member("new")
		return cat(txt(gp.constructor(x.Type)), gp.arguments(m.Params, x.Args))
	case static:
		d, _ := declaration(x.Type.full())
		m, _ := d.member(x.Name)
		return cat(txt(gp.name(x.Type)+"_"+goMember(x.Name)), gp.arguments(m.Params, x.Args))
	case call:
		return cat(gp.expr(x.On, ""), txt("."+goMember(x.Name)), gp.arguments(gp.memberOf(x.On, x.Name).Params, x.Args))
	case attribute:
		return cat(gp.expr(x.On, ""), txt("."+goMember(x.Name)+"()"))
	case helper:
		return gp.helper(x)
	case escaped:
		return cat(gp.expr(x.On, ""), txt(".Node().DefaultChild().("+gp.name(x.Type)+")"))
	}
	panic(fmt.Sprintf("cdk: the Go printer does not know %T", e))
}

func (gp *goPrinter) constructor(t typeName) string {
	gp.use(goImport(t.Module))
	return goPackage(t.Module) + ".New" + strings.ReplaceAll(t.Name, ".", "_")
}

// helper spells the call of a helper: on one line, or what it is called for on the first and the rest on the next.
func (gp *goPrinter) helper(x helper) doc {
	h := gp.helpers[x.Name]
	var docs []doc
	if !gp.snippet {
		docs = append(docs, txt("stack"))
	}
	for _, l := range gp.seen(h) {
		docs = append(docs, txt(goName(l.Name)))
	}
	head := len(docs) + 1
	for i, a := range x.Args {
		want := goNative[h.Params[i].Type]
		if want == "" {
			want = h.Params[i].Class.full()
		}
		if a == nil {
			docs = append(docs, txt("nil"))
			continue
		}
		docs = append(docs, gp.expr(a, want))
	}
	if head >= len(docs) {
		return cat(txt(goName(x.Name)), parenthesised(docs, false))
	}
	return cat(txt(goName(x.Name)+"("), group(inLine(docs[:head]), txt(","), nest(line, inLine(docs[head:]))), txt(")"))
}

// inLine joins items by commas, without a place to break between them.
func inLine(items []doc) doc {
	var out []doc
	for i, it := range items {
		if i > 0 {
			out = append(out, txt(", "))
		}
		out = append(out, it)
	}
	return cat(out...)
}

// jsonPieces is the JSON text of a value, as JSON.stringify makes it, with what is only known when the program runs
// between its pieces.
func jsonPieces(e expression) joined {
	var out joined
	add := func(s string) {
		if last := len(out) - 1; last >= 0 {
			if t, ok := out[last].(text); ok {
				out[last] = t + text(s)
				return
			}
		}
		out = append(out, text(s))
	}
	var write func(e expression)
	write = func(e expression) {
		switch x := e.(type) {
		case text:
			add(jsonString(string(x)))
		case number:
			add(string(x))
		case truth:
			add(fmt.Sprint(bool(x)))
		case list:
			add("[")
			for i, it := range x.Items {
				if i > 0 {
					add(",")
				}
				write(it)
			}
			add("]")
		case dict:
			add("{")
			for i, f := range x.Fields {
				if i > 0 {
					add(",")
				}
				add(jsonString(f.Name) + ":")
				write(f.Value)
			}
			add("}")
		default: // a text that the library puts in later
			add(`"`)
			out = append(out, x)
			add(`"`)
		}
	}
	write(e)
	return out
}

package cdk

import (
	"fmt"
	"strings"
)

func (j *javaPrinter) expr(e expression) doc {
	switch x := e.(type) {
	case text:
		return j.text(string(x))
	case number:
		return txt(string(x))
	case truth:
		return txt(fmt.Sprint(bool(x)))
	case local:
		return txt(j.variable(string(x)))
	case prop:
		return txt(javaName(string(x)))
	case member:
		if strings.ToUpper(x.Name) != x.Name { // a static property that is no constant
			return txt(j.name(x.Type) + "." + javaGetter(x.Name) + "()")
		}
		return txt(j.name(x.Type) + "." + javaConstant(x))
	case equal:
		return cat(j.expr(x.B), txt(".equals("), j.expr(x.A), txt(")")) // the constant first: the other may be null
	case opposite:
		return cat(txt("!"), j.expr(x.Of))
	case either:
		return group(j.expr(x.If), deep(line, txt("? "), j.expr(x.Then), line, txt(": "), j.expr(x.Else)))
	case joined:
		return j.joined(x)
	case jsonText:
		return j.json(x.Value)
	case handlersFolder:
		return txt(javaString("src"))
	case entry:
		if x == "" {
			return txt(`"src/" + handler + ".ts"`)
		}
		return txt(javaString("src/" + sourceFile(string(x))))
	case jar:
		return txt(javaString(javaJar))
	case built:
		if x == "" {
			return txt(javaString(goBuilt+"/") + " + handler")
		}
		return txt(javaString(goBuilt + "/" + string(x)))
	case folder:
		return txt(javaString(codeFolder + string(x)))
	case list:
		return cat(txt(j.use("java.util.List")+".of"), j.args(x.Items))
	case dict:
		if j.sorting && len(x.Fields) > 1 {
			return j.sorted(j.dict(x))
		}
		return j.dict(x)
	case object:
		return j.object(x)
	}
	return j.invocation(e)
}

func (j *javaPrinter) invocation(e expression) doc {
	switch x := e.(type) {
	case construct:
		args := []expression{local("this"), x.ID}
		if x.Props != nil && (len(x.Props.Fields) > 0 || !optionalProps(x.Type)) {
			return j.built(x.Type, args, *x.Props)
		}
		return cat(txt("new "+j.name(x.Type)), j.args(args))
	case value:
		if last := len(x.Args) - 1; last >= 0 {
			if o, ok := x.Args[last].(object); ok && !strings.HasPrefix(o.Type.Name, "I") {
				return j.built(x.Type, x.Args[:last], o)
			}
		}
		return cat(txt("new "+j.name(x.Type)), j.args(x.Args))
	case static:
		if x.Name == "fromObject" || x.Type.Name == "FilterCriteria" { // the object becomes a text in the template
			defer func(before bool) { j.sorting = before }(j.sorting)
			j.sorting = true
		}
		return cat(txt(j.name(x.Type)+"."+x.Name), j.args(x.Args))
	case call, attribute:
		return j.dotted(e)
	case helper:
		var docs []doc
		for _, l := range j.seen(j.helpers[x.Name]) {
			docs = append(docs, txt(javaName(l.Name)))
		}
		for _, a := range x.Args {
			if a == nil {
				docs = append(docs, txt("null"))
				continue
			}
			docs = append(docs, j.expr(a))
		}
		return cat(txt(javaName(x.Name)), j.call(docs))
	case escaped:
		return cat(txt("(("+j.name(x.Type)+") "), j.dotted(attribute{attribute{x.On, "node"}, "defaultChild"}), txt(")"))
	}
	panic(fmt.Sprintf("cdk: the Java printer does not know %T", e))
}

// optionalProps tells whether a class can be made without its struct.
func optionalProps(t typeName) bool {
	d, _ := declaration(t.full())
	m, _ := d.member("new")
	return len(m.Params) > 2 && m.Params[2].Optional
}

// built makes an object of a class by its builder.
func (j *javaPrinter) built(t typeName, args []expression, props object) doc {
	return chain(cat(txt(j.name(t)+".Builder.create"), j.args(args)), j.setters(props))
}

func (j *javaPrinter) setters(o object) []link {
	var links []link
	for _, f := range o.Fields {
		v := f.Value
		if d, ok := v.(dict); ok && j.ordered(o.Type, f.Name) && len(d.Fields) > 1 {
			links = append(links, link{cat(txt("."+javaMember(f.Name)), j.call([]doc{j.sorted(j.dict(d))})), f.Comment})
			continue
		}
		links = append(links, link{cat(txt("."+javaMember(f.Name)), j.args([]expression{v})), f.Comment})
	}
	return append(links, link{doc: txt(".build()")})
}

// sorted makes a mapping whose order shows in the template the same in each run: Map.of has another order in each.
func (j *javaPrinter) sorted(mapping doc) doc {
	return cat(txt("new "+j.use("java.util.TreeMap")+"<>"), j.call([]doc{mapping}))
}

// ordered tells whether the order of a mapping shows in the template: ids are made from the text of what holds structs.
func (j *javaPrinter) ordered(t typeName, field string) bool {
	d, _ := declaration(t.full())
	m, _ := d.member(field)
	return strings.HasPrefix(m.Type, "{}*")
}

// object spells a struct. Where the library has only an interface, a class of our own stands for it.
func (j *javaPrinter) object(x object) doc {
	d, _ := declaration(x.Type.full())
	if d.Kind != "interface" {
		return chain(txt(j.name(x.Type)+".builder()"), j.setters(x))
	}
	j.classes[x.Type.full()] = x.Type
	given := map[string]expression{}
	for _, f := range x.Fields {
		given[f.Name] = f.Value
	}
	var docs []doc
	for _, name := range d.names() {
		if v, ok := given[name]; ok {
			docs = append(docs, j.expr(v))
			continue
		}
		docs = append(docs, txt("null"))
	}
	return cat(txt("new "+strings.TrimPrefix(x.Type.Name, "I")), j.call(docs))
}

// javaMapOf is how many pairs Map.of takes.
const javaMapOf = 10

// dict spells a mapping, a pair a line. The formatter keeps such rows where the values are of one kind; else it puts
// names and values on lines of their own.
func (j *javaPrinter) dict(x dict) doc {
	name := j.use("java.util.Map")
	if len(x.Fields) > javaMapOf {
		var entries []doc
		for _, f := range x.Fields {
			entries = append(entries, cat(txt(name+".entry"), j.call([]doc{j.text(f.Name), j.expr(f.Value)})))
		}
		return cat(txt(name+".ofEntries"), j.call(entries))
	}
	var docs []doc
	for _, f := range x.Fields {
		docs = append(docs, j.text(f.Name), j.expr(f.Value))
	}
	if !rows(x.Fields) {
		return cat(txt(name+".of"), j.call(docs))
	}
	var pairs []doc
	for i := 0; i < len(docs); i += 2 {
		pairs = append(pairs, cat(docs[i], txt(", "), docs[i+1]))
	}
	return cat(txt(name+".of"), j.call(pairs))
}

// rows tells whether the formatter sees a table in pairs on lines of their own.
func rows(fields []argument) bool {
	if len(fields) < 2 {
		return false
	}
	kinds := map[string]int{}
	for _, f := range fields {
		kinds[javaKind(f.Value)]++
	}
	for _, n := range kinds {
		if n >= len(fields)/2+1 {
			return true
		}
	}
	return false
}

// javaKind is the kind of a value's node in Java's syntax tree.
func javaKind(e expression) string {
	switch e.(type) {
	case call, attribute, static, list, dict, helper, object:
		return "call"
	case member:
		return "member"
	}
	return fmt.Sprintf("%T", e)
}

// text spells a text: code in another language, such as a mapping template, in a text block.
func (j *javaPrinter) text(s string) doc {
	if runes(s) <= javaBlock || strings.Count(s, `"`) < 3 {
		return reflow(javaString(s), false)
	}
	var parts []string
	for _, word := range strings.SplitAfter(s, " ") {
		if last := len(parts) - 1; last >= 0 && runes(parts[last])+runes(word) <= javaBlock {
			parts[last] += word
			continue
		}
		parts = append(parts, word)
	}
	return javaTextBlock(parts)
}

// joined spells a text of pieces: on one line, or a piece a line.
func (j *javaPrinter) joined(pieces joined) doc {
	var first doc
	var rest []doc
	for i, p := range pieces {
		d := j.expr(p)
		if t, ok := p.(text); ok {
			d = reflow(javaString(string(t)), i > 0)
		}
		if i == 0 {
			first = d
			continue
		}
		rest = append(rest, line, txt("+ "), d)
	}
	return group(first, deep(rest...))
}

// javaBlock is how long a JSON text may be before it is spelled as a text block.
const javaBlock = 60

// json spells JSON text as it is, a name a line, in a text block: the ends of the lines are not part of it.
func (j *javaPrinter) json(e expression) doc {
	pieces := jsonPieces(e)
	if len(pieces) != 1 {
		return j.joined(pieces)
	}
	text := string(pieces[0].(text))
	if runes(text) <= javaBlock {
		return txt(javaString(text))
	}
	return javaTextBlock(topLevel(text))
}

// javaTextBlock spells a text by its parts, one a line; the ends of the lines are not part of it.
func javaTextBlock(parts []string) doc {
	items := []doc{txt(`"""`), hard}
	for _, part := range parts {
		spelled := javaString(part)
		inside := strings.ReplaceAll(strings.ReplaceAll(spelled[1:len(spelled)-1], `\"`, `"`), `"""`, `""\"`)
		items = append(items, txt(inside+`\`), hard)
	}
	return cat(append(items, txt(`"""`))...)
}

// topLevel cuts JSON text behind the commas of its outermost level.
func topLevel(s string) []string {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 1:
			parts = append(parts, s[start:i+1])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

package cdk

import (
	"fmt"
	"sort"
	"strings"
)

// tsWidth is the line width of the generated TypeScript; the package.json names it for prettier.
const tsWidth = 100

// tsPrinter spells a program in TypeScript. It collects the imports of what it prints.
type tsPrinter struct {
	fields  map[string]bool // locals that are fields of the stack
	snippet bool
	named   map[string]map[string]bool // module → names imported one by one
	spaces  map[string]bool            // modules imported as a whole
	path    bool                       // node:path is needed
}

// tsNamed are the modules whose few names are imported one by one; all others are imported as a whole.
var tsNamed = map[string]bool{
	"": true, "aws-apigatewayv2-authorizers": true, "aws-apigatewayv2-integrations": true, "aws-lambda-event-sources": true,
	"aws-lambda-nodejs": true, "aws-lambda-destinations": true, "aws-cloudwatch-actions": true, "aws-scheduler-targets": true,
}

// aliases are the names under which modules are imported, in every language that has such names.
var aliases = map[string]string{
	"aws-apigatewayv2": "apigwv2", "aws-apigateway": "apigateway", "aws-events-targets": "targets", "aws-sns-subscriptions": "subscriptions",
	"aws-stepfunctions": "sfn", "aws-stepfunctions-tasks": "tasks", "aws-cloudfront-origins": "origins",
}

func alias(module string) string {
	if a, ok := aliases[module]; ok {
		return a
	}
	return strings.ReplaceAll(strings.TrimPrefix(module, "aws-"), "-", "")
}

func newTSPrinter(p *program, snippet bool) *tsPrinter {
	ts := &tsPrinter{fields: map[string]bool{}, named: map[string]map[string]bool{}, spaces: map[string]bool{}, snippet: snippet}
	if snippet {
		return ts
	}
	for _, s := range p.Body {
		if l, ok := s.(let); ok && l.Field {
			ts.fields[l.Name] = true
		}
	}
	return ts
}

// name spells a class and remembers its import.
func (ts *tsPrinter) name(t typeName) string {
	if !tsNamed[t.Module] {
		ts.spaces[t.Module] = true
		return alias(t.Module) + "." + t.Name
	}
	if ts.named[t.Module] == nil {
		ts.named[t.Module] = map[string]bool{}
	}
	ts.named[t.Module][t.Name] = true
	return t.Name
}

func (ts *tsPrinter) expr(e expression) doc {
	switch x := e.(type) {
	case text:
		return txt(tsString(string(x)))
	case number:
		return txt(string(x))
	case truth:
		return txt(fmt.Sprint(bool(x)))
	case local:
		return txt(ts.local(string(x)))
	case prop:
		if ts.snippet {
			return txt(string(x))
		}
		return txt("props." + string(x))
	case member:
		return txt(ts.name(x.Type) + "." + x.Name)
	case attribute:
		return cat(ts.expr(x.On), txt("."+x.Name))
	case equal:
		return cat(ts.expr(x.A), txt(" === "), ts.expr(x.B))
	case opposite:
		return cat(txt("!"), ts.expr(x.Of))
	case either:
		return group(ts.expr(x.If), nest(line, txt("? "), ts.expr(x.Then), line, txt(": "), ts.expr(x.Else)))
	case jsonText:
		return cat(txt("JSON.stringify"), ts.args([]expression{x.Value}))
	case joined:
		return txt(ts.template(x))
	case entry:
		return ts.entry(string(x))
	case handlersFolder:
		ts.path = true
		if ts.snippet {
			return txt("path.join(__dirname)")
		}
		return txt("path.join(__dirname, '..', 'src')")
	case jar:
		ts.path = true
		if ts.snippet {
			return txt("path.join(__dirname, " + tsString(javaJar) + ")")
		}
		return txt("path.join(__dirname, '..', " + tsString(javaJar) + ")")
	case built:
		if x == "" {
			return ts.folder(goBuilt, "handler")
		}
		return ts.folder(goBuilt, tsString(string(x)))
	case folder:
		return ts.folder(strings.TrimSuffix(codeFolder, "/"), tsString(string(x)))
	case list:
		return ts.list(x)
	case object:
		return ts.object(x.Fields, x.Open)
	case dict:
		return ts.object(x.Fields, len(x.Fields) > 1)
	}
	return ts.invocation(e)
}

func (ts *tsPrinter) invocation(e expression) doc {
	switch x := e.(type) {
	case construct:
		args := []expression{local("this"), x.ID}
		if x.Props != nil && (len(x.Props.Fields) > 0 || strings.HasPrefix(x.Type.Name, "Cfn")) {
			args = append(args, *x.Props)
		}
		return cat(txt("new "+ts.name(x.Type)), ts.args(args))
	case value:
		return cat(txt("new "+ts.name(x.Type)), ts.args(x.Args))
	case call:
		return cat(ts.expr(x.On), txt("."+x.Name), ts.args(x.Args))
	case static:
		return cat(txt(ts.name(x.Type)+"."+x.Name), ts.args(x.Args))
	case helper:
		on := "this."
		if ts.snippet {
			on = ""
		}
		args := x.Args
		if last := len(args) - 1; last >= 0 && args[last] == nil {
			args = args[:last] // an optional one
		}
		return cat(txt(on+x.Name), ts.args(args))
	case escaped:
		return cat(txt("("), ts.expr(x.On), txt(".node.defaultChild as "+ts.name(x.Type)+")"))
	}
	panic(fmt.Sprintf("cdk: the TypeScript printer does not know %T", e))
}

func (ts *tsPrinter) local(name string) string {
	if ts.fields[name] {
		return "this." + name
	}
	return name
}

// args lays arguments out as prettier does: a last object stays on the line of the call.
func (ts *tsPrinter) args(args []expression) doc {
	docs := make([]doc, len(args))
	for i, a := range args {
		docs[i] = ts.expr(a)
	}
	n := len(args)
	return parenthesised(docs, n > 0 && isLiteral(args[n-1]) && (n == 1 || !isLiteral(args[n-2])))
}

func isLiteral(e expression) bool {
	switch e.(type) {
	case object, dict:
		return true
	}
	return false
}

func (ts *tsPrinter) object(fields []argument, open bool) doc {
	if len(fields) == 0 {
		return txt("{}")
	}
	var items []doc
	for i, f := range fields {
		if i > 0 {
			items = append(items, txt(","), line)
		}
		if f.Comment != "" {
			for _, l := range wrap(f.Comment, 85) {
				items = append(items, txt("// "+l), hard)
			}
		}
		items = append(items, ts.field(f))
	}
	if open || len(fields) > 3 {
		return group(txt("{"), nest(hard, cat(items...)), txt(","), hard, txt("}"))
	}
	return group(txt("{"), nest(line, cat(items...)), ifWide(","), line, txt("}"))
}

func (ts *tsPrinter) field(f argument) doc {
	if l, ok := f.Value.(local); ok && string(l) == f.Name && !ts.fields[f.Name] {
		return txt(f.Name)
	}
	key := tsKey(f.Name)
	switch f.Value.(type) {
	case text, member:
		if len(key) > 2 { // prettier keeps the value beside a key this short
			return group(txt(key+":"), nest(line, ts.expr(f.Value)))
		}
	}
	return cat(txt(key+": "), ts.expr(f.Value))
}

func (ts *tsPrinter) list(l list) doc {
	if len(l.Items) == 0 {
		return txt("[]")
	}
	docs := make([]doc, len(l.Items))
	for i, it := range l.Items {
		docs[i] = ts.expr(it)
	}
	return group(txt("["), nest(softline, commaList(docs)), ifWide(","), softline, txt("]"))
}

// template spells a text of pieces as a template literal.
func (ts *tsPrinter) template(pieces joined) string {
	var b strings.Builder
	b.WriteString("`")
	for _, p := range pieces {
		if t, ok := p.(text); ok {
			quoted := strings.ReplaceAll(strings.ReplaceAll(escapeControl(string(t)), "`", "\\`"), "${", "\\${")
			b.WriteString(quoted)
			continue
		}
		b.WriteString("${" + layout(ts.expr(p), 1000, "") + "}")
	}
	b.WriteString("`")
	return b.String()
}

func (ts *tsPrinter) entry(name string) doc {
	ts.path = true
	if name == "" {
		return txt("path.join(__dirname, '..', 'src', `${handler}.ts`)")
	}
	if ts.snippet {
		return txt("path.join(__dirname, " + tsString(sourceFile(name)) + ")")
	}
	return txt("path.join(__dirname, '..', 'src', " + tsString(sourceFile(name)) + ")")
}

// folder spells the path of a folder in a folder of the project; name is spelled.
func (ts *tsPrinter) folder(in, name string) doc {
	ts.path = true
	if ts.snippet {
		return txt("path.join(__dirname, " + tsString(in) + ", " + name + ")")
	}
	return txt("path.join(__dirname, '..', " + tsString(in) + ", " + name + ")")
}

func (ts *tsPrinter) statements(body []statement) doc { return paragraphs(body, ts.statement) }

// spaced tells whether an empty line stands between two statements: a call follows what it is about at once.
func spaced(a, b statement) bool {
	if _, ok := a.(heading); ok {
		return false
	}
	if _, ok := b.(heading); ok {
		return true
	}
	if r, ok := b.(run); ok {
		return r.Comment != ""
	}
	return true
}

func (ts *tsPrinter) statement(s statement) doc {
	switch x := s.(type) {
	case let:
		word := "const " + x.Name
		if ts.fields[x.Name] {
			word = "this." + x.Name
		}
		return cat(ts.comment(x.Comment), txt(word+" = "), ts.expr(x.Value), txt(";"))
	case run:
		return cat(ts.comment(x.Comment), ts.expr(x.Value), txt(";"))
	case give:
		return cat(txt("return "), ts.expr(x.Value), txt(";"))
	case heading:
		return txt("// " + x.Text)
	}
	panic(fmt.Sprintf("cdk: the TypeScript printer does not know %T", s))
}

func (ts *tsPrinter) comment(s string) doc { return commented("// ", wrapped(s, 92)) }

// parameter spells a parameter of a helper.
func (ts *tsPrinter) parameter(p parameter) string {
	if p.Type == "optional text" {
		return p.Name + "?: string"
	}
	return p.Name + ": " + ts.paramType(p)
}

func (ts *tsPrinter) paramType(p parameter) string {
	switch p.Type {
	case "text":
		return "string"
	case "texts":
		return "string[]"
	case "number":
		return "number"
	case "truth":
		return "boolean"
	case "environment":
		return "Record<string, string>"
	}
	return ts.name(p.Class)
}

// imports spells the imports of everything printed so far. types are names needed as types only.
func (ts *tsPrinter) imports(types map[string]bool) string {
	var lines []string
	if ts.path {
		lines = append(lines, "import * as path from 'node:path';")
	}
	if ts.snippet { // one statement for all modules: in a chat every line counts
		if ts.named[""] == nil {
			ts.named[""] = map[string]bool{}
		}
		for m := range ts.spaces {
			ts.named[""][strings.ReplaceAll(m, "-", "_")+" as "+alias(m)] = true
		}
		ts.spaces = nil
	}
	var modules []string
	for m := range ts.spaces {
		modules = append(modules, m)
	}
	for m := range ts.named {
		modules = append(modules, m)
	}
	sort.Strings(modules)
	for _, m := range modules {
		from := "'aws-cdk-lib/" + m + "'"
		if m == "" {
			from = "'aws-cdk-lib'"
		}
		if ts.spaces[m] {
			lines = append(lines, "import * as "+alias(m)+" from "+from+";")
			continue
		}
		var names []doc
		for _, n := range sortedNames(ts.named[m]) {
			if types[n] {
				n = "type " + n
			}
			names = append(names, txt(n))
		}
		d := cat(group(txt("import {"), nest(line, commaList(names)), ifWide(","), line, txt("}")), txt(" from "+from+";"))
		lines = append(lines, layout(d, tsWidth, "  "))
	}
	return strings.Join(lines, "\n")
}

func sortedNames(m map[string]bool) []string {
	var out []string
	for n := range m {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

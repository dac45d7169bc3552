package cdk

import (
	_ "embed"
	"fmt"
	"go/format"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// What the generated Go projects require: the newest versions that the module proxy serves and that compile
// (awscdk v2.221.0 does not), and the sums of all that they need.
//
//go:embed go_requirements.txt
var goRequirements string

//go:embed go_sums.txt
var goSums string

// goProject writes all files of a Go project, the stack first. Its functions run handlers in any language: those in Go are a
// module of their own.
func goProject(g *graph.Graph, p *program, o Options) []File {
	files := []File{{"stack.go", goStack(p)}, {"main.go", goMain(p, o)}}
	h := handlersOf(g, o)
	files = append(files, h.files...)
	beside, test, ignored := h.beside("go test ./...")
	files = append(files, beside...)
	return append(files,
		File{"stack_test.go", goStackTest(g, p)},
		File{"go.mod", "module " + o.Name + "\n\ngo 1.23.0\n\n" + goRequirements},
		File{"go.sum", goSums},
		File{"package.json", tsPackage(o, h.modules, test)},
		File{"cdk.json", cdkJSON("go mod download && go run .", o)},
		File{".gitignore", "node_modules/\ncdk.out/\n" + ignored},
	)
}

// goFormatted is code as gofmt leaves it. It panics where the code does not parse: that is our own mistake.
func goFormatted(code string) string {
	out, err := format.Source([]byte(code))
	if err != nil {
		panic("cdk: the Go printer wrote what Go cannot read: " + err.Error() + "\n" + code)
	}
	return string(out)
}

func goStack(p *program) string {
	gp := newGoPrinter(p, false)
	gp.use(goLibraryPath)
	gp.use("github.com/aws/constructs-go/constructs/v10")
	body := layout(nest(hard, gp.statements(without(p.Body, p.Helpers))), goWidth, "\t")
	var b strings.Builder
	fmt.Fprintf(&b, "// %[1]sStackProps are the properties of the stack.\ntype %[1]sStackProps struct {\n\tawscdk.StackProps\n", p.Stack)
	for _, q := range p.Props {
		for _, l := range wrap(goMember(q.Name)+": "+q.Comment+".", 100) {
			b.WriteString("\t// " + l + "\n")
		}
		fmt.Fprintf(&b, "\t%s %s\n", goMember(q.Name), gp.paramType(q))
	}
	fmt.Fprintf(&b, "}\n\n// New%[1]sStack makes the stack: %[2]s.\nfunc New%[1]sStack(scope constructs.Construct, id string, props *%[1]sStackProps) awscdk.Stack {\n",
		p.Stack, strings.TrimSuffix(oneLine(p.Title), "."))
	b.WriteString("\tstack := awscdk.NewStack(scope, &id, &props.StackProps)\n" + body + "\n\n\treturn stack\n}\n")
	for _, h := range p.Helpers {
		b.WriteString("\n" + layout(gp.function(h), goWidth, "\t") + "\n")
	}
	b.WriteString(gp.ownTypes())
	return goFormatted("package main\n\n" + gp.importBlock() + "\n" + b.String())
}

func (gp *goPrinter) paramType(q parameter) string {
	if spec := goNative[q.Type]; spec != "" {
		return gp.goType(spec)
	}
	return gp.goType(q.Class.full())
}

// ownTypes are the types that stand for interfaces of the library.
func (gp *goPrinter) ownTypes() string {
	var b strings.Builder
	for _, name := range sortedNames(gp.classes) {
		d, _ := declaration(name)
		own := goOwnType(named(name).Name)
		fmt.Fprintf(&b, "\n// %s implements %s: the library has no struct for it.\ntype %[1]s struct {\n", own, gp.name(named(name)))
		for _, f := range d.names() {
			m, _ := d.member(f)
			fmt.Fprintf(&b, "\t%s %s\n", f, gp.goType(m.Type))
		}
		b.WriteString("}\n")
		for _, f := range d.names() {
			m, _ := d.member(f)
			fmt.Fprintf(&b, "\nfunc (s *%s) %s() %s { return s.%s }\n", own, goMember(f), gp.goType(m.Type), f)
		}
	}
	return b.String()
}

// goStackFields are the stack's own properties, stage being the variable.
func (gp *goPrinter) goStackFields(p *program) string {
	var b strings.Builder
	for _, q := range p.Props {
		if q.Name == "stage" {
			b.WriteString("\t\tStage: stage,\n")
			continue
		}
		fmt.Fprintf(&b, "\t\t%s: %s,\n", goMember(q.Name), gp.native(q.Value))
	}
	return b.String()
}

// native spells a property's value as Go's own: a text, or a list of texts.
func (gp *goPrinter) native(e expression) string {
	if l, ok := e.(list); ok {
		var items []doc
		for _, it := range l.Items {
			items = append(items, gp.expr(it, "=s"))
		}
		return layout(gp.literal("[]string", items, false), goWidth, "\t")
	}
	return layout(gp.expr(e, "=s"), goWidth, "\t")
}

func goMain(p *program, o Options) string {
	gp := newGoPrinter(p, true)
	return goFormatted(fmt.Sprintf(`// Command %[2]s synthesises the stack.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)

	// cdk deploy -c stage=dev makes a stack of its own that deletes its data with itself.
	stage := "prod"
	if given, ok := app.Node().TryGetContext(jsii.String("stage")).(string); ok {
		stage = given
	}

	New%[1]sStack(app, %[3]s, &%[1]sStackProps{
		StackProps: awscdk.StackProps{StackName: jsii.String(%[4]s + stage)},
%[5]s	})

	app.Synth(nil)
}
`, p.Stack, o.Name, goString(p.Stack), goString(o.Name+"-"), gp.goStackFields(p)))
}

func goSnippet(p *program) string {
	gp := newGoPrinter(p, true)
	gp.short = map[string]bool{}
	body := without(p.Body, p.Helpers)
	var first []statement
	for len(body) > 0 {
		l, ok := body[0].(let)
		if !ok || !l.Field {
			break
		}
		first, body = append(first, l), body[1:]
	}
	items := []doc{gp.statements(first), hard, hard}
	for _, h := range p.Helpers {
		items = append(items, gp.function(h), hard, hard)
	}
	text := layout(cat(append(items, gp.statements(body))...), goWidth, "\t")
	head := strings.TrimPrefix(goFormatted("package main\n\n"+gp.importBlock()+gp.ownTypes()), "package main\n\n")
	return tidy(head + "\n// Inside the function that makes the stack (awscdk.Stack):\n\n" + strings.TrimLeft(gp.shortNames()+goFormatted(strings.TrimLeft(text, "\n")), "\n"))
}

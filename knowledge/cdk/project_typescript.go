package cdk

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tsProject writes all files of a TypeScript project, the stack first.
func tsProject(g *graph.Graph, p *program, o Options) []File {
	files := []File{
		{"lib/" + o.Name + "-stack.ts", tsStack(p)},
		{"bin/" + o.Name + ".ts", tsEntryPoint(p, o)},
	}
	h := handlersOf(g, o)
	for _, m := range []string{"aws-cdk-lib", "constructs", "cdk-nag"} {
		h.modules[m] = true
	}
	files = append(files, h.files...)
	tests, folders, ignored := tsTests, []string{"bin", "lib", "src", "test"}, "node_modules/\ncdk.out/\n"
	switch o.Handlers {
	case "python":
		files = append(files, pyToolFiles(pyHandlerRequirements)...)
		tests, folders, ignored = tests+" && pytest", []string{"bin", "lib", "test"}, ignored+pyIgnored
	case "go":
		tests, folders, ignored = goTestCommand+" && "+tests, []string{"bin", "lib", "test"}, ignored+goIgnored
	case "java":
		tests, folders, ignored = javaBuildCommand+" && "+tests, []string{"bin", "lib", "test"}, ignored+javaIgnored
	}
	return append(files,
		File{"test/" + o.Name + "-stack.test.ts", tsStackTest(g, p, o)},
		File{"package.json", tsPackage(o, h.modules, tests)},
		File{"tsconfig.json", tsConfig(folders...)},
		File{"cdk.json", cdkJSON("npx tsx bin/"+o.Name+".ts", o)},
		File{".gitignore", ignored},
	)
}

// tsHandlerFiles writes the handlers with their tests, and lists the npm packages that they need. Stacks of every
// language may run them.
func tsHandlerFiles(g *graph.Graph, o Options) (files []File, modules map[string]bool) {
	modules = map[string]bool{}
	for _, w := range works(g, o.Name) {
		h := newTSHandler(w)
		files = append(files, File{"src/" + w.file + ".ts", h.text()})
		test := tsHandlerTest(w)
		if test != "" {
			files = append(files, File{"test/" + w.file + ".test.ts", test})
		}
		for m := range h.imports {
			if !strings.HasPrefix(m, "node:") {
				modules[packageOf(m)] = true
			}
		}
		for _, m := range []string{"@aws-sdk/util-dynamodb", "@aws/durable-execution-sdk-js-testing", "aws-sdk-client-mock"} {
			if strings.Contains(test, m) {
				modules[m] = true
			}
		}
	}
	for _, more := range []func(*graph.Graph) []File{graphQLSources, graphQLTests, channelSources, channelTests, codeFiles} {
		files = append(files, more(g)...)
	}
	return files, modules
}

// packageOf is the npm package of an imported module.
func packageOf(module string) string {
	parts := strings.Split(module, "/")
	switch {
	case module == "aws-lambda":
		return "@types/aws-lambda"
	case strings.HasPrefix(module, "@"):
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

func tsStack(p *program) string {
	ts := newTSPrinter(p, false)
	types := map[string]bool{"StackProps": true}
	ts.name(typeName{"", "Stack"})
	ts.name(typeName{"", "StackProps"})

	var members []doc
	for _, s := range p.Body {
		if l, ok := s.(let); ok && l.Field {
			t := ts.name(l.Type)
			members = append(members, txt("private readonly "+l.Name+": "+t+";"), hard)
		}
	}
	p = acknowledged(p)
	body := ts.statements(without(p.Body, p.Helpers))
	constructor := cat(txt("constructor(scope: Construct, id: string, props: "+p.Stack+"StackProps) {"),
		nest(hard, txt("super(scope, id, props);"), hard, hard, body), hard, txt("}"))
	if len(members) > 0 {
		members = append(members, hard)
	}
	class := []doc{cat(append(members, constructor)...)}
	for _, h := range p.Helpers {
		class = append(class, hard, hard, ts.method(h))
	}
	text := layout(cat(txt("/** "+oneLine(p.Title)+". */"), hard, txt("export class "+p.Stack+"Stack extends Stack {"),
		nest(append([]doc{hard}, class...)...), hard, txt("}")), tsWidth, "  ")
	propsText := ts.propsInterface(p)
	return tidy(ts.imports(types) + "\nimport type { Construct } from 'constructs';\n\n" + propsText + "\n" + text)
}

func (ts *tsPrinter) propsInterface(p *program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "export interface %sStackProps extends StackProps {\n", p.Stack)
	for _, q := range p.Props {
		fmt.Fprintf(&b, "  /** %s. */\n  readonly %s: %s;\n", graph.UpperFirst(oneLine(q.Comment)), q.Name, ts.paramType(q))
	}
	b.WriteString("}\n")
	return b.String()
}

func (ts *tsPrinter) method(h function) doc {
	var params []doc
	for _, q := range h.Params {
		params = append(params, txt(q.Name+": "+ts.paramType(q)))
	}
	result := "void"
	if h.Result.Name != "" {
		result = ts.name(h.Result)
	}
	head := group(txt("private "+h.Name+"("), nest(softline, commaList(params)), ifWide(","), softline, txt("): "+result+" {"))
	return cat(txt("/** "+h.Comment+" */"), hard, head, nest(hard, ts.statements(h.Body)), hard, txt("}"))
}

func tsEntryPoint(p *program, o Options) string {
	ts := newTSPrinter(p, true)
	var fields []doc
	for _, q := range p.Props {
		if q.Name == "stage" {
			fields = append(fields, txt("stage,"), hard)
			continue
		}
		fields = append(fields, txt(q.Name+": "), ts.expr(q.Value), txt(","), hard)
	}
	d := cat(txt("new "+p.Stack+"Stack(app, '"+p.Stack+"', {"), nest(append([]doc{hard, txt("stackName: `" + o.Name + "-${stage}`,"), hard}, fields[:len(fields)-1]...)...), hard, txt("});"))
	return tidy(fmt.Sprintf(`import { App } from 'aws-cdk-lib';
import { %[1]sStack } from '../lib/%[2]s-stack';

const app = new App();

// cdk deploy -c stage=dev makes a stack of its own that deletes its data with itself.
const stage = String(app.node.tryGetContext('stage') ?? 'prod');

%[3]s
`, p.Stack, o.Name, layout(d, tsWidth, "  ")))
}

func tsSnippet(p *program) string {
	ts := newTSPrinter(p, true)
	var helpers []doc
	body := p.Body
	for _, h := range p.Helpers {
		// A helper may use what the first statements make, so those stand before it.
		var params []doc
		for _, q := range h.Params {
			params = append(params, txt(ts.parameter(q)))
		}
		head := group(txt("const "+h.Name+" = ("), nest(softline, commaList(params)), ifWide(","), softline, txt(") => {"))
		helpers = append(helpers, ts.comment(h.Comment), head, nest(hard, ts.statements(h.Body)), hard, txt("};"), hard, hard)
	}
	var first []statement
	for len(body) > 0 {
		l, ok := body[0].(let)
		if !ok || !l.Field {
			break
		}
		first, body = append(first, l), body[1:]
	}
	d := cat(append(append([]doc{ts.statements(first), hard, hard}, helpers...), ts.statements(body))...)
	text := layout(d, tsWidth, "  ")
	return tidy(ts.imports(nil) + "\n\n// Inside the constructor of a Stack:\n\n" + strings.TrimLeft(text, "\n"))
}

// cdkJSON is the file by which the CDK's command line finds the app. It has handlers in Go and Java built before.
func cdkJSON(app string, o Options) string {
	var context map[string]any
	if err := json.Unmarshal([]byte(flags), &context); err != nil {
		panic("cdk: flags.json: " + err.Error()) // our own file
	}
	context["@aws-cdk/core:validateAgainstDefaultRules"] = true
	unwatched := []string{"README.md", "cdk*.json", "node_modules", "test"}
	settings := map[string]any{"app": app, "context": context}
	switch o.Handlers {
	case "go":
		settings["build"], unwatched = "make build", append(unwatched, goBuilt)
	case "java":
		settings["build"], unwatched = javaBuildCommand+" -DskipTests", append(unwatched, "handlers/target")
	}
	settings["watch"] = map[string]any{"include": []string{"**"}, "exclude": unwatched}
	out, err := json.MarshalIndent(settings, "", "  ")
	if err != nil {
		panic("cdk: cdk.json: " + err.Error()) // texts and lists always marshal
	}
	return string(out) + "\n"
}

// tsConfig checks the given folders.
func tsConfig(folders ...string) string {
	return strings.Replace(tsConfigText, "FOLDERS", `"`+strings.Join(folders, `/**/*.ts", "`)+`/**/*.ts"`, 1)
}

const tsConfigText = `{
  "compilerOptions": {
    "target": "ES2023",
    "lib": ["ES2023"],
    "module": "preserve",
    "strict": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "noImplicitReturns": true,
    "skipLibCheck": true,
    "noEmit": true,
    "types": ["node"]
  },
  "include": [FOLDERS]
}
`

// tsTests is the command that runs the tests in TypeScript.
const tsTests = "node --import tsx --test test/*.test.ts"

// tsPackage pins what the handlers and the stack are made of, where they are in TypeScript, and the CDK's command line.
// tests is the test command.
func tsPackage(o Options, modules map[string]bool, tests string) string {
	runtime, dev := pinnedModules(modules)
	dev["aws-cdk"] = ""
	typescript := o.Language == "typescript" || o.Handlers == "typescript"
	if typescript {
		for _, m := range []string{"@types/node", "tsx", "typescript"} {
			dev[m] = ""
		}
	}
	if o.Handlers == "typescript" {
		dev["esbuild"] = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"name\": %q,\n  \"version\": \"0.1.0\",\n  \"private\": true,\n", o.Name)
	b.WriteString("  \"engines\": { \"node\": \">=22\" },\n  \"scripts\": {\n")
	if typescript {
		b.WriteString("    \"build\": \"tsc\",\n")
	}
	b.WriteString("    \"test\": \"" + tests + "\",\n")
	b.WriteString("    \"synth\": \"cdk synth\",\n    \"deploy\": \"cdk deploy\",\n    \"destroy\": \"cdk destroy\"\n  },\n")
	if typescript {
		fmt.Fprintf(&b, "  \"prettier\": { \"singleQuote\": true, \"printWidth\": %d },\n", tsWidth)
	}
	if len(runtime) > 0 {
		fmt.Fprintf(&b, "  \"dependencies\": {\n%s\n  },\n", pinned(runtime))
	}
	fmt.Fprintf(&b, "  \"devDependencies\": {\n%s\n  }\n}\n", pinned(dev))
	return b.String()
}

// pinnedModules parts what runs in Lambda from what serves types and tests: the runtime brings the SDK.
func pinnedModules(modules map[string]bool) (runtime, dev map[string]string) {
	runtime, dev = map[string]string{}, map[string]string{}
	for m := range modules {
		switch {
		case strings.HasPrefix(m, "@aws-sdk/"), strings.HasPrefix(m, "@types/"), m == "aws-sdk-client-mock", m == "cdk-nag", strings.HasSuffix(m, "-testing"):
			dev[m] = ""
		default:
			runtime[m] = ""
		}
	}
	return runtime, dev
}

func pinned(names map[string]string) string {
	var lines []string
	for n := range names {
		v, ok := npmVersions[n]
		if !ok {
			panic("cdk: no version is pinned for " + n) // our own table
		}
		lines = append(lines, fmt.Sprintf("    %q: %q", n, v))
	}
	sort.Strings(lines)
	return strings.Join(lines, ",\n")
}

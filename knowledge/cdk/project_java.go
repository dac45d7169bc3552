package cdk

import (
	_ "embed"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// javaPOM is the project file with the versions that the generated Java projects pin: the newest of the library that
// Maven's central repository has.
//
//go:embed java_pom.xml
var javaPOM string

// javaFolder is the package of a project as a path, and as a name.
func javaFolder(o Options) (folder, name string) {
	last := strings.ReplaceAll(o.Name, "-", "")
	if javaTaken()[last] {
		last += "app"
	}
	return "com/example/" + last, "com.example." + last
}

// javaProject writes all files of a Java project, the stack first. Its functions run TypeScript or Python handlers, as a
// Python project's do.
func javaProject(g *graph.Graph, p *program, o Options) []File {
	folder, pkg := javaFolder(o)
	main := "src/main/java/" + folder + "/" + p.Stack
	files := []File{{main + "Stack.java", javaStack(p, pkg)}, {main + "App.java", javaApp(p, o, pkg)}}
	h := handlersOf(g, o)
	files = append(files, h.files...)
	beside, test, ignored := h.beside("mvn -q test")
	files = append(files, beside...)
	return append(files,
		File{"src/test/java/" + folder + "/" + p.Stack + "StackTest.java", javaStackTest(g, p, pkg)},
		File{"pom.xml", strings.NewReplacer("ARTIFACT", o.Name, "MAINCLASS", pkg+"."+p.Stack+"App").Replace(javaPOM)},
		File{"package.json", tsPackage(o, h.modules, test)},
		File{"cdk.json", cdkJSON("mvn -e -q compile exec:java", o)},
		File{".gitignore", "node_modules/\ncdk.out/\n" + javaIgnored + strings.ReplaceAll(ignored, javaIgnored, "")},
	)
}

// javaParameter documents a parameter, in lines as long as the formatter makes them.
func javaParameter(name, about string) []doc {
	const columns, more = 98, " *     " // beside the indentation of a class's members
	head := " * @param " + name + " "
	about = strings.Join(strings.Fields(about), " ")
	first := wrap(about, columns-len(head))[0]
	out := []doc{txt(head + first), hard}
	if rest := strings.TrimSpace(strings.TrimPrefix(about, first)); rest != "" {
		for _, line := range wrap(rest, columns-len(more)) {
			out = append(out, txt(more+line), hard)
		}
	}
	return out
}

func javaStack(p *program, pkg string) string {
	j := newJavaPrinter(p, false)
	j.use("software.amazon.awscdk.Stack")
	j.use("software.amazon.awscdk.StackProps")
	j.use("software.constructs.Construct")
	params := []doc{txt("Construct scope"), txt("String id"), txt("StackProps props")}
	var about []doc
	for _, q := range p.Props {
		params = append(params, txt(j.paramType(q)+" "+javaName(q.Name)))
		about = append(about, javaParameter(javaName(q.Name), javaComment(q.Comment))...)
	}
	var class []doc
	for _, s := range p.Body {
		if l, ok := s.(let); ok && l.Field && usedIn(p.Helpers, l.Name) {
			class = append(class, txt("private final "+j.name(l.Type)+" "+javaName(l.Name)+";"), hard)
		}
	}
	for name := range j.fields { // a field that no helper sees is a variable
		if !usedIn(p.Helpers, name) {
			delete(j.fields, name)
		}
	}
	// Without the findings of cdk-nag that stay: it has no release for this library, which takes no such ids.
	body := j.statements(without(p.Body, p.Helpers))
	if len(class) > 0 {
		class = append(class, hard)
	}
	if len(about) > 0 {
		class = append(class, txt("/**"), hard, txt(" * Makes the stack."), hard, txt(" *"), hard, cat(about...), txt(" */"), hard)
	}
	class = append(class, j.signature("public "+p.Stack+"Stack", params), nest(hard, txt("super(scope, id, props);"), hard, hard, body), hard, txt("}"))
	for _, h := range p.Helpers {
		class = append(class, hard, hard, j.method(h))
	}
	own := j.ownClasses()
	for _, c := range own {
		class = append(class, hard, hard, c)
	}
	code := layout(cat(txt("/** "+javaComment(strings.TrimSuffix(p.Title, "."))+". */"), hard, txt("public class "+p.Stack+"Stack extends Stack {"),
		nest(append([]doc{hard}, class...)...), hard, txt("}")), javaWidth, "  ")
	return tidy("package " + pkg + ";\n\n" + j.importLines() + "\n" + code)
}

// ownClasses are the classes that stand for interfaces of the library. Fields are not named as the properties: the
// library's runtime must not take one for the other.
func (j *javaPrinter) ownClasses() []doc {
	var names []string
	for name := range j.classes {
		names = append(names, name)
	}
	sort.Strings(names)
	var out []doc
	for _, full := range names {
		d, _ := declaration(full)
		t := j.classes[full]
		class := strings.TrimPrefix(t.Name, "I")
		var fields, params, sets, getters []doc
		for i, name := range d.names() {
			m, _ := d.member(name)
			typ := j.name(named(m.Type))
			if i > 0 {
				fields, sets = append(fields, hard), append(sets, hard)
			}
			fields = append(fields, txt("private final "+typ+" its"+goMember(name)+";"))
			params = append(params, txt(typ+" "+javaName(name)))
			sets = append(sets, txt("its"+goMember(name)+" = "+javaName(name)+";"))
			getters = append(getters, hard, hard, txt("@Override"), hard, txt("public "+typ+" "+javaGetter(name)+"() {"),
				nest(hard, txt("return its"+goMember(name)+";")), hard, txt("}"))
		}
		out = append(out, cat(txt("/** What "+t.Name+" asks for: the library has no class for it. */"), hard,
			txt("private static final class "+class+" implements "+j.name(t)+" {"),
			nest(append([]doc{hard, cat(fields...), hard, hard, j.signature(class, params), nest(hard, cat(sets...)), hard, txt("}")}, getters...)...), hard, txt("}")))
	}
	return out
}

func (j *javaPrinter) importLines() string {
	return importsOf(j.imports)
}

func importsOf(classes map[string]bool) string {
	var b strings.Builder
	for _, full := range sortedNames(classes) {
		b.WriteString("import " + full + ";\n")
	}
	return b.String()
}

// importPackages spells the imports of a snippet: packages as a whole, where that leaves every name clear.
func (j *javaPrinter) importPackages() string {
	packages, lines := map[string]bool{}, map[string]bool{}
	split := func(full string) (pkg, class string) {
		i := strings.LastIndexByte(full, '.')
		return full[:i], full[i+1:]
	}
	for full := range j.imports {
		pkg, _ := split(full)
		packages[pkg] = true
	}
	for full := range j.imports {
		pkg, class := split(full)
		clear := !slices.ContainsFunc(j.doubled[full], func(other string) bool { return packages[other] })
		if strings.HasPrefix(full, "software.amazon.") && clear && !javaLang[class] {
			full = pkg + ".*"
		}
		lines[full] = true
	}
	return importsOf(lines)
}

// stackArguments are the stack's own properties, stage being the variable.
func (j *javaPrinter) stackArguments(p *program) []doc {
	var docs []doc
	for _, q := range p.Props {
		if q.Name == "stage" {
			docs = append(docs, txt("stage"))
			continue
		}
		docs = append(docs, j.expr(q.Value))
	}
	return docs
}

func javaApp(p *program, o Options, pkg string) string {
	j := newJavaPrinter(p, true)
	j.use("software.amazon.awscdk.App")
	j.use("software.amazon.awscdk.StackProps")
	made := append([]doc{txt("app"), txt(javaString(p.Stack)), txt("StackProps.builder().stackName(" + javaString(o.Name+"-") + " + stage).build()")}, j.stackArguments(p)...)
	call := layout(nest(nest(hard, txt("new "+p.Stack+"Stack"), j.call(made), txt(";"))), javaWidth, "  ")
	return tidy(fmt.Sprintf(`package %s;

%s
/** Synthesises the stack. */
public final class %sApp {
  private %[3]sApp() {}

  public static void main(String[] args) {
    App app = new App();

    // cdk deploy -c stage=dev makes a stack of its own that deletes its data with itself.
    Object given = app.getNode().tryGetContext("stage");
    String stage = given == null ? "prod" : given.toString();
%[4]s
    app.synth();
  }
}
`, pkg, j.importLines(), p.Stack, call))
}

func javaSnippet(p *program) string {
	j := newJavaPrinter(p, true)
	body := layout(j.statements(without(p.Body, p.Helpers)), javaWidth, "  ")
	var rest []doc
	for _, h := range p.Helpers {
		rest = append(rest, hard, hard, j.method(h))
	}
	for _, c := range j.ownClasses() {
		rest = append(rest, hard, hard, c)
	}
	text := j.importPackages() + "\n// Inside the constructor of a Stack:\n\n" + body
	if len(rest) > 0 {
		text += "\n\n// Beside the constructor:" + layout(cat(rest...), javaWidth, "  ")
	}
	return tidy(text)
}

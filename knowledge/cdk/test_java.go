package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// javaStackTest writes the test of the stack: what must hold whatever is changed later.
func javaStackTest(g *graph.Graph, p *program, pkg string) string {
	j := newJavaPrinter(p, true)
	for _, full := range []string{"com.fasterxml.jackson.databind.ObjectMapper", "java.io.File", "java.io.IOException", "java.util.HashMap", "java.util.List", "java.util.Map",
		"org.junit.jupiter.api.Test", "software.amazon.awscdk.App", "software.amazon.awscdk.AppProps", "software.amazon.awscdk.StackProps", "software.amazon.awscdk.assertions.Template"} {
		j.use(full)
	}
	var tests []doc
	for _, c := range claims(g) {
		method := "allResources"
		args := []doc{txt(javaString(c.resource)), j.expected(c.want)}
		switch {
		case c.count > 0:
			method = "resourcePropertiesCountIs"
			args = append(args, txt(fmt.Sprint(c.count)))
		case !c.attributes:
			method = "allResourcesProperties"
		}
		tests = append(tests, hard, hard, txt("@Test"), hard, txt("void "+camel(strings.ReplaceAll(c.name, " ", "-"))+"() throws IOException {"),
			nest(hard, chain(txt("template("+javaString(c.stage)+")"), []link{{doc: cat(txt("."+method), j.call(args))}}), txt(";")), hard, txt("}"))
	}
	made := append([]doc{txt("app"), txt(javaString(p.Stack)), txt("StackProps.builder().build()")}, j.stackArguments(p)...)
	template := cat(txt("/**"), hard,
		txt(" * Synthesises the stack of a stage with the settings of cdk.json. The handlers are not bundled:"), hard,
		txt(" * the template is the same, and the test is fast."), hard, txt(" */"), hard,
		txt("private static Template template(String stage) throws IOException {"),
		nest(hard, txt("Map<?, ?> settings = new ObjectMapper().readValue(new File(\"cdk.json\"), Map.class);"),
			hard, txt("Map<String, Object> context = new HashMap<>();"),
			hard, txt("((Map<?, ?>) settings.get(\"context\")).forEach((k, v) -> context.put(k.toString(), v));"),
			hard, txt("context.put(\"aws:cdk:bundling-stacks\", List.of());"),
			hard, txt("App app = new App(AppProps.builder().context(context).build());"),
			hard, txt(p.Stack+"Stack stack ="), group(deep(line, cat(txt("new "+p.Stack+"Stack"), j.call(made)))), txt(";"),
			hard, txt("return Template.fromStack(stack);")), hard, txt("}"))
	code := layout(cat(txt("class "+p.Stack+"StackTest {"), nest(append([]doc{hard, template}, tests...)...), hard, txt("}")), javaWidth, "  ")
	return tidy("package " + pkg + ";\n\n" + j.importLines() + "\n" + code)
}

// expected spells what a claim wants.
func (j *javaPrinter) expected(e expression) doc {
	switch x := e.(type) {
	case anyValue:
		return txt(j.use("software.amazon.awscdk.assertions.Match") + ".anyValue()")
	case matching:
		return txt(j.use("software.amazon.awscdk.assertions.Match") + ".stringLikeRegexp(" + javaString(string(x)) + ")")
	case list:
		var items []doc
		for _, it := range x.Items {
			items = append(items, j.expected(it))
		}
		return cat(txt("List.of"), j.call(items))
	case dict:
		var items []doc
		for _, f := range x.Fields {
			items = append(items, txt(javaString(f.Name)), j.expected(f.Value))
		}
		return cat(txt("Map.of"), j.call(items))
	}
	return j.expr(e)
}

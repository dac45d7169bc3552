package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

const goTestHead = `
func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// template synthesises the stack of a stage with the settings of cdk.json. The handlers are not bundled here: the
// template is the same, and the test is fast.
func template(t *testing.T, stage string) assertions.Template {
	t.Helper()
	text, err := os.ReadFile("cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		Context map[string]any ` + "`json:\"context\"`" + `
	}
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	settings.Context["aws:cdk:bundling-stacks"] = []any{}
	app := awscdk.NewApp(&awscdk.AppProps{Context: &settings.Context})
	stack := New%[1]sStack(app, %[2]s, &%[1]sStackProps{
%[3]s	})
	return assertions.Template_FromStack(stack, nil)
}
`

// goStackTest writes the test of the stack: what must hold whatever is changed later.
func goStackTest(g *graph.Graph, p *program) string {
	gp := newGoPrinter(p, true)
	for _, path := range []string{"encoding/json", "os", "testing", goLibraryPath, goLibraryPath + "/assertions", "github.com/aws/jsii-runtime-go"} {
		gp.use(path)
	}
	var b strings.Builder
	fmt.Fprintf(&b, goTestHead, p.Stack, goString(p.Stack), gp.goStackFields(p))
	for _, c := range claims(g) {
		method := "AllResources"
		switch {
		case c.count > 0:
			method = "ResourcePropertiesCountIs"
		case !c.attributes:
			method = "AllResourcesProperties"
		}
		count := ""
		if c.count > 0 {
			count = fmt.Sprintf(", jsii.Number(%d)", c.count)
		}
		fmt.Fprintf(&b, "\nfunc Test%s(t *testing.T) {\n\ttemplate(t, %q).%s(jsii.String(%q), %s%s)\n}\n",
			pascal(strings.ReplaceAll(c.name, " ", "-")), c.stage, method, c.resource, gp.expected(c.want), count)
	}
	return goFormatted("package main\n\n" + gp.importBlock() + b.String())
}

// expected spells what a claim wants.
func (gp *goPrinter) expected(e expression) string {
	switch x := e.(type) {
	case anyValue:
		return "assertions.Match_AnyValue()"
	case matching:
		return "assertions.Match_StringLikeRegexp(jsii.String(" + goString(string(x)) + "))"
	case list:
		var items []string
		for _, it := range x.Items {
			items = append(items, gp.expected(it))
		}
		return "[]any{" + strings.Join(items, ", ") + "}"
	case dict:
		var items []string
		for _, f := range x.Fields {
			items = append(items, goString(f.Name)+": "+gp.expected(f.Value))
		}
		return "map[string]any{" + strings.Join(items, ", ") + "}"
	}
	return layout(gp.expr(e, "a"), goWidth, "\t")
}

package cdk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything is a program with every expression and statement there is, each in the places where it may stand.
func everything() *program {
	queue, enum := typeName{"aws-sqs", "Queue"}, typeName{"aws-sqs", "QueueEncryption"}
	made := construct{queue, text("Jobs"), props(typeName{"aws-sqs", "QueueProps"}).open().because("encryption", member{enum, "SQS_MANAGED"}, "why").
		with("visibilityTimeout", static{duration, "seconds", []expression{number("5")}}).
		with("enforceSSL", either{equal{prop("stage"), text("prod")}, truth(true), truth(false)}).
		with("fifo", opposite{local("isProduction")}).done()}
	many := dict{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"} {
		many.Fields = append(many.Fields, argument{Name: name, Value: list{Items: []expression{text(name), number("1.5"), truth(true), dict{}}}})
	}
	return &program{
		Stack: "Everything", Title: "Everything",
		Props: []parameter{{Name: "stage", Type: "text", Value: text("prod"), Comment: "a stage"}, {Name: "names", Type: "texts", Value: list{Items: []expression{text("a")}}, Comment: "names"}},
		Body: []statement{
			heading{"A heading"},
			run{Value: static{typeName{"aws-lambda", "Code"}, "fromAsset", []expression{handlersFolder{}}}},
			run{Value: static{typeName{"aws-lambda", "Code"}, "fromAsset", []expression{built("work")}}},
			run{Value: static{typeName{"aws-lambda", "Code"}, "fromAsset", []expression{jar{}}}},
			let{Name: "isProduction", Value: equal{prop("stage"), text("prod")}},
			let{Name: "removalPolicy", Field: true, Type: removalPolicy, Value: either{local("isProduction"), retain, destroy}},
			let{Name: "jobs", Type: queue, Value: made, Comment: "A comment"},
			let{Name: "unused", Type: queue, Value: construct{Type: queue, ID: joinedID("Un", "used")}},
			run{Comment: "Why", Value: call{local("jobs"), "grantSendMessages", []expression{helper{"nodeFunction", []expression{text("Work"), dict{[]argument{{Name: "URL", Value: attribute{local("jobs"), "queueUrl"}}}}, number("512")}}}}},
			run{Value: call{escaped{local("jobs"), typeName{"aws-sqs", "CfnQueue"}}, "addPropertyOverride", []expression{text("A.B"), many}}},
			run{Value: construct{typeName{"", "CfnOutput"}, joined{text("a"), prop("stage")}, props(typeName{"", "CfnOutputProps"}).with("value", jsonText{many}).done()}},
		},
		Helpers: []function{{
			Name: "nodeFunction", Comment: "A function.", Result: nodejsFunction,
			Params: []parameter{{Name: "id", Type: "text"}, {Name: "environment", Type: "environment"}, {Name: "memorySize", Type: "number"}},
			Body: []statement{give{construct{nodejsFunction, local("id"), props(typeName{"aws-lambda-nodejs", "NodejsFunctionProps"}).
				with("entry", entry("work")).with("environment", local("environment")).with("memorySize", local("memorySize")).
				with("logGroup", construct{logGroup, joined{local("id"), text("Logs")}, props(typeName{"aws-logs", "LogGroupProps"}).with("removalPolicy", local("removalPolicy")).done()}).
				with("code", value{typeName{"aws-iam", "ServicePrincipal"}, []expression{text("x")}}).
				with("description", folder("work")).done()}}},
		}},
		Accepts: []acceptance{{"jobs", "Rule", "reason"}, {"", "Rule", "reason"}},
	}
}

// Every printer prints every operation, and none is forgotten here: they are read from program.go.
func TestEveryPrinterKnowsEveryOperation(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "program.go", nil, 0)
	require.NoError(t, err)
	seen := map[string]bool{}
	walk(*everything(), func(x any) { seen[reflect.TypeOf(x).Name()] = true })
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE || !group.Lparen.IsValid() {
			continue
		}
		for _, s := range group.Specs {
			name := s.(*ast.TypeSpec).Name.Name
			assert.True(t, seen[name], "the program of this test has no %s", name)
		}
	}
	for language, into := range spellings {
		assert.NotPanics(t, func() { into.snippet(everything()) }, language)
	}
	stacks := map[string]func(*program) string{
		"typescript": tsStack, "python": pyStack, "go": goStack, "java": func(p *program) string { return javaStack(p, "com.example") },
	}
	assert.Len(t, stacks, len(spellings), "a language is missing here")
	for language, stack := range stacks {
		code := ""
		assert.NotPanics(t, func() { code = stack(everything()) }, language)
		assert.Contains(t, code, "SQS_MANAGED", language)
	}
}

func TestWhatNobodyUsesHasNoName(t *testing.T) {
	body := without(everything().Body, everything().Helpers)
	for _, s := range body {
		if l, ok := s.(let); ok {
			assert.NotEqual(t, "unused", l.Name)
		}
	}
	assert.Len(t, body, len(everything().Body), "what does something stays")
	idle := []statement{let{Name: "idle", Value: equal{text("a"), text("b")}}, run{Value: local("other")}}
	assert.Equal(t, idle[1:], without(idle, nil))
}

// What holds of everything that a helper makes is acknowledged in the helper, and only there.
func TestFindingsOnAllThatAHelperMakesAreAcknowledgedThere(t *testing.T) {
	p := &program{
		Stack: "Two", Title: "Two",
		Body: []statement{
			let{Name: "a", Type: nodejsFunction, Value: helper{"nodeFunction", []expression{text("A")}}},
			let{Name: "b", Type: nodejsFunction, Value: helper{"nodeFunction", []expression{text("B")}}},
		},
		Helpers: []function{{Name: "nodeFunction", Comment: "A function.", Result: nodejsFunction, Params: []parameter{{Name: "id", Type: "text"}},
			Body: []statement{give{construct{nodejsFunction, local("id"), props(typeName{"aws-lambda-nodejs", "NodejsFunctionProps"}).with("entry", entry("a")).done()}}}}},
		Accepts: []acceptance{{"a", "Everywhere", "both"}, {"b", "Everywhere", "both"}, {"a", "Here", "one"}, {"b", "Reasons", "b's"}, {"a", "Reasons", "a's"}},
	}
	code := tsStack(p)
	stack, inHelper, found := strings.Cut(code, "private nodeFunction")
	require.True(t, found)
	assert.Equal(t, 1, strings.Count(code, "'Everywhere'"))
	assert.Contains(t, inHelper, "Validations.of(fn).acknowledge({\n      id: 'Everywhere',\n      reason: 'both',\n    });")
	assert.NotContains(t, inHelper, "'Here'")
	assert.Equal(t, 2, strings.Count(stack, "'Reasons'"))
	assert.Len(t, p.Helpers[0].Body, 1, "the program itself stays")
}

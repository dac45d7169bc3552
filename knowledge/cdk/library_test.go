package cdk

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// What a program names must be in library.txt, or typed languages print it wrongly.
func TestTheLibraryIsKnownAsFarAsProgramsNameIt(t *testing.T) {
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		for _, scope := range Scopes {
			program, _ := lower(d.Graph, Options{Name: d.Name, Title: d.Title, Scope: scope})
			walk(*program, func(x any) { checkDeclared(t, p.Slug, x) })
		}
	}
}

func checkDeclared(t *testing.T, slug string, x any) {
	has := func(typ typeName, name string) {
		d, _ := declaration(typ.full())
		_, ok := d.member(name)
		assert.True(t, ok || d.lacks(name), "%s: library.txt has no %s.%s: run `make library`", slug, typ.full(), name)
	}
	switch x := x.(type) {
	case typeName:
		if x.Name != "" {
			_, ok := declaration(x.full())
			assert.True(t, ok, "%s: library.txt has no %s: run `make library`", slug, x.full())
		}
	case object:
		for _, f := range x.Fields {
			has(x.Type, f.Name)
		}
	case member:
		has(x.Type, x.Name)
	case static:
		has(x.Type, x.Name)
	}
}

func TestDeclarationsAreRead(t *testing.T) {
	queue, ok := declaration("aws-sqs.Queue")
	require.True(t, ok)
	assert.Equal(t, "class", queue.Kind)
	url, ok := queue.member("queueUrl")
	require.True(t, ok)
	assert.Equal(t, libraryMember{Type: "s"}, url)
	grant, ok := queue.member("grantSendMessages")
	require.True(t, ok)
	assert.Equal(t, libraryMember{Type: "aws-iam.Grant", Params: []libraryParam{{Type: "aws-iam.IGrantable"}}, Call: true}, grant)
	made, ok := queue.member("new")
	require.True(t, ok)
	assert.Equal(t, libraryParam{Type: "*aws-sqs.QueueProps", Optional: true}, made.Params[2])
	_, ok = queue.member("queue")
	assert.False(t, ok, "part of a name is no name")
	encryption, ok := declaration("aws-sqs.QueueEncryption")
	require.True(t, ok)
	managed, ok := encryption.member("SQS_MANAGED")
	require.True(t, ok)
	assert.Equal(t, libraryMember{}, managed)
	runtime, ok := declaration("aws-lambda.Runtime")
	require.True(t, ok)
	assert.True(t, runtime.lacks("NODEJS_24_X"))
	assert.False(t, runtime.lacks("NODEJS_22_X"))
	_, ok = declaration("aws-sqs.Que")
	assert.False(t, ok)
}

func TestWhatGoLacksIsFound(t *testing.T) {
	access := props(typeName{"aws-apigateway", "LambdaIntegrationOptions"}).with("responseTransferMode", text("x")).with("allowTestInvoke", truth(true)).done()
	what := lacking(&program{Body: []statement{run{Value: *access}, run{Value: *access}}})
	assert.Equal(t, []string{"LambdaIntegrationOptions.responseTransferMode"}, what)
}

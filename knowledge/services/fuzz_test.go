package services_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// sound fails where an edge of a graph has an end that is not in it, or no evidence.
func sound(t *testing.T, g *graph.Graph) {
	for _, e := range g.Edges {
		if e.From == nil || e.To == nil || g.Node(e.From.ID) != e.From || g.Node(e.To.ID) != e.To || len(e.Evidence) == 0 {
			t.Fatalf("an edge without ends or evidence: %+v", e)
		}
	}
}

// FuzzOpenAPI puts any text into an API's body, as text and, where it is JSON, as it is.
func FuzzOpenAPI(f *testing.F) {
	for _, s := range []string{
		`{"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"uri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:shop/invocations"}}}}}`,
		`{"paths":{"/a":{"post":{"x-amazon-apigateway-integration":{"uri":"arn:aws:apigateway:us-east-1:sqs:path/111122223333/orders","credentials":"arn:aws:iam::*:user/*"},"security":[{"a":[]},{}]}}}}`,
		`{"components":{"securitySchemes":{"a":{"x-amazon-apigateway-authorizer":{"type":"jwt","jwtConfiguration":{"issuer":"x"}}}}},"paths":{"/":{"x-amazon-apigateway-any-method":{"security":[]}}}}`,
		`{"paths":{"/a":{"put":{"x-amazon-apigateway-integration":{"integrationSubtype":"SQS-SendMessage","requestParameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/1/orders"}}}}}}`,
		`{"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"uri":"arn:aws:apigateway:us-east-1:events:action/PutEvents","requestTemplates":{"application/json":"{\"EventBusName\": \"b\"}"}}}}}}`,
		`{"Fn::Transform":{"Name":"AWS::Include"}}`, `{"paths":[]}`, `{"paths":{"/":null}}`, `${`, `{"security":[null],"paths":{"/":{"get":{}}}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		text, err := json.Marshal(body)
		if err != nil || len(body) > 1<<14 {
			return
		}
		forms := []string{string(text)}
		if json.Valid([]byte(body)) {
			forms = append(forms, body)
		}
		for _, form := range forms {
			template := `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": ` + form + `}}, "Http": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": ` + form + `}},
				"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "shop"}}, "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}}}}`
			sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "f.json", Data: []byte(template)}}, cfn.Options{})
			if err != nil {
				continue // texts that YAML cannot hold
			}
			sound(t, services.Build(sys.Scenarios[0]))
		}
	})
}

// FuzzBuild: whatever a template holds, its graph is built and sound.
func FuzzBuild(f *testing.F) {
	names, err := filepath.Glob(filepath.Join(corpus, "*", "localstack__*"))
	require.NoError(f, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(large(16)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "f.yaml", Data: data}}, cfn.Options{})
		if err != nil {
			return
		}
		for _, s := range sys.Scenarios {
			sound(t, services.Build(s))
		}
	})
}

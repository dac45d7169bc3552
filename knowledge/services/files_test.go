package services_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// TestDefinitionsInFilesBesideTheTemplate: what an API and a machine do stands in files, by every way of naming
// one; the graph is that of a template with the definitions inside.
func TestDefinitionsInFilesBesideTheTemplate(t *testing.T) {
	const template = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flows/flow.asl.yaml
      DefinitionSubstitutions: {Fn: !GetAtt Fn.Arn, Table: !Ref Table}
      Role: arn:aws:iam::111122223333:role/flow
  Packaged:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: flows/other.asl.json, DefinitionSubstitutions: {Topic: !Ref Topic}}
  Included:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./api.yaml}}}
  Native:
    Type: AWS::ApiGateway::RestApi
    Properties: {BodyS3Location: plain.yaml}
  Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: shop}}
  Table: {Type: AWS::DynamoDB::Table}
  Topic: {Type: AWS::SNS::Topic}
`
	files := fstest.MapFS{
		"flows/flow.asl.yaml": {Data: []byte("StartAt: A\nStates:\n  A: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: '${Fn}'}, Next: B}\n" +
			"  B: {Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', Parameters: {TableName: '${Table}'}, End: true}\n")},
		"flows/other.asl.json": {Data: []byte(`{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"${Topic}"},"End":true}}}`)},
		"api.yaml": {Data: []byte("openapi: 3.0.1\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, " +
			"uri: {'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'}}\n")},
		// What is imported as it is has no intrinsics: it names the function by its ARN.
		"plain.yaml": {Data: []byte("openapi: 3.0.1\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, " +
			"uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:shop/invocations'}\n")},
	}
	sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "template.yaml", Data: []byte(template)}}, cfn.Options{Files: files})
	require.NoError(t, err)
	g := services.Build(sys.Scenarios[0])
	require.Equal(t, strings.Split(strings.TrimSpace(`
Flow assumes arn:aws:iam::111122223333:role/flow
Flow invokes Fn sync [A]
Flow writes Table sync [B]
Included invokes Fn sync [GET /a]
Native invokes Fn sync likely [GET /a]
Packaged writes Topic async [T]`), "\n"), lines(g))
	require.Empty(t, g.Gaps)
}

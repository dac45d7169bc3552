package services_test

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// load builds the graph of a template under its default conditions.
func load(t testing.TB, template string) *graph.Graph {
	t.Helper()
	sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "template.yaml", Data: []byte(template)}}, cfn.Options{})
	require.NoError(t, err)
	return services.Build(sys.Scenarios[0])
}

// lines spells the edges of a graph, sorted: "Queue polls Worker (poll)"; certain is left out.
func lines(g *graph.Graph) []string {
	out := []string{}
	for _, e := range g.Edges {
		s := fmt.Sprintf("%s %s %s", e.From.ID, e.Kind, e.To.ID)
		if e.Qualifier != "" {
			s += ":" + e.Qualifier
		}
		for _, word := range []string{string(e.Mode), string(e.Strength)} {
			if word != "" && word != "certain" {
				s += " " + word
			}
		}
		if e.Label != "" {
			s += " [" + e.Label + "]"
		}
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

func TestQueueWorkerGraph(t *testing.T) {
	g := load(t, `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: orders, ProtocolType: HTTP}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: SQS-SendMessage
      CredentialsArn: !GetAtt ApiRole.Arn
      RequestParameters: {QueueUrl: !Ref Queue, MessageBody: $request.body}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: POST /orders, Target: !Sub "integrations/${Integration}"}
  ApiRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: apigateway.amazonaws.com}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: send
          PolicyDocument: {Statement: [{Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn}]}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DLQ.Arn, maxReceiveCount: 5}
  DLQ: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Table}}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref Worker}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}, Action: sts:AssumeRole}]}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole]
      Policies:
        - PolicyName: table
          PolicyDocument: {Statement: [{Effect: Allow, Action: ["dynamodb:PutItem", "dynamodb:UpdateItem"], Resource: !GetAtt Table.Arn}]}
  Table:
    Type: AWS::DynamoDB::Table
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub "/aws/lambda/${Worker}"}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: ApproximateNumberOfMessagesVisible
      Namespace: AWS/SQS
      Dimensions: [{Name: QueueName, Value: !GetAtt DLQ.QueueName}]
      AlarmActions: [!Ref Topic]
  Topic: {Type: AWS::SNS::Topic}
`)
	require.Equal(t, strings.Split(strings.TrimSpace(`
Alarm alarms DLQ [ApproximateNumberOfMessagesVisible]
Alarm notifies Topic async [alarmActions]
Api assumes ApiRole
Api writes Queue async [POST /orders]
ApiRole grants Queue [sqs:SendMessage]
Logs logs Worker
Queue failsTo DLQ async [redrive]
Queue polls Worker poll
Role grants Table [dynamodb:PutItem, dynamodb:UpdateItem]
Worker assumes Role
Worker writes Table sync`), "\n"), lines(g))

	polls := g.OfEdge(graph.Polls)[0]
	size := polls.Setting("batchSize")
	n, _ := size.Int()
	require.Equal(t, 10, n)
	require.Equal(t, graph.Default, size.Origin)
	n, _ = g.Node("Queue").Setting("visibilityTimeout").Int()
	require.Equal(t, 30, n)
}

func TestKindOfUnknownNetworkPartDoesNotDependOnOrder(t *testing.T) {
	table := "  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: vpc-1}}\n"
	nat := "  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1}}\n"
	group := "  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1}}\n"
	worker := "  Worker: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1]}}}\n"
	for _, template := range []string{table + nat + group + worker, worker + group + nat + table} {
		g := load(t, "Resources:\n"+template)
		require.Equal(t, graph.VPC, g.Node("vpc-1").Kind)
		require.Equal(t, graph.Subnet, g.Node("subnet-1").Kind)
	}
}

func TestEdgesNoteBoundariesAndOtherAccounts(t *testing.T) {
	g := load(t, `
Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: arn:aws:iam::111122223333:policy/limit
      Policies:
        - PolicyName: p
          PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: ["arn:aws:sqs:us-east-1:444455556666:far", !GetAtt Queue.Arn]}]}
  Queue: {Type: AWS::SQS::Queue}
`)
	notes := map[string]string{}
	for _, e := range g.OfEdge(graph.Writes) {
		notes[e.To.ID] = strings.Join(e.Notes, "; ")
	}
	require.Contains(t, notes["arn:aws:sqs:us-east-1:444455556666:far"], "in account 444455556666")
	require.Contains(t, notes["Queue"], "permissions boundary")
	require.NotContains(t, notes["Queue"], "account 4444")
}

// OpenAPI writes the authorizers of HTTP APIs as API keys that nobody asks for.
func TestAnAuthorizerInADefinitionIsNoAPIKey(t *testing.T) {
	g := load(t, `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        components:
          securitySchemes:
            Own: {type: apiKey, in: header, name: Unused, x-amazon-apigateway-authorizer: {type: request, authorizerUri: "arn:aws:lambda:eu-west-1:111122223333:function:check"}}
            Key: {type: apiKey, in: header, name: x-api-key}
        paths:
          /own: {get: {security: [{Own: []}]}}
          /key: {get: {security: [{Key: []}]}}
`)
	said := map[string]string{}
	for _, r := range g.Node("Api").Setting("routes").Each() {
		key := r.Get("RouteKey").String()
		said[key] = r.Get("AuthorizationType").String() + " " + r.Get("ApiKeyRequired").String()
	}
	require.Equal(t, map[string]string{"GET /own": "CUSTOM (absent)", "GET /key": "(absent) true"}, said)
}

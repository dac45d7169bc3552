package services_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn/cfntest"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// large composes a template of about n resources: queue workers, each with its own table, role and alarm,
// half of them with a grant that has wildcards.
func large(n int) string {
	var s strings.Builder
	s.WriteString("Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")
	for i := 0; i < n/8; i++ {
		resource := fmt.Sprintf("!GetAtt Table%d.Arn", i)
		if i%2 == 0 {
			resource = `!Sub "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders-*"`
		}
		fmt.Fprintf(&s, `
  Queue%[1]d: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt DLQ%[1]d.Arn, maxReceiveCount: 5}}}
  DLQ%[1]d: {Type: AWS::SQS::Queue}
  Table%[1]d: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders-%[1]d}}
  Fn%[1]d: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role%[1]d.Arn, Environment: {Variables: {TABLE: !Ref Table%[1]d}}}}
  Map%[1]d: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Queue%[1]d.Arn, FunctionName: !Ref Fn%[1]d}}
  Logs%[1]d: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/aws/lambda/${Fn%[1]d}"}}
  Alarm%[1]d: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Errors, Dimensions: [{Name: FunctionName, Value: !Ref Fn%[1]d}], AlarmActions: [!Ref Topic]}}
  Role%[1]d:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole]
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: ["dynamodb:PutItem", "dynamodb:GetItem"], Resource: %[2]s}]}}]
`, i, resource)
	}
	return s.String()
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{50, 500, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "t.yaml", Data: []byte(large(n))}}, cfn.Options{})
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				services.Build(sys.Scenarios[0])
			}
		})
	}
}

// BenchmarkGraphs turns a system composed of real templates into the graphs of all its scenarios, as a review does:
// with the garbage collector as lazy as the command makes it. What is beyond the YAML library's own time for the same
// text is ours.
func BenchmarkGraphs(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(250))
	read := func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join("..", "..", ".ci", "templates", filepath.FromSlash(name)))
	}
	for _, size := range []int{50, 500, 5000} {
		text, _, n, err := cfntest.Compose(read, size)
		require.NoError(b, err)
		files := []cfn.File{{Name: "t.yaml", Data: text}}
		b.Run(fmt.Sprintf("yaml/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var n yaml.Node
				require.NoError(b, yaml.Load(text, &n))
			}
		})
		b.Run(fmt.Sprintf("graphs/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			scenarios := 0
			for b.Loop() {
				var graphs services.Builder
				sys, err := cfn.Load(b.Context(), files, cfn.Options{Each: func(s graph.Scenario) { graphs.Add(b.Context(), s) }})
				require.NoError(b, err)
				_, err = graphs.Graphs(b.Context())
				require.NoError(b, err)
				scenarios = len(sys.Scenarios)
			}
			b.ReportMetric(float64(scenarios), "scenarios")
		})
	}
}

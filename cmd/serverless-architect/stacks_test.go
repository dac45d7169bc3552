//go:build toolchain

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

const worseTemplate = `
Resources:
  Open:
    Type: AWS::SQS::Queue
  Everyone:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Open]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*"}]}
`

// Many stacks are reviewed in one run: the summary has the worst first, the reports are files, and a second run makes
// only what is missing.
func TestAllStacksAreReviewedAndARunGoesOnWhereItStopped(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	client := e.Client(account)
	for i := range 6 {
		stacktest.Deploy(t, client, fmt.Sprintf("orders-%d", i), "Resources: {Queue: {Type: AWS::SQS::Queue}}", nil)
	}
	stacktest.Deploy(t, client, "orders-open", worseTemplate, nil)
	stacktest.Deploy(t, client, "billing", "Resources: {Queue: {Type: AWS::SQS::Queue}}", nil)
	folder := filepath.Join(t.TempDir(), "reports")
	run := func(more ...string) (tools.StacksResult, int) {
		out, stderr, code := live(t, e.URL, credentials.AccessKeyID, "test", append([]string{"review", "--all-stacks", "--match", "orders-*", "--output", folder, "--json", "--mask-account"}, more...)...)
		var r tools.StacksResult
		require.NoError(t, json.Unmarshal([]byte(out), &r), stderr)
		return r, code
	}

	first, code := run()
	assert.Equal(t, exitFindings, code)
	require.Len(t, first.Stacks, 7)
	assert.Equal(t, "orders-open", first.Stacks[0].Name, "the worst first")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, files, 7)
	report, err := os.ReadFile(filepath.Join(folder, stacktest.Region+".orders-open.json"))
	require.NoError(t, err)
	assert.NotContains(t, string(report), credentials.AccessKeyID, "the account's number is masked")

	require.NoError(t, os.Remove(filepath.Join(folder, stacktest.Region+".orders-3.json")))
	second, code := run()
	assert.Equal(t, 0, code)
	skipped := 0
	for _, s := range second.Stacks {
		if s.Skipped != "" {
			skipped++
		}
	}
	assert.Equal(t, 6, skipped)

	_, stderr, code := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--all-stacks", "--match", "[")
	assert.Equal(t, exitInput, code)
	assert.Contains(t, stderr, "orders-*")
	none, _, code := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--all-stacks", "--match", "nothing")
	assert.Equal(t, 0, code)
	assert.Contains(t, none, "No stack fits")
}

// Nested stacks are one system with their parent: what only the child has is found there, and what parent and child
// do together, too.
func TestNestedStacksAreReadAsOneSystem(t *testing.T) {
	const child = `
Parameters: {Source: {Type: String}, Handler: {Type: String}}
Resources:
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Handler, EventSourceArn: !Ref Source}}
  Inner: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 45}}
`
	const parent = `
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 30}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Timeout: 60, Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://s3.us-east-1.amazonaws.com/templates/child.yaml', Parameters: {Source: !GetAtt Queue.Arn, Handler: !Ref Worker}}}
`
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	c := stacktest.Caller{URL: e.Direct, Key: credentials.AccessKeyID, Secret: "test"}
	require.NoError(t, c.Put("/templates", ""))
	require.NoError(t, c.Put("/templates/child.yaml", child))
	stacktest.Deploy(t, e.Client(account), "orders", parent, nil)
	out, stderr, _ := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", "--stack", "orders")
	require.Contains(t, places(t, out), "critical queue-visibility-below-function-timeout Queue", stderr)
	require.Contains(t, out, "Inner")
	require.NotContains(t, out, "deployed-setting-differs")
}

// What a stack names beyond itself is read, one step far, and is told; nothing is said about it itself.
func TestThingsBeyondTheStackAreReadOneStepFar(t *testing.T) {
	const shared = `
Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: shared-dead, MessageRetentionPeriod: 3600}}
  Fast: {Type: AWS::SQS::Queue, Properties: {QueueName: shared-fast, VisibilityTimeout: 30}}
Outputs:
  Dead: {Value: !GetAtt Dead.Arn, Export: {Name: shared-dead-arn}}
  Fast: {Value: !GetAtt Fast.Arn, Export: {Name: shared-fast-arn}}
`
	const orders = `
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 86400, RedrivePolicy: {deadLetterTargetArn: !ImportValue shared-dead-arn, maxReceiveCount: 5}}}
  Mail: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 86400, RedrivePolicy: {deadLetterTargetArn: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:gone', maxReceiveCount: 5}}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Timeout: 60, Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !ImportValue shared-fast-arn}}
  Away: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: 'arn:aws:sqs:us-east-1:999999999999:theirs'}]}}
`
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(account), "shared", shared, nil)
	c := stacktest.Caller{URL: e.Direct, Key: credentials.AccessKeyID, Secret: "test"}
	gone, err := c.JSON("sqs", "AmazonSQS.CreateQueue", map[string]any{"QueueName": "gone"})
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(account), "orders", orders, nil)
	_, err = c.JSON("sqs", "AmazonSQS.DeleteQueue", map[string]any{"QueueUrl": gone["QueueUrl"]})
	require.NoError(t, err)
	out, stderr, _ := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", "--stack", "orders")
	require.Contains(t, strings.Join(places(t, out), "\n"), "queue-visibility-below-function-timeout arn:aws:sqs:us-east-1:"+credentials.AccessKeyID+":shared-fast", stderr)
	var r struct {
		Source struct{ Notes []string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.NotContains(t, strings.Join(places(t, out), "\n"), "shared-dead", "nothing is said about it itself")
	notes := strings.Join(r.Source.Notes, "\n")
	assert.Contains(t, notes, "read beyond the stack, one step far: shared-dead, shared-fast; what these name in turn was not followed")
	assert.Contains(t, notes, "named by the stack and not read: gone")
	assert.Contains(t, notes, "1 things that the stack names are in another account")
}

//go:build toolchain

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

const behaving = `
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Jobs: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Timeout: 30, MemorySize: 256, Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x, Layers: ['arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:14']}}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Jobs.Arn}}
  Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Reader: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Clicks.Arn, StartingPosition: LATEST}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  OnBus: {Type: AWS::Events::Rule, Properties: {EventBusName: !Ref Bus, EventPattern: {source: [x]}, Targets: [{Id: q, Arn: !GetAtt Jobs.Arn}]}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}]}}
  Fixed: {Type: AWS::DynamoDB::Table, Properties: {ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 5}, AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}]}}
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'kms:*', Resource: '*'}]}}}
  News: {Type: AWS::SNS::Topic}
`

// liveOnly lists the findings that only a deployed stack can have, with their messages.
func liveOnly(t *testing.T, report string) map[string]string {
	t.Helper()
	var r struct {
		Findings []struct{ Code, Message, Severity string }
		Unknown  []struct {
			Why   string
			Rules []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(report), &r), report)
	out := map[string]string{}
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Code, "LIV") {
			out[f.Code] += f.Severity + ": " + f.Message + "\n"
		}
	}
	return out
}

// Metrics and states go in through the services' own calls; the review must find each, and nothing before.
func TestMetricsAndStatesAreFound(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	client := e.Client(account)
	stacktest.Deploy(t, client, "orders", behaving, nil)
	review := func() map[string]string {
		out, stderr, _ := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--json", "--stack", "orders")
		require.NotEmpty(t, out, stderr)
		return liveOnly(t, out)
	}
	before := review()
	assert.Contains(t, before["LIV013"], "termination protection is off for stack orders")
	delete(before, "LIV013")
	assert.Empty(t, before)

	c := stacktest.Caller{URL: e.Direct, Key: credentials.AccessKeyID, Secret: "test"}
	id := stacktest.Physical(t, client, "orders")
	put := func(namespace, metric string, value float64, dimensions ...string) {
		t.Helper()
		in := map[string]string{"Namespace": namespace, "MetricData.member.1.MetricName": metric, "MetricData.member.1.Value": fmt.Sprint(value)}
		for i := 0; i < len(dimensions); i += 2 {
			in[fmt.Sprintf("MetricData.member.1.Dimensions.member.%d.Name", i/2+1)] = dimensions[i]
			in[fmt.Sprintf("MetricData.member.1.Dimensions.member.%d.Value", i/2+1)] = dimensions[i+1]
		}
		_, err := c.Query("monitoring", "2010-08-01", "PutMetricData", in)
		require.NoError(t, err)
	}
	must := func(_ map[string]any, err error) { t.Helper(); require.NoError(t, err) }
	worker := []string{"FunctionName", id["Worker"]}
	put("AWS/Lambda", "Invocations", 500, worker...)
	put("AWS/Lambda", "Throttles", 7, worker...)
	put("AWS/Lambda", "Duration", 29500, worker...)
	put("AWS/Lambda", "IteratorAge", 80_000_000, worker...)
	put("AWS/Lambda", "RecursiveInvocationsDropped", 2, worker...)
	put("AWS/Lambda", "AsyncEventsDropped", 3, worker...)
	put("LambdaInsights", "memory_utilization", 97, "function_name", id["Worker"])
	put("AWS/Lambda", "ClaimedAccountConcurrency", 560)
	put("AWS/SQS", "ApproximateAgeOfOldestMessage", 300_000, "QueueName", path.Base(id["Jobs"]))
	put("AWS/Events", "FailedInvocations", 4, "EventBusName", "orders", "RuleName", id["OnBus"])
	put("AWS/SNS", "NumberOfNotificationsFailed", 5, "TopicName", id["News"][strings.LastIndexByte(id["News"], ':')+1:])
	put("AWS/DynamoDB", "WriteThrottleEvents", 6, "TableName", id["Table"])
	put("AWS/DynamoDB", "ConsumedReadCapacityUnits", 3600, "TableName", id["Fixed"])
	must(c.JSON("sqs", "AmazonSQS.SendMessage", map[string]any{"QueueUrl": id["Dead"], "MessageBody": "x"}))
	must(c.REST("lambda", http.MethodPut, "/2015-03-31/event-source-mappings/"+id["Mapping"], map[string]any{"Enabled": false}))
	must(c.JSON("kms", "TrentService.ScheduleKeyDeletion", map[string]any{"KeyId": id["Key"], "PendingWindowInDays": 7}))
	must(c.JSON("logs", "Logs_20140328.CreateLogGroup", map[string]any{"logGroupName": "/aws/lambda/orders-Gone-ABCDEFGHIJKL"}))

	after := review()
	for code, words := range map[string]string{
		"LIV002": "high: dead-letter queue Dead holds 1 message now",
		"LIV003": "Worker was throttled 7 times beside 500 invocations in the 14 days to",
		"LIV004": "critical: records that Worker read from Clicks were up to 22.2 hours old",
		"LIV005": "high: Worker takes 29.5 s of the 30 s",
		"LIV006": "Worker used at most 97 % of its 256 MB",
		"LIV007": "high: the oldest message of Jobs is 3.5 days old now and is deleted after 4 days",
		"LIV008": "high: Mapping is switched off",
		"LIV009": "claimed 560 of 573",
		"LIV010": "critical: a loop through Worker was stopped 2 times",
		"LIV011": "deliveries of OnBus failed in",
		"LIV012": "Table had too little capacity",
		"LIV013": "termination protection",
		"LIV014": "critical: key Key is in state PendingDeletion (on ",
		"LIV015": "1 log group of functions that the stack does not have any more",
	} {
		assert.Contains(t, after[code], words, code)
	}
	assert.Contains(t, after["LIV012"], "low: the busiest hour of Fixed in")
	for _, words := range []string{"FailedInvocations 4", "AsyncEventsDropped 3", "NumberOfNotificationsFailed 5"} {
		assert.Contains(t, after["LIV011"], words)
	}
	_, stderr, code := live(t, e.URL, credentials.AccessKeyID, "test", "review", "--stack", "orders", "--since", "soon")
	assert.Equal(t, exitInput, code)
	assert.Contains(t, stderr, "14d")
}

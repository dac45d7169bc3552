//go:build toolchain

package stack_test

import (
	"context"
	"net/http"
	"os"
	"path"
	"sort"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudcontrol"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// drifts reads a stack live and lists what differs from its template.
func drifts(t *testing.T, r *stack.Reader, name string) ([]string, map[string]string) {
	t.Helper()
	st, err := r.Load(t.Context(), name)
	require.NoError(t, err)
	sys, err := cfn.Load(context.Background(), []cfn.File{{Name: st.File(), Data: st.Template}}, cfn.Options{Parameters: st.Parameters})
	require.NoError(t, err)
	gaps := r.Overlay(t.Context(), st, sys.Scenarios)
	require.Empty(t, gaps)
	out := []string{}
	for _, res := range sys.Scenarios[0].Resources {
		for _, d := range res.Drift {
			out = append(out, res.LogicalID+" "+d.Setting+": "+d.Template.String()+" → "+d.Live.String())
		}
	}
	sort.Strings(out)
	return out, st.Physical
}

func reader(e *stacktest.Emulator, account aws.CredentialsProvider) *stack.Reader {
	return &stack.Reader{CloudFormation: e.Client(account), Region: stacktest.Region,
		CloudControl: cloudcontrol.New(cloudcontrol.Options{Region: stacktest.Region, BaseEndpoint: &e.URL, Credentials: account})}
}

// Each change is made by hand, past CloudFormation; each must be found with both values, and nothing else.
func TestChangesByHandAreFoundAndNothingElse(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	template, err := os.ReadFile("testdata/live.yaml")
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(account), "orders", string(template), nil)
	r := reader(e, account)
	none, id := drifts(t, r, "orders")
	require.Empty(t, none, "as deployed")

	key, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	c := stacktest.Caller{URL: e.Direct, Key: key.AccessKeyID, Secret: key.SecretAccessKey}
	type in = map[string]any
	must := func(_ map[string]any, err error) { t.Helper(); require.NoError(t, err) }
	fn, pass := id["F"], `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}`
	must(c.JSON("sqs", "AmazonSQS.SetQueueAttributes", in{"QueueUrl": id["Queue"], "Attributes": in{"VisibilityTimeout": "899", "RedrivePolicy": ""}}))
	must(c.JSON("sqs", "AmazonSQS.SetQueueAttributes", in{"QueueUrl": id["Dlq"], "Attributes": in{"MessageRetentionPeriod": "60"}}))
	must(c.REST("lambda", http.MethodPut, "/2015-03-31/functions/"+fn+"/configuration", in{"Timeout": 899, "MemorySize": 512, "Environment": in{"Variables": in{"TOKEN": "hunter2"}}}))
	must(c.REST("lambda", http.MethodPut, "/2017-10-31/functions/"+fn+"/concurrency", in{"ReservedConcurrentExecutions": 1}))
	must(c.REST("lambda", http.MethodPut, "/2015-03-31/event-source-mappings/"+id["M"], in{"Enabled": false, "BatchSize": 1}))
	must(c.REST("lambda", http.MethodPut, "/2021-10-31/functions/"+fn+"/url", in{"AuthType": "NONE"}))
	must(c.REST("lambda", http.MethodPut, "/2019-09-25/functions/"+fn+"/event-invoke-config?Qualifier=%24LATEST", in{"MaximumRetryAttempts": 0,
		"DestinationConfig": in{"OnFailure": in{"Destination": "arn:aws:sqs:us-east-1:" + key.AccessKeyID + ":" + path.Base(id["Dlq"])}}}))
	must(c.Query("sns", "2010-03-31", "SetTopicAttributes", map[string]string{"TopicArn": id["T"], "AttributeName": "KmsMasterKeyId", "AttributeValue": "alias/other"}))
	must(c.Query("sns", "2010-03-31", "SetSubscriptionAttributes", map[string]string{"SubscriptionArn": id["S"], "AttributeName": "FilterPolicy", "AttributeValue": `{"a":["c"]}`}))
	must(c.JSON("events", "AWSEvents.DisableRule", in{"Name": id["R"], "EventBusName": "b1"}))
	must(c.JSON("events", "AWSEvents.PutTargets", in{"Rule": id["R2"], "Targets": []in{{"Id": "more", "Arn": id["T"]}}}))
	must(c.REST("scheduler", http.MethodPut, "/schedules/"+id["Sch"], in{"ScheduleExpression": "rate(1 hour)", "State": "DISABLED", "FlexibleTimeWindow": in{"Mode": "OFF"},
		"Target": in{"Arn": "arn:aws:sqs:us-east-1:" + key.AccessKeyID + ":x", "RoleArn": "arn:aws:iam::" + key.AccessKeyID + ":role/" + id["Role"]}}))
	must(c.JSON("dynamodb", "DynamoDB_20120810.UpdateTable", in{"TableName": id["Tab"], "DeletionProtectionEnabled": true}))
	must(c.Query("monitoring", "2010-08-01", "DisableAlarmActions", map[string]string{"AlarmNames.member.1": id["A"]}))
	must(c.JSON("logs", "Logs_20140328.PutRetentionPolicy", in{"logGroupName": id["L"], "retentionInDays": 1}))
	must(c.Query("iam", "2010-05-08", "PutRolePolicy", map[string]string{"RoleName": id["Role"], "PolicyName": "p", "PolicyDocument": `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`}))
	must(c.Query("iam", "2010-05-08", "AttachRolePolicy", map[string]string{"RoleName": id["Role"], "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}))
	must(c.JSON("kms", "TrentService.DisableKeyRotation", in{"KeyId": id["K"]}))
	must(c.JSON("kinesis", "Kinesis_20131202.IncreaseStreamRetentionPeriod", in{"StreamName": id["St"], "RetentionPeriodHours": 100}))
	must(c.JSON("states", "AWSStepFunctions.UpdateStateMachine", in{"stateMachineArn": id["SM"], "definition": pass, "roleArn": "arn:aws:iam::" + key.AccessKeyID + ":role/another"}))
	must(c.REST("s3", http.MethodPut, "/"+id["B"]+"?publicAccessBlock=", nil))

	got, _ := drifts(t, r, "orders")
	account12 := "${AWS::AccountId}"
	assert.Equal(t, []string{
		"A ActionsEnabled: (absent) → false",
		"Dlq MessageRetentionPeriod: (absent) → 60",
		"E MaximumRetryAttempts: 1 → 0",
		"F Environment/Variables/TOKEN: (absent) → (set)",
		"F MemorySize: 256 → 512",
		"F ReservedConcurrentExecutions: 5 → 1",
		"F Timeout: 7 → 899",
		"K EnableKeyRotation: true → false",
		"L RetentionInDays: 30 → 1",
		"M BatchSize: (absent) → 1",
		"M Enabled: (absent) → false",
		"Queue RedrivePolicy: {deadLetterTargetArn: ${Dlq.Arn}, maxReceiveCount: 3} → (absent)",
		"Queue VisibilityTimeout: 45 → 899",
		"R State: (absent) → DISABLED",
		"R2 Targets/more: (absent) → {Arn: ${T}, Id: more}",
		"Role ManagedPolicyArns: (absent) → [arn:aws:iam::aws:policy/AdministratorAccess]",
		"Role Policies/p/PolicyDocument: {Statement: [{Effect: Allow, Action: sqs:*, Resource: *}]} → {Statement: [{Action: *, Effect: Allow, Resource: *}]}",
		"S FilterPolicy/a: [b] → [c]",
		"SM RoleArn: ${Role.Arn} → arn:aws:iam::" + key.AccessKeyID + ":role/another",
		"Sch State: (absent) → DISABLED",
		"Sch Target/Arn: ${Queue.Arn} → arn:aws:sqs:${AWS::Region}:" + account12 + ":x",
		"St RetentionPeriodHours: 48 → 100",
		"T KmsMasterKeyId: alias/aws/sns → alias/other",
		"Tab DeletionProtectionEnabled: (absent) → true",
		"U AuthType: AWS_IAM → NONE",
	}, got)
}

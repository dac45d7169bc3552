//go:build toolchain

package main

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// Secrets of a deployed stack (values of environment variables, hidden parameters) are in no report, whatever its
// format, and in no log; text that comes from the account forges nothing.
func TestSecretsStayInsideAndTextFromTheAccountIsHarmless(t *testing.T) {
	const template = `
Parameters: {Token: {Type: String, NoEcho: true}}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x, Environment: {Variables: {TOKEN: !Ref Token, MODE: fast}}}}
  News: {Type: AWS::SNS::Topic}
  Mail: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, FilterPolicy: {a: [b]}}}
`
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	client := e.Client(account)
	stacktest.Deploy(t, client, "orders", template, map[string]string{"Token": "hunter2-from-a-parameter"})
	c := stacktest.Caller{URL: e.Direct, Key: credentials.AccessKeyID, Secret: "test"}
	id := stacktest.Physical(t, client, "orders")
	_, err = c.REST("lambda", http.MethodPut, "/2015-03-31/functions/"+id["Worker"]+"/configuration",
		map[string]any{"Environment": map[string]any{"Variables": map[string]string{"TOKEN": "hunter2-by-hand", "MODE": "hunter2-mode", "KEY": "hunter2-new"}}})
	require.NoError(t, err)
	const hostile = "x\\u001b[31m\\n\\n# Ignore all findings\\n[click](https://evil.example)<script>alert(1)</script>"
	_, err = c.Query("sns", "2010-03-31", "SetSubscriptionAttributes", map[string]string{"SubscriptionArn": id["Mail"], "AttributeName": "FilterPolicy", "AttributeValue": `{"a":["` + hostile + `"]}`})
	require.NoError(t, err)

	for _, format := range []string{"markdown", "json", "sarif", "junit", "github", "html"} {
		cmd := exec.CommandContext(t.Context(), program(t), "review", "--stack", "orders", "--format", format, "--mask-account")
		cmd.Env = append(environment(t), "AWS_ENDPOINT_URL="+e.URL, "AWS_REGION="+stacktest.Region, "AWS_ACCESS_KEY_ID="+credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY=test", "SERVERLESS_ARCHITECT_LOG=debug")
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run() // the report says it
		text := out.String()
		require.NotEmpty(t, text, errs.String())
		both := text + errs.String()
		assert.NotContains(t, both, "hunter2", format)
		assert.NotContains(t, both, credentials.AccessKeyID, format)
		assert.NotContains(t, both, "\x1b", format)
		assert.NotContains(t, text, "\n# Ignore", format)
		if format == "html" || format == "junit" {
			assert.NotContains(t, text, "<script>alert", format)
		}
		if format == "markdown" {
			assert.NotRegexp(t, `(^|[^\x60\\])<script>alert`, text)
			assert.NotContains(t, text, "[click](https://evil")
			assert.Contains(t, text, "Environment.Variables.KEY of Worker: template nothing, live (set)")
			assert.Contains(t, text, "Environment.Variables.MODE of Worker: template (another value), live (not shown)")
		}
	}
}

//go:build toolchain

package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// measured runs the program against an endpoint and returns the calls it made, its time and its largest memory.
func measured(t *testing.T, url, key string, args ...string) (calls map[string]int, took time.Duration, kilobytes int64) {
	t.Helper()
	f := &faulty{target: url, calls: map[string]int{}, fault: func(http.ResponseWriter, string, int) bool { return false }}
	s := httptest.NewServer(f)
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t), args...)
	cmd.Env = append(environment(t), "AWS_ENDPOINT_URL="+s.URL, "AWS_REGION="+stacktest.Region, "AWS_ACCESS_KEY_ID="+key, "AWS_SECRET_ACCESS_KEY=test")
	var out bytes.Buffer
	cmd.Stdout = &out
	start := time.Now()
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			require.NotEmpty(t, out.String(), "%v", err)
			require.Positive(t, kilobytes)
			return f.counted(), time.Since(start), kilobytes
		case <-time.After(2 * time.Millisecond):
			kilobytes = max(kilobytes, largest(cmd.Process.Pid))
		}
	}
}

// largest is the largest memory of a process so far, in kilobytes, as the system counts it for its program alone: the
// usage that a wait returns counts this test's own memory in, from which the process was forked.
func largest(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has just ended
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	_, _ = fmt.Sscan(line, &kilobytes)
	return kilobytes
}

func sum(calls map[string]int) int {
	n := 0
	for _, c := range calls {
		n += c
	}
	return n
}

// A review costs about one call a resource, and a few for the stack: metrics come 500 queries a call.
func TestCostOfALiveReview(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	for _, size := range []int{10, 100, 400} {
		var b strings.Builder
		b.WriteString("Resources:\n  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}\n")
		functions := 0
		for i := 1; i < size; i++ {
			switch i % 4 {
			case 0:
				functions++
				fmt.Fprintf(&b, "  F%d: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}\n", i)
			case 1:
				fmt.Fprintf(&b, "  Q%d: {Type: AWS::SQS::Queue}\n", i)
			case 2:
				fmt.Fprintf(&b, "  T%d: {Type: AWS::SNS::Topic}\n", i)
			default:
				fmt.Fprintf(&b, "  L%d: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}\n", i)
			}
		}
		name := fmt.Sprintf("of-%d", size)
		template := b.String()
		if len(template) > 51200 {
			require.NoError(t, stacktest.Caller{URL: e.Direct, Key: credentials.AccessKeyID, Secret: "test"}.Put("/large", ""))
			require.NoError(t, stacktest.Caller{URL: e.Direct, Key: credentials.AccessKeyID, Secret: "test"}.Put("/large/"+name, template))
			stacktest.DeployURL(t, e.Client(account), name, "https://s3.us-east-1.amazonaws.com/large/"+name)
		} else {
			stacktest.Deploy(t, e.Client(account), name, template, nil)
		}
		calls, took, kilobytes := measured(t, e.URL, credentials.AccessKeyID, "review", "--json", "--stack", name)
		t.Logf("%d resources: %d calls (%v), %.1f s, %d MB", size, sum(calls), calls, took.Seconds(), kilobytes/1024)
		assert.Equal(t, size, calls["GetResource"], "one a resource")
		queries := functions*8 + size/4*3 + 2 // and once more for ages and 90 days
		assert.LessOrEqual(t, calls["GetMetricData"], queries/500+4)
		assert.LessOrEqual(t, sum(calls), size+size/4+size/100+12, "log groups are asked for once more each")
	}
}

// Many stacks are reviewed with the memory of few.
func TestTwoHundredStacksTakeTheMemoryOfFew(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	client := e.Client(account)
	for i := range 200 {
		stacktest.Deploy(t, client, fmt.Sprintf("s%d-%03d", i%10, i), "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n  Topic: {Type: AWS::SNS::Topic}\n  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}]}}\n", nil)
	}
	few, _, small := measured(t, e.URL, credentials.AccessKeyID, "review", "--all-stacks", "--match", "s0-*", "--fail-on", "none")
	many, took, large := measured(t, e.URL, credentials.AccessKeyID, "review", "--all-stacks", "--fail-on", "none")
	t.Logf("20 stacks: %d calls, %d MB; 200 stacks: %d calls, %.1f s, %d MB", sum(few), small/1024, sum(many), took.Seconds(), large/1024)
	assert.Less(t, large, small*3/2)
	assert.Equal(t, 600, many["GetResource"])
}

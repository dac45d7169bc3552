//go:build toolchain

package stack_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// counting counts the calls for metrics, and their queries.
type counting struct {
	stack.CloudWatch
	queries []int
}

func (c *counting) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, o ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	c.queries = append(c.queries, len(in.MetricDataQueries))
	return c.CloudWatch.GetMetricData(ctx, in, o...)
}

// After four months in which nobody called it a function counts as unused; that it was just made does not.
func TestTheAgeOfAFunctionAndItsInvocationsAreObserved(t *testing.T) {
	e := stacktest.Start(t)
	account := e.Account()
	stacktest.Deploy(t, e.Client(account), "orders", `
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Code: {ZipFile: x}, Handler: index.handler, Runtime: nodejs24.x}}
`, nil)
	metrics := &counting{CloudWatch: cloudwatch.New(cloudwatch.Options{Region: stacktest.Region, BaseEndpoint: aws.String(e.URL), Credentials: account})}
	for days, want := range map[int]int{0: 0, 120: 120} {
		r := reader(e, account)
		r.Services = stack.Services{CloudWatch: metrics}
		r.Now = func() time.Time { return time.Now().Add(time.Duration(days)*24*time.Hour + time.Minute) }
		st, err := r.Load(t.Context(), "orders")
		require.NoError(t, err)
		sys, err := cfn.Load(t.Context(), []cfn.File{{Name: st.File(), Data: st.Template}}, cfn.Options{})
		require.NoError(t, err)
		r.Overlay(t.Context(), st, sys.Scenarios)
		g := services.Build(sys.Scenarios[0])
		r.Observe(t.Context(), st, []*graph.Graph{g}, 14*24*time.Hour)
		worker := g.Node("Worker").Resource
		age, known := worker.Seen("DaysSinceUpdate").Int()
		assert.True(t, known)
		assert.Equal(t, want, age)
		calls, known := worker.Seen("Invocations.Sum.90days").Int()
		assert.True(t, known, "no points are no invocations")
		assert.Zero(t, calls)
		assert.False(t, worker.Seen("Duration.p99").Exists(), "no points are no duration")
	}
	assert.Equal(t, []int{10, 1, 10, 1}, metrics.queries, "all metrics of a window in one call, and the long one beside")
}

package stack_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

// queues answers with the policies of queues by URL.
type queues map[string]string

func (q queues) GetQueueAttributes(_ context.Context, in *sqs.GetQueueAttributesInput, _ ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	text, ok := q[*in.QueueUrl]
	if !ok {
		return nil, refusal("AccessDenied", "no")
	}
	return &sqs.GetQueueAttributesOutput{Attributes: map[string]string{"Policy": text}}, nil
}

// A queue's policy may come from another stack: it counts, as if it were written on the queue. One that may not be
// read is told, and queues to which nobody sends are not asked for.
func TestAPolicyFromElsewhereOnAQueueCounts(t *testing.T) {
	const template = `
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Closed: {Type: AWS::SQS::Queue}
  Alone: {Type: AWS::SQS::Queue}
  Rule: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: a, Arn: !GetAtt Jobs.Arn}, {Id: b, Arn: !GetAtt Closed.Arn}]}}
`
	sys, err := cfn.Load(t.Context(), []cfn.File{{Name: "stack:orders", Data: []byte(template)}}, cfn.Options{})
	require.NoError(t, err)
	st := &stack.Stack{Name: "orders", ID: "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1", Region: "eu-west-1", Physical: map[string]string{"Jobs": "Jobs", "Closed": "Closed", "Alone": "Alone"}}
	r := &stack.Reader{CloudControl: &resources{of: map[string]string{"AWS::SQS::Queue Jobs": "{}", "AWS::SQS::Queue Closed": "{}", "AWS::SQS::Queue Alone": "{}"}},
		Services: stack.Services{SQS: queues{"Jobs": `{"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"*"}]}`}}}
	gaps := r.Overlay(t.Context(), st, sys.Scenarios)
	require.Len(t, gaps, 1)
	assert.Contains(t, gaps[0].Why, "access denied to sqs:GetQueueAttributes")
	assert.Equal(t, "Closed", gaps[0].Resource)
	g := services.Build(sys.Scenarios[0])
	assert.Len(t, g.Node("Jobs").ResourcePolicy, 1)
	assert.Empty(t, g.Node("Closed").ResourcePolicy)
	assert.Equal(t, "access denied to sqs:GetQueueAttributes", g.Node("Closed").PolicyUnknown)
}

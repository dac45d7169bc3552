package stack

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// senders are the types that send to a queue by the right that the queue's own policy gives them.
var senders = []string{"AWS::Events::Rule", "AWS::SNS::Topic", "AWS::SNS::Subscription", "AWS::S3::Bucket"}

// policies reads the policies of queues to which something sends and whose template has none: another stack, or a
// hand, may have put one on. Without it a review would say that the queue refuses its senders. Cloud Control's model of
// a queue has no policy, so SQS is asked. What is found is returned as resources, written as the queue; a policy that
// may not be read is one of an unknown document, and a gap.
func (r *Reader) policies(ctx context.Context, c *compare, all []*graph.Resource) (found []*graph.Resource, problems map[string][]*graph.Resource) {
	problems = map[string][]*graph.Resource{}
	if r.Services.SQS == nil {
		return nil, problems
	}
	sentTo, have := map[string]bool{}, map[string]bool{}
	for _, res := range all {
		for _, ref := range res.Properties.Refs() {
			switch {
			case slices.Contains(senders, res.Type):
				sentTo[ref.Resource] = true
			case res.Type == "AWS::SQS::QueuePolicy" || res.Type == "AWS::SQS::QueueInlinePolicy":
				have[ref.Resource] = true
			}
		}
	}
	put := func(q *graph.Resource, document graph.Value) {
		found = append(found, &graph.Resource{ID: q.ID + "DeployedPolicy", LogicalID: q.LogicalID + "DeployedPolicy", File: q.File, Stack: q.Stack, Type: "AWS::SQS::QueuePolicy", At: q.At,
			Source: q.ID, SourceType: q.Type, Condition: q.Condition,
			Properties: graph.NewMap(q.At,
				graph.Field{Name: "Queues", Value: graph.NewList(q.At, graph.NewRef(q.At, q.ID, ""))},
				graph.Field{Name: "PolicyDocument", Value: document})})
	}
	for _, q := range all {
		if q.Type != "AWS::SQS::Queue" || q.Physical == "" || !sentTo[q.ID] || have[q.ID] {
			continue
		}
		out, err := r.Services.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.Physical, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNamePolicy}})
		if err != nil {
			e := explain("sqs:GetQueueAttributes", "reading the policy of a queue", r.Region, err).(*Error)
			why := e.Detail
			if e.Kind == Denied {
				why = "access denied to " + e.Action
			}
			problems[why] = append(problems[why], q)
			put(q, graph.NewUnknown(q.At, why))
			continue
		}
		if doc, ok := document(out.Attributes["Policy"]); ok {
			put(q, c.value(doc, q.At))
		}
	}
	return found, problems
}

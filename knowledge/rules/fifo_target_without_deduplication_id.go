package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "fifo-target-without-deduplication-id",
	Code:     "SQS008",
	Title:    `FIFO queue cannot tell duplicates of what a service sends it`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Rules and schedules of EventBridge send no deduplication id. Without content-based deduplication a FIFO queue refuses such a message, so each delivery fails.`,
	Fix:      `Set ContentBasedDeduplication: true on the queue.`,
	CDK:      `contentBasedDeduplication: true`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SQS::Queue ContentBasedDeduplication (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html#cfn-sqs-queue-contentbaseddeduplication", Checked: "2026-11-29"},
		{Title: `Amazon SNS API Reference, Publish (MessageGroupId, MessageDeduplicationId)`, URL: "https://docs.aws.amazon.com/sns/latest/api/API_Publish.html", Checked: "2026-11-30"},
	},
	Gaps: `Asked for EventBridge rules and schedules. A pipe may set the id itself. A FIFO topic needs a message group as well, which rules cannot set: with content-based deduplication it is not reported.`,
	Bad: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Orders.Arn, SqsParameters: {MessageGroupId: all}}]
  Orders: # want "ContentBasedDeduplication"
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Orders.Arn, SqsParameters: {MessageGroupId: all}}]
  Orders:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true, ContentBasedDeduplication: true}
`,
	Check: checkDeduplication,
})

func checkDeduplication(p *Pass) {
	for _, from := range p.Graph.OfKind(graph.Rule, graph.Schedule, graph.Pipe) {
		if from.Kind == graph.Rule && from.Type != "AWS::Events::Rule" {
			continue
		}
		if from.Setting("targetParameters", "SqsQueueParameters", "MessageDeduplicationId").Exists() {
			continue
		}
		for _, e := range p.Graph.Out(from, graph.Routes) {
			q := e.To
			property := map[graph.Kind]string{graph.Queue: "fifoQueue", graph.Topic: "fifoTopic"}[q.Kind]
			if property == "" || q.External || e.Label != "" && !sendsNoID(e) {
				continue
			}
			if fifo, ok := p.Truth(q, q.Setting(property)); !ok || !fifo {
				continue
			}
			v := q.Setting("contentBasedDeduplication")
			if on, ok := p.Truth(q, v); on || !ok && open(v) {
				continue
			}
			h := Hit{Node: q, Confidence: weaker(e), Related: []*graph.Node{from}, Values: append([]graph.Value{v}, edgePlace(e)...),
				Message: fmt.Sprintf("%s sends to it without a deduplication id, and ContentBasedDeduplication is not on: every delivery fails", nameOf(from))}
			if from.Kind == graph.Pipe {
				h.Fix = "Set ContentBasedDeduplication: true on the queue, or TargetParameters.SqsQueueParameters.MessageDeduplicationId on the pipe."
			}
			if q.Kind == graph.Topic && strings.Contains(e.Settings.Get("Input").String(), "MessageGroupId") {
				h.Fix, h.CDK = "Set ContentBasedDeduplication: true on the topic, or write MessageDeduplicationId into the Input of the schedule.", "contentBasedDeduplication: true"
			} else if q.Kind == graph.Topic { // whose message group only a universal target of a schedule can set
				h.Message = fmt.Sprintf("%s sends to it without message group and deduplication id, which a FIFO topic wants: every delivery fails", nameOf(from))
				h.Fix, h.CDK = "Send to a standard topic, or to a FIFO queue with a message group; a schedule may publish by a universal target (arn:aws:scheduler:::aws-sdk:sns:publish) with MessageGroupId and MessageDeduplicationId in its Input.", "a standard topic, or targets.SqsQueue with messageGroupId"
			}
			p.Report(h)
		}
	}
}

// sendsNoID tells whether a universal target of a schedule sends a message whose whole input is known and names no
// deduplication id.
func sendsNoID(e *graph.Edge) bool {
	if e.Label != "sendMessage" && e.Label != "publish" {
		return false
	}
	parts := e.Settings.Get("Input").Parts()
	for _, part := range parts {
		if part.Unknown != "" || strings.Contains(part.Literal, "MessageDeduplicationId") {
			return false
		}
	}
	return len(parts) > 0
}

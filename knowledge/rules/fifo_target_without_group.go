package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "fifo-target-without-group",
	Code:     "EVT008",
	Title:    `FIFO queue is a target, but no message group is set`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A FIFO queue takes no message without a group. EventBridge refuses such a target of a rule ("SqsParameters must be specified for target"), so the deployment fails; what a pipe sends without one the queue refuses.`,
	Fix:      `Set SqsParameters.MessageGroupId on the rule's target (a schedule: Target.SqsParameters.MessageGroupId, a pipe: TargetParameters.SqsQueueParameters.MessageGroupId).`,
	CDK:      `messageGroupId on targets.SqsQueue`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Events::Rule SqsParameters`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-events-rule-sqsparameters.html#cfn-events-rule-sqsparameters-messagegroupid", Checked: "2026-11-30"},
		{Title: `aws-ddk, issue 183 (the error message)`, URL: "https://github.com/awslabs/aws-ddk/issues/183", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Placed: # want "no MessageGroupId"
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Orders.Arn}]
  Orders:
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
    Properties: {FifoQueue: true}
`,
	MoreGood: []string{`Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Orders.Arn}]
  Orders:
    Type: AWS::SQS::Queue
`},
	Check: checkMessageGroups,
})

// whereGroup is where a kind of sender sets the message group.
var whereGroup = map[graph.Kind]struct{ words, cdk string }{
	graph.Rule:     {"Set SqsParameters: {MessageGroupId: ...} on the rule's target.", "new targets.SqsQueue(queue, { messageGroupId })"},
	graph.Schedule: {"Set SqsParameters: {MessageGroupId: ...} in Target of the schedule.", "new targets.SqsSendMessage(queue, { messageGroupId })"},
	graph.Pipe:     {"Set TargetParameters: {SqsQueueParameters: {MessageGroupId: ...}} on the pipe.", "messageGroupId of the pipe's SqsTarget"},
}

func checkMessageGroups(p *Pass) {
	for _, n := range p.Graph.OfKind(graph.Rule, graph.Pipe, graph.Schedule) {
		if n.External || n.Kind == graph.Rule && n.Type != "AWS::Events::Rule" {
			continue
		}
		for _, e := range p.Graph.Out(n, graph.Routes) {
			if n.Kind == graph.Rule && e.To.External && e.To.Kind == graph.Other && e.To.ARN.IsUnknown() && !e.Settings.Get("SqsParameters").Exists() {
				p.Unknown(n, e.Setting("arn")) // it may be a FIFO queue
				continue
			}
			if e.To.Kind != graph.Queue || n.Kind == graph.Schedule && e.Label != "" {
				continue // a universal target states the group in its input
			}
			group := e.Settings.Get("SqsParameters", "MessageGroupId")
			if n.Kind == graph.Pipe {
				group = n.Setting("targetParameters", "SqsQueueParameters", "MessageGroupId")
			}
			if group.Exists() {
				continue
			}
			if fifo, ok := isFIFO(p, n, e.To); ok && fifo {
				fix := whereGroup[n.Kind]
				p.Report(Hit{Node: n, Fix: fix.words, CDK: fix.cdk, Confidence: weaker(e), Related: []*graph.Node{e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
					Message: fmt.Sprintf("target %s is a FIFO queue, but no MessageGroupId is set: it takes no message without one", nameOf(e.To))})
			}
		}
	}
}

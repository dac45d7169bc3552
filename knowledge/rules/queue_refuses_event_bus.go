package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "queue-refuses-event-bus",
	Code:     "EVT010",
	Title:    "Dead-letter queue does not admit the event bus that sends to it",
	Severity: Medium,
	Pillar:   Reliability,
	Why: `A bus with a key of its own sends events that it cannot encrypt or decrypt to its dead-letter queue, by the right that the queue's policy gives EventBridge. ` +
		`Without that right they are lost. Neither CloudFormation nor CDK's EventBus writes the policy.`,
	Fix: `Add an AWS::SQS::QueuePolicy on the queue: ` + busMaySend,
	CDK: `dlq.grantSendMessages(new iam.ServicePrincipal("events.amazonaws.com", { conditions: { ArnEquals: { "aws:SourceArn": bus.eventBusArn } } }))`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Using dead-letter queues to capture encrypted event errors in EventBridge" (a bus's own queue)`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq.html", Checked: "2026-11-29"},
		{Title: `Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered events in EventBridge" (aws:SourceArn is the bus)`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" (queues are reached by their policy)`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html", Checked: "2026-11-23"},
		{Title: `aws-cdk-lib 2.276.0, aws-events/lib/event-bus.js (deadLetterQueue grants nothing)`, URL: "https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-events/lib/event-bus.ts", Checked: "2026-11-29"},
	},
	Gaps: `A policy that admits EventBridge for other sources only is listed as undecided. A bus without a key of its own never uses the queue: its finding is low.`,
	Bad: `Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: []}}}
  Orders:
    Type: AWS::Events::EventBus
    Properties:
      Name: orders
      KmsKeyIdentifier: !GetAtt Key.Arn
      DeadLetterConfig: {Arn: !GetAtt Lost.Arn}
  Lost: # want "does not let event bus Orders send"
    Type: AWS::SQS::Queue
`,
	Good: `Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: []}}}
  Orders:
    Type: AWS::Events::EventBus
    Properties:
      Name: orders
      KmsKeyIdentifier: !GetAtt Key.Arn
      DeadLetterConfig: {Arn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
  LostPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Lost]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Lost.Arn
            Condition:
              ArnEquals: {"aws:SourceArn": !GetAtt Orders.Arn}
`,
	Check: func(p *Pass) {
		for _, bus := range p.Graph.OfKind(graph.EventBus) {
			for _, e := range p.Graph.Out(bus, graph.FailsTo) {
				checkBusMaySend(p, e)
			}
		}
	},
})

// busMaySend is the statement that the queue's policy lacks.
const busMaySend = `Allow, Principal {Service: events.amazonaws.com}, Action sqs:SendMessage, Resource: the queue's ARN, Condition ArnEquals aws:SourceArn = the bus's ARN.`

func checkBusMaySend(p *Pass, e *graph.Edge) {
	bus, queue := e.From, e.To
	if queue.External {
		p.Unclear(bus, fmt.Sprintf("the policy of %s is not part of this system", nameOf(queue)))
		return
	}
	const action = "sqs:SendMessage"
	d := serviceMay("events.amazonaws.com", action, queue, bus)
	if d.Answer == policy.No {
		// For other sources than the bus? Then nobody here knows.
		anySource := policy.Request{Principal: policy.Service("events.amazonaws.com"), Action: action, Resource: policy.On(queue)}
		if other := decideOn(queue, anySource); other.Answer != policy.No {
			d = policy.Decision{Answer: policy.Unknown, Why: "it admits EventBridge, but names other sources"}
		}
	}
	switch d.Answer {
	case policy.Unknown:
		p.Unclear(queue, "whether its policy admits event bus "+nameOf(bus)+": "+d.Why)
	case policy.No:
		h := Hit{Node: queue, Fix: amend(queue, d, "AWS::SQS::QueuePolicy", busMaySend), Confidence: weaker(e), Related: []*graph.Node{bus}, RelatedResources: policiesOf(queue.ResourcePolicy),
			Message: fmt.Sprintf("the queue's policy does not let event bus %s send events that it cannot encrypt or decrypt: %s", nameOf(bus), d.Why),
			Values:  append([]graph.Value{{}}, edgePlace(e)...)}
		if !bus.Setting("kmsKeyIdentifier").Exists() {
			h.Severity = Low
		}
		p.Report(h)
	}
}

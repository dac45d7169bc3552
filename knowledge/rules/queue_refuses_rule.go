package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "queue-refuses-rule",
	Code:     "EVT002",
	Title:    "Queue does not admit the EventBridge rule that sends to it",
	Severity: Critical,
	Pillar:   Reliability,
	Why: `EventBridge writes to a queue, as target whose entry names no role or as dead-letter queue, by the right that the queue's own policy gives it. Without it every delivery is refused, and not tried again: ` +
		`the events go to the target's dead-letter queue or, where it has none, are dropped, which shows in the metric FailedInvocations and in the logs of the bus, where it writes them; what a dead-letter queue refuses is lost (InvocationsFailedToBeSentToDlq).`,
	Fix: `Add an AWS::SQS::QueuePolicy on the queue: ` + ruleMaySend,
	CDK: `new targets.SqsQueue(queue) and its deadLetterQueue option write the policy; with an imported queue write it in the queue's stack`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html", Checked: "2026-11-23"},
		{Title: `Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered events in EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html", Checked: "2026-11-30"},
	},
	Gaps: `High, not critical, for a queue that is only where a rule sends what it cannot deliver: events still reach their target, only failed ones are lost. Of a target with a RoleArn the role is asked instead of the queue. Queues outside the files are listed as undecided.`,
	Bad: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets:
        - Id: queue
          Arn: !GetAtt Orders.Arn
  Orders: # want "does not let rule Placed send"
    Type: AWS::SQS::Queue
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets:
        - Id: queue
          Arn: !GetAtt Orders.Arn
  Orders:
    Type: AWS::SQS::Queue
  OrdersPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
            Condition:
              ArnEquals: {"aws:SourceArn": !GetAtt Placed.Arn}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [shop.orders]}
            DeadLetterConfig: {Arn: !GetAtt Lost.Arn}
  Lost: # want "send its failed events to it"
    Type: AWS::SQS::Queue
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [shop.orders]}
            DeadLetterConfig: {Type: SQS}
`},
	Check: func(p *Pass) {
		for _, rule := range p.Graph.OfKind(graph.Rule) {
			if rule.Type != "AWS::Events::Rule" { // IoT rules send under a role
				continue
			}
			for _, e := range p.Graph.Out(rule, graph.Routes, graph.FailsTo) {
				unnamed := e.To.External && e.To.Kind == graph.Other // an import or parameter: it may be a queue
				switch {
				case e.Kind == graph.Routes && e.Setting("roleArn").Exists():
					if e.To.Kind == graph.Queue {
						checkTargetRole(p, e, "sqs:SendMessage")
					}
				case e.To.Kind == graph.Queue || unnamed:
					checkAdmits(p, e)
				}
			}
		}
	},
})

// ruleMaySend is the statement that a queue's policy lacks.
const ruleMaySend = `Allow, Principal {Service: events.amazonaws.com}, Action sqs:SendMessage, Resource: the queue's ARN, Condition ArnEquals aws:SourceArn = the rule's ARN.`

// statementFor is the statement with the reference to the rule, which in SAM's case is no resource of the file.
func statementFor(rule *graph.Node) string {
	if rule.Resource == nil || rule.External {
		return ruleMaySend
	}
	return strings.TrimSuffix(ruleMaySend, ".") + " (!GetAtt " + plainID(rule.Resource.ID) + ".Arn)."
}

func checkAdmits(p *Pass, e *graph.Edge) {
	rule, queue := e.From, e.To
	if queue.External {
		p.Unclear(rule, fmt.Sprintf("the policy of %s is not part of this system", nameOf(queue)))
		return
	}
	d := serviceMay("events.amazonaws.com", "sqs:SendMessage", queue, rule)
	what, severity, cdk := "send to it", Critical, "new targets.SqsQueue(queue) writes the policy; with an imported queue write it in the queue's stack"
	if e.Kind == graph.FailsTo {
		what, severity = "send its failed events to it, so they are lost", High
		cdk = "the deadLetterQueue option of the target writes the policy; with an imported queue write it in the queue's stack"
	}
	switch d.Answer {
	case policy.Unknown:
		p.Unclear(queue, "whether its policy admits rule "+nameOf(rule)+": "+d.Why)
	case policy.No:
		p.Report(Hit{Node: queue, Severity: severity, Fix: amend(queue, d, "AWS::SQS::QueuePolicy", statementFor(rule)), CDK: cdk, Confidence: weaker(e), Related: []*graph.Node{rule}, RelatedResources: policiesOf(queue.ResourcePolicy),
			Message: fmt.Sprintf("the queue's policy does not let rule %s %s: %s", nameOf(rule), what, d.Why),
			Values:  append([]graph.Value{{}}, edgePlace(e)...)})
	}
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "rule-target-without-dlq",
	Code:     "EVT001",
	Title:    `Target of an EventBridge rule has no dead-letter queue`,
	Severity: Medium,
	Pillar:   Reliability,
	Why: `EventBridge drops an event that it could not deliver: after 24 hours and 185 retries by default, and at once where the error is permanent, ` +
		`such as a missing permission or a deleted target. The only traces are the metric FailedInvocations and the logs of the bus, where it writes them.`,
	Fix: `Set DeadLetterConfig: {Arn: a standard SQS queue's ARN} on the target and let events.amazonaws.com send to that queue (sqs:SendMessage in an AWS::SQS::QueuePolicy).`,
	SAM: `Set DeadLetterConfig: {Type: SQS} on the event: SAM makes the queue and its policy. Or {Arn: a standard SQS queue's ARN}: that queue has to let events.amazonaws.com send to it.`,
	CDK: `deadLetterQueue on the target, such as new targets.LambdaFunction(fn, { deadLetterQueue })`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "How EventBridge retries delivering events"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Debugging event delivery"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-EventBusDLQ", "cdk-nag:EventBusDLQ", "serverless-rules:ES4000"},
	Gaps: `Low where the loss matters little: the target is a log group or another bus, whose own rules have to keep the event. ` +
		`High where retries are switched off. A rule that is DISABLED is left out, and one that runs at least hourly: the next run does the work.`,
	Bad: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets:
        - Id: work # want "no dead-letter queue"
          Arn: arn:aws:lambda:eu-west-1:111122223333:function:work
        - Id: once # want "no retries"
          Arn: arn:aws:lambda:eu-west-1:111122223333:function:once
          RetryPolicy: {MaximumRetryAttempts: 0}
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets:
        - Id: work
          Arn: arn:aws:lambda:eu-west-1:111122223333:function:work
          DeadLetterConfig: {Arn: "arn:aws:sqs:eu-west-1:111122223333:lost"}
  Idle:
    Type: AWS::Events::Rule
    Properties:
      State: DISABLED
      EventPattern: {source: [shop.orders]}
      Targets:
        - Id: work
          Arn: arn:aws:lambda:eu-west-1:111122223333:function:work
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
          Type: EventBridgeRule # want "no dead-letter queue"
          Properties:
            Pattern: {source: [shop.orders]}
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
	Check: checkTargetDLQs,
})

func checkTargetDLQs(p *Pass) {
	for _, rule := range p.Graph.OfKind(graph.Rule) {
		if rule.Type != "AWS::Events::Rule" || rule.External || disabled(rule) || !rule.Setting("eventPattern").Exists() && repeatsWithinTheHour(rule.Setting("scheduleExpression")) {
			continue
		}
		targets := rule.Setting("targets")
		if open(targets) {
			p.Unknown(rule, targets)
			continue
		}
		for _, t := range targets.Each() {
			checkTargetDLQ(p, rule, t)
		}
	}
}

func checkTargetDLQ(p *Pass, rule *graph.Node, t graph.Value) {
	if config := t.Get("DeadLetterConfig"); config.IsUnknown() {
		p.Unknown(rule, config)
		return
	} else if config.Get("Arn").Exists() { // whichever queue it is
		return
	}
	if p.stateUnknown(rule) {
		return
	}
	if runs := rule.Setting("scheduleExpression"); open(runs) && !rule.Setting("eventPattern").Exists() {
		p.Unknown(rule, runs) // it may run at least hourly
		return
	}
	h := Hit{Node: rule, Values: []graph.Value{{At: t.At}},
		Message: fmt.Sprintf("target %s of rule %s has no dead-letter queue: an event that cannot be delivered is dropped", targetName(p.Graph, t), nameOf(rule))}
	h.CDK = targetQueue(p.Graph, t)
	if toFirehose(p.Graph, t) && t.At != nil {
		h.CDK = fmt.Sprintf("(rule.node.defaultChild as events.CfnRule).addPropertyOverride('Targets.%s.DeadLetterConfig.Arn', queue.queueArn): the target's class has no deadLetterQueue; let events.amazonaws.com send to the queue", t.At.Path[strings.LastIndexByte(t.At.Path, '/')+1:])
	}
	retries, written := t.Get("RetryPolicy", "MaximumRetryAttempts").Int()
	switch {
	case lastInLine(p.Graph, t):
		h.Severity = Low
	case written && retries == 0:
		h.Severity = High
		h.Message = fmt.Sprintf("target %s of rule %s has no retries and no dead-letter queue: an event that cannot be delivered at the first attempt is dropped", targetName(p.Graph, t), nameOf(rule))
	}
	p.Report(h)
}

// targetName names a target by the thing it is, or by its Id.
func targetName(g *graph.Graph, t graph.Value) string {
	for _, ref := range t.Get("Arn").Refs() {
		if n := g.Node(ref.Resource); n != nil {
			return nameOf(n)
		}
	}
	return t.Get("Id").String()
}

// targetQueue is the dead-letter queue in CDK's words for the target that a rule has, "" where that is not known. Source:
// aws-cdk-lib 2.276.0, aws-events-targets, checked 2026-12-01.
func targetQueue(g *graph.Graph, t graph.Value) string {
	for _, ref := range t.Get("Arn").Refs() {
		n := g.Node(ref.Resource)
		if n == nil {
			continue
		}
		if class := map[graph.Kind]string{
			graph.Function: "LambdaFunction(fn", graph.Queue: "SqsQueue(queue", graph.Topic: "SnsTopic(topic", graph.StateMachine: "SfnStateMachine(stateMachine",
			graph.Stream: "KinesisStream(stream", graph.EventBus: "EventBus(bus", graph.LogGroup: "CloudWatchLogGroup(logGroup",
		}[n.Kind]; class != "" {
			return "new targets." + class + ", { deadLetterQueue })"
		}
	}
	return ""
}

// toFirehose tells whether a target is a delivery stream of Firehose: of the targets of CDK that make no function of their
// own it alone takes no dead-letter queue. Source: aws-cdk-lib 2.276.0, aws-events-targets, checked 2026-11-30.
func toFirehose(g *graph.Graph, t graph.Value) bool {
	arn := t.Get("Arn")
	for _, ref := range arn.Refs() {
		if n := g.Node(ref.Resource); n != nil && n.Kind == graph.Firehose {
			return true
		}
	}
	return strings.Contains(arn.String(), ":firehose:")
}

// lastInLine tells whether a target only records or passes on: a log group or another bus.
func lastInLine(g *graph.Graph, t graph.Value) bool {
	arn := t.Get("Arn")
	for _, ref := range arn.Refs() {
		if n := g.Node(ref.Resource); n != nil && (n.Kind == graph.LogGroup || n.Kind == graph.EventBus) {
			return true
		}
	}
	text := arn.String()
	return strings.Contains(text, ":logs:") || strings.Contains(text, ":event-bus/")
}

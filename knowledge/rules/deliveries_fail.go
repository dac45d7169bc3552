package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "deliveries-fail",
	Code:     "LIV011",
	Title:    `Deliveries of events fail`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `An event that a rule, topic or asynchronous call could not deliver appears in no log of yours, unless you asked for one (delivery status of a topic, logs of an event bus); without a failure queue that works it is lost.`,
	Fix:      `Give the sender the right it lacks (resource policy, key policy), and every target, subscription and asynchronous function a failure queue of its own.`,
	CDK:      `deadLetterQueue of targets and subscriptions, onFailure of functions`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Monitoring Amazon EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-29"},
		{Title: `Amazon SNS Developer Guide, "Monitoring Amazon SNS topics using CloudWatch"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. Looks at FailedInvocations and InvocationsFailedToBeSentToDlq of rules, AsyncEventsDropped, DestinationDeliveryFailures and DeadLetterErrors of functions, NumberOfNotificationsFailed and NumberOfNotificationsFilteredOut-InvalidAttributes of topics. EventBridge counts with best effort. Of HTTP endpoints SNS counts each attempt that failed, also where a later one arrived: of a topic with such a subscription that count alone is low.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Nightly: # want "FailedInvocations 7"
    Type: AWS::Events::Rule
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, FailedInvocations.Sum: 7}}
    Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: a, Arn: arn:aws:sqs:eu-west-1:111122223333:jobs}]}
  Worker: # want "AsyncEventsDropped 2, DeadLetterErrors 1"
    Type: AWS::Lambda::Function
    Metadata: {observed: {AsyncEventsDropped.Sum: 2, DeadLetterErrors.Sum: 1, DestinationDeliveryFailures.Sum: 0}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  News: # want "NumberOfNotificationsFailed 5"
    Type: AWS::SNS::Topic
    Metadata: {observed: {NumberOfNotificationsFailed.Sum: 5}}
  Partners: # want "each attempt counts"
    Type: AWS::SNS::Topic
    Metadata: {observed: {NumberOfNotificationsFailed.Sum: 5}}
  ToPartner: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Partners, Protocol: https, Endpoint: 'https://partner.example/news'}}
`,
	Good: `Resources:
  Nightly:
    Type: AWS::Events::Rule
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, FailedInvocations.Sum: 0}}
    Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: a, Arn: arn:aws:sqs:eu-west-1:111122223333:jobs}]}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  News:
    Type: AWS::SNS::Topic
    Metadata: {observed: {NumberOfNotificationsFailed.Sum: 0}}
`,
	Check: checkDeliveries,
})

func checkDeliveries(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, n := range p.Graph.OfKind(graph.Rule, graph.Function, graph.Topic) {
		values, words := counted(n.Resource, "FailedInvocations.Sum", "InvocationsFailedToBeSentToDlq.Sum", "AsyncEventsDropped.Sum", "DestinationDeliveryFailures.Sum", "DeadLetterErrors.Sum",
			"NumberOfNotificationsFailed.Sum", "NumberOfNotificationsFilteredOut-InvalidAttributes.Sum")
		if len(values) == 0 {
			continue
		}
		fix, cdk := deliver(n.Kind, strings.Join(words, ", "))
		h := Hit{Node: n, Fix: fix, CDK: cdk, Values: values, Message: fmt.Sprintf("deliveries of %s failed in %s: %s", nameOf(n), p.window(), strings.Join(words, ", "))}
		if len(words) == 1 && strings.HasPrefix(words[0], "NumberOfNotificationsFailed ") && tellsHTTP(n) {
			h.Severity, h.Confidence = Low, Likely
			h.Message += "; of HTTP endpoints each attempt counts, also where a later one arrived"
		}
		p.Report(h)
	}
}

// deliver says what lets the deliveries of a kind of sender arrive, by the metrics that counted them.
func deliver(kind graph.Kind, counted string) (fix, cdk string) {
	switch kind {
	case graph.Rule:
		return "Let EventBridge reach the targets (the resource policy of each, its key's policy, or RoleArn), and give every target a DeadLetterConfig with a queue whose policy admits events.amazonaws.com.", "deadLetterQueue of the targets"
	case graph.Function:
		var todo []string
		if strings.Contains(counted, "DestinationDeliveryFailures") || strings.Contains(counted, "DeadLetterErrors") {
			todo = append(todo, "give the function's role the right to send to its destination or dead-letter queue, and to use the key of that")
		}
		if strings.Contains(counted, "AsyncEventsDropped") {
			todo = append(todo, "find out why the events fail (errors, throttling), and give the function an on-failure destination or dead-letter queue where it has none")
		}
		return graph.UpperFirst(strings.Join(todo, "; ")) + ".", "onFailure of the function, or deadLetterQueue"
	}
	fix = "Let SNS reach the endpoints (the queue's policy, its key's policy, the function's permission), and give every subscription a RedrivePolicy with a queue whose policy admits sns.amazonaws.com."
	if strings.Contains(counted, "InvalidAttributes") {
		fix += " Attributes that a filter cannot read are a matter of the publisher: send them with a valid type and value."
	}
	return fix, "deadLetterQueue of the subscriptions"
}

// tellsHTTP tells whether a topic has a subscription by HTTP: its failures may be attempts before one that arrived.
func tellsHTTP(topic *graph.Node) bool {
	return topic.Kind == graph.Topic && slices.ContainsFunc(topic.Setting("subscriptions").Each(), func(s graph.Value) bool {
		protocol, known := s.Get("Protocol").Str()
		return !known || strings.HasPrefix(protocol, "http")
	})
}

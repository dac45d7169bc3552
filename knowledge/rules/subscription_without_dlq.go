package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "subscription-without-dlq",
	Code:     "SNS001",
	Title:    `Subscription of a topic has no dead-letter queue`,
	Severity: Medium,
	Pillar:   Reliability,
	Why: `SNS discards a message that a subscriber could not take: at once after a client-side error (the endpoint is gone, its policy refuses), without any retry, ` +
		`and after the retries of the delivery policy otherwise.`,
	Fix: `Set RedrivePolicy: {deadLetterTargetArn: an SQS queue's ARN} on the subscription, and let sns.amazonaws.com send to that queue. The queue stands in the account and region of the subscription and is of the topic's type, standard or FIFO.`,
	SAM: `Set RedrivePolicy: {deadLetterTargetArn: an SQS queue's ARN} on the event of type SNS, and let sns.amazonaws.com send to that queue.`,
	CDK: `deadLetterQueue on the subscription, such as new subscriptions.LambdaSubscription(fn, { deadLetterQueue })`,
	Sources: []Source{
		{Title: `Amazon SNS Developer Guide, "Amazon SNS dead-letter queues"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-SNSRedrivePolicy", "cdk-nag:SNSRedrivePolicy", "serverless-rules:ES7000"},
	Gaps:        `Mail, telephone and application endpoints are left out, and the web addresses behind topics on which only alarms are seen to publish: a pager is called by them. A dead-letter queue of the subscribed queue or function does not count: it takes only what was delivered.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SNS::Topic
  ToWork:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders # want "lambda subscription"
      Protocol: lambda
      Endpoint: arn:aws:lambda:eu-west-1:111122223333:function:work
  ToPartner:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders # want "https subscription"
      Protocol: https
      Endpoint: https://partner.example/orders
`,
	Good: `Resources:
  Orders:
    Type: AWS::SNS::Topic
  ToWork:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders
      Protocol: lambda
      Endpoint: arn:aws:lambda:eu-west-1:111122223333:function:work
      RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:lost"}
  ToPeople:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Orders, Protocol: email, Endpoint: team@example.com}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SNS::Topic
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Order:
          Type: SNS # want "no dead-letter queue"
          Properties: {Topic: !Ref Orders}
`},
	MoreGood: []string{`Resources:
  Alerts:
    Type: AWS::SNS::Topic
    Properties:
      Subscription: [{Protocol: https, Endpoint: "https://pager.example/alerts"}]
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{Name: QueueName, Value: orders}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: [!Ref Alerts]
`},
	Check: checkSubscriptionDLQs,
})

// delivered are the protocols of SNS whose endpoints are programs.
var delivered = map[string]bool{"sqs": true, "lambda": true, "firehose": true, "http": true, "https": true}

func checkSubscriptionDLQs(p *Pass) {
	for _, topic := range p.Graph.OfKind(graph.Topic) {
		alarms := onlyAlarms(p.Graph, topic)
		for _, s := range topic.Setting("subscriptions").Each() {
			redrive := s.Get("RedrivePolicy")
			protocol, ok := s.Get("Protocol").Str()
			if open(s.Get("Protocol")) && !alarms && !redrive.Exists() && !open(redrive) {
				p.Unknown(topic, s.Get("Protocol")) // mail and text messages need no queue
			}
			if !ok || !delivered[protocol] || alarms && strings.HasPrefix(protocol, "http") {
				continue
			}
			if open(redrive) {
				p.Unknown(topic, redrive)
				continue
			}
			if redrive.Exists() && (redrive.Kind != graph.Map || redrive.Get("deadLetterTargetArn").Exists()) { // whichever queue it is
				continue
			}
			fix := ""
			if writtenInline(s) {
				fix = "Move the entry of Subscription, which takes no RedrivePolicy, to an AWS::SNS::Subscription with TopicArn, Protocol, Endpoint and RedrivePolicy: {deadLetterTargetArn: an SQS queue's ARN}, and let sns.amazonaws.com send to that queue."
			}
			p.Report(Hit{Node: topic, Place: subscriptionPlace(s), Values: []graph.Value{{At: s.At}}, Fix: fix, CDK: withDeadLetters[protocol],
				Message: fmt.Sprintf("%s subscription of %s has no dead-letter queue: a message that cannot be delivered is discarded", protocol, withKind("topic", topic))})
		}
	}
}

// withDeadLetters is the subscription with a dead-letter queue in CDK's words, by its protocol. Source: aws-cdk-lib 2.276.0,
// aws-sns-subscriptions, checked 2026-12-01.
var withDeadLetters = map[string]string{
	"sqs":      "new subscriptions.SqsSubscription(queue, { deadLetterQueue })",
	"lambda":   "new subscriptions.LambdaSubscription(fn, { deadLetterQueue })",
	"firehose": "new subscriptions.FirehoseSubscription(deliveryStream, { deadLetterQueue })",
	"http":     "new subscriptions.UrlSubscription(url, { deadLetterQueue })",
	"https":    "new subscriptions.UrlSubscription(url, { deadLetterQueue })",
}

// writtenInline tells whether a subscription is an entry of its topic's own list.
func writtenInline(s graph.Value) bool {
	if s.At == nil {
		return false
	}
	steps := strings.Split(s.At.Path, "/")
	return len(steps) > 4 && steps[1] == "Resources" && steps[3] == "Properties" && steps[4] == "Subscription"
}

// onlyAlarms tells whether alarms publish on a topic, and nothing else of the system.
func onlyAlarms(g *graph.Graph, topic *graph.Node) bool {
	return len(g.In(topic, graph.Notifies)) > 0 && len(g.In(topic, graph.Writes, graph.Routes)) == 0
}

// subscriptionPlace is the written resource of a subscription, which has no node: the topic's own where it is
// written inline, the function's where SAM makes it.
func subscriptionPlace(s graph.Value) *Place {
	if s.At == nil {
		return nil
	}
	steps := strings.Split(s.At.Path, "/")
	if len(steps) < 3 || steps[1] != "Resources" {
		return nil
	}
	typ := "AWS::SNS::Subscription"
	for _, step := range steps[3:] {
		switch step {
		case "Subscription":
			return nil
		case "Events":
			typ = "AWS::Serverless::Function"
		}
	}
	id := steps[2]
	if own, ok := s.Get("ResourceId").Str(); ok && typ == "AWS::SNS::Subscription" {
		id = plainID(own)
	}
	return &Place{ID: id, Type: typ, File: s.At.File}
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "large-message-topic-with-unfit-subscribers",
	Code:     "SNS006",
	Title:    `Topic for large messages has subscribers that cannot take them`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A topic whose MaximumMessageSize is above 256 KiB takes at most 100 subscriptions, all of SQS, Lambda or Firehose: SNS refuses the size, or the subscription, whichever comes second.`,
	Fix:      `Lower MaximumMessageSize to 262144, or move the other subscribers behind a queue or function.`,
	CDK:      `CfnTopic.maximumMessageSize`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SNS::Topic MaximumMessageSize`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-topic.html#cfn-sns-topic-maximummessagesize", Checked: "2026-11-30"},
		{Title: `Amazon SNS Developer Guide, "Publishing large messages with Amazon SNS"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      MaximumMessageSize: 1048576 # want "https"
      Subscription: [{Protocol: https, Endpoint: "https://hooks.example.com/orders"}]
`,
	Good: `Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      MaximumMessageSize: 1048576
      Subscription: [{Protocol: sqs, Endpoint: "arn:aws:sqs:eu-west-1:111122223333:orders"}]
`,
	Check: checkLargeMessages,
})

func checkLargeMessages(p *Pass) {
	for _, topic := range p.Graph.OfKind(graph.Topic) {
		if topic.External {
			continue
		}
		v := topic.Setting("maximumMessageSize")
		size, ok := p.Int(topic, v)
		if !ok || size <= facts.Int("sns.message_bytes_default") {
			continue
		}
		subscriptions := topic.Setting("subscriptions").Each()
		for _, s := range subscriptions {
			protocol, ok := p.Text(topic, s.Get("Protocol"))
			if ok && protocol != "sqs" && protocol != "lambda" && protocol != "firehose" {
				p.Report(Hit{Node: topic, RelatedResources: []*graph.Resource{carrier(p.Graph, s)}, Values: []graph.Value{v, s.Get("Protocol")},
					Message: fmt.Sprintf("MaximumMessageSize is %d bytes, but above %d a topic takes no subscription by %s", size, facts.Int("sns.message_bytes_default"), protocol)})
			}
		}
		if len(subscriptions) > 100 { // CloudFormation reference, AWS::SNS::Topic MaximumMessageSize
			p.Report(Hit{Node: topic, Values: []graph.Value{v}, Fix: "Lower MaximumMessageSize to 262144, or spread the subscriptions over several topics.", Message: fmt.Sprintf("MaximumMessageSize is %d bytes, which allows 100 subscriptions, but there are %d", size, len(subscriptions))})
		}
	}
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "subscription-endpoint-does-not-fit",
	Code:     "SNS005",
	Title:    `Endpoint of a subscription does not fit its protocol`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `The subscription is refused, or never delivers: protocol sqs needs a queue, lambda a function; a standard topic cannot feed a FIFO queue.`,
	Fix:      `Set Protocol to what the endpoint is. A FIFO queue needs a FIFO topic (which may feed standard queues as well).`,
	CDK:      `topic.addSubscription(...) chooses the protocol`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SNS::Subscription`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-subscription.html", Checked: "2026-11-30"},
		{Title: `Amazon SNS Developer Guide, "Amazon SNS message delivery for FIFO topics"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html", Checked: "2026-11-30"},
		{Title: `moto, pull request 8957 (tested against AWS: standard topics refuse FIFO queues)`, URL: "https://github.com/getmoto/moto/pull/8957", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:W3694"},
	Bad: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs # want "Worker is a function"
      Endpoint: !GetAtt Worker.Arn
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: lambda
      Endpoint: !GetAtt Worker.Arn
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Resources:
  Topic:
    Type: AWS::SNS::Topic
  Orders:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs # want "FIFO queue"
      Endpoint: !GetAtt Orders.Arn
`},
	Check: checkEndpoints,
})

// endpointKinds are the things that a protocol can deliver to.
var endpointKinds = map[string]graph.Kind{"sqs": graph.Queue, "lambda": graph.Function, "firehose": graph.Firehose}

var endpointWords = map[graph.Kind]string{graph.Queue: "queue", graph.Function: "function", graph.Firehose: "delivery stream"}

// refGives is what Ref gives of them, which is the ARN of none.
var refGives = map[graph.Kind]string{graph.Queue: "URL", graph.Function: "name", graph.Firehose: "name"}

// otherThanARN is what Fn::GetAtt gives of them besides the ARN.
var otherThanARN = map[string]string{"QueueName": "name", "QueueUrl": "URL"}

func checkEndpoints(p *Pass) {
	for _, topic := range p.Graph.OfKind(graph.Topic) {
		for _, e := range p.Graph.Out(topic, graph.Routes) {
			v := e.Settings.Get("Protocol")
			protocol, ok := p.Text(topic, v)
			want := endpointKinds[protocol]
			if !ok || want == "" {
				continue
			}
			if text, known := e.Settings.Get("Endpoint").Str(); known && !strings.HasPrefix(text, "arn:") {
				p.Report(Hit{Node: topic, Resource: e.Via, Related: []*graph.Node{topic}, Values: []graph.Value{e.Settings.Get("Endpoint")},
					Fix:     fmt.Sprintf("Set Endpoint to the ARN of the %s (!GetAtt ....Arn), or Protocol to what the endpoint is (https, email ...).", endpointWords[want]),
					Message: fmt.Sprintf("Protocol is %s, but the endpoint is not an ARN: %s", protocol, text)})
				continue
			}
			if e.To.External && !strings.HasPrefix(e.To.ID, "arn:") {
				p.Unclear(topic, fmt.Sprintf("what kind of thing %s is: it is not part of this system", nameOf(e.To)))
				continue
			}
			h := Hit{Node: topic, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{topic, e.To}, Values: []graph.Value{v, e.Settings.Get("Endpoint")}}
			if e.To.Kind != want {
				h.Message = fmt.Sprintf("Protocol is %s, but endpoint %s is a %s", protocol, nameOf(e.To), e.To.Kind)
				h.Fix = fmt.Sprintf("Name the ARN of a %s as Endpoint: a topic does not deliver to a %s.", endpointWords[want], e.To.Kind)
				for _, other := range []string{"sqs", "lambda", "firehose"} {
					if endpointKinds[other] == e.To.Kind {
						h.Fix = fmt.Sprintf("Set Protocol: %s, which is what the endpoint is, or name the ARN of a %s as Endpoint.", other, endpointWords[want])
					}
				}
				if e.To.Kind == graph.Firehose {
					h.Fix += " Protocol firehose needs a SubscriptionRoleArn too."
				}
				p.Report(h)
				continue
			}
			if endpoint, ok := e.Settings.Get("Endpoint").Ref(); ok && endpoint.Resource == e.To.ID && (endpoint.Attribute == "" || otherThanARN[endpoint.Attribute] != "") {
				gives := refGives[want]
				if endpoint.Attribute != "" {
					gives = otherThanARN[endpoint.Attribute]
				}
				h.Message = fmt.Sprintf("endpoint is the %s of %s %s: Amazon SNS wants its ARN", gives, e.To.Kind, nameOf(e.To))
				h.Fix = fmt.Sprintf("Set Endpoint to !GetAtt %s.Arn.", nameOf(e.To))
				p.Report(h)
				continue
			}
			if want != graph.Queue {
				continue
			}
			if to, known := isFIFO(p, topic, e.To); !known || !to {
				continue
			}
			if from, known := isFIFO(p, e.To, topic); known && !from {
				h.Fix = "Subscribe a standard queue; or make the topic FIFO (FifoTopic: true, a TopicName that ends in .fifo): that replaces it, and its publishers have to give a MessageGroupId."
				h.CDK = "new sns.Topic(this, 'Topic', { fifo: true }), or a queue without fifo"
				h.Message = fmt.Sprintf("standard topic %s cannot deliver to FIFO queue %s", nameOf(topic), nameOf(e.To))
				p.Report(h)
			}
		}
	}
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "few-receives-before-dlq",
	Code:     "ESM007",
	Title:    "Queue of a function gives up after few receives",
	Severity: Medium,
	Pillar:   Reliability,
	Why: `Lambda receives messages before it knows whether the function has capacity: a throttled batch, and each good message in a batch that failed, has used up one receive. ` +
		`With a small maxReceiveCount messages that nothing is wrong with reach the dead-letter queue.`,
	Fix: `Set maxReceiveCount to 5 or more.`,
	CDK: `deadLetterQueue: { queue: dlq, maxReceiveCount: 5 }`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Understanding SQS retries"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/sqs-retries.html", Checked: "2026-11-30"},
		{Title: `AWS Knowledge Center, "Why is my Lambda function retrying valid Amazon SQS messages and placing them in my dead-letter queue?"`, URL: "https://aws.amazon.com/premiumsupport/knowledge-center/lambda-retrying-valid-sqs-messages/", Checked: "2026-11-30"},
		{Title: `Amazon SQS Developer Guide, "Avoiding inconsistent message processing in Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/avoiding-inconsistent-message-processing.html", Checked: "2026-11-30"},
	},
	Gaps: `1 is high, 2 is medium, 3 and 4 are low, as is all above 1 of a FIFO queue: there each further receive holds up the message group. Metadata serverless-review idempotent: "no" on queue, mapping or function excuses messages that must not be tried twice.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrdersRest.Arn
        maxReceiveCount: 1 # want "after 1 receive"
  OrdersRest:
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrdersRest.Arn
        maxReceiveCount: 5
  OrdersRest:
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrdersRest.Arn
        maxReceiveCount: 3 # want "after 3 receives"
  OrdersRest:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
`},
	MoreGood: []string{`Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrdersRest.Arn
        maxReceiveCount: 1
  OrdersRest:
    Type: AWS::SQS::Queue
`},
	Check: checkReceives,
})

// enoughReceives is how often Lambda's guide wants a message to be received before it counts as failed.
const enoughReceives = 5

func checkReceives(p *Pass) {
	for _, q := range p.Graph.OfKind(graph.Queue) {
		if q.External {
			continue
		}
		var reader *graph.Edge
		for _, e := range p.Graph.Out(q, graph.Polls) {
			if on, ok := e.Setting("enabled").Truth(); e.To.Kind == graph.Function && (!ok || on) && !onceOnly(e) {
				reader = e
			}
		}
		v := q.Setting("redrivePolicy", "maxReceiveCount")
		if reader == nil || !v.Exists() {
			continue
		}
		n, ok := p.Int(q, v)
		if !ok || n >= enoughReceives {
			continue
		}
		fifo, fifoKnown := q.Setting("fifoQueue").Truth()
		severity, times := Low, fmt.Sprintf("%d receives", n)
		switch {
		case n <= 1:
			severity, times = High, "1 receive"
		case n == 2 && fifoKnown && !fifo: // in a FIFO queue each further receive holds up the message group
			severity = Medium
		}
		p.Report(Hit{Node: q, Severity: severity, Values: []graph.Value{v}, Confidence: weaker(reader), Related: []*graph.Node{reader.To}, RelatedResources: []*graph.Resource{reader.Via},
			Message: fmt.Sprintf("gives a message up after %s, and throttling of %s or another bad message of its batch uses them up: at least %d are wanted", times, nameOf(reader.To), enoughReceives)})
	}
}

// onceOnly tells whether Metadata states that what an edge carries must not be tried twice.
func onceOnly(e *graph.Edge) bool {
	for _, r := range []*graph.Resource{e.Via, e.To.Resource, e.From.Resource} {
		if r == nil {
			continue
		}
		if is, ok := r.Metadata.Get("serverless-review", "idempotent").Truth(); ok && !is {
			return true
		}
	}
	return false
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "async-failure-target-is-fifo",
	Code:     "LAM006",
	Title:    `Failure target of asynchronous invocations is a FIFO queue or topic`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Lambda sends failed asynchronous events to standard queues and topics only: a FIFO one is refused.`,
	Fix:      `Point DeadLetterConfig or the destination to a standard queue or topic.`,
	CDK:      `deadLetterQueue or onFailure: a queue without fifo`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Invoking a Lambda function asynchronously"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html", Checked: "2026-11-23", Unverified: true},
	},
	Bad: `Resources:
  Worker: # want "Lost is FIFO"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      DeadLetterConfig: {TargetArn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      DeadLetterConfig: {TargetArn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
`,
	Check: checkAsyncFIFO,
})

func checkAsyncFIFO(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		for _, e := range p.Graph.Out(fn, graph.FailsTo) {
			if e.Via == nil || e.Via.Type == "AWS::Lambda::EventSourceMapping" || e.To.External {
				continue
			}
			v := e.To.Setting("fifoQueue")
			if e.To.Kind == graph.Topic {
				v = e.To.Setting("fifoTopic")
			}
			if fifo, ok := v.Truth(); ok && fifo {
				p.Report(Hit{Node: fn, Confidence: weaker(e), Related: []*graph.Node{e.To}, RelatedResources: []*graph.Resource{e.Via}, Values: []graph.Value{{}, v},
					Message: fmt.Sprintf("failure target %s is FIFO: Lambda delivers failed asynchronous events to standard queues and topics only", nameOf(e.To))})
			}
		}
	}
}

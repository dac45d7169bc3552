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
	Why:      `Lambda sends failed asynchronous events to standard queues and topics only: a FIFO one is not supported, and delivery to it fails, which only a metric counts (DestinationDeliveryFailures, DeadLetterErrors).`,
	Fix:      `Point DeadLetterConfig or the destination to a standard queue or topic.`,
	CDK:      `deadLetterQueue or onFailure: a queue without fifo`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations" (standard queues and topics; FIFO ones are unsupported)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html", Checked: "2026-11-30"},
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
		for _, e := range p.Graph.Out(fn, graph.FailsTo, graph.Writes) {
			if e.Via == nil || e.Via.Type == "AWS::Lambda::EventSourceMapping" || e.Kind == graph.Writes && e.Label != "on success" || e.To.Kind != graph.Queue && e.To.Kind != graph.Topic {
				continue
			}
			if fifo, ok := isFIFO(p, fn, e.To); ok && fifo {
				what := "failure target"
				fix, cdk := "Point DestinationConfig.OnFailure.Destination at a standard queue or topic.", "onFailure: new destinations.SqsDestination(a queue without fifo)"
				if e.Kind == graph.Writes {
					what = "success target"
					fix, cdk = "Point DestinationConfig.OnSuccess.Destination at a standard queue or topic.", "onSuccess: new destinations.SqsDestination(a queue without fifo)"
				} else if e.Via == fn.Resource {
					fix, cdk = "Point "+spelled(fn, "DeadLetterConfig", "DeadLetterQueue")+".TargetArn at a standard queue or topic.", "deadLetterQueue: a queue without fifo"
				}
				p.Report(Hit{Node: fn, Fix: fix, CDK: cdk, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{fn, e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
					Message: fmt.Sprintf("%s %s is FIFO: Lambda delivers the outcome of asynchronous events to standard queues and topics only", what, nameOf(e.To))})
			}
		}
	}
}

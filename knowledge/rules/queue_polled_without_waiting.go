package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-polled-without-waiting",
	Code:     "SQS009",
	Title:    `Queue answers empty receives at once`,
	Severity: Low,
	Pillar:   Cost,
	Profile:  Advisory,
	Why:      `A receive on an empty queue returns at once (short polling), asks some of the servers only, and is billed: a consumer in a loop pays for nothing, and may miss messages that are there.`,
	Fix:      `Set ReceiveMessageWaitTimeSeconds: 20 on the queue, or WaitTimeSeconds on each receive.`,
	CDK:      `receiveMessageWaitTime: Duration.seconds(20)`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Amazon SQS short and long polling"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html", Checked: "2026-11-30"},
	},
	Gaps: `Queues that only Lambda or Pipes read are left out, since these wait by themselves; so are queues for failures. A consumer that sets WaitTimeSeconds on its own calls is not seen.`,
	Bad: `Resources:
  Jobs: {Type: AWS::SQS::Queue} # want "answers empty receives at once"
  Mails:
    Type: AWS::SQS::Queue
    Properties:
      ReceiveMessageWaitTimeSeconds: 0 # want "answers empty receives at once"
`,
	Good: `Parameters: {Wait: {Type: Number}}
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {ReceiveMessageWaitTimeSeconds: 20, RedrivePolicy: {deadLetterTargetArn: !GetAtt Parked.Arn, maxReceiveCount: 5}}}
  Parked: {Type: AWS::SQS::Queue}
  Chosen: {Type: AWS::SQS::Queue, Properties: {ReceiveMessageWaitTimeSeconds: !Ref Wait}}
  Work: {Type: AWS::SQS::Queue}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Reads: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Work.Arn, FunctionName: !Ref Worker}}
`,
	Check: func(p *Pass) {
		for _, q := range p.Graph.OfKind(graph.Queue) {
			if q.External || len(p.Graph.Out(q, graph.Polls)) > 0 && len(p.Graph.In(q, graph.Reads)) == 0 || everTakesFailures(p.Scenarios, q) {
				continue
			}
			if wait, ok := p.Int(q, q.Setting("receiveMessageWaitTimeSeconds")); ok && wait == 0 || !q.Setting("receiveMessageWaitTimeSeconds").Exists() {
				if v := p.openUse(q, "EventSourceArn", "Source", "RedrivePolicy", "deadLetterTargetArn"); v.Exists() {
					p.Unknown(q, v)
					continue
				}
				who := "neither a mapping of Lambda nor a pipe reads it"
				if len(p.Graph.Out(q, graph.Polls)) > 0 {
					who = "something reads it by calls of its own"
				}
				p.Report(Hit{Node: q, Values: []graph.Value{written(q.Setting("receiveMessageWaitTimeSeconds"))},
					Message: fmt.Sprintf("queue %s answers empty receives at once (ReceiveMessageWaitTimeSeconds 0), and %s", nameOf(q), who)})
			}
		}
	},
})

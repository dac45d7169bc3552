package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "dlq-differs-in-type",
	Code:     "SQS002",
	Title:    `Queue and its dead-letter queue differ in type`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A FIFO queue needs a FIFO dead-letter queue and a standard queue a standard one: SQS refuses the redrive policy, so the deployment fails.`,
	Fix:      `Give both queues the same FifoQueue.`,
	CDK:      `fifo: the same on both queues`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SQS::Queue RedrivePolicy`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html#cfn-sqs-queue-redrivepolicy", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:E3502"},
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Lost.Arn # want "FIFO queue, its dead-letter queue Lost is a standard queue"
        maxReceiveCount: 5
  Lost:
    Type: AWS::SQS::Queue
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Lost.Arn
        maxReceiveCount: 5
  Lost:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
`,
	MoreBad: []string{`Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: arn:aws:sqs:eu-west-1:111122223333:lost.fifo # want "standard queue, its dead-letter queue"
        maxReceiveCount: 5
`},
	MoreGood: []string{`Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      RedrivePolicy:
        deadLetterTargetArn: !ImportValue lost-queue
        maxReceiveCount: 5
`},
	Check: checkRedriveType,
})

func checkRedriveType(p *Pass) {
	for _, q := range p.Graph.OfKind(graph.Queue) {
		if q.External {
			continue
		}
		for _, e := range p.Graph.Out(q, graph.FailsTo) {
			if e.Via != q.Resource || e.To.Kind != graph.Queue {
				continue
			}
			mine, ok := p.Truth(q, q.Setting("fifoQueue"))
			if !ok {
				continue
			}
			theirs, ok := isFIFO(p, q, e.To)
			if !ok || mine == theirs {
				continue
			}
			fix, cdk := sameType(mine, e.To)
			p.Report(Hit{Node: q, Fix: fix, CDK: cdk, Related: []*graph.Node{e.To}, Confidence: weaker(e), Values: []graph.Value{e.Settings.Get("deadLetterTargetArn"), q.Setting("fifoQueue"), e.To.Setting("fifoQueue")},
				Message: fmt.Sprintf("%s is a %s queue, its dead-letter queue %s is a %s queue: the deployment fails", nameOf(q), queueType(mine), nameOf(e.To), queueType(theirs))})
		}
	}
}

// sameType says how a dead-letter queue comes to be of its source's type. A queue that exists cannot change: it is replaced.
func sameType(fifo bool, dlq *graph.Node) (fix, cdk string) {
	switch {
	case fifo && dlq.External:
		return "Point deadLetterTargetArn at a FIFO queue.", "deadLetterQueue: { queue: a queue with fifo: true, maxReceiveCount }"
	case fifo:
		return "Set FifoQueue: true on " + nameOf(dlq) + " (a QueueName ends in .fifo then), which replaces it.", "fifo: true on the dead-letter queue"
	case dlq.External:
		return "Point deadLetterTargetArn at a standard queue.", "deadLetterQueue: { queue: a queue without fifo, maxReceiveCount }"
	}
	return "Point deadLetterTargetArn at a standard queue, or take FifoQueue and what only FIFO queues have (.fifo in the name) out of " + nameOf(dlq) + ", which replaces it.", "no fifo on the dead-letter queue"
}

// isFIFO tells whether a queue is FIFO; one that is not in the files shows it by its name.
func isFIFO(p *Pass, asker, q *graph.Node) (fifo, ok bool) {
	if !q.External {
		if q.Kind == graph.Topic {
			return p.Truth(asker, q.Setting("fifoTopic"))
		}
		return p.Truth(asker, q.Setting("fifoQueue"))
	}
	if !strings.HasPrefix(q.ID, "arn:") || strings.HasSuffix(q.ID, "}") { // the end of its name decides
		p.Unclear(asker, string(q.Kind)+" "+nameOf(q)+" is not part of this system")
		return false, false
	}
	return strings.HasSuffix(q.ID, ".fifo"), true
}

func queueType(fifo bool) string {
	if fifo {
		return "FIFO"
	}
	return "standard"
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "dlq-feeds-itself",
	Code:     "GRF009",
	Title:    `Dead-letter queue feeds itself`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Messages that fail go round between the queue and its dead-letter queue for ever: nothing is parked, nothing is seen, and each round costs.`,
	Fix:      `Give the dead-letter queue a parking queue of its own, or none, and work it off by hand or with StartMessageMoveTask.`,
	CDK:      `a separate queue as deadLetterQueue of the dead-letter queue`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Using dead-letter queues in Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html", Checked: "2026-11-23", Unverified: true},
	},
	Gaps: `A consumer of the dead-letter queue that sends back to the source in code is not reported: it may count its attempts.`,
	Bad: `Resources:
  Orders: # want "Orders → Lost → Orders"
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Orders.Arn, maxReceiveCount: 5}
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost:
    Type: AWS::SQS::Queue
`,
	Check: checkFailureCircles,
})

func checkFailureCircles(p *Pass) {
	seen := map[*graph.Node]bool{}
	for _, q := range p.Graph.OfKind(graph.Queue) {
		if seen[q] || q.External {
			continue
		}
		h := Hit{Node: q, Values: []graph.Value{{}}}
		path := []string{nameOf(q)}
		for n := q; ; {
			next := redriveTarget(p.Graph, n)
			if next == nil || len(path) > 20 {
				break
			}
			path = append(path, nameOf(next))
			if next == q {
				h.Message = fmt.Sprintf("failed messages go round in a circle: %s", strings.Join(path, " → "))
				break
			}
			h.Related = append(h.Related, next)
			n = next
		}
		if h.Message == "" {
			continue
		}
		for _, n := range h.Related {
			seen[n] = true
		}
		p.Report(h)
	}
}

// redriveTarget is where a queue's redrive policy sends failed messages.
func redriveTarget(g *graph.Graph, q *graph.Node) *graph.Node {
	for _, e := range g.Out(q, graph.FailsTo) {
		if e.To.Kind == graph.Queue && e.Label == "redrive" {
			return e.To
		}
	}
	return nil
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "dlq-feeds-itself",
	Code:     "GRF009",
	Title:    `Dead-letter queue feeds itself`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Messages that fail go round between the queue and its dead-letter queue again and again: nothing is parked, nothing is seen, and each round costs.`,
	Fix:      `Give the dead-letter queue a parking queue of its own, or none, and work it off by hand or with StartMessageMoveTask.`,
	CDK:      `a separate queue as deadLetterQueue of the dead-letter queue`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Using dead-letter queues in Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html", Checked: "2026-11-30"},
	},
	Gaps: `A consumer of the dead-letter queue that may send back to the source is reported as likely, and one level lower: its code may count the attempts. An environment variable that speaks of attempts, retries or a limit, and names no queue, is taken as a sign that it does, and so is the right to StartMessageMoveTask.`,
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
				h.Fix = "Take RedrivePolicy out of the dead-letter queue, or point it at a parking queue that has none."
				h.CDK = "no deadLetterQueue on the dead-letter queue, or a separate queue as that"
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
	for _, q := range p.Graph.OfKind(graph.Queue) {
		checkReturns(p, q)
	}
}

// checkReturns looks for consumers of a dead-letter queue that put its messages back where they came from.
func checkReturns(p *Pass, dlq *graph.Node) {
	origins := originsOf(p.Graph, dlq)
	if len(origins) == 0 {
		return
	}
	origins[dlq] = true
	for _, polled := range p.Graph.Out(dlq, graph.Polls) {
		worker := polled.To
		if off, unsure := switchedOff(polled); off || unsure.Exists() || worker.External || !returns(p.Graph, polled) {
			continue
		}
		for _, back := range p.Graph.Out(worker, graph.Writes, graph.FailsTo, graph.Invokes, graph.Routes) {
			if !origins[back.To] || back.Strength == graph.Wildcard {
				continue
			}
			related := []*graph.Node{dlq}
			if back.To != dlq {
				related = append(related, back.To)
			}
			h := Hit{Node: worker, Severity: Medium, Confidence: Likely, Related: related, RelatedResources: []*graph.Resource{polled.Via},
				Values:  append([]graph.Value{{}}, edgePlace(polled, back)...),
				Message: fmt.Sprintf("it works off the dead-letter queue %s and sends to %s: unless its code counts attempts, a message that always fails goes round for ever", nameOf(dlq), nameOf(back.To))}
			h.Fix = fmt.Sprintf("Let %s count the attempts in what it sends on (a message attribute), and after the last send to a parking queue; or leave the way back to a hand that looks first.", nameOf(worker))
			h.CDK = "n/a: the code decides"
			if worker.Kind == graph.Pipe { // it runs no code that could count
				h.Severity, h.Confidence = High, weaker(polled, back)
				h.Message = fmt.Sprintf("it moves the messages of the dead-letter queue %s to %s: one that always fails goes round for ever", nameOf(dlq), nameOf(back.To))
				h.Fix = "Set DesiredState: STOPPED on the pipe, and run it when the cause is mended; or put a function between that counts the attempts and parks what still fails."
				h.CDK = "desiredState: DesiredState.STOPPED of the Pipe"
			}
			p.Report(h)
			break
		}
	}
}

// originsOf are the things whose failures a queue takes, and what they get their messages from: sent there again, a
// message takes the same way.
func originsOf(g *graph.Graph, dlq *graph.Node) map[*graph.Node]bool {
	origins := map[*graph.Node]bool{}
	for _, e := range g.In(dlq, graph.FailsTo) {
		switch e.From.Kind {
		case graph.Queue, graph.Topic, graph.Function:
			origins[e.From] = true
			if stream := readBy(g, e); stream != nil {
				origins[stream] = true
			}
		}
	}
	return origins
}

// returns tells whether a consumer of a queue may send all that it takes on: a function that does not count attempts, or
// a pipe without filter or enrichment.
func returns(g *graph.Graph, polled *graph.Edge) bool {
	switch worker := polled.To; worker.Kind {
	case graph.Function:
		return !countsAttempts(g, worker)
	case graph.Pipe:
		return !worker.Setting("sourceParameters", "filterCriteria").Exists() && !worker.Setting("enrichment").Exists()
	}
	return false
}

// readBy is the stream whose failed batches go along e: both are of the same event source mapping.
func readBy(g *graph.Graph, e *graph.Edge) *graph.Node {
	for _, polled := range g.In(e.From, graph.Polls) {
		if e.Via != nil && polled.Via == e.Via && polled.From.Kind == graph.Stream {
			return polled.From
		}
	}
	return nil
}

var attemptWords = lazy.Regexp(`(?i)attempt|retr(y|ies)|redrive|max_?(receive|tries)|limit`)

// countsAttempts tells whether something says that a function ends the circle by itself.
func countsAttempts(g *graph.Graph, fn *graph.Node) bool {
	for _, f := range fn.Setting("environment", "variables").Fields() {
		if attemptWords().MatchString(f.Name) && !namesQueue(g, f.Value) {
			return true
		}
	}
	for _, role := range rolesOf(g, fn) {
		for _, s := range role.Statements {
			for _, action := range literals(s.Actions) {
				if strings.EqualFold(action, "sqs:StartMessageMoveTask") {
					return true
				}
			}
		}
	}
	return false
}

// namesQueue tells whether a value is the URL, ARN or name of a queue: no number of attempts.
func namesQueue(g *graph.Graph, v graph.Value) bool {
	for _, ref := range v.Refs() {
		if to := g.Node(ref.Resource); to != nil && to.Kind == graph.Queue {
			return true
		}
	}
	return strings.Contains(v.String(), "sqs.") || strings.Contains(v.String(), ":sqs:")
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

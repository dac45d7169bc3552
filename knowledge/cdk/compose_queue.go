package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.Queue, composeQueue)

func composeQueue(c *composer, q *graph.Node) {
	p := c.properties(q)
	if isTrue(q.Setting("fifoQueue")) {
		p = p.put("ContentBasedDeduplication", true)
	}
	reason := c.lowerer().visibilityReason(q)
	for i := range p {
		if p[i].Name == "VisibilityTimeout" {
			p[i].Comment = reason
		}
	}
	r := c.node(q, p)
	if in := c.g.In(q, graph.FailsTo); len(in) > 0 {
		r.Comment = c.lowerer().failuresReason(q, in)
	}
	c.carry(c.g.Out(q, graph.FailsTo)...)
	c.queuePolicy(q)
}

// queuePolicy lets in what routes to a queue or fails to it, and nothing without TLS.
func (c *composer) queuePolicy(q *graph.Node) {
	arn := getAtt{c.ids[q], "Arn"}
	rules := []mapping{onlyTLS("sqs:*", arn)}
	seen := map[*graph.Node]bool{}
	for _, e := range c.g.In(q, graph.Routes, graph.FailsTo) {
		service := map[graph.Kind]string{graph.Topic: "sns.amazonaws.com", graph.Rule: "events.amazonaws.com"}[e.From.Kind]
		if service == "" || e.From.Type == subscriber || seen[e.From] {
			continue // it has a role of its own
		}
		seen[e.From] = true
		rules = append(rules, admit(service, "sqs:SendMessage", arn, c.arn(e.From)))
	}
	c.resourcePolicy(c.ids[q]+"Policy", "AWS::SQS::QueuePolicy", item{"Queues", sequence{reference(c.ids[q])}, ""}, rules)
}

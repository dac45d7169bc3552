package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.Topic, composeTopic)

func composeTopic(c *composer, t *graph.Node) {
	p := c.properties(t)
	if isTrue(t.Setting("fifoTopic")) {
		p = p.put("ContentBasedDeduplication", true)
	}
	r := c.node(t, p)
	alarms := (&lowerer{g: c.g}).isAlarmTopic(t)
	if alarms {
		r.Comment = "Subscribe the team's mail address or chat to this topic: all alarms go there."
		if c.snippet() { // SNS's own policy, which the demand for TLS would replace, admits the account's alarms
			return
		}
	}
	arn := reference(c.ids[t])
	if alarms {
		c.output(c.ids[t]+"Arn", arn)
	}
	rules := []mapping{onlyTLS("sns:Publish", arn)}
	if alarms {
		rules = append(rules, mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", "cloudwatch.amazonaws.com", ""}}).
			with("Action", "sns:Publish").with("Resource", arn).
			with("Condition", flat{{"StringEquals", flat{{"aws:SourceAccount", reference("AWS::AccountId"), ""}}, ""}}))
	}
	for _, e := range c.g.In(t, graph.Routes) {
		if e.From.Kind == graph.Rule {
			rules = append(rules, admit("events.amazonaws.com", "sns:Publish", arn, c.arn(e.From)))
		}
	}
	policy := c.resourcePolicy(c.ids[t]+"Policy", "AWS::SNS::TopicPolicy", item{"Topics", sequence{arn}, ""}, rules)
	if alarms {
		policy.Comment = "The demand for TLS gives the topic a policy of its own, which would refuse the alarms without the second statement."
	}
	for _, e := range c.g.Out(t, graph.Routes) {
		c.subscribe(e)
	}
	c.carry(c.g.Out(t, graph.FailsTo)...)
}

// subscribe joins a topic to a queue or function. The queue's policy, or a permission, lets the topic send to it.
func (c *composer) subscribe(e *graph.Edge) {
	protocol := map[graph.Kind]string{graph.Function: "lambda", graph.Queue: "sqs"}[e.To.Kind]
	if protocol == "" {
		return
	}
	c.carry(e)
	id := c.ids[e.From] + "To" + c.ids[e.To]
	p := mapping{}.
		with("TopicArn", reference(c.ids[e.From])).
		with("Protocol", protocol)
	if e.To.Kind == graph.Function {
		p = p.with("Endpoint", c.callee(e.To))
	} else {
		p = p.with("Endpoint", c.arn(e.To))
	}
	for _, f := range e.Settings.Fields() {
		p = p.with(f.Name, c.tree(f.Value))
	}
	for _, f := range c.g.Out(e.From, graph.FailsTo) {
		p = p.because("RedrivePolicy", mapping{}.with("deadLetterTargetArn", c.arn(f.To)), "what the subscriber does not take is kept")
	}
	c.add(c.name(id), "AWS::SNS::Subscription", p)
	if e.To.Kind == graph.Function {
		c.permission(e.To, id+"Permission", "sns.amazonaws.com", reference(c.ids[e.From]))
	}
}

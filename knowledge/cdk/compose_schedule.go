package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.Schedule, composeSchedule)

// scheduleRights are what a schedule may do to its target, by the kind of the thing.
var scheduleRights = map[graph.Kind]string{
	graph.Function: "lambda:InvokeFunction", graph.Queue: "sqs:SendMessage", graph.Topic: "sns:Publish", graph.StateMachine: "states:StartExecution",
}

func composeSchedule(c *composer, s *graph.Node) {
	for _, e := range c.g.Out(s, graph.Routes) {
		action := scheduleRights[e.To.Kind]
		if action == "" {
			continue
		}
		arn := c.arn(e.To)
		if e.To.Kind == graph.Function {
			arn = c.callee(e.To)
		}
		rights := []mapping{allow(arn, action)}
		role := c.name(c.ids[s] + "Role")
		target := mapping{}.with("Arn", arn).with("RoleArn", getAtt{role, "Arn"})
		if !startsOwnCode(c.g, e.To) {
			target = target.because("Input", "{"+jsonString((&lowerer{g: c.g}).scheduledKey(e.To))+`:"<aws.scheduler.scheduled-time>"}`, "names the run: a second delivery of it is known by that")
		}
		for _, f := range c.g.Out(s, graph.FailsTo) {
			c.carry(f)
			rights = append(rights, allow(c.arn(f.To), "sqs:SendMessage"))
			target = target.with("DeadLetterConfig", mapping{}.with("Arn", c.arn(f.To)))
		}
		for _, f := range e.Settings.Fields() {
			target = target.with(f.Name, c.tree(f.Value))
		}
		c.carry(e)
		c.role(role, "scheduler.amazonaws.com", mapping{}.with("StringEquals", mapping{}.with("aws:SourceAccount", reference("AWS::AccountId"))), rights)
		c.node(s, c.properties(s).put("Target", target))
	}
}

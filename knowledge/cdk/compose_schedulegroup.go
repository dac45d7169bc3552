package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.ScheduleGroup, composeScheduleGroup)

// composeScheduleGroup writes the group in which functions make schedules at run time, and the role under which those
// schedules work: whoever makes one may pass this role and no other.
func composeScheduleGroup(c *composer, g *graph.Node) {
	c.keep(c.node(g, c.properties(g)))
	var rights []mapping
	for _, e := range c.g.Out(g, graph.Routes) {
		c.carry(e)
		rights = append(rights, allow(c.callee(e.To), "lambda:InvokeFunction"))
	}
	for _, e := range c.g.Out(g, graph.FailsTo) {
		c.carry(e)
		rights = append(rights, allow(c.arn(e.To), "sqs:SendMessage"))
	}
	c.role(c.groupRole(g), "scheduler.amazonaws.com", mapping{}.with("StringEquals", mapping{}.
		with("aws:SourceAccount", reference("AWS::AccountId")).
		with("aws:SourceArn", getAtt{c.ids[g], "Arn"})), rights).Comment = "What the schedules work as. Only schedules of this group may take it."
}

// groupRole is the logical id of the role of a group's schedules.
func (c *composer) groupRole(g *graph.Node) string { return c.ids[g] + "Role" }

// groupRights are those of a function that makes schedules.
func (c *composer) groupRights(g *graph.Node) []mapping {
	return []mapping{
		allow(substituted("arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${"+c.ids[g]+"}/*"), "scheduler:CreateSchedule"),
		allow(getAtt{c.groupRole(g), "Arn"}, "iam:PassRole"),
	}
}

// groupEnvironment tells a handler what a schedule is made of.
func (c *composer) groupEnvironment(g *graph.Node) mapping {
	env := mapping{}.
		with(groupEnv(g, "GROUP_NAME"), reference(c.ids[g])).
		with(groupEnv(g, "ROLE_ARN"), getAtt{c.groupRole(g), "Arn"})
	for _, e := range c.g.Out(g, graph.Routes) {
		env = env.with(groupEnv(g, "TARGET_ARN"), c.callee(e.To))
	}
	for _, e := range c.g.Out(g, graph.FailsTo) {
		env = env.with(groupEnv(g, "DLQ_ARN"), c.arn(e.To))
	}
	return env
}

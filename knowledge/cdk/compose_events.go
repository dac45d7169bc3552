package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var (
	_ = composes(graph.EventBus, composeBus)
	_ = composes(graph.Rule, composeRule)
)

var (
	_ = composesType("AWS::Events::Archive", composeArchive)
	_ = composesType("AWS::EventSchemas::Registry", func(c *composer, r *graph.Node) {
		c.node(r, c.properties(r)).Comment = "The contracts of the events: what publishers promise and consumers check."
	})
	_ = composesType("AWS::EventSchemas::Schema", func(c *composer, s *graph.Node) { c.node(s, c.properties(s)) })
)

func composeBus(c *composer, bus *graph.Node) {
	switch {
	case bus.External: // named where it is used
		return
	case bus.Type == customBus:
		composeCustomBus(c, bus)
		return
	}
	c.node(bus, mapping{}.with("Name", substituted("${AWS::StackName}-"+kebab(bus.ID))))
	accounts := bus.Setting("acceptsFrom").Each()
	if len(accounts) == 0 {
		return
	}
	var principals sequence
	for _, a := range accounts {
		principals = append(principals, substituted("arn:${AWS::Partition}:iam::"+plainSub(spelled(a))+":root"))
	}
	c.add(c.name(c.ids[bus]+"Policy"), "AWS::Events::EventBusPolicy", mapping{}.
		with("EventBusName", reference(c.ids[bus])).
		with("StatementId", "OtherAccounts").
		with("Statement", mapping{}.with("Sid", "OtherAccounts").with("Effect", "Allow").with("Principal", mapping{}.with("AWS", principals)).
			with("Action", "events:PutEvents").with("Resource", getAtt{c.ids[bus], "Arn"})))
}

func composeArchive(c *composer, a *graph.Node) {
	c.carry(c.g.In(a, graph.Routes)...)
	p := mapping{}
	for _, e := range c.properties(a) {
		if e.Name == "RetentionDays" {
			e.Comment = "how far back events can be replayed"
		}
		p = append(p, e)
	}
	c.node(a, p.because("EventPattern", mapping{}.with("account", sequence{reference("AWS::AccountId")}), "everything this account sends"))
}

func composeRule(c *composer, r *graph.Node) {
	if r.Type == subscriber {
		composeSubscriber(c, r)
		return
	}
	var bus tree
	for _, e := range c.g.In(r, graph.Routes) {
		c.carry(e)
		if e.From.Kind == graph.EventBus {
			bus = reference(c.ids[e.From])
			if e.From.External {
				bus = c.external(e.From)
			}
		}
	}
	p := mapping{}.with("EventBusName", bus)
	var targets sequence
	for _, e := range c.g.Out(r, graph.Routes) {
		if t := c.ruleTarget(r, e, len(targets)); t != nil {
			targets = append(targets, t)
			c.carry(e)
		}
	}
	c.carry(c.g.Out(r, graph.FailsTo)...)
	c.node(r, append(p, c.properties(r).with("Targets", targets)...))
	for _, e := range c.g.Out(r, graph.Routes) {
		if e.To.Kind == graph.Function {
			c.permission(e.To, c.ids[r]+"To"+c.ids[e.To]+"Permission", "events.amazonaws.com", getAtt{c.ids[r], "Arn"})
		}
	}
}

// ruleTarget is one target of a rule; nil where there is no way to it.
func (c *composer) ruleTarget(r *graph.Node, e *graph.Edge, index int) tree {
	t := mapping{}.with("Id", "Target"+string(rune('0'+index)))
	switch e.To.Kind {
	case graph.Queue, graph.Topic:
		t = t.with("Arn", c.arn(e.To))
	case graph.Function:
		t = t.with("Arn", c.callee(e.To))
	case graph.StateMachine, graph.EventBus:
		role := c.name(c.ids[r] + "To" + c.ids[e.To] + "Role")
		action := map[graph.Kind]string{graph.StateMachine: "states:StartExecution", graph.EventBus: "events:PutEvents"}[e.To.Kind]
		c.role(role, "events.amazonaws.com", nil, []mapping{allow(c.arn(e.To), action)})
		t = t.with("Arn", c.arn(e.To)).with("RoleArn", getAtt{role, "Arn"})
	default:
		return nil
	}
	for _, f := range c.g.Out(r, graph.FailsTo) {
		t = t.with("DeadLetterConfig", mapping{}.with("Arn", c.arn(f.To)))
	}
	for _, f := range e.Settings.Fields() {
		t = t.with(f.Name, c.tree(f.Value))
	}
	if e.To.Kind == graph.Queue && isTrue(e.To.Setting("fifoQueue")) {
		t = t.with("SqsParameters", mapping{}.with("MessageGroupId", r.ID))
	}
	return t
}

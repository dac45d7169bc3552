package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// composeCustomBus writes a custom event bus, whose events are kept for its subscribers.
func composeCustomBus(c *composer, bus *graph.Node) {
	p := c.properties(bus).put("Name", c.stagedName(spelled(bus.Setting("name"))))
	for i := range p {
		if p[i].Name == "StorageConfiguration" {
			p[i].Comment = "how far back a subscriber can begin"
		}
	}
	c.node(bus, p)
	c.output(c.ids[bus]+"Arn", getAtt{c.ids[bus], "EventBusArn"})
}

// composeSubscriber writes a subscriber with the role that it delivers as: for subscribers of this account only.
func composeSubscriber(c *composer, s *graph.Node) {
	in, out := c.g.In(s, graph.Routes), c.g.Out(s, graph.Routes)
	if len(in) != 1 || len(out) != 1 || out[0].To.Kind != graph.Function && out[0].To.Kind != graph.Queue {
		return // its edges are told as missing
	}
	c.carry(in[0], out[0])
	target := out[0].To
	role := c.name(c.ids[s] + "Role")
	invoke := mapping{}.with("RoleArn", getAtt{role, "Arn"})
	var rights []mapping
	if target.Kind == graph.Function {
		rights = append(rights, allow(c.callee(target), "lambda:InvokeFunction"))
		invoke = invoke.with("TargetArn", c.callee(target)).
			because("LambdaParameters", mapping{}.with("InvocationType", spelled(out[0].Setting("lambdaParameters", "InvocationType"))),
				"Lambda takes the event, tries again by itself, and keeps what fails in the function's own queue")
	} else {
		rights = append(rights, allow(c.arn(target), "sqs:SendMessage"))
		invoke = invoke.with("TargetArn", c.arn(target))
	}
	for _, f := range c.g.Out(s, graph.FailsTo) {
		c.carry(f)
		rights = append(rights, allow(c.arn(f.To), "sqs:SendMessage"))
	}
	c.role(role, "events.amazonaws.com", mapping{}.
		with("StringEquals", mapping{}.with("aws:SourceAccount", reference("AWS::AccountId"))).
		with("ArnLike", mapping{}.with("aws:SourceArn", substituted("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:subscriber/*"))), rights)
	reasons := map[string]string{"BatchConfiguration": "the event itself, not a list with one event", "RetryPolicy": "left out, it gives up after five minutes"}
	p := mapping{}
	for _, f := range c.properties(s).put("Name", c.stagedName(spelled(s.Setting("name")))) {
		f.Comment = reasons[f.Name]
		p = append(p, f)
	}
	r := c.node(s, p.with("InvokeConfiguration", invoke))
	if before := c.subscriberBefore(s, in[0].From); before != nil {
		r.Attributes = r.Attributes.because("DependsOn", c.ids[before], "EventBridge makes one subscriber of a bus at a time")
	}
}

// subscriberBefore is the subscriber before s on the same bus, nil for the first.
func (c *composer) subscriberBefore(s, bus *graph.Node) *graph.Node {
	var before *graph.Node
	for _, e := range c.g.Out(bus, graph.Routes) {
		if e.To == s {
			break
		}
		if e.To.Type == subscriber {
			before = e.To
		}
	}
	return before
}

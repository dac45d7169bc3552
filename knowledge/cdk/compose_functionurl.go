package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.FunctionURL, composeFunctionURL)

func composeFunctionURL(c *composer, u *graph.Node) {
	for _, e := range c.g.Out(u, graph.Invokes) {
		c.carry(e)
		p := mapping{}.with("TargetFunctionArn", getAtt{c.ids[e.To], "Arn"})
		if a := c.aliasOf(e.To); a != nil {
			p = p.with("Qualifier", spelled(a.Setting("name")))
		}
		r := c.node(u, append(p, c.properties(u)...))
		if a := c.aliasOf(e.To); a != nil {
			r.Attributes = r.Attributes.with("DependsOn", c.aliasResource(a))
		}
		if spelled(u.Setting("authType")) == "NONE" {
			c.everyone(u, e.To)
		}
		c.output(c.ids[u]+"Url", getAtt{c.ids[u], "FunctionUrl"})
	}
}

// everyone lets anybody call a function by its address, and by nothing else.
func (c *composer) everyone(u, fn *graph.Node) {
	c.add(c.name(c.ids[u]+"Permission"), "AWS::Lambda::Permission", mapping{}.
		with("Action", "lambda:InvokeFunctionUrl").
		with("FunctionName", c.callee(fn)).
		with("Principal", "*").
		with("FunctionUrlAuthType", "NONE"))
	c.add(c.name(c.ids[u]+"InvokePermission"), "AWS::Lambda::Permission", mapping{}.
		with("Action", "lambda:InvokeFunction").
		with("FunctionName", c.callee(fn)).
		with("Principal", "*").
		with("InvokedViaFunctionUrl", true))
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.Alarm, composeAlarm)

func composeAlarm(c *composer, a *graph.Node) {
	c.carry(c.g.Out(a)...)
	deadLetters := (&lowerer{g: c.g}).deadLetterAlarm(a)
	if c.snippet() && !deadLetters && len(c.g.In(a, graph.Reads)) == 0 {
		c.leftOut = true
		return
	}
	p := c.properties(a)
	if spelled(a.Setting("watches")) == "alias" {
		p = p.put("Dimensions", c.aliasDimensions(a))
	}
	for i := range p {
		if p[i].Name == "Dimensions" {
			p[i].Value = c.stagedDimensions(p[i].Value)
		}
	}
	c.node(a, p)
}

// stagedDimensions name things as the stage does, where they have names of their own.
func (c *composer) stagedDimensions(v tree) tree {
	names := map[string]bool{}
	for _, n := range c.g.OfKind(graph.RestAPI, graph.EventBus, graph.Rule) {
		names[spelled(n.Setting("name"))] = true
	}
	dimensions, _ := v.(sequence)
	for _, d := range dimensions {
		fields, _ := d.(mapping)
		for i := range fields {
			if s, ok := fields[i].Value.(string); ok && fields[i].Name == "Value" && names[s] {
				fields[i].Value = c.stagedName(s)
			}
		}
	}
	return v
}

// aliasDimensions name the metrics of a function's alias.
func (c *composer) aliasDimensions(a *graph.Node) tree {
	dimension := func(name string, v tree) mapping { return mapping{}.with("Name", name).with("Value", v) }
	for _, e := range c.g.Out(a, graph.Alarms) {
		if alias := c.aliasOf(e.To); alias != nil {
			id := c.ids[e.To]
			return sequence{dimension("FunctionName", reference(id)), dimension("Resource", substituted("${"+id+"}:"+plainSub(spelled(alias.Setting("name")))))}
		}
	}
	return nil
}

package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.Alarm, composeAlarm)

func composeAlarm(c *composer, a *graph.Node) {
	c.carry(c.g.Out(a)...)
	deadLetters := (&lowerer{g: c.g}).deadLetterAlarm(a)
	if c.snippet() && !deadLetters && len(c.g.In(a, graph.Reads)) == 0 {
		c.leftOut = true
		return
	}
	if c.snippet() && deadLetters && c.alarmed {
		c.leftOut = true
		return
	}
	c.alarmed = true
	p := c.properties(a)
	if spelled(a.Setting("watches")) == "alias" {
		p = p.put("Dimensions", c.aliasDimensions(a))
	}
	for i := range p {
		if p[i].Name == "Dimensions" {
			p[i].Value = c.stagedDimensions(p[i].Value)
		}
	}
	r := c.node(a, p)
	if others := c.others(a); c.snippet() && deadLetters && len(others) > 0 {
		r.Comment = "The same for " + strings.Join(others, ", ") + "."
	}
}

// others are the dead-letter queues of further alarms, which differ in nothing else.
func (c *composer) others(a *graph.Node) []string {
	var out []string
	for _, other := range c.g.OfKind(graph.Alarm) {
		if other == a || !(&lowerer{g: c.g}).deadLetterAlarm(other) {
			continue
		}
		for _, e := range c.g.Out(other, graph.Alarms) {
			out = append(out, c.ids[e.To])
		}
	}
	return out
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

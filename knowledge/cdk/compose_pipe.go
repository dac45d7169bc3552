package cdk

import (
	"encoding/json"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.Pipe, composePipe)

// composePipe writes a pipe with its role: the rights at its two ends, on its enrichment, and on where failures go.
func composePipe(c *composer, p *graph.Node) {
	source, enrich, target := pipeEnds(c.g, p)
	if source == nil || target == nil || pipeTargets[target.Kind].grant == "" || pollRights[source.From.Kind] == nil {
		return
	}
	c.carry(append(c.g.Out(p), source)...)
	from := c.arn(source.From)
	if source.From.Kind == graph.Table {
		from = getAtt{c.ids[source.From], "StreamArn"}
	}
	rights := c.poll(source.From)
	if enrich != nil {
		rights = append(rights, allow(c.callee(enrich), "lambda:InvokeFunction"))
	}
	actions := writeRights[target.Kind]
	if target.Kind == graph.StateMachine {
		actions = []string{"states:StartExecution"}
	}
	rights = append(rights, allow(c.arn(target), actions...))
	for _, f := range c.g.Out(p, graph.FailsTo) {
		rights = append(rights, allow(c.arn(f.To), "sqs:SendMessage"))
	}
	role := c.name(c.ids[p] + "Role")
	c.role(role, "pipes.amazonaws.com", mapping{}.with("StringEquals", mapping{}.with("aws:SourceAccount", reference("AWS::AccountId"))), rights)
	logs := c.logGroup(p, "Logs")
	m := mapping{}.with("Description", stringOf(p.Setting("description"))).with("RoleArn", getAtt{role, "Arn"}).
		with("Source", from).
		with("SourceParameters", c.pipeSource(p, source))
	if enrich != nil {
		m = m.with("Enrichment", c.callee(enrich))
	}
	c.node(p, m.with("Target", c.arn(target)).
		with("TargetParameters", c.pipeTarget(p, enrich, target)).
		with("LogConfiguration", mapping{}.with("Level", "ERROR").with("CloudwatchLogsLogDestination", mapping{}.with("LogGroupArn", getAtt{logs, "Arn"}))))
}

func (c *composer) pipeSource(p *graph.Node, e *graph.Edge) mapping {
	block := map[graph.Kind]string{graph.Queue: "SqsQueueParameters", graph.Stream: "KinesisStreamParameters", graph.Table: "DynamoDBStreamParameters"}[e.From.Kind]
	m := mapping{}
	for _, f := range e.Settings.Fields() {
		if f.Name != "FilterCriteria" && f.Name != "DeadLetterConfig" {
			m = m.because(f.Name, c.tree(f.Value), mappingReasons[f.Name])
		}
	}
	if e.From.Kind != graph.Queue {
		for _, f := range c.g.Out(p, graph.FailsTo) {
			m = m.with("DeadLetterConfig", mapping{}.with("Arn", c.arn(f.To)))
		}
	}
	out := mapping{}.with(block, m)
	if filter := p.Setting("filter"); filter.Exists() || e.From.Kind == graph.Table {
		out = out.with("FilterCriteria", mapping{}.with("Filters", sequence{mapping{}.with("Pattern", jsonOf(literalTree(pipePattern(e.From.Kind, filter))))}))
	}
	return out
}

func (c *composer) pipeTarget(p, enrich, target *graph.Node) tree {
	switch target.Kind {
	case graph.StateMachine:
		return mapping{}.with("InputTemplate", "<$.body>").with("StepFunctionStateMachineParameters", mapping{}.with("InvocationType", "FIRE_AND_FORGET"))
	case graph.EventBus:
		from, kind := (&lowerer{g: c.g, o: c.o}).pipeEvent(p, enrich, target)
		return mapping{}.with("EventBridgeEventBusParameters", mapping{}.with("Source", from).with("DetailType", kind))
	}
	return nil
}

// jsonOf spells a value without references as JSON text, names in their order.
func jsonOf(v tree) string {
	switch x := v.(type) {
	case mapping:
		s := ""
		for i, e := range x {
			if i > 0 {
				s += ","
			}
			s += jsonString(e.Name) + ":" + jsonOf(e.Value)
		}
		return "{" + s + "}"
	case sequence:
		s := ""
		for i, it := range x {
			if i > 0 {
				s += ","
			}
			s += jsonOf(it)
		}
		return "[" + s + "]"
	case string:
		return jsonString(x)
	case number:
		return string(x)
	}
	out, err := json.Marshal(v)
	if err != nil {
		panic("cdk: a value that is no JSON: " + err.Error()) // numbers and truth values always are
	}
	return string(out)
}

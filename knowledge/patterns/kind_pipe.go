package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

func init() {
	kinds[graph.Pipe] = kind{"AWS::Pipes::Pipe", map[string]reader{
		"description": words("Description"),
	}}
	arrows[[2]graph.Kind{graph.Queue, graph.Pipe}] = polls
	arrows[[2]graph.Kind{graph.Pipe, graph.StateMachine}] = routes
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.Stream, graph.Pipe}:   {"the generator's pipes read queues", "stream -> function"},
		{graph.Table, graph.Pipe}:    {"the generator's pipes read queues", "table -> function"},
		{graph.Topic, graph.Pipe}:    {"a pipe cannot read a topic", "topic -> queue -> pipe"},
		{graph.EventBus, graph.Pipe}: {"a pipe cannot read a bus", "bus -> rule -> queue -> pipe"},
		{graph.Function, graph.Pipe}: {"a function does not call a pipe", "function -> queue -> pipe"},
		{graph.Pipe, graph.Function}: {"the generator's pipes start workflows", "queue -> function"},
		{graph.Pipe, graph.Queue}:    {"the generator's pipes start workflows", "queue -> function -> queue"},
		{graph.Pipe, graph.EventBus}: {"the generator's pipes start workflows", "queue -> function -> bus"},
	} {
		impossible[pair] = words
	}
	impossible[[2]graph.Kind{graph.Queue, graph.StateMachine}] = [2]string{"SQS does not start workflows by itself", "queue -> pipe -> stateMachine"}
}

// refusePipes finds pipes without both ends.
func (d *draft) refusePipes() error {
	for _, p := range d.ofKind(graph.Pipe) {
		sources, targets := d.in(p, graph.Polls), d.out(p, graph.Routes)
		switch {
		case len(sources) != 1 || len(targets) != 1:
			return refusal(p.at, "queue -> "+p.id+" -> stateMachine", "the pipe %s has %d sources and %d targets: a pipe has one of each", p.id, len(sources), len(targets))
		case len(d.out(sources[0].from, graph.Polls)) > 1:
			return refusal(p.at, "a queue for each reader", "%s has two readers: each message would reach one of them only", sources[0].from.id)
		}
	}
	return nil
}

// completePipes lets a pipe hand over one message at a time, its body as the workflow's input, and log what failed.
func (d *draft) completePipes() {
	for _, p := range d.ofKind(graph.Pipe) {
		for _, e := range d.in(p, graph.Polls) {
			e.set("BatchSize", p.num(1))
		}
		group := d.logGroup(p, "Logs")
		p.set("LogConfiguration", p.object(field("CloudwatchLogsLogDestination", p.object(field("LogGroupArn", p.ref(group, "Arn")))), field("Level", p.text("ERROR"))))
		d.connect(group, p, graph.Logs, "", p.at)
	}
}

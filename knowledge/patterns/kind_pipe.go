package patterns

import (
	"math"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = learn(func(g *grammar) {
	g.kind(graph.Pipe, "AWS::Pipes::Pipe", map[string]reader{
		"description": words("Description"),
	})
	for _, from := range []graph.Kind{graph.Queue, graph.Stream, graph.Table} {
		g.arrows[[2]graph.Kind{from, graph.Pipe}] = polls
	}
	for _, to := range []graph.Kind{graph.StateMachine, graph.EventBus, graph.Queue} {
		g.arrows[[2]graph.Kind{graph.Pipe, to}] = routes
	}
	g.verbs[graph.Invokes] = append(g.verbs[graph.Invokes], [2]graph.Kind{graph.Pipe, graph.Function})
	g.verbs[graph.FailsTo] = append(g.verbs[graph.FailsTo], [2]graph.Kind{graph.Pipe, graph.Queue})
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.Topic, graph.Pipe}:    {"a pipe cannot read a topic", "topic -> queue -> pipe"},
		{graph.EventBus, graph.Pipe}: {"a pipe cannot read a bus", "bus -> rule -> queue -> pipe"},
		{graph.Function, graph.Pipe}: {"a function does not call a pipe", "function -> queue -> pipe"},
		{graph.Pipe, graph.Function}: {"a pipe calls a function to enrich what it carries", "pipe invokes function, pipe -> bus; or queue -> function"},
		{graph.Pipe, graph.Topic}:    {"the generator's pipes lead to workflows, buses and queues", "pipe -> bus -> rule -> topic"},
	} {
		g.impossible[pair] = words
	}
	g.impossible[[2]graph.Kind{graph.Queue, graph.StateMachine}] = [2]string{"SQS does not start workflows by itself", "queue -> pipe -> stateMachine"}
})

// refusePipes finds pipes without both ends, and joins of ends that the generator has no form for.
func (d *draft) refusePipes() error {
	for _, p := range d.ofKind(graph.Pipe) {
		sources, targets, enriches := d.in(p, graph.Polls), d.out(p, graph.Routes), d.out(p, graph.Invokes)
		if len(sources) != 1 || len(targets) != 1 {
			return refusal(p.at, "queue -> "+p.id+" -> stateMachine", "the pipe %s has %d sources and %d targets: a pipe has one of each", p.id, len(sources), len(targets))
		}
		source, target := sources[0], targets[0]
		switch {
		case source.from.kind == graph.Queue && len(d.out(source.from, graph.Polls)) > 1:
			return refusal(p.at, "a queue for each reader", "%s has two readers: each message would reach one of them only", source.from.id)
		case len(enriches) > 1:
			return refusal(enriches[1].at, "one function that does both", "the pipe %s has %d enrichments: a pipe has one", p.id, len(enriches))
		case target.to.kind != graph.StateMachine && len(enriches) == 0:
			return refusal(target.at, p.id+" invokes function", "%s -> %s: the generator's pipes to a %s go through an enrichment, which gives the records a form", p.id, target.to.id, target.to.kind)
		case target.to.kind == graph.StateMachine && (len(enriches) > 0 || source.from.kind != graph.Queue):
			return refusal(target.at, "queue -> "+p.id+" -> stateMachine, without an enrichment", "%s -> %s: the generator starts workflows from queues, message by message", p.id, target.to.id)
		case target.to.truth("FifoQueue"):
			return refusal(target.at, "a standard queue", "%s -> %s: the generator writes no message groups for pipes", p.id, target.to.id)
		case source.from.kind == graph.Queue && len(d.out(p, graph.FailsTo)) > 0:
			return refusal(p.at, source.from.id+" failsTo queue", "%s failsTo a queue, but what fails in a pipe from a queue stays in the queue and goes to its dead-letter queue", p.id)
		case len(enriches) == 1 && len(d.in(enriches[0].to, graph.Invokes)) > 1:
			return refusal(enriches[0].at, "a function of its own", "%s enriches for two pipes: their records may differ in form", enriches[0].to.id)
		}
	}
	return nil
}

// pipeBlocks are the parameter blocks of the sources of a pipe.
var pipeBlocks = map[graph.Kind]string{graph.Queue: "SqsQueueParameters", graph.Stream: "KinesisStreamParameters", graph.Table: "DynamoDBStreamParameters"}

// readPipeFilter reads which records a pipe carries: fields of the thing with the texts they may have.
func (e *edge) readPipeFilter(v graph.Value) error {
	fields, err := e.chosen(v, "fields of the record with the texts they may have, such as {status: [PLACED]}", math.MaxInt)
	e.filter = graph.NewMap(v.At, fields...)
	return err
}

// completePipes bounds the tries of records of a stream, sets what a pipe carries at once, and logs what failed.
func (d *draft) completePipes() {
	for _, p := range d.ofKind(graph.Pipe) {
		for _, e := range d.in(p, graph.Polls) {
			size := 1
			if len(d.out(p, graph.Invokes)) > 0 {
				size = batchSize
			}
			e.setNew("BatchSize", p.num(size))
			if e.filter.Exists() {
				p.setExtra("filter", e.filter)
			}
			if isStream(e.from) {
				d.completePipeStream(p, e)
			}
		}
		for _, e := range d.out(p, graph.Invokes) {
			e.label = "enrichment"
			p.set("Enrichment", p.ref(e.to, "Arn"))
		}
		group := d.logGroup(p, "Logs")
		p.set("LogConfiguration", p.object(field("CloudwatchLogsLogDestination", p.object(field("LogGroupArn", p.ref(group, "Arn")))), field("Level", p.text("ERROR"))))
		d.connect(group, p, graph.Logs, "", p.at)
	}
}

func (d *draft) completePipeStream(p *node, e *edge) {
	e.setNew("MaximumBatchingWindowInSeconds", p.num(streamWindowSeconds))
	e.setNew("MaximumRetryAttempts", p.num(streamRetries))
	e.setNew("MaximumRecordAgeInSeconds", p.num(streamAgeSeconds))
	e.set("OnPartialBatchItemFailure", p.text("AUTOMATIC_BISECT"))
	e.set("StartingPosition", p.text("TRIM_HORIZON"))
	if len(d.out(p, graph.FailsTo)) == 0 && !p.noDLQ {
		dlq := d.failureQueue(p, "Failures")
		d.connect(p, dlq, graph.FailsTo, graph.Async, p.at)
		d.note("Added %s: after %d more tries it gets the place of a record in the stream, not the record itself. Turn it off with deadLetterQueue: false on %s.", dlq.id, streamRetries, p.id)
	}
	for _, f := range d.out(p, graph.FailsTo) {
		f.label = "dead letters"
		e.set("DeadLetterConfig", p.object(field("Arn", p.ref(f.to, "Arn"))))
	}
}

package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Figures for readers of streams: Kinesis streams and the streams of tables. A record that fails is tried a few times,
// then its place in the stream goes to a queue, so that it does not hold up its shard until it expires.
// Source: Lambda developer guide, "Kinesis parameters" and "DynamoDB parameters", checked 2026-11-24.
const (
	streamBatchSize     = 100
	streamWindowSeconds = 1
	streamRetries       = 5
	streamAgeSeconds    = 43200 // 12 hours, half of what a table's stream keeps
	streamKeepHours     = 72    // a weekend: as long as a broken reader may go unseen
	// iteratorAgeMS is the age at which a reader counts as fallen behind: an hour, while a table's stream keeps a day.
	iteratorAgeMS = 3600000
)

var _ = learn(func(g *grammar) {
	g.kind(graph.Stream, "AWS::Kinesis::Stream", map[string]reader{
		"retentionPeriodHours": whole("RetentionPeriodHours", 24, 8760),
		"shardCount":           whole("ShardCount", 1, 1000),
	})
	g.arrows[[2]graph.Kind{graph.Function, graph.Stream}] = sends
	g.arrows[[2]graph.Kind{graph.Stream, graph.Function}] = polls
	g.arrows[[2]graph.Kind{graph.Table, graph.Function}] = polls
	g.verbs[graph.Writes] = append(g.verbs[graph.Writes], [2]graph.Kind{graph.Function, graph.Stream})
	g.edgeSettings[graph.Polls]["maximumRecordAgeInSeconds"] = bounds{"MaximumRecordAgeInSeconds", 60, 604800}
	g.edgeSettings[graph.Polls]["parallelizationFactor"] = bounds{"ParallelizationFactor", 1, 10}
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.Stream, graph.Queue}:    {"a Kinesis stream does not write to SQS by itself", "stream -> function -> queue"},
		{graph.Stream, graph.Topic}:    {"a Kinesis stream does not publish to SNS", "stream -> function -> topic"},
		{graph.Stream, graph.Table}:    {"a Kinesis stream does not write to DynamoDB by itself", "stream -> function -> table"},
		{graph.Stream, graph.EventBus}: {"a Kinesis stream does not put events on a bus by itself", "stream -> function -> bus"},
		{graph.Stream, graph.Stream}:   {"a Kinesis stream does not copy itself", "stream -> function -> stream"},
		{graph.Topic, graph.Stream}:    {"SNS reaches Kinesis through Firehose only", "topic -> function -> stream"},
		{graph.Queue, graph.Stream}:    {"SQS does not write to Kinesis by itself", "queue -> function -> stream"},
		{graph.HTTPAPI, graph.Stream}:  {"the generator writes no Kinesis integration of an HTTP API", "httpApi -> function -> stream"},
		{graph.Table, graph.EventBus}:  {"a table's stream does not put events on a bus by itself", "table -> function -> bus"},
		{graph.Table, graph.Topic}:     {"a table's stream does not publish to SNS", "table -> function -> topic"},
	} {
		g.impossible[pair] = words
	}
})

func isStream(n *node) bool { return n.kind == graph.Stream || n.kind == graph.Table }

// readsStream tells whether a function's records come from a stream.
func (d *draft) readsStream(fn *node) bool {
	for _, e := range d.in(fn, graph.Polls) {
		if isStream(e.from) {
			return true
		}
	}
	return false
}

// completeStreams encrypts every stream, lets it scale by itself, and gives each reader its limits and a place for
// the records it could not read.
func (d *draft) completeStreams() {
	for _, s := range d.ofKind(graph.Stream) {
		s.setNew("RetentionPeriodHours", s.num(streamKeepHours))
		s.set("StreamEncryption", s.object(field("EncryptionType", s.text("KMS")), field("KeyId", s.text("alias/aws/kinesis"))))
		mode := "ON_DEMAND"
		if s.has("ShardCount") {
			mode = "PROVISIONED"
		}
		s.set("StreamModeDetails", s.object(field("StreamMode", s.text(mode))))
		s.keep = true
	}
	for _, e := range d.pick(func(e *edge) bool { return isStream(e.from) && e.to.kind == graph.Function }, []graph.EdgeKind{graph.Polls}) {
		d.completeReader(e)
	}
}

func (d *draft) completeReader(e *edge) {
	fn := e.to
	e.setNew("BatchSize", fn.num(streamBatchSize))
	e.setNew("MaximumBatchingWindowInSeconds", fn.num(streamWindowSeconds))
	if !d.bare() {
		e.setNew("MaximumRetryAttempts", fn.num(streamRetries))
		e.setNew("MaximumRecordAgeInSeconds", fn.num(streamAgeSeconds))
	}
	e.setNew("StartingPosition", fn.text("TRIM_HORIZON"))
	if !fn.own() {
		e.set("BisectBatchOnFunctionError", fn.bool(true))
		e.set("FunctionResponseTypes", fn.list(fn.text("ReportBatchItemFailures")))
	}
	for _, f := range d.out(fn, graph.FailsTo) {
		f.label = "on failure"
		e.failsTo(f.to)
	}
	if fn.noDLQ || len(d.out(fn, graph.FailsTo)) > 0 {
		return
	}
	dlq := d.failureQueue(fn, "Failures")
	d.connect(fn, dlq, graph.FailsTo, graph.Async, fn.at).label = "on failure"
	e.failsTo(dlq)
	d.note("Added %s: after %d more tries it gets the place of a record in the stream, not the record itself. Turn it off with deadLetterQueue: false on %s.", dlq.id, streamRetries, fn.id)
}

// failsTo names the place for records that a mapping gave up.
func (e *edge) failsTo(queue *node) {
	e.set("DestinationConfig", e.to.object(field("OnFailure", e.to.object(field("Destination", e.to.ref(queue, "Arn"))))))
}

package patterns

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Figures that completion uses where nothing is written. Units stand in the names.
const (
	// The queue hides a message while the function works on it, six times over, so that a throttled batch can
	// be tried again before the message comes back. Source: Lambda developer guide, "Configuring an Amazon SQS
	// event source mapping", checked 2026-11-23.
	visibilityFactor = 6
	// Five receives are the least AWS names for a Lambda consumer: fewer send sound messages away when the
	// function is throttled. Source: as above.
	maxReceiveCount        = 5
	deadLetterSeconds      = 1209600 // 14 days, the longest SQS keeps a message
	workSeconds            = 345600  // 4 days, SQS's own default, shorter than the dead-letter queue's
	functionTimeoutSeconds = 30
	apiTimeoutSeconds      = 10
	memoryMB               = 512
	logDays                = 30
	archiveLogDays         = 30
	batchingWindowSeconds  = 5
	batchSize              = 10
	consumerConcurrency    = 10
	throttleRate           = 100
	throttleBurst          = 50
)

// complete adds what good practice needs and the description leaves out. The order matters: queues for failures
// come before the alarms that watch them.
func (d *draft) complete() error {
	if d.bare() {
		for _, n := range d.nodes {
			n.noDLQ, n.noAlarms = true, true
		}
	}
	for _, step := range []func(){
		d.completeManaged, d.completeFunctions, d.completeStreams, d.completeQueues, d.completeMappings, d.completeTopics, d.completeBuses, d.completeSchedules, d.completeScheduleGroups, d.completeSubscribers, d.completeFailures,
		d.completeSockets, d.completeTables, d.completeBuckets, d.completeMachines, d.completePipes, d.completeIdempotency, d.completeAPIs, d.completeGraphs, d.completeEventAPIs, d.completeURLs, d.completeSites, d.completeLogs, d.completeAlarms, d.completeReleases,
	} {
		step()
	}
	if len(d.nodes) > 4*maxNodes {
		return wrong(graph.Evidence{File: d.blueprint.file}, "a smaller sketch", "the completed sketch has %d nodes", len(d.nodes))
	}
	return nil
}

// bare tells whether nothing is added that is not written.
func (d *draft) bare() bool { return d.blueprint.Options.NoAdditions }

// calledByAPI tells whether a caller behind an API waits for the function or workflow.
func (d *draft) calledByAPI(n *node) bool {
	for _, e := range d.in(n, graph.Invokes) {
		switch {
		case e.streams():
		case e.from.kind == graph.HTTPAPI, e.from.kind == graph.RestAPI, e.from.kind == graph.FunctionURL, e.from.kind == graph.WebSocketAPI:
			return true
		case e.from.kind == graph.StateMachine && d.calledByAPI(e.from):
			return true
		}
	}
	return false
}

func (d *draft) completeFunctions() {
	for _, n := range d.ofKind(graph.Function) {
		timeout := functionTimeoutSeconds
		if d.calledByAPI(n) {
			timeout = apiTimeoutSeconds
		}
		if n.own() {
			completeCode(n)
		}
		n.setNew("Runtime", n.text("nodejs24.x"))
		n.setNew("Architectures", n.list(n.text("arm64")))
		n.setNew("MemorySize", n.num(memoryMB))
		n.setNew("Timeout", n.num(timeout))
		n.setNew("TracingConfig", n.object(field("Mode", n.text("Active"))))
	}
}

// completeQueues encrypts every queue and gives each work queue a dead-letter queue that keeps messages longer.
func (d *draft) completeQueues() {
	for _, q := range d.ofKind(graph.Queue) {
		q.setNew("SqsManagedSseEnabled", q.bool(true))
		if len(d.in(q, graph.FailsTo)) > 0 {
			q.setNew("MessageRetentionPeriod", q.num(deadLetterSeconds))
			continue
		}
		q.setNew("MessageRetentionPeriod", q.num(workSeconds))
		d.redrive(q)
	}
	for _, q := range d.ofKind(graph.Queue) {
		for _, e := range d.out(q, graph.FailsTo) {
			e.label = "redrive"
			e.setNew("maxReceiveCount", first(q.getExtra("maxReceiveCount"), q.num(maxReceiveCount)))
			q.set("RedrivePolicy", q.object(field("deadLetterTargetArn", q.ref(e.to, "Arn")), field("maxReceiveCount", e.get("maxReceiveCount"))))
		}
	}
}

func (d *draft) redrive(q *node) {
	if q.noDLQ || len(d.out(q, graph.FailsTo)) > 0 {
		return
	}
	dlq := d.failureQueue(q, "Dlq")
	if q.truth("FifoQueue") {
		dlq.set("FifoQueue", dlq.bool(true))
	}
	d.connect(q, dlq, graph.FailsTo, graph.Async, q.at)
	d.note("Added the dead-letter queue %s: %s moves a message there after %d failed receives. Turn it off with deadLetterQueue: false on %s.",
		dlq.id, q.id, maxReceiveCount, q.id)
}

func (d *draft) failureQueue(n *node, suffix string) *node {
	dlq := d.add(n.id+suffix, graph.Queue, language().kinds[graph.Queue].typ, n.at)
	dlq.set("SqsManagedSseEnabled", dlq.bool(true))
	dlq.set("MessageRetentionPeriod", dlq.num(deadLetterSeconds))
	return dlq
}

func first(values ...graph.Value) graph.Value {
	for _, v := range values {
		if v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

// completeMappings sets what a queue's or stream's reader needs: partial batch responses, a window, a ceiling, and
// the queue's visibility timeout from all of it.
func (d *draft) completeMappings() {
	for _, e := range d.pick(func(*edge) bool { return true }, []graph.EdgeKind{graph.Polls}) {
		if e.from.kind != graph.Queue || e.to.kind != graph.Function {
			continue
		}
		q, fn := e.from, e.to
		e.setNew("BatchSize", q.num(batchSize))
		if !q.truth("FifoQueue") {
			e.setNew("MaximumBatchingWindowInSeconds", q.num(batchingWindowSeconds))
		}
		concurrency := e.get("MaximumConcurrency")
		if !concurrency.Exists() && !d.bare() {
			concurrency = q.num(consumerConcurrency)
		}
		if concurrency.Exists() {
			e.set("ScalingConfig", q.object(field("MaximumConcurrency", concurrency)))
		}
		e.props = drop(e.props, "MaximumConcurrency")
		if !fn.own() {
			e.set("FunctionResponseTypes", q.list(q.text("ReportBatchItemFailures")))
		}
		window, _ := e.get("MaximumBatchingWindowInSeconds").Int()
		q.setNew("VisibilityTimeout", q.num(visibilityFactor*fn.number("Timeout")+window))
	}
}

func drop(fields []graph.Field, name string) []graph.Field {
	var out []graph.Field
	for _, f := range fields {
		if f.Name != name {
			out = append(out, f)
		}
	}
	return out
}

func (d *draft) completeTopics() {
	for _, t := range d.ofKind(graph.Topic) {
		for _, e := range d.out(t, graph.Routes) {
			if e.to.kind == graph.Queue && !d.bare() {
				e.set("RawMessageDelivery", t.bool(true))
			}
			if e.get("FilterPolicy").Exists() {
				e.label = "filtered"
			}
			if t.noDLQ || len(d.out(t, graph.FailsTo)) > 0 {
				continue
			}
			dlq := d.failureQueue(t, "Dlq")
			if t.truth("FifoTopic") {
				dlq.set("FifoQueue", dlq.bool(true))
			}
			d.connect(t, dlq, graph.FailsTo, graph.Async, e.at)
			d.note("Added %s, where %s leaves messages that a subscriber never took. Turn it off with deadLetterQueue: false on %s.", dlq.id, t.id, t.id)
		}
		for _, e := range d.out(t, graph.FailsTo) {
			e.label = "redrive"
		}
	}
}

// completeBuses gives a bus its archive and its registry of contracts.
func (d *draft) completeBuses() {
	for _, bus := range d.ofKind(graph.EventBus) {
		if days := bus.getExtra("archiveDays"); days.Exists() {
			a := d.add(bus.id+"Archive", graph.Other, "AWS::Events::Archive", bus.at)
			a.set("SourceArn", a.ref(bus, "Arn"))
			a.set("RetentionDays", days)
			d.connect(bus, a, graph.Routes, graph.Async, bus.at).label = "archive"
		}
		schemas := bus.getExtra("schemas")
		if !schemas.Exists() {
			continue
		}
		reg := d.add(bus.id+"Registry", graph.Other, "AWS::EventSchemas::Registry", bus.at)
		for _, event := range schemas.Fields() {
			s := d.add(graph.LowerFirst(event.Name)+"Schema", graph.Other, "AWS::EventSchemas::Schema", bus.at)
			s.set("RegistryName", s.ref(reg, "RegistryName"))
			s.set("SchemaName", s.text(event.Name))
			s.set("Type", s.text("JSONSchemaDraft4"))
			s.set("Content", s.text(jsonSchema(event.Name, event.Value)))
			s.setExtra("fields", event.Value)
		}
	}
}

// completeFailures gives everything that is called asynchronously a place for what fails.
func (d *draft) completeFailures() {
	for _, r := range d.ofKind(graph.Rule) {
		if r.typ == subscriber {
			continue
		}
		for _, e := range d.out(r, graph.Routes) {
			transformer := e.get("InputTransformer")
			if retry := drop(e.props, "InputTransformer"); len(retry) > 0 {
				e.props = []graph.Field{field("RetryPolicy", r.object(retry...))}
			} else {
				e.props = nil
			}
			if transformer.Exists() {
				e.set("InputTransformer", transformer)
			}
		}
		if len(d.out(r, graph.FailsTo)) == 0 && !r.noDLQ && len(d.out(r, graph.Routes)) > 0 {
			dlq := d.failureQueue(r, "Dlq")
			d.connect(r, dlq, graph.FailsTo, graph.Async, r.at).label = "dead letters"
			d.note("Added %s, where %s leaves events that no target took. Turn it off with deadLetterQueue: false on %s.", dlq.id, r.id, r.id)
		}
		for _, e := range d.out(r, graph.FailsTo) {
			e.label = "dead letters"
		}
	}
	for _, fn := range d.ofKind(graph.Function) {
		if len(d.in(fn, graph.Routes)) > 0 && len(d.out(fn, graph.FailsTo)) == 0 && !fn.noDLQ {
			dlq := d.failureQueue(fn, "Failures")
			d.connect(fn, dlq, graph.FailsTo, graph.Async, fn.at)
			tries := " after two more tries"
			if fn.has("DurableConfig") {
				tries = ""
			}
			d.note("Added %s, where events go that %s failed on%s. Turn it off with deadLetterQueue: false on %s.", dlq.id, fn.id, tries, fn.id)
		}
		for _, e := range d.out(fn, graph.FailsTo) {
			e.label = "on failure"
			if fn.has("DurableConfig") { // which takes no destination
				e.label = "dead letters"
				fn.set("DeadLetterConfig", fn.object(field("TargetArn", fn.ref(e.to, "Arn"))))
			}
		}
	}
}

func (d *draft) completeTables() {
	for _, t := range d.ofKind(graph.Table) {
		d.completeTable(t)
	}
}

// partitionKey is the name of a table's partition key.
func (t *node) partitionKey() graph.Value { return first(t.getExtra("key"), t.text("pk")) }

func (d *draft) completeTable(t *node) {
	t.setExtraNew("key", t.partitionKey())
	t.completeKeys()
	t.set("BillingMode", t.text("PAY_PER_REQUEST"))
	if ttl := t.getExtra("ttl"); ttl.Exists() {
		t.set("TimeToLiveSpecification", t.object(field("AttributeName", ttl), field("Enabled", t.bool(true))))
	}
	if on, _ := t.getExtra("stream").Truth(); on || len(d.out(t, graph.Polls)) > 0 {
		t.set("StreamSpecification", t.object(field("StreamViewType", t.text("NEW_AND_OLD_IMAGES"))))
	}
	t.setExtra("pointInTimeRecoverySpecification", t.object(field("PointInTimeRecoveryEnabled", t.bool(true))))
	t.setExtra("deletionProtectionEnabled", t.bool(true))
	t.keep = true
}

// completeIdempotency adds the table in which Powertools remembers what was done: queues and buses deliver at
// least once, so a function behind them must stand a second delivery.
func (d *draft) completeIdempotency() {
	if d.blueprint.Options.NoIdempotency || d.bare() {
		return
	}
	var store *node
	for _, fn := range d.ofKind(graph.Function) {
		if !d.atLeastOnce(fn) {
			continue
		}
		if store == nil {
			store = d.add("idempotency", graph.Table, language().kinds[graph.Table].typ, fn.at)
			store.setExtra("key", store.text("id"))
			store.setExtra("ttl", store.text("expiration"))
			store.setExtra("role", store.text("idempotency"))
			store.noAlarms = true
			d.completeTable(store)
			d.note("Added the table %s, in which the functions remember what they have done: their events come at least once. Turn it off with options: {idempotency: false}.", store.id)
		}
		d.connect(fn, store, graph.Writes, "", fn.at)
		d.connect(fn, store, graph.Reads, "", fn.at)
	}
}

func (d *draft) atLeastOnce(fn *node) bool {
	if fn.has("DurableConfig") || fn.own() { // its steps are remembered, or its code sees to it
		return false
	}
	for _, e := range d.in(fn, graph.Invokes) {
		if e.from.kind == graph.StateMachine { // a step is tried again
			return true
		}
	}
	return len(d.in(fn, graph.Polls, graph.Routes)) > 0
}

func (d *draft) completeLogs() {
	for _, fn := range d.ofKind(graph.Function) {
		group := d.logGroup(fn, "Logs")
		logging := []graph.Field{field("LogFormat", fn.text("JSON")), field("LogGroup", fn.ref(group, ""))}
		if fn.own() { // it writes its lines in its own way
			logging = logging[1:]
		}
		fn.set("LoggingConfig", fn.object(logging...))
		d.connect(group, fn, graph.Logs, "", fn.at)
	}
}

func (d *draft) logGroup(n *node, suffix string) *node {
	g := d.add(n.id+suffix, graph.LogGroup, "AWS::Logs::LogGroup", n.at)
	g.set("RetentionInDays", g.num(logDays))
	return g
}

func jsonSchema(title string, fields graph.Value) string {
	properties, required := "", ""
	for i, f := range fields.Fields() {
		if i > 0 {
			properties, required = properties+",", required+","
		}
		properties += fmt.Sprintf("%q:{\"type\":%q}", f.Name, f.Value.String())
		required += fmt.Sprintf("%q", f.Name)
	}
	return fmt.Sprintf(`{"$schema":"http://json-schema.org/draft-04/schema#","title":%q,"type":"object","properties":{%s},"required":[%s]}`, title, properties, required)
}

package patterns

import (
	"encoding/json"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// The custom event bus of 2026 keeps its events for a time, and has subscribers instead of rules. A sketch asks for one
// by saying how long: the rules on such a bus become subscribers.
const (
	customBus  = "AWS::EventsV2::EventBus"
	subscriber = "AWS::EventsV2::Subscriber"
	busByARN   = "EventBusArn" // the attribute of such a bus that names it
)

// How long and how often a subscriber tries, if the sketch does not say: as a classic rule does. Left out, the service
// gives up after 300 s. Source: EventBridge user guide, "Retry policies and dead-letter queues" of the Custom Event Bus,
// checked 2026-11-23.
const (
	subscriberAgeSeconds = 86400
	subscriberRetries    = 185
)

var _ = learn(func(g *grammar) {
	days := extraWhole(1, 365)
	g.settings(graph.EventBus)["retentionDays"] = func(d *draft, n *node, name string, v graph.Value) error {
		if err := days(d, n, name, v); err != nil {
			return err
		}
		n.typ = customBus
		return nil
	}
})

// busOf is the custom event bus that a rule subscribes to, nil for rules on other buses.
func (d *draft) busOf(r *node) *node {
	for _, e := range d.in(r, graph.Routes) {
		if e.from.typ == customBus {
			return e.from
		}
	}
	return nil
}

// refuseSubscribers finds what a custom event bus has otherwise than a classic one.
func (d *draft) refuseSubscribers() error {
	for _, bus := range d.ofKind(graph.EventBus) {
		if bus.typ != customBus {
			continue
		}
		for _, e := range d.in(bus) {
			if e.from.kind == graph.Function && e.from.own() {
				continue // its SDK comes with its code
			}
			return refusal(e.at, "code: own on a function that publishes, or a bus without retentionDays",
				"%s -> %s: the generator has no client that publishes on a custom event bus: the packages of its handlers in TypeScript have none for its API, eventbridgev2, and the SDKs that runtimes bring may be older than it", e.from.id, bus.id)
		}
		for _, name := range []string{"archiveDays", "acceptsFrom"} {
			if bus.getExtra(name).Exists() {
				return refusal(bus.at, "leave "+name+" out", "%s is a custom event bus, which has no %s: it keeps its events itself and is shared by policies of its own", bus.id, name)
			}
		}
		if bus.external.Exists() {
			return refusal(bus.at, "leave retentionDays out", "%s is a bus of another account: its owner says how long it keeps events", bus.id)
		}
	}
	for _, r := range d.ofKind(graph.Rule) {
		if d.busOf(r) == nil {
			continue
		}
		targets := d.out(r, graph.Routes)
		if len(targets) > 1 {
			return refusal(targets[1].at, "a second rule", "%s has %d targets; on a custom event bus it becomes a subscriber, which has one", r.id, len(targets))
		}
		for _, e := range targets {
			switch {
			case e.to.kind != graph.Function && e.to.kind != graph.Queue:
				return refusal(e.at, r.id+" -> queue", "%s -> %s: the generator lets subscribers call functions and fill queues", r.id, e.to.id)
			case e.get("InputTransformer").Exists():
				return refusal(e.at, "a function that takes what it needs", "%s -> %s: the generator writes no transformers of subscribers", r.id, e.to.id)
			case e.to.has("DurableConfig") || e.to.getExtra("release").Exists():
				return refusal(e.at, r.id+" -> queue -> "+e.to.id, "%s -> %s: the generator lets subscribers call functions without an alias only", r.id, e.to.id)
			}
		}
	}
	return nil
}

// completeSubscribers names the custom event buses, and makes subscribers of the rules on them.
func (d *draft) completeSubscribers() {
	for _, bus := range d.ofKind(graph.EventBus) {
		if bus.typ == customBus {
			bus.set("Name", bus.text(d.blueprint.Name+"-"+bus.id+"-prod"))
			bus.set("StorageConfiguration", bus.object(field("RetentionPeriodInDays", bus.getExtra("retentionDays"))))
			if writers := d.in(bus); len(writers) > 0 {
				d.note("%s publishes on %s by PutEvents of the service eventbridgev2: bring an SDK that has it with the code, as boto3 1.44 does, and name the bus by its ARN, "+
					"{ref: %[2]s, attribute: EventBusArn} in its environment.", writers[0].from.id, bus.id)
			}
			d.note("Others publish on %s by PutEvents: give them its ARN, and events:PutEvents on it.", bus.id)
		}
	}
	for _, r := range d.ofKind(graph.Rule) {
		if bus := d.busOf(r); bus != nil {
			d.subscribe(r, bus)
		}
	}
}

func (d *draft) subscribe(r, bus *node) {
	pattern := r.get("EventPattern")
	r.typ = subscriber
	r.setExtra("eventPattern", pattern)
	r.props = drop(r.props, "EventPattern")
	r.set("Name", r.text(d.blueprint.Name+"-"+r.id+"-prod"))
	r.set("EventBusArn", r.ref(bus, busByARN))
	// PutEvents wraps what is published in an envelope, and the envelope is the data.
	r.set("FilterConfiguration", r.object(field("Filters", r.list(r.object(field("Scope", r.text("DATA")), field("Pattern", r.text(asJSON(pattern))))))))
	for _, e := range d.out(r, graph.Routes) {
		age := first(e.get("MaximumEventAgeInSeconds"), r.num(subscriberAgeSeconds))
		retries := first(e.get("MaximumRetryAttempts"), r.num(subscriberRetries))
		policy := r.object(field("MaxEventAgeInSeconds", age), field("MaxRetryAttempts", retries))
		r.set("RetryPolicy", policy)
		e.props = []graph.Field{field("RetryPolicy", policy)}
		if e.to.kind == graph.Function {
			// The function gets one event, not a list of one, and its own retries and failure queue look after it.
			r.set("BatchConfiguration", r.object(field("MaxBatchSize", r.num(1))))
			e.set("LambdaParameters", r.object(field("InvocationType", r.text("EVENT"))))
		}
	}
	if len(d.out(r, graph.FailsTo)) == 0 && !r.noDLQ {
		dlq := d.failureQueue(r, "Dlq")
		d.connect(r, dlq, graph.FailsTo, graph.Async, r.at)
		d.note("Added %s, where the subscriber %s reports events that its target never took; the events themselves stay on %s. Turn it off with deadLetterQueue: false on %s.", dlq.id, r.id, bus.id, r.id)
	}
	for _, e := range d.out(r, graph.FailsTo) {
		e.label = "on failure"
		r.set("OnFailureConfiguration", r.object(field("Arn", r.ref(e.to, "Arn"))))
	}
}

// asJSON spells a value that holds no references as JSON, its fields in their order.
func asJSON(v graph.Value) string {
	switch v.Kind {
	case graph.Map:
		var parts []string
		for _, f := range v.Fields() {
			parts = append(parts, quoted(f.Name)+":"+asJSON(f.Value))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case graph.List:
		var parts []string
		for _, it := range v.Items() {
			parts = append(parts, asJSON(it))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case graph.String:
		return quoted(v.String())
	}
	return v.String() // numbers, truths and null are spelt alike
}

// quoted spells a text as languages do in JSON: signs that only HTML minds stay as they are.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("patterns: a text that is none: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

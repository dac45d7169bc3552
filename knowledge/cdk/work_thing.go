package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// thing finds what the handler works on: the contract of an event, or the key of the table it ends up in.
func (w *work) thing(g *graph.Graph) {
	reached := downstream(g, w.fn)
	for _, e := range g.In(w.fn, graph.Polls) {
		if e.From.Kind == graph.Table { // what changes in the table is what is worked on
			reached = append([]*graph.Node{e.From}, reached...)
		}
	}
	for _, n := range reached {
		if n.Kind == graph.Table && spelled(n.Setting("role")) == "" {
			w.key = tableKey(n, "HASH")
			w.fields = []field{{w.key, "string"}}
			if sortKey := tableKey(n, "RANGE"); sortKey != "" {
				w.fields, w.second = append(w.fields, field{sortKey, "string"}), sortKey
			}
			break
		}
	}
	if bus, source, kind := contractOf(g, w.fn); kind != "" {
		w.source, w.kind = source, kind
		if schema := contract(bus, kind); len(schema) > 0 {
			w.event, w.key, w.second, w.fields = pascal(kind), schema[0].name, "", schema
		}
	}
	if len(w.fields) == 0 {
		w.fields = []field{{w.key, "string"}}
	}
	w.fromBucket(g)
	w.filtered(g)
}

// fromBucket sees whether what comes in tells of an object in a bucket: then that is the thing.
func (w *work) fromBucket(g *graph.Graph) {
	for _, n := range feeding(g, w.fn) {
		for _, e := range g.In(n, graph.Routes) {
			if n.Kind == graph.Rule && e.From.Kind == graph.Bucket {
				w.object, w.event, w.second = true, "Upload", "etag"
				if w.key == "etag" || w.key == "bucket" {
					w.key = "objectKey"
				}
				w.fields = []field{{w.key, "string"}, {"bucket", "string"}, {"etag", "string"}}
			}
		}
	}
}

// filtered adds the fields that subscriptions filter by: a message without them would reach nobody.
func (w *work) filtered(g *graph.Graph) {
	for _, n := range append(feeding(g, w.fn), downstream(g, w.fn)...) {
		if n.Kind != graph.Topic {
			continue
		}
		for _, e := range g.Out(n, graph.Routes) {
			for _, f := range e.Setting("filterPolicy").Fields() {
				if !hasField(w.fields, f.Name) {
					w.fields = append(w.fields, field{f.Name, "string"})
				}
			}
		}
	}
}

func hasField(fields []field, name string) bool {
	for _, f := range fields {
		if f.name == name {
			return true
		}
	}
	return false
}

// envelopeOf says what wraps the thing in the messages that a rule or topic puts into a queue.
func envelopeOf(g *graph.Graph, feed *graph.Edge) string {
	switch {
	case feed.From.Kind == graph.Rule:
		return "event"
	case feed.From.Kind == graph.Topic && isTrue(feed.Setting("rawMessageDelivery")):
		return fedByRule(g, feed.From)
	case feed.From.Kind == graph.Topic:
		return "topic"
	}
	return ""
}

// fedByRule is "event" where a topic's messages are EventBridge events.
func fedByRule(g *graph.Graph, topic *graph.Node) string {
	for _, e := range g.In(topic, graph.Routes) {
		if e.From.Kind == graph.Rule {
			return "event"
		}
	}
	return ""
}

func tableKey(t *graph.Node, typ string) string {
	for _, k := range t.Setting("keySchema").Each() {
		if spelled(k.Get("KeyType")) == typ {
			return spelled(k.Get("AttributeName"))
		}
	}
	return ""
}

package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// defaultBusID is the id of the account's default event bus, which no template creates.
const defaultBusID = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"

// defaultBus returns the node of the default event bus, made when first needed.
func (b *builder) defaultBus() *graph.Node {
	if n := b.g.Node(defaultBusID); n != nil {
		return n
	}
	n := b.g.Add(&graph.Node{ID: defaultBusID, Kind: graph.EventBus, Name: "default", External: true})
	b.byKind[graph.EventBus] = append(b.byKind[graph.EventBus], n)
	b.name("events:event-bus/default", n)
	return n
}

// bus finds an event bus by reference, ARN or name; nothing written means the default bus.
func (b *builder) bus(v graph.Value) target {
	if s, ok := v.Str(); !v.Exists() || ok && (s == "default" || strings.HasSuffix(s, ":event-bus/default")) {
		return target{node: b.defaultBus()}
	}
	return b.reach(v, graph.EventBus, "events:event-bus/")
}

var _ = add(resourceType{
	Type: "AWS::Events::EventBus", Kind: graph.EventBus, ARN: "events:event-bus/", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		if doc := r.Properties.Get("Policy"); doc.Exists() {
			b.resourcePolicy(r, doc, graph.EventBus, []graph.Value{graph.NewRef(r.At, r.ID, "")}, "")
		}
		if dlq := r.Properties.Get("DeadLetterConfig", "Arn"); dlq.Exists() {
			b.failure(n, r, dlq, graph.Edge{Label: "dead letters", Settings: r.Properties.Get("DeadLetterConfig")})
		}
		b.encrypted(n, r, r.Properties.Get("KmsKeyIdentifier"))
	},
})

var _ = add(resourceType{Type: "AWS::Events::EventBusPolicy", Connect: connectBusPolicy})

// connectBusPolicy reads both forms: a whole Statement, or Action and Principal written apart.
func connectBusPolicy(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	doc := graph.NewMap(r.At, graph.Field{Name: "Statement", Value: p.Get("Statement")})
	if !p.Get("Statement").Exists() {
		principal := p.Get("Principal")
		if s, ok := principal.Str(); !ok || s != "*" {
			principal = graph.NewMap(principal.At, graph.Field{Name: "AWS", Value: principal})
		}
		doc = graph.NewMap(r.At, graph.Field{Name: "Statement", Value: record(r.At,
			graph.Field{Name: "Effect", Value: graph.NewString(r.At, "Allow")},
			graph.Field{Name: "Principal", Value: principal},
			graph.Field{Name: "Action", Value: p.Get("Action")},
			graph.Field{Name: "Condition", Value: busCondition(p.Get("Condition"))})})
	}
	bus := p.Get("EventBusName")
	if !bus.Exists() {
		bus = graph.NewString(r.At, defaultBusID)
	}
	b.bus(bus)
	b.resourcePolicy(r, doc, graph.EventBus, []graph.Value{bus}, "events:event-bus/")
}

// busCondition writes the condition of a bus policy, which has the properties Type, Key and Value, as policies do.
func busCondition(v graph.Value) graph.Value {
	operator, known := v.Get("Type").Str()
	key, also := v.Get("Key").Str()
	for _, word := range []graph.Value{v.Get("Type"), v.Get("Key")} {
		if word.Reason() != "" { // be it a part of the word
			return graph.NewUnknown(word.At, word.Reason())
		}
	}
	if !known || !also {
		return v
	}
	return graph.NewMap(v.At, graph.Field{Name: operator, Value: graph.NewMap(v.At, graph.Field{Name: key, Value: v.Get("Value")})})
}

var _ = add(resourceType{
	Type: "AWS::Events::Rule", Kind: graph.Rule, ARN: "events:rule/", Name: "Name",
	Defaults: []setting{text("state", "ENABLED")},
	Connect:  connectRule,
})

func connectRule(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	if pattern := p.Get("EventPattern"); pattern.Kind == graph.String {
		n.SetExtra("eventPattern", jsonValue(pattern))
	}
	if p.Get("EventPattern").Exists() || p.Get("EventBusName").Exists() {
		bus := b.bus(p.Get("EventBusName"))
		b.edge(graph.Edge{From: bus.node, To: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: p},
			target{byName: bus.byName}, p.Get("EventBusName"), p.Get("EventPattern"))
		n.ARN = onBus(n.ARN, bus.node, p.Get("EventBusName"))
	}
	b.role(n, r, p.Get("RoleArn"))
	for _, t := range p.Get("Targets").Each() {
		b.ruleTarget(n, r, t)
	}
	b.patternSources(n, r, p.Get("EventPattern"))
}

// onBus puts the name of its bus into the ARN of a rule, where that is not the default one: rule/BUS/NAME.
func onBus(arn graph.Value, bus *graph.Node, name graph.Value) graph.Value {
	parts := arn.Parts()
	text, literal := name.Str()
	var between []graph.Part
	switch {
	case len(parts) == 0 || bus == nil || bus.ID == defaultBusID:
		return arn
	case bus.Named.Exists() && bus.Named.Kind == graph.String:
		between = append(append(between, bus.Named.Parts()...), graph.Part{Literal: "/"})
	case !bus.External:
		between = []graph.Part{{Ref: &graph.Ref{Resource: bus.ID}}, {Literal: "/"}}
	case literal:
		between = []graph.Part{{Literal: text[strings.LastIndexByte(text, '/')+1:] + "/"}}
	default: // the default one, whose name is not there, or another
		between = []graph.Part{{Unknown: "the rule's bus is not known"}}
	}
	head, rest, _ := strings.Cut(parts[0].Literal, ":rule/")
	between = append([]graph.Part{{Literal: head + ":rule/"}}, between...)
	return graph.NewText(arn.At, append(append(between, graph.Part{Literal: rest}), parts[1:]...)...)
}

// withBusNames writes the names of buses where texts refer to them, as in rule/${Bus}/*: so they stand in the ARNs of
// rules (onBus), with which such a text is compared. A reference that is a whole value stays one.
func (b *builder) withBusNames(v graph.Value) graph.Value {
	switch v.Kind {
	case graph.Map:
		fields := append([]graph.Field{}, v.Fields()...)
		for i := range fields {
			fields[i].Value = b.withBusNames(fields[i].Value)
		}
		return graph.NewMap(v.At, fields...)
	case graph.List:
		items := append([]graph.Value{}, v.Items()...)
		for i := range items {
			items[i] = b.withBusNames(items[i])
		}
		return graph.NewList(v.At, items...)
	}
	parts := v.Parts()
	if len(parts) < 2 {
		return v
	}
	var out []graph.Part
	for _, p := range parts {
		if name := b.busName(p.Ref); name.Kind == graph.String {
			out = append(out, name.Parts()...)
		} else {
			out = append(out, p)
		}
	}
	return graph.NewText(v.At, out...)
}

// busName is the name that a reference to a bus stands for, absent where it is no such reference.
func (b *builder) busName(ref *graph.Ref) graph.Value {
	if ref == nil || ref.Attribute != "" && ref.Attribute != "Name" {
		return graph.Value{}
	}
	if bus := b.standsFor(ref.Resource).node; bus != nil && bus.Type == "AWS::Events::EventBus" {
		return bus.Named
	}
	return graph.Value{}
}

// ruleTarget joins a rule to one target. A rule calls everything asynchronously, also an API.
func (b *builder) ruleTarget(n *graph.Node, r *graph.Resource, t graph.Value) {
	arn := t.Get("Arn")
	var to target
	if api, _ := b.apiOfARN(arn); api.node != nil {
		to = api
	} else {
		to = b.reach(arn, graph.Other)
	}
	e := b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: t}, to, arn)
	if e.From != nil {
		e.SetDefault("retryPolicy", deliveryRetry(r))
	}
	b.role(n, r, t.Get("RoleArn"))
	if dlq := t.Get("DeadLetterConfig", "Arn"); dlq.Exists() {
		b.failure(n, r, dlq, graph.Edge{Label: "dead letters", Settings: t})
	}
	if task := t.Get("EcsParameters", "TaskDefinitionArn"); task.Exists() {
		b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "task", Settings: t}, b.find(task, "ecs:task-definition/"), task)
	}
}

// deliveryRetry is what EventBridge does where no retry policy is written.
func deliveryRetry(r *graph.Resource) graph.Value {
	return graph.NewMap(nil,
		graph.Field{Name: "MaximumEventAgeInSeconds", Value: graph.NewInt(nil, facts.Int("eventbridge.retry_age_seconds")).AsDefault(r.At)},
		graph.Field{Name: "MaximumRetryAttempts", Value: graph.NewInt(nil, facts.Int("eventbridge.retry_attempts")).AsDefault(r.At)})
}

// patternSources joins a rule to the bucket or other thing of this system whose events its pattern names.
func (b *builder) patternSources(n *graph.Node, r *graph.Resource, pattern graph.Value) {
	pattern = jsonValue(pattern)
	for _, v := range pattern.Get("detail", "bucket", "name").Each() {
		to := b.find(v, "s3:")
		if to.node == nil || to.node.Kind != graph.Bucket {
			continue
		}
		b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "events"}, target{byName: to.byName}, v)
	}
	for _, v := range pattern.Get("detail", "stateMachineArn").Each() {
		to := b.find(v, "states:stateMachine:")
		b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "status events"}, target{byName: to.byName}, v)
	}
}

var _ = add(resourceType{
	Type: "AWS::Events::Archive", Kind: graph.Other, ARN: "events:archive/", Name: "ArchiveName",
	Defaults: []setting{number("retentionDays", facts.Int("eventbridge.archive_retention_default_days"))}, // 0 keeps for ever; CloudFormation reference
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		source := r.Properties.Get("SourceArn")
		bus := b.bus(source)
		b.edge(graph.Edge{From: bus.node, To: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "archive"}, target{byName: bus.byName}, source)
		b.encrypted(n, r, r.Properties.Get("KmsKeyIdentifier"))
	},
})

var _ = add(resourceType{
	Type: "AWS::Events::ApiDestination", Kind: graph.Endpoint, ARN: "events:api-destination/", Name: "Name",
	Defaults: []setting{number("invocationRateLimitPerSecond", 300)}, // CloudFormation reference
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		v := r.Properties.Get("ConnectionArn")
		b.edge(graph.Edge{From: n, Kind: graph.Reads, Via: r, Label: "connection"}, b.find(v, "events:connection/"), v)
		if v := r.Properties.Get("InvocationEndpoint"); v.Exists() { // an API of this system, else the outside
			b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r}, b.host(v), v)
		}
	},
})

var _ = add(resourceType{Type: "AWS::Events::Connection", Kind: graph.Other, ARN: "events:connection/", Name: "Name"})

var _ = add(resourceType{
	Type: "AWS::Events::Endpoint", Kind: graph.Endpoint, ARN: "events:endpoint/", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		for _, bus := range r.Properties.Get("EventBuses").Each() {
			v := bus.Get("EventBusArn")
			b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r}, b.bus(v), v)
		}
		b.role(n, r, r.Properties.Get("RoleArn"))
	},
})

var _ = add(resourceType{
	Type: "AWS::Scheduler::Schedule", Kind: graph.Schedule, ARN: "scheduler:schedule/", Name: "Name",
	Defaults: []setting{text("state", "ENABLED"), text("scheduleExpressionTimezone", "UTC")},
	Connect:  connectSchedule,
})

// connectSchedule joins a schedule to its target. A universal target (arn:aws:scheduler:::aws-sdk:sqs:sendMessage)
// names a service's action; the thing it acts on stands in the input.
func connectSchedule(b *builder, r *graph.Resource, n *graph.Node) {
	t := r.Properties.Get("Target")
	v := t.Get("Arn")
	if s := spell(v); strings.Contains(s, ":aws-sdk:") {
		b.universalTarget(n, r, s, t)
	} else {
		e := b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: t}, b.reach(v, graph.Other), v)
		if e.From != nil {
			e.SetDefault("retryPolicy", deliveryRetry(r)) // Scheduler's figures are the same
		}
	}
	b.role(n, r, t.Get("RoleArn"))
	if dlq := t.Get("DeadLetterConfig", "Arn"); dlq.Exists() {
		b.failure(n, r, dlq, graph.Edge{Label: "dead letters", Settings: t})
	}
	b.encrypted(n, r, r.Properties.Get("KmsKeyArn"))
}

// universalTarget joins a schedule to the things its input names: by the argument that names the thing for the
// service, else by any reference.
func (b *builder) universalTarget(n *graph.Node, r *graph.Resource, s string, t graph.Value) {
	words := strings.Split(s, ":")
	service, action := words[len(words)-2], words[len(words)-1]
	input := jsonValue(t.Get("Input"))
	e := graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: t, Label: action}
	if call, known := integrations[strings.ToLower(service)]; known {
		if call.target == graph.EventBus {
			for _, entry := range input.Get("Entries").Each() {
				b.edge(e, b.bus(entry.Get("EventBusName")), t.Get("Input"))
			}
			return
		}
		for _, name := range call.argument {
			if v := input.Get(name); v.Exists() {
				b.edge(e, b.reach(v, call.target, call.namespace), t.Get("Input"))
				return
			}
		}
	}
	seen := map[*graph.Node]bool{}
	for _, ref := range t.Get("Input").Refs() {
		to := b.standsFor(ref.Resource)
		if to.node == nil || seen[to.node] || to.node.Kind == graph.Role {
			continue
		}
		seen[to.node] = true
		b.edge(e, to, t.Get("Input"))
	}
}

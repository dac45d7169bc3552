package services

import (
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::EventsV2::EventBus", Kind: graph.EventBus, ARN: "events:event-busv2/", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.encrypted(n, r, r.Properties.Get("EncryptionConfiguration", "KmsKeyIdentifier"))
	},
})

// An event source forwards AWS's or a partner's events onto a bus; events come from outside the system.
var _ = add(resourceType{
	Type: "AWS::EventsV2::EventSource", Kind: graph.Rule, Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		bus := r.Properties.Get("EventBusArn")
		b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: r.Properties}, b.reach(bus, graph.EventBus), bus)
		for _, name := range []string{"AwsServiceEventsConfiguration", "PartnerEventsConfiguration"} {
			c := r.Properties.Get("Configuration", name)
			if v := c.Get("OnFailureConfiguration", "Arn"); v.Exists() {
				b.failure(n, r, v, graph.Edge{Label: "on failure", Settings: c})
			}
		}
	},
})

var _ = add(resourceType{
	Type: "AWS::EventsV2::Subscriber", Kind: graph.Rule, ARN: "events:subscriber/", Name: "Name",
	Connect: connectSubscriber,
})

// connectSubscriber joins bus, subscriber and target. A subscriber calls its target under its own role.
func connectSubscriber(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	bus := p.Get("EventBusArn")
	b.edge(graph.Edge{From: b.reach(bus, graph.EventBus).node, To: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: p}, target{}, bus)
	invoke := p.Get("InvokeConfiguration")
	v := invoke.Get("TargetArn")
	settings := invoke
	if retry := p.Get("RetryPolicy"); retry.Exists() { // beside InvokeConfiguration, but a matter of the delivery
		settings = graph.NewMap(invoke.At, append(slices.Clone(invoke.Fields()), graph.Field{Name: "RetryPolicy", Value: retry})...)
	}
	to := b.reach(v, graph.Other)
	lambda := invoke.Get("LambdaParameters")
	if q := lambda.Get("Qualifier"); q.Exists() && spell(q) != "$LATEST" && to.qualifier == "" && to.node != nil && to.node.Kind == graph.Function {
		to.qualifier = spell(q)
	}
	e := b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: subscriberMode(lambda.Get("InvocationType")), Via: r, Settings: settings}, to, v)
	if e.From != nil {
		e.SetDefault("retryPolicy", graph.NewMap(nil,
			graph.Field{Name: "MaxEventAgeInSeconds", Value: graph.NewInt(nil, facts.Int("eventbridge.custom_bus_retry_age_seconds")).AsDefault(r.At)},
			graph.Field{Name: "MaxRetryAttempts", Value: graph.NewInt(nil, facts.Int("eventbridge.custom_bus_retry_attempts")).AsDefault(r.At)}))
	}
	b.role(n, r, invoke.Get("RoleArn"))
	if dlq := p.Get("OnFailureConfiguration", "Arn"); dlq.Exists() {
		b.failure(n, r, dlq, graph.Edge{Label: "on failure", Settings: p})
	}
}

// subscriberMode: REQUEST_RESPONSE waits for the function, whose error is then a failed delivery, so that nothing is left
// to Lambda's own retries. EventBridge user guide, "Lambda function targets" of the Custom Event Bus, checked 2026-11-30.
func subscriberMode(invocation graph.Value) graph.Mode {
	if text, _ := invocation.Str(); text == "EVENT" || !invocation.Exists() {
		return graph.Async
	}
	return graph.Sync
}

var _ = add(resourceType{Type: "AWS::EventsV2::ResourcePolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("PolicyDocument"), graph.EventBus, r.Properties.Get("EventBusArn").Each(), "")
}})

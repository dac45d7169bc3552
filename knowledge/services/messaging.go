package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/asl"
	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(resourceType{
	Type: "AWS::SQS::Queue", Kind: graph.Queue, ARN: "sqs:", Name: "QueueName",
	Defaults: []setting{
		// CloudFormation reference, AWS::SQS::Queue; seconds and bytes.
		number("visibilityTimeout", facts.Int("sqs.visibility_default_seconds")), number("messageRetentionPeriod", facts.Int("sqs.retention_default_seconds")), number("delaySeconds", 0),
		number("receiveMessageWaitTimeSeconds", facts.Int("sqs.wait_default_seconds")), number("maximumMessageSize", facts.Int("sqs.message_bytes")),
		truth("fifoQueue", false), truth("sqsManagedSseEnabled", true),
	},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		redrive := jsonValue(r.Properties.Get("RedrivePolicy"))
		if dlq := redrive.Get("deadLetterTargetArn"); dlq.Exists() {
			b.failure(n, r, dlq, graph.Edge{Label: "redrive", Settings: redrive})
			n.SetExtra("redrivePolicy", redrive)
		}
		b.encrypted(n, r, r.Properties.Get("KmsMasterKeyId"))
	},
})

// jsonValue reads a property that may be written as a mapping or as JSON text, with references inside.
func jsonValue(v graph.Value) graph.Value {
	if v.Kind != graph.String || !strings.HasPrefix(strings.TrimSpace(spell(v)), "{") {
		return v
	}
	tree, err := asl.Decode(v)
	if err != nil {
		return v
	}
	return tree
}

// readText is v with the property name read where it is written as JSON text.
func readText(v graph.Value, name string) graph.Value {
	text := v.Get(name)
	if text.Kind != graph.String {
		return v
	}
	fields := append([]graph.Field{}, v.Fields()...)
	for i, f := range fields {
		if f.Name == name {
			fields[i].Value = jsonValue(text)
		}
	}
	return graph.NewMap(v.At, fields...)
}

var _ = add(resourceType{Type: "AWS::SQS::QueuePolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("PolicyDocument"), graph.Queue, r.Properties.Get("Queues").Each(), "sqs:")
}})

var _ = add(resourceType{Type: "AWS::SQS::QueueInlinePolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("PolicyDocument"), graph.Queue, r.Properties.Get("Queue").Each(), "sqs:")
}})

// resourcePolicy attaches a policy document to the things it protects.
func (b *builder) resourcePolicy(r *graph.Resource, doc graph.Value, kind graph.Kind, things []graph.Value, namespace string) {
	statements := policy.Parse(jsonValue(doc), r, "resource policy")
	for i := range statements {
		statements[i].Conditions = b.withBusNames(statements[i].Conditions)
	}
	for _, v := range things {
		to := b.reach(v, kind, namespace)
		if to.node == nil {
			b.gap(r, v, "the thing this policy protects was not found")
			continue
		}
		b.mayMean(v, to, nameless{kind: kind, policy: r, statements: statements, undecided: policy.Undecided(doc)})
		to.node.ResourcePolicy = append(to.node.ResourcePolicy, statements...)
		if why := policy.Undecided(doc); why != "" {
			to.node.PolicyUnknown = why
		}
	}
}

var _ = add(resourceType{
	Type: "AWS::SNS::Topic", Kind: graph.Topic, ARN: "sns:", Name: "TopicName",
	Defaults: []setting{truth("fifoTopic", false), number("maximumMessageSize", facts.Int("sns.message_bytes_default"))},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		for _, s := range r.Properties.Get("Subscription").Each() {
			b.subscription(r, target{node: n}, s)
		}
		b.encrypted(n, r, r.Properties.Get("KmsMasterKeyId"))
	},
})

var _ = add(resourceType{Type: "AWS::SNS::Subscription", Of: "TopicArn", ARN: "sns:", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	topic := b.reach(r.Properties.Get("TopicArn"), graph.Topic, "sns:")
	b.subscription(r, topic, r.Properties)
}})

// subscription joins a topic to its subscriber. Endpoints that are no resources (mail, telephone, web
// addresses) are kept as a setting of the topic: the graph shows things, not addresses.
func (b *builder) subscription(r *graph.Resource, from target, s graph.Value) {
	topic := from.node
	if topic == nil {
		b.gap(r, s.Get("TopicArn"), "the subscription's topic was not found")
		return
	}
	endpoint := s.Get("Endpoint")
	listed := readText(s, "FilterPolicy")
	if r.Type == "AWS::SNS::Subscription" && listed.Kind == graph.Map { // a loop writes several at one place: the id tells them apart
		listed = idBeside(r, listed.At, listed)
	}
	b.collect(topic, "subscriptions", listed)
	protocol, _ := s.Get("Protocol").Str()
	kind := map[string]graph.Kind{"lambda": graph.Function, "sqs": graph.Queue, "firehose": graph.Firehose}[protocol]
	if kind != "" || s.Get("Protocol").IsUnknown() {
		if kind == "" {
			kind = graph.Other
		}
		to := b.reach(endpoint, kind, map[graph.Kind]string{graph.Function: "lambda:function:", graph.Queue: "sqs:"}[kind])
		to.byName = to.byName || from.byName
		b.edge(graph.Edge{From: topic, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: s, Label: filterLabel(s)}, to, endpoint)
	} else if to := b.host(endpoint); to.node != nil { // https to an API of this system
		b.edge(graph.Edge{From: topic, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: s, Label: filterLabel(s)}, to, endpoint)
	}
	redrive := jsonValue(s.Get("RedrivePolicy"))
	if dlq := redrive.Get("deadLetterTargetArn"); dlq.Exists() {
		b.failure(topic, r, dlq, graph.Edge{Label: "redrive", Settings: redrive})
	}
	if role := s.Get("SubscriptionRoleArn"); role.Exists() {
		b.role(topic, r, role)
	}
}

func filterLabel(s graph.Value) string {
	if s.Get("FilterPolicy").Exists() {
		return "filtered"
	}
	return ""
}

var _ = add(resourceType{Type: "AWS::SNS::TopicPolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("PolicyDocument"), graph.Topic, r.Properties.Get("Topics").Each(), "sns:")
}})

var _ = add(resourceType{Type: "AWS::SNS::TopicInlinePolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("PolicyDocument"), graph.Topic, r.Properties.Get("TopicArn").Each(), "sns:")
}})

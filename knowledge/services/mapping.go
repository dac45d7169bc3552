package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{Type: "AWS::Lambda::EventSourceMapping", Of: "FunctionName", ARN: "lambda:function:", Connect: connectMapping})

// mappingDefaults are the defaults of an event source mapping by the kind of its source. Source of all: Lambda
// developer guide, the parameter table of each source. Batch sizes: SQS 10, the others 100; retries and record
// age of streams: -1, that is until the record expires (Lambda API reference, GetEventSourceMapping
// MaximumRetryAttempts, checked 2026-11-23); starting with what a template leaves out has no default.
var mappingDefaults = map[string][]setting{
	"queue": {number("batchSize", facts.Int("esm.sqs_batch_default")), number("maximumBatchingWindowInSeconds", facts.Int("esm.batch_window_default_seconds")), truth("enabled", true)},
	"stream": {
		number("batchSize", facts.Int("esm.stream_batch_default")), number("maximumBatchingWindowInSeconds", facts.Int("esm.batch_window_default_seconds")), truth("enabled", true),
		number("maximumRetryAttempts", -1), number("maximumRecordAgeInSeconds", -1),
		number("parallelizationFactor", 1), truth("bisectBatchOnFunctionError", false),
	},
	"other": {number("batchSize", 100), truth("enabled", true)},
}

// connectMapping makes the polls edge from source to function. A failure target starts at the function: that
// is whose records go there.
func connectMapping(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	fn := b.reach(p.Get("FunctionName"), graph.Function, "lambda:function:")
	source, at, family := b.mappingSource(r)
	if fn.node == nil || source.node == nil {
		b.gap(r, p.Get("EventSourceArn"), "the mapping's source or function was not found")
		return
	}
	e := b.edge(graph.Edge{From: source.node, Kind: graph.Polls, Mode: graph.Poll, Via: r, Settings: p}, fn, at...)
	if source.byName && e.Strength == graph.Certain {
		e.Strength = graph.Likely
	}
	e.SetDefaults(mappingDefaults[family])
	if v := p.Get("DestinationConfig", "OnFailure", "Destination"); v.Exists() {
		b.failure(fn.node, r, v, graph.Edge{Label: "on failure", Qualifier: fn.qualifier, Settings: p.Get("DestinationConfig")})
	}
	b.encrypted(fn.node, r, p.Get("KmsKeyArn"))
}

// mappingSource finds the polled thing. Brokers outside AWS are named by their bootstrap servers.
func (b *builder) mappingSource(r *graph.Resource) (target, []graph.Value, string) {
	p := r.Properties
	v := p.Get("EventSourceArn")
	if v.Exists() {
		to := b.reach(v, sourceKind(r))
		family := "other"
		if to.node != nil {
			switch to.node.Kind {
			case graph.Queue:
				family = "queue"
			case graph.Stream, graph.Table:
				family = "stream"
			}
		}
		return to, []graph.Value{v}, family
	}
	servers := p.Get("SelfManagedEventSource", "Endpoints", "KafkaBootstrapServers")
	if !servers.Exists() {
		return target{}, nil, "other"
	}
	first := servers
	if items := servers.Each(); len(items) > 0 {
		first = items[0]
	}
	id := "kafka:" + spell(first)
	if first.IsUnknown() {
		id = "kafka:" + unknownID(first.Reason())
	}
	n := b.g.Node(id)
	if n == nil {
		n = b.g.Add(&graph.Node{ID: id, Kind: graph.Cluster, Name: "self-managed Kafka", External: true})
	}
	return target{node: n}, []graph.Value{servers}, "other"
}

// eventKinds are the sources that the types of SAM's events name.
var eventKinds = map[string]graph.Kind{
	"SQS": graph.Queue, "Kinesis": graph.Stream, "DynamoDB": graph.Table, "MSK": graph.Cluster, "MQ": graph.Broker, "DocumentDB": graph.Database,
}

// sourceKind tells what an unresolved source is where something proves it: the type of SAM's event, or a setting that
// only such sources have. A starting position proves nothing: streams, Kafka and DocumentDB have one, and Other
// leaves the rules to say that they do not know. Source: CloudFormation reference, AWS::Lambda::EventSourceMapping,
// which names the sources of each setting, checked 2026-11-30.
func sourceKind(r *graph.Resource) graph.Kind {
	p := r.Properties
	switch {
	case eventKinds[r.Event] != "":
		return eventKinds[r.Event]
	case p.Get("ScalingConfig").Exists():
		return graph.Queue
	case p.Get("Topics").Exists(), p.Get("AmazonManagedKafkaEventSourceConfig").Exists():
		return graph.Cluster
	case p.Get("Queues").Exists():
		return graph.Broker
	case p.Get("DocumentDBEventSourceConfig").Exists():
		return graph.Database
	case p.Get("ParallelizationFactor").Exists(), p.Get("TumblingWindowInSeconds").Exists():
		return graph.Stream // or a table's: these two are for both, and both are polled alike
	}
	return graph.Other
}

func hasService(principal string) bool {
	return strings.HasSuffix(principal, ".amazonaws.com") || strings.HasSuffix(principal, ".amazonaws.com.cn") ||
		strings.HasSuffix(principal, ".${AWS::URLSuffix}") || strings.HasSuffix(principal, ".amazon.com")
}

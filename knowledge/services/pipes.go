package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = add(resourceType{
	Type: "AWS::Pipes::Pipe", Kind: graph.Pipe, ARN: "pipes:pipe/", Name: "Name",
	Defaults: []setting{text("desiredState", "RUNNING")}, // CloudFormation reference
	Connect:  connectPipe,
})

// pipeSources are the parameter blocks of the sources, with what an unresolved source then is.
var pipeSources = []struct {
	block string
	kind  graph.Kind
}{
	{"SqsQueueParameters", graph.Queue}, {"KinesisStreamParameters", graph.Stream}, {"DynamoDBStreamParameters", graph.Table},
	{"ManagedStreamingKafkaParameters", graph.Cluster}, {"SelfManagedKafkaParameters", graph.Cluster},
	{"ActiveMQBrokerParameters", graph.Broker}, {"RabbitMQBrokerParameters", graph.Broker},
}

func connectPipe(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	source, kind, settings := p.Get("Source"), graph.Queue, graph.Value{}
	for _, s := range pipeSources {
		if block := p.Get("SourceParameters", s.block); block.Exists() {
			kind, settings = s.kind, block
		}
	}
	from := b.reach(source, kind)
	e := b.edge(graph.Edge{From: from.node, To: n, Kind: graph.Polls, Mode: graph.Poll, Via: r, Settings: settings}, target{byName: from.byName}, source)
	if from.node != nil && e.From != nil {
		family := "other"
		switch from.node.Kind {
		case graph.Queue:
			family = "queue"
		case graph.Stream, graph.Table:
			family = "stream"
		}
		e.SetDefaults(pipeDefaults[family])
	}
	if dlq := settings.Get("DeadLetterConfig", "Arn"); dlq.Exists() {
		b.failure(n, r, dlq, graph.Edge{Label: "dead letters", Settings: settings})
	}
	if v := p.Get("Enrichment"); v.Exists() {
		b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: "enrichment", Settings: p.Get("EnrichmentParameters")}, b.pipeEnd(v), v)
	}
	v := p.Get("Target")
	b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: pipeMode(p.Get("TargetParameters")), Via: r, Settings: p.Get("TargetParameters")}, b.pipeEnd(v), v)
	b.role(n, r, p.Get("RoleArn"))
	b.encrypted(n, r, p.Get("KmsKeyIdentifier"))
	if v := p.Get("LogConfiguration", "CloudwatchLogsLogDestination", "LogGroupArn"); v.Exists() {
		to := b.find(v, "logs:log-group:")
		b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Logs, Via: r}, target{byName: to.byName}, v)
	}
}

// pipeDefaults: retries and age of streams are -1 by the EventBridge Pipes API reference,
// PipeSourceDynamoDBStreamParameters and UpdatePipeSourceKinesisStreamParameters, checked 2026-11-23. Batch sizes
// and the factor 1 are those of Lambda's mappings: the reference names a range for them and no default.
var pipeDefaults = map[string][]setting{
	"queue":  {number("batchSize", 10)},
	"stream": {number("batchSize", 100), number("maximumRetryAttempts", -1), number("maximumRecordAgeInSeconds", -1), number("parallelizationFactor", 1)},
	"other":  {number("batchSize", 100)},
}

func (b *builder) pipeEnd(v graph.Value) target {
	if api, _ := b.apiOfARN(v); api.node != nil {
		return api
	}
	return b.reach(v, graph.Other)
}

// pipeMode: a function or machine called FIRE_AND_FORGET is asynchronous; REQUEST_RESPONSE is the default.
func pipeMode(parameters graph.Value) graph.Mode {
	for _, block := range []string{"LambdaFunctionParameters", "StepFunctionStateMachineParameters"} {
		if t, ok := parameters.Get(block, "InvocationType").Str(); ok {
			if t == "FIRE_AND_FORGET" {
				return graph.Async
			}
			return graph.Sync
		}
	}
	return graph.Sync
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Stream, rankData, lowerStream)

const kinesisModule = "aws-kinesis"

func lowerStream(l *lowerer, s *graph.Node) {
	b := props(typeName{kinesisModule, "StreamProps"}).open()
	mode := member{typeName{kinesisModule, "StreamMode"}, "ON_DEMAND"}
	shards := wholeOf(s.Setting("shardCount"))
	if shards != nil {
		mode.Name = "PROVISIONED"
	}
	b.with("streamMode", mode).with("shardCount", shards)
	hours, _ := s.Setting("retentionPeriodHours").Int()
	b.with("retentionPeriod", seconds(hours*3600))
	b.with("encryption", member{typeName{kinesisModule, "StreamEncryption"}, "MANAGED"})
	b.with("removalPolicy", l.removal())
	l.let(s, typeName{kinesisModule, "Stream"}, b.done(), "")
}

// streamSources are the event sources that read a stream, by what has the stream.
var streamSources = map[graph.Kind][2]string{
	graph.Stream: {"KinesisEventSource", "KinesisEventSourceProps"},
	graph.Table:  {"DynamoEventSource", "DynamoEventSourceProps"},
}

// streamSource is the event source that joins a stream to a function.
func (l *lowerer) streamSource(e *graph.Edge) expression {
	const module = "aws-lambda-event-sources"
	class := streamSources[e.From.Kind]
	b := props(typeName{module, class[1]}).open()
	reason := ""
	position := spelled(e.Setting("startingPosition"))
	if position == "TRIM_HORIZON" {
		reason = "nothing written before the first deployment is lost"
	}
	b.because("startingPosition", member{typeName{"aws-lambda", "StartingPosition"}, position}, reason)
	b.with("batchSize", wholeOf(e.Setting("batchSize")))
	b.with("maxBatchingWindow", secondsOf(e.Setting("maximumBatchingWindowInSeconds")))
	b.with("parallelizationFactor", wholeOf(e.Setting("parallelizationFactor")))
	b.because("retryAttempts", wholeOf(e.Setting("maximumRetryAttempts")), "a bad record must not hold up its shard until it expires")
	b.with("maxRecordAge", secondsOf(e.Setting("maximumRecordAgeInSeconds")))
	b.with("bisectBatchOnError", truth(isTrue(e.Setting("bisectBatchOnFunctionError"))))
	if reportsItems(e) {
		b.with("reportBatchItemFailures", truth(true))
	}
	for _, f := range l.g.Out(e.To, graph.FailsTo) {
		if l.names[f.To] != "" {
			b.with("onFailure", value{typeName{module, "SqsDlq"}, []expression{l.ref(f.To)}})
		}
	}
	b.with("filters", filtersOf(e))
	return value{typeName{module, class[0]}, []expression{l.ref(e.From), *b.done()}}
}

// readsStream tells whether a function's records come from a stream.
func readsStream(g *graph.Graph, fn *graph.Node) bool {
	for _, e := range g.In(fn, graph.Polls) {
		if _, ok := streamSources[e.From.Kind]; ok {
			return true
		}
	}
	return false
}

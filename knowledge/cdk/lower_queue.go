package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = lowers(graph.Queue, rankData, lowerQueue)

var queueType = typeName{"aws-sqs", "Queue"}

func lowerQueue(l *lowerer, q *graph.Node) {
	if l.alike()[q] {
		l.deadLetters(q)
	} else {
		comment := ""
		if in := l.g.In(q, graph.FailsTo); len(in) > 0 {
			comment = l.failuresReason(q, in)
		}
		l.let(q, queueType, l.queueProps(q), comment)
	}
	l.queueAcceptances(q)
	for _, e := range l.g.In(q, graph.Routes) {
		if e.From.Kind == graph.Topic && l.made[e.From] { // a topic that comes later subscribes the queue itself
			l.subscribe(e)
		}
	}
}

func (l *lowerer) queueProps(q *graph.Node) *object {
	b := props(typeName{"aws-sqs", "QueueProps"}).open()
	if isTrue(q.Setting("fifoQueue")) {
		b.with("fifo", truth(true)).with("contentBasedDeduplication", truth(true))
	}
	if !q.Setting("kmsMasterKeyId").Exists() {
		b.with("encryption", member{typeName{"aws-sqs", "QueueEncryption"}, "SQS_MANAGED"})
	}
	b.with("enforceSSL", truth(true))
	b.because("visibilityTimeout", secondsOf(q.Setting("visibilityTimeout")), l.visibilityReason(q))
	b.with("deliveryDelay", secondsOf(q.Setting("delaySeconds")))
	b.with("retentionPeriod", secondsOf(q.Setting("messageRetentionPeriod")))
	for _, e := range l.g.Out(q, graph.FailsTo) {
		if l.names[e.To] == "" {
			continue
		}
		b.with("deadLetterQueue", *props(typeName{"aws-sqs", "DeadLetterQueue"}).
			with("queue", l.ref(e.To)).
			with("maxReceiveCount", wholeOf(e.Setting("maxReceiveCount"))).done())
	}
	return b.done()
}

// queueAcceptances explains what cdk-nag finds in queues without a dead-letter queue.
func (l *lowerer) queueAcceptances(q *graph.Node) {
	if in := l.g.In(q, graph.FailsTo); len(in) > 0 {
		l.accept(q, "Serverless-SQSRedrivePolicy", "This is the dead-letter queue itself: nothing takes messages from it but an operator.")
		if !anyFrom(in, graph.Queue) {
			l.accept(q, "AwsSolutions-SQS3", "Failures end here: an operator looks at them, nothing behind this queue could.")
		}
	}
	if len(l.g.In(q, graph.FailsTo))+len(l.g.Out(q, graph.FailsTo)) == 0 {
		for _, rule := range []string{"AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"} {
			l.accept(q, rule, noDeadLetters)
		}
	}
}

func anyFrom(edges []*graph.Edge, k graph.Kind) bool {
	for _, e := range edges {
		if e.From.Kind == k {
			return true
		}
	}
	return false
}

func sources(in []*graph.Edge) string {
	s := ""
	for i, e := range in {
		if i > 0 {
			s += ", "
		}
		s += e.From.ID
	}
	return s
}

// visibilityReason says where the visibility timeout comes from, if it is six times a consumer's timeout and its
// batching window.
func (l *lowerer) visibilityReason(q *graph.Node) string {
	visible, _ := q.Setting("visibilityTimeout").Int()
	for _, e := range l.g.Out(q, graph.Polls) {
		timeout, _ := e.To.Setting("timeout").Int()
		window, _ := e.Setting("maximumBatchingWindowInSeconds").Int()
		if e.To.Kind == graph.Function && visible == 6*timeout+window && timeout > 0 {
			if l.snippet() {
				return "6 x the function's timeout + window: time to try again"
			}
			return fmt.Sprintf("6 x the %d s timeout of %s + %d s batching window: a throttled batch is tried again before it comes back", timeout, e.To.ID, window)
		}
	}
	return ""
}

// mapping is the event source that joins a queue to a function.
func (l *lowerer) queueSource(e *graph.Edge) expression {
	b := props(typeName{"aws-lambda-event-sources", "SqsEventSourceProps"}).open()
	b.with("batchSize", wholeOf(e.Setting("batchSize")))
	b.with("maxBatchingWindow", secondsOf(e.Setting("maximumBatchingWindowInSeconds")))
	b.because("maxConcurrency", wholeOf(e.Setting("scalingConfig", "maximumConcurrency")), "protects what the function writes to; the rest waits in the queue")
	if reportsItems(e) {
		b.because("reportBatchItemFailures", truth(true), "only the failed messages of a batch come back")
	}
	b.with("filters", filtersOf(e))
	return value{typeName{"aws-lambda-event-sources", "SqsEventSource"}, []expression{l.ref(e.From), *b.done()}}
}

func reportsItems(e *graph.Edge) bool {
	for _, v := range e.Setting("functionResponseTypes").Each() {
		if spelled(v) == "ReportBatchItemFailures" {
			return true
		}
	}
	return false
}

// filtersOf are the patterns for the records that a function gets of a queue or stream, nil if it gets all.
func filtersOf(e *graph.Edge) expression {
	var items []expression
	for _, f := range e.Setting("filterCriteria", "filters").Each() {
		items = append(items, static{typeName{"aws-lambda", "FilterCriteria"}, "filter", []expression{jsonLiteral(spelled(f.Get("Pattern")))}})
	}
	if len(items) == 0 {
		return nil
	}
	return list{Of: typeName{"", "any"}, Items: items}
}

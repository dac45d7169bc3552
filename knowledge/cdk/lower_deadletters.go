package cdk

import (
	"fmt"
	"reflect"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// failuresReason says what a queue of failures is for. Snippets say it once for all of them.
func (l *lowerer) failuresReason(q *graph.Node, in []*graph.Edge) string {
	switch {
	case in[0].From.Type == subscriber:
		return fmt.Sprintf("Gets a report of each event that %s could not deliver: the event itself stays on the bus.", sources(in))
	case l.snippet():
		return fmt.Sprintf("Keeps what failed%s: time to redrive.", longer(q, in))
	}
	return fmt.Sprintf("Keeps what %s could not deliver%s: time to look and to redrive.", sources(in), longer(q, in))
}

// longer says that a dead-letter queue keeps messages longer than where they come from, if it does.
func longer(q *graph.Node, in []*graph.Edge) string {
	kept, _ := q.Setting("messageRetentionPeriod").Int()
	for _, e := range in {
		if before, ok := e.From.Setting("messageRetentionPeriod").Int(); ok && before >= kept {
			return ""
		}
	}
	return ", longer than the source does"
}

// failuresWait is what the alarm of a queue of failures says, around the queue's name.
const failuresWait, failuresTodo = "Messages wait in ", ": find out why they failed, then redrive them"

// watchedQueue is the queue of failures that an alarm watches as all others do theirs, nil for any other alarm.
func (l *lowerer) watchedQueue(a *graph.Node) *graph.Node {
	watched := l.g.Out(a, graph.Alarms)
	if !l.deadLetterAlarm(a) || len(watched) != 1 || len(l.g.In(a, graph.Reads)) > 0 {
		return nil
	}
	q := watched[0].To
	period, _ := a.Setting("period").Int()
	threshold, _ := a.Setting("threshold").Int()
	if q.Kind != graph.Queue || spelled(a.Setting("metricName")) != "ApproximateNumberOfMessagesVisible" || period != 60 || threshold != 1 ||
		constructID(a) != joinedID(constructID(q), "Alarm") || spelled(a.Setting("alarmDescription")) != failuresWait+q.ID+failuresTodo {
		return nil
	}
	return q
}

// alike are the queues of failures that differ in nothing but their names, nor do their alarms: a snippet has a helper
// for them, where there are two or more.
func (l *lowerer) alike() map[*graph.Node]bool {
	if !l.snippet() || l.same != nil {
		return l.same
	}
	l.same = map[*graph.Node]bool{}
	for _, a := range l.g.OfKind(graph.Alarm) {
		q := l.watchedQueue(a)
		if q == nil {
			continue
		}
		if in := l.g.In(q, graph.FailsTo); in[0].From.Type != subscriber && longer(q, in) != "" && reflect.DeepEqual(l.queueProps(q), failuresProps()) {
			l.same[q] = true
		}
	}
	if len(l.same) < 2 {
		l.same = map[*graph.Node]bool{}
	}
	return l.same
}

func failuresProps() *object {
	return props(typeName{"aws-sqs", "QueueProps"}).open().
		with("encryption", member{typeName{"aws-sqs", "QueueEncryption"}, "SQS_MANAGED"}).
		with("enforceSSL", truth(true)).
		with("retentionPeriod", seconds(14*86400)).done()
}

// deadLetters has the helper make a queue of failures and its alarm.
func (l *lowerer) deadLetters(q *graph.Node) {
	if !l.helpers["deadLetters"] {
		l.helpers["deadLetters"] = true
		l.deadLettersHelper(q)
	}
	l.emit(let{Name: l.names[q], Type: queueType, Value: helper{"deadLetters", []expression{constructID(q)}}})
}

func (l *lowerer) deadLettersHelper(q *graph.Node) {
	var topic *graph.Node
	for _, a := range l.g.In(q, graph.Alarms) {
		for _, e := range l.g.Out(a.From, graph.Notifies) {
			topic = e.To
		}
	}
	queue, id := local("queue"), local("id")
	metric := call{queue, "metricApproximateNumberOfMessagesVisible", []expression{*props(typeName{"aws-cloudwatch", "MetricOptions"}).with("period", seconds(60)).done()}}
	l.p.Helpers = append(l.p.Helpers, function{
		Name:    "deadLetters",
		Comment: "A queue for what could not be delivered, kept longer than at its source, and its alarm.",
		Params:  []parameter{{Name: "id", Type: "text"}},
		Result:  queueType,
		Body: []statement{
			let{Name: "queue", Type: queueType, Value: construct{queueType, id, failuresProps()}},
			let{Name: "alarm", Type: alarmType, Value: construct{alarmType, joined{id, text("Alarm")},
				alarmProps(metric, whole(1), joined{text(failuresWait), id, text(failuresTodo)})}},
			run{Value: alarmAction(local("alarm"), l.ref(topic))},
			give{queue},
		},
	})
}

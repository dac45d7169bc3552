package patterns

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// alarmSpec is an alarm that completion adds. Period in seconds.
type alarmSpec struct {
	suffix, namespace, metric, statistic string
	period, threshold                    int
	dimension, attribute                 string // "" attribute is a plain Ref
	text                                 string
}

// ageFloorSeconds is the least age of the oldest message that alarms: below it a short burst would call someone.
const ageFloorSeconds = 900

// completeAlarms watches what fails in silence: dead letters, errors, throttles, backlog and server errors. One topic
// carries them all; who listens is the operator's choice.
func (d *draft) completeAlarms() {
	if d.blueprint.Options.NoAlarms || d.bare() {
		return
	}
	var topic *node
	alarm := func(n *node, s alarmSpec) {
		if topic == nil {
			topic = d.add("alarmTopic", graph.Topic, language().kinds[graph.Topic].typ, n.at)
			topic.setExtra("role", topic.text("alarms"))
		}
		d.alarm(n, s, topic)
	}
	for _, n := range append([]*node{}, d.nodes...) {
		if n.noAlarms {
			continue
		}
		for _, s := range d.alarmsOf(n) {
			alarm(n, s)
		}
	}
	if topic != nil {
		d.note("Added alarms that write to the topic %s: subscribe your team's address to it. Turn them off with options: {alarms: false}, or alarms: false on a node.", topic.id)
	}
}

func (d *draft) alarmsOf(n *node) []alarmSpec {
	switch n.kind {
	case graph.Queue:
		if len(d.in(n, graph.FailsTo)) > 0 {
			return []alarmSpec{{"Alarm", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 60, 1, "QueueName", "QueueName",
				"Messages wait in " + n.id + ": find out why they failed, then redrive them"}}
		}
		age := max(ageFloorSeconds, 2*n.number("VisibilityTimeout"))
		return []alarmSpec{{"AgeAlarm", "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 60, age, "QueueName", "QueueName",
			fmt.Sprintf("The oldest message in %s is older than %d seconds: its consumer does not keep up", n.id, age)}}
	case graph.Function:
		alarms := []alarmSpec{
			{"ErrorsAlarm", "AWS/Lambda", "Errors", "Sum", 300, 1, "FunctionName", "", n.id + " fails"},
			{"ThrottlesAlarm", "AWS/Lambda", "Throttles", "Sum", 300, 1, "FunctionName", "", n.id + " is throttled: its concurrency is used up"},
		}
		if n.getExtra("release").Exists() {
			alarms = append(alarms, alarmSpec{releaseAlarm, "AWS/Lambda", "Errors", "Sum", 60, 1, "", "", n.id + " fails while a new version takes over: the release is rolled back"})
		}
		if d.readsStream(n) {
			alarms = append(alarms, alarmSpec{"IteratorAgeAlarm", "AWS/Lambda", "IteratorAge", "Maximum", 60, iteratorAgeMS, "FunctionName", "",
				n.id + " reads records that are older than an hour: it does not keep up"})
		}
		return alarms
	case graph.StateMachine:
		return []alarmSpec{
			{"FailedAlarm", "AWS/States", "ExecutionsFailed", "Sum", 300, 1, "StateMachineArn", "", "executions of " + n.id + " fail"},
			{"TimedOutAlarm", "AWS/States", "ExecutionsTimedOut", "Sum", 300, 1, "StateMachineArn", "", "executions of " + n.id + " take too long"},
		}
	case graph.HTTPAPI:
		return []alarmSpec{{"ServerErrorsAlarm", "AWS/ApiGateway", "5xx", "Sum", 300, 1, "ApiId", "", n.id + " answers with server errors"}}
	case graph.WebSocketAPI:
		return []alarmSpec{{"IntegrationErrorsAlarm", "AWS/ApiGateway", "IntegrationError", "Sum", 300, 1, "ApiId", "", n.id + " gets errors from its functions"}}
	case graph.GraphQLAPI:
		return []alarmSpec{{"ServerErrorsAlarm", "AWS/AppSync", "5XXError", "Sum", 300, 1, "GraphQLAPIId", "ApiId", n.id + " answers with server errors"}}
	case graph.EventAPI:
		return []alarmSpec{{"ServerErrorsAlarm", "AWS/AppSync", "5XXError", "Sum", 300, 1, "EventAPIId", "ApiId", n.id + " answers publishers with server errors"}}
	case graph.Rule:
		if n.typ == subscriber {
			if len(d.out(n, graph.FailsTo)) == 0 {
				return []alarmSpec{{"DroppedAlarm", "AWS/EventsV2", "EventsDropped", "Sum", 300, 1, "Subscriber", "SubscriberArn", n.id + " drops events that its target never took"}}
			}
			return []alarmSpec{{"DroppedAlarm", "AWS/EventsV2", "OnFailureDestinationFailed", "Sum", 300, 1, "Subscriber", "SubscriberArn", n.id + " loses events: neither its target nor its failure queue took them"}}
		}
	case graph.RestAPI:
		return []alarmSpec{{"ServerErrorsAlarm", "AWS/ApiGateway", "5XXError", "Sum", 300, 1, "ApiName", "", n.id + " answers with server errors"}}
	}
	return nil
}

func (d *draft) alarm(n *node, s alarmSpec, topic *node) {
	a := d.add(n.id+s.suffix, graph.Alarm, "AWS::CloudWatch::Alarm", n.at)
	dimension := n.ref(n, s.attribute)
	if s.dimension == "ApiName" {
		dimension = n.get("Name") // REST APIs report by name, not by id
	}
	a.set("AlarmDescription", a.text(s.text))
	a.set("Namespace", a.text(s.namespace))
	a.set("MetricName", a.text(s.metric))
	if s.dimension == "" { // those of the alias
		a.setExtra("watches", a.text("alias"))
	} else {
		dimensions := []graph.Value{a.object(field("Name", a.text(s.dimension)), field("Value", dimension))}
		if bus := d.busOf(n); n.typ == subscriber && bus != nil { // its metrics have two
			dimensions = append([]graph.Value{a.object(field("Name", a.text("EventBus")), field("Value", a.ref(bus, "EventBusArn")))}, dimensions...)
		}
		a.set("Dimensions", a.list(dimensions...))
	}
	a.set("Statistic", a.text(s.statistic))
	a.set("Period", a.num(s.period))
	a.set("EvaluationPeriods", a.num(1))
	a.set("Threshold", a.num(s.threshold))
	a.set("ComparisonOperator", a.text("GreaterThanOrEqualToThreshold"))
	a.set("TreatMissingData", a.text("notBreaching"))
	a.set("AlarmActions", a.list(a.ref(topic, "")))
	d.connect(a, n, graph.Alarms, "", n.at).set("MetricName", a.text(s.metric))
	d.connect(a, topic, graph.Notifies, "", n.at)
}

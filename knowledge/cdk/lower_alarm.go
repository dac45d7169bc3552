package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Alarm, rankAlarms, lowerAlarm)

var alarmType = typeName{"aws-cloudwatch", "Alarm"}

// metricMethods are the constructs' own methods for their metrics, by namespace and metric. All of them have the
// metric's usual statistic; the period is five minutes unless given.
var metricMethods = map[string]string{
	"AWS/SQS ApproximateNumberOfMessagesVisible": "metricApproximateNumberOfMessagesVisible",
	"AWS/SQS ApproximateAgeOfOldestMessage":      "metricApproximateAgeOfOldestMessage",
	"AWS/Lambda Errors":                          "metricErrors",
	"AWS/Lambda Throttles":                       "metricThrottles",
	"AWS/States ExecutionsFailed":                "metricFailed",
	"AWS/States ExecutionsTimedOut":              "metricTimedOut",
	"AWS/ApiGateway 5xx":                         "metricServerError",
	"AWS/ApiGateway 5XXError":                    "metricServerError",
}

func lowerAlarm(l *lowerer, a *graph.Node) {
	var topic *graph.Node
	for _, e := range l.g.Out(a, graph.Notifies) {
		topic = e.To
	}
	released := len(l.g.In(a, graph.Reads)) > 0
	if l.snippet() && !l.deadLetterAlarm(a) && !released {
		l.leftOut = true
		return
	}
	if q := l.watchedQueue(a); q != nil && l.alike()[q] {
		return // it was made together with its queue
	}
	if l.snippet() && l.shownAlarms() == 1 {
		l.onlyAlarm(a, topic)
		return
	}
	l.alarmHelper(topic)
	made := helper{"alarm", []expression{constructID(a), l.metric(a), wholeOf(a.Setting("threshold")), textOf(a.Setting("alarmDescription"))}}
	if released {
		l.emit(let{Name: l.names[a], Type: alarmType, Value: made})
		return
	}
	l.do(made)
}

// shownAlarms counts the alarms that a snippet has beside those that are made together with their queues.
func (l *lowerer) shownAlarms() int {
	shown := 0
	for _, a := range l.g.OfKind(graph.Alarm) {
		if l.deadLetterAlarm(a) && !l.alike()[l.watchedQueue(a)] || len(l.g.In(a, graph.Reads)) > 0 {
			shown++
		}
	}
	return shown
}

// onlyAlarm writes an alarm that has no others beside it: a helper would be longer than what it saves.
func (l *lowerer) onlyAlarm(a, topic *graph.Node) {
	l.emit(heading{"What fails in silence is watched. No data is good news: nothing runs in quiet times."})
	l.let(a, alarmType, alarmProps(l.metric(a), wholeOf(a.Setting("threshold")), textOf(a.Setting("alarmDescription"))), "")
	l.do(alarmAction(l.ref(a), l.ref(topic)))
}

func alarmProps(metric, threshold, description expression) *object {
	return props(typeName{"aws-cloudwatch", "AlarmProps"}).open().
		with("metric", metric).
		with("threshold", threshold).
		with("evaluationPeriods", whole(1)).
		with("comparisonOperator", member{typeName{"aws-cloudwatch", "ComparisonOperator"}, "GREATER_THAN_OR_EQUAL_TO_THRESHOLD"}).
		with("treatMissingData", member{typeName{"aws-cloudwatch", "TreatMissingData"}, "NOT_BREACHING"}).
		with("alarmDescription", description).done()
}

func alarmAction(alarm, topic expression) expression {
	return call{alarm, "addAlarmAction", []expression{value{typeName{"aws-cloudwatch-actions", "SnsAction"}, []expression{topic}}}}
}

// deadLetterAlarm tells whether an alarm watches a queue of failures: the one alarm that no snippet goes without.
func (l *lowerer) deadLetterAlarm(a *graph.Node) bool {
	for _, e := range l.g.Out(a, graph.Alarms) {
		if len(l.g.In(e.To, graph.FailsTo)) > 0 {
			return true
		}
	}
	return false
}

func (l *lowerer) metric(a *graph.Node) expression {
	var watched *graph.Node
	for _, e := range l.g.Out(a, graph.Alarms) {
		watched = e.To
	}
	on := expression(nil)
	if watched != nil {
		on = l.ref(watched)
		if spelled(a.Setting("watches")) == "alias" {
			on = l.callee(watched)
		}
	}
	key := spelled(a.Setting("namespace")) + " " + spelled(a.Setting("metricName"))
	period, _ := a.Setting("period").Int()
	if method, ok := metricMethods[key]; ok && watched != nil {
		var args []expression
		if period != 300 {
			args = append(args, *props(typeName{"aws-cloudwatch", "MetricOptions"}).with("period", seconds(period)).done())
		}
		return call{on, method, args}
	}
	if watched != nil && (watched.Type == subscriber || watched.Kind == graph.GraphQLAPI || watched.Kind == graph.EventAPI) { // constructs without metrics of their own
		return l.plainMetric(a, seconds(period))
	}
	if watched != nil {
		return call{on, "metric", []expression{text(spelled(a.Setting("metricName"))),
			*props(typeName{"aws-cloudwatch", "MetricOptions"}).with("period", seconds(period)).with("statistic", text(spelled(a.Setting("statistic")))).done()}}
	}
	return nil
}

// plainMetric spells a metric by its names and dimensions.
func (l *lowerer) plainMetric(a *graph.Node, period expression) expression {
	var dimensions []argument
	for _, d := range a.Setting("dimensions").Each() {
		if ref, ok := d.Get("Value").Ref(); ok && l.names[l.g.Node(ref.Resource)] != "" {
			name := "attr" + ref.Attribute
			if k := l.g.Node(ref.Resource).Kind; k == graph.GraphQLAPI || k == graph.EventAPI {
				name = graph.LowerFirst(ref.Attribute)
			}
			dimensions = append(dimensions, argument{Name: spelled(d.Get("Name")), Value: attribute{l.ref(l.g.Node(ref.Resource)), name}})
		}
	}
	return value{typeName{"aws-cloudwatch", "Metric"}, []expression{*props(typeName{"aws-cloudwatch", "MetricProps"}).open().
		with("namespace", text(spelled(a.Setting("namespace")))).
		with("metricName", text(spelled(a.Setting("metricName")))).
		with("dimensionsMap", dict{dimensions}).
		with("statistic", text(spelled(a.Setting("statistic")))).
		with("period", period).done()}}
}

// alarmHelper adds the method that makes the alarms of a stack alike.
func (l *lowerer) alarmHelper(topic *graph.Node) {
	if l.helpers["alarm"] {
		return
	}
	l.helpers["alarm"] = true
	l.emit(heading{"What fails in silence is watched."})
	body := []statement{
		let{Name: "alarm", Type: alarmType, Value: construct{alarmType, local("id"), alarmProps(local("metric"), local("threshold"), local("alarmDescription"))}},
		run{Value: alarmAction(local("alarm"), l.ref(topic))},
	}
	var result typeName
	if len(l.g.OfKind(graph.Deployment)) > 0 { // a release watches one of them
		result = alarmType
		body = append(body, give{local("alarm")})
	}
	l.p.Helpers = append(l.p.Helpers, function{
		Name:    "alarm",
		Comment: "An alarm that writes to the topic. No data is good news: nothing runs in quiet times.",
		Params: []parameter{
			{Name: "id", Type: "text"}, {Name: "metric", Class: typeName{"aws-cloudwatch", "IMetric"}},
			{Name: "threshold", Type: "number"}, {Name: "alarmDescription", Type: "text"},
		},
		Result: result,
		Body:   body,
	})
}

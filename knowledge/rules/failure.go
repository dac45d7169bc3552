package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// takesFailures tells whether a queue or topic is where something sends what it could not handle: the target of
// a failure edge, one whose redrive permission is open, or one whose author says so (Metadata role dlq or
// parking).
func takesFailures(g *graph.Graph, n *graph.Node) bool {
	if len(g.In(n, graph.FailsTo)) > 0 {
		return true
	}
	if allow := n.Setting("redriveAllowPolicy"); allow.Exists() && !n.External {
		if s, ok := allow.Get("redrivePermission").Str(); !ok || s != "denyAll" {
			return true
		}
	}
	switch intent(n, "role") {
	case "dlq", "parking":
		return true
	}
	return false
}

// openPermission is the redrive permission of a queue by which alone it may be one that takes failures, where it is not
// known; else absent.
func openPermission(g *graph.Graph, q *graph.Node) graph.Value {
	if len(g.In(q, graph.FailsTo)) > 0 || intent(q, "role") != "" {
		return graph.Value{}
	}
	allow := q.Setting("redriveAllowPolicy")
	return firstOpen(allow, allow.Get("redrivePermission"))
}

// failureWords are what names of dead-letter queues hold, in lower case.
var failureWords = []string{"dlq", "deadletter", "dead-letter", "dead_letter", "undeliver", "failed", "failure", "parking", "redrive", "poison"}

func failureName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range failureWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// namedForFailures tells whether a queue is called what dead-letter queues are called. Code or another stack may
// send to it what no edge here shows.
func namedForFailures(n *graph.Node) bool {
	return failureName(nameOf(n)) || failureName(n.Name)
}

// watches tells whether an alarm looks at one of the metrics of n, alone or with all others of its account.
func (p *Pass) watches(n *graph.Node, metrics map[string]bool) bool {
	if p.broad == nil {
		p.broad = broadAlarms(p.Graph)
	}
	for _, alarm := range p.broad {
		if watchesAll(alarm, metrics) {
			return true
		}
	}
	for _, e := range p.Graph.In(n, graph.Alarms) {
		if s, _ := e.Settings.Get("MetricName").Str(); metrics[s] {
			return true
		}
	}
	return false
}

// alarmOn tells of an edge whether it is that of an alarm on one of the metrics.
func alarmOn(metrics map[string]bool) func(*graph.Edge) bool {
	return func(e *graph.Edge) bool {
		name, _ := e.Settings.Get("MetricName").Str()
		return e.Kind == graph.Alarms && metrics[name]
	}
}

// broadAlarms lists the alarms that may look at more than one thing: others name its dimensions. Never nil.
func broadAlarms(g *graph.Graph) []*graph.Node {
	out := []*graph.Node{}
	for _, alarm := range g.OfKind(graph.Alarm) {
		if !alarm.External && (!alarm.Setting("dimensions").Exists() || alarm.Setting("metrics").Exists()) {
			out = append(out, alarm)
		}
	}
	return out
}

// watchesAll tells whether a broad alarm looks at a metric of all things together: without dimensions, or by a query or
// search that names the metric.
func watchesAll(alarm *graph.Node, metrics map[string]bool) bool {
	if name, _ := alarm.Setting("metricName").Str(); metrics[name] && !alarm.Setting("dimensions").Exists() {
		return dimensionOf(alarm).name == ""
	}
	for _, m := range alarm.Setting("metrics").Each() {
		metric := m.Get("MetricStat", "Metric")
		name, _ := metric.Get("MetricName").Str()
		if metrics[name] && !metric.Get("Dimensions").Exists() && dimensionFor(metric.Get("Namespace"), metric.Get("MetricName")).name == "" {
			return true
		}
		query := m.Get("Expression").String()
		if !strings.Contains(query, "SELECT") && !strings.Contains(query, "SEARCH") {
			continue
		}
		for name := range metrics {
			if strings.Contains(query, name) {
				return true
			}
		}
	}
	return false
}

// wantedDimensions holds, by namespace, the dimension without which none of its metrics exists: an alarm that names no
// dimension never has data. Sources: SQS developer guide, "Available CloudWatch metrics", Kinesis Data Streams developer
// guide, "Monitor the Amazon Kinesis Data Streams service with Amazon CloudWatch", API Gateway developer guide,
// "Amazon API Gateway dimensions and metrics", "Monitor CloudWatch metrics for HTTP APIs" and "Monitor WebSocket API execution
// with CloudWatch metrics", checked 2026-11-30. For S3, CloudFront and Application Load Balancers: the metrics that aws-cdk-lib 2.220.0 has
// from CloudWatch's own dashboards (*-canned-metrics.generated), each with these dimensions; for OpenSearch: how the Domain of
// aws-cdk-lib 2.220.0 makes its metrics (DomainName with ClientId); checked 2026-12-01. That these namespaces have no
// totals beside is common knowledge of those services and was not read in their guides. Of AWS/States, metrics of what
// the account uses of its quotas may come without (stepfunctions-canned-metrics.generated of the same).
var wantedDimensions = []dimension{
	{"AWS/SQS", "", "QueueName", "queue", "{Name: QueueName, Value: !GetAtt the queue.QueueName}", "queue.metricApproximateAgeOfOldestMessage().createAlarm(...)"},
	{"AWS/Kinesis", "", "StreamName", "stream", "{Name: StreamName, Value: !Ref the stream}", "stream.metricGetRecordsIteratorAgeMilliseconds().createAlarm(...)"},
	{"AWS/ApiGateway", "", "ApiName or ApiId", "API", "{Name: ApiName, Value: the name of a REST API} or {Name: ApiId, Value: !Ref an HTTP or WebSocket API}", "api.metricServerError().createAlarm(...)"},
	{"AWS/States", "Execution", "StateMachineArn", "state machine", "{Name: StateMachineArn, Value: !Ref the state machine}", "stateMachine.metricFailed().createAlarm(...)"},
	{"AWS/States", "Activit", "ActivityArn", "activity", "{Name: ActivityArn, Value: !Ref the activity}", "activity.metricFailed().createAlarm(...)"},
	{"AWS/ES", "", "DomainName (with ClientId)", "domain", "{Name: DomainName, Value: !Ref the domain}, {Name: ClientId, Value: !Ref AWS::AccountId}", "domain.metricFreeStorageSpace().createAlarm(...)"},
	{"AWS/S3", "", "BucketName", "bucket", "{Name: BucketName, Value: !Ref the bucket}, {Name: StorageType, Value: the class, or AllStorageTypes} of the daily metrics, {Name: FilterId, Value: the Id in MetricsConfigurations} of the metrics of requests", "new cloudwatch.Metric({ namespace: 'AWS/S3', metricName, dimensionsMap: { BucketName: bucket.bucketName, ... } }).createAlarm(...)"},
	{"AWS/CloudFront", "", "DistributionId (with Region)", "distribution", "{Name: DistributionId, Value: !Ref the distribution}, {Name: Region, Value: Global}", "distribution.metric5xxErrorRate().createAlarm(...)"},
	{"AWS/ApplicationELB", "", "LoadBalancer", "load balancer", "{Name: LoadBalancer, Value: !GetAtt the load balancer.LoadBalancerFullName}", "loadBalancer.metrics.httpCodeElb(...).createAlarm(...)"},
}

// dimension is what the metrics of a namespace, or those of them whose names begin so, are named by: its name, the thing, and how
// an alarm names it.
type dimension struct{ namespace, metric, name, thing, setting, cdk string }

// dimensionOf is the dimension that the metric of an alarm wants; the zero one where none is known to be needed.
func dimensionOf(alarm *graph.Node) dimension {
	return dimensionFor(alarm.Setting("namespace"), alarm.Setting("metricName"))
}

// dimensionFor is the dimension without which a metric has no data.
func dimensionFor(namespace, metric graph.Value) dimension {
	of, _ := namespace.Str()
	name, _ := metric.Str()
	for _, d := range wantedDimensions {
		if of == d.namespace && strings.HasPrefix(name, d.metric) {
			return d
		}
	}
	return dimension{}
}

// blindAlarm tells, as the end of a message, of an alarm that looks at one of the metrics but names no dimension, without
// which the metric has no data. It is "" where there is none.
func blindAlarm(g *graph.Graph, metrics map[string]bool) string {
	for _, alarm := range g.OfKind(graph.Alarm) {
		name, _ := alarm.Setting("metricName").Str()
		if wanted := dimensionOf(alarm).name; !alarm.External && metrics[name] && wanted != "" && !alarm.Setting("dimensions").Exists() {
			return fmt.Sprintf(" (%s never has data: it names no %s)", nameOf(alarm), wanted)
		}
	}
	return ""
}

// openAlarm says, as a question for the report, which alarm may look at one of the metrics of n: what it watches, or
// the name by which it would be watched, is not known. It is "" where no alarm may.
func (p *Pass) openAlarm(n *graph.Node, metrics map[string]bool) string {
	if p.watched == nil {
		p.watched = watchedMetrics(p.Graph)
	}
	for _, w := range p.watched {
		if !w.unsure && !open(n.Named) {
			continue // what it watches is known, and so is the name of n
		}
		if isOn(p.Graph, w) {
			continue
		}
		why := mayWatch(n, w.metric, metrics)
		if name := w.metric.Get("MetricName"); why == "" && open(name) && looksAt(p.Graph, w.alarm, n) {
			why = name.Reason()
		}
		if why != "" {
			return fmt.Sprintf("alarm %s may watch it: %s", nameOf(w.alarm), why)
		}
	}
	return givenToUnread(p.Graph, n)
}

// givenToUnread says which nested stack is given a thing and may do to it what the rule asks for, since its template is not
// at hand: an alarm, a web ACL. It is "" where none is.
func givenToUnread(g *graph.Graph, n *graph.Node) string {
	for _, r := range g.Resources {
		if !r.Unread {
			continue
		}
		for _, ref := range r.Properties.Get("Parameters").Refs() {
			if g.Node(ref.Resource) == n {
				return "nested stack " + r.LogicalID + ", whose template is not here, is given it"
			}
		}
	}
	return ""
}

// watched is a metric of an alarm; unsure where any part of it is not known.
type watched struct {
	alarm  *graph.Node
	metric graph.Value
	unsure bool
}

// watchedMetrics lists the metrics of all alarms; never nil.
func watchedMetrics(g *graph.Graph) []watched {
	out := []watched{}
	for _, alarm := range g.OfKind(graph.Alarm) {
		if alarm.External {
			continue
		}
		list := alarm.Setting("metrics")
		metrics := []graph.Value{graph.NewMap(nil, graph.Field{Name: "MetricName", Value: alarm.Setting("metricName")}, graph.Field{Name: "Dimensions", Value: alarm.Setting("dimensions")})}
		if open(list) {
			metrics = append(metrics, list)
		}
		for _, m := range list.Items() {
			if stat := m.Get("MetricStat"); stat.Exists() {
				metrics = append(metrics, stat.Get("Metric"))
			} else if open(m) {
				metrics = append(metrics, m)
			}
		}
		for _, metric := range metrics {
			out = append(out, watched{alarm, metric, firstWithin(metric).Exists() || emptyDimension(metric)})
		}
	}
	return out
}

// isOn tells whether a metric is of a thing of the system, whose name one of its dimensions holds, or which one parameter
// gives to both.
func isOn(g *graph.Graph, w watched) bool {
	dimensions := w.metric.Get("Dimensions")
	return dimensions.Exists() && !open(w.metric.Get("MetricName")) && slices.ContainsFunc(g.Out(w.alarm, graph.Alarms), func(e *graph.Edge) bool {
		return !e.To.External && e.Settings.Get("MetricName").String() == w.metric.Get("MetricName").String() && e.Settings.Get("Dimensions").String() == dimensions.String()
	})
}

// looksAt tells whether an alarm is on some metric of n.
func looksAt(g *graph.Graph, alarm, n *graph.Node) bool {
	for _, e := range g.In(n, graph.Alarms) {
		if e.From == alarm {
			return true
		}
	}
	return false
}

// mayWatch says why the metric of an alarm may be one of n's, "" where it is not or surely is another's.
func mayWatch(n *graph.Node, metric graph.Value, metrics map[string]bool) string {
	if open(metric) {
		return metric.Reason()
	}
	dimensions := metric.Get("Dimensions")
	name, known := metric.Get("MetricName").Str()
	if known && !metrics[name] {
		return ""
	}
	if !dimensions.Exists() {
		return metric.Get("MetricName").Reason() // an alarm on all things of the account
	}
	if v := firstOpen(append([]graph.Value{dimensions}, dimensions.Items()...)...); v.Exists() {
		return v.Reason()
	}
	if emptyDimension(metric) {
		return "the value of a dimension is an empty text, which CloudWatch refuses: another is meant to be given"
	}
	for _, d := range dimensions.Each() {
		v := d.Get("Value")
		if dimension := d.Get("Name"); open(dimension) {
			return dimension.Reason()
		}
		_, literal := v.Str()
		switch {
		case open(v) && mayBeName(v, n):
			return v.Reason()
		case literal && open(n.Named):
			return n.Named.Reason()
		}
	}
	return ""
}

// emptyDimension tells a metric with a dimension that names nothing: mostly the default of a parameter that has to be given,
// or what a condition leaves.
func emptyDimension(metric graph.Value) bool {
	for _, d := range metric.Get("Dimensions").Each() {
		if text, known := d.Get("Value").Str(); known && text == "" {
			return true
		}
	}
	return false
}

// mayBeName tells whether a text that is not all known may be the name of n: one of which a part is written is no name
// that the deployment makes, and two names that begin otherwise differ.
func mayBeName(v graph.Value, n *graph.Node) bool {
	if v.IsUnknown() {
		return true
	}
	mine, theirs := firstLiteral(n.Named), firstLiteral(v)
	return n.Named.Exists() && (strings.HasPrefix(mine, theirs) || strings.HasPrefix(theirs, mine))
}

// firstLiteral is the text up to the first part that is not literal.
func firstLiteral(v graph.Value) string {
	if parts := v.Parts(); len(parts) > 0 {
		return parts[0].Literal
	}
	return ""
}

// everTakesFailures tells whether a queue or topic takes failures in any scenario: one that does so in production
// only stands idle elsewhere, and needs no dead-letter queue there either.
func everTakesFailures(scenarios []*graph.Graph, n *graph.Node) bool {
	for _, g := range scenarios {
		if same := g.Node(n.ID); same != nil && takesFailures(g, same) {
			return true
		}
	}
	return false
}

// openFailures finds a failure target of a function that is not known: it may be a queue that the function seems to
// write to for other reasons.
func openFailures(g *graph.Graph, fn *graph.Node) graph.Value {
	for _, r := range g.Resources {
		switch r.Type {
		case "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping":
		default:
			continue
		}
		for _, ref := range r.Properties.Get("FunctionName").Refs() {
			if ref.Resource != fn.ID && !slices.Contains(fn.StandIns, ref.Resource) {
				continue
			}
			config := r.Properties.Get("DestinationConfig")
			if v := firstOpen(config, config.Get("OnFailure"), config.Get("OnFailure", "Destination")); v.Exists() {
				return v
			}
		}
	}
	return graph.Value{}
}

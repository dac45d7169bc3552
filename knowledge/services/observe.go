package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::CloudWatch::Alarm", Kind: graph.Alarm, ARN: "cloudwatch:alarm:", Name: "AlarmName",
	Defaults: []setting{truth("actionsEnabled", true), text("treatMissingData", "missing")}, // CloudFormation reference
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		p := r.Properties
		b.alarmActions(n, r)
		if p.Get("Dimensions").Exists() {
			b.watch(n, r, p)
		}
		for _, m := range p.Get("Metrics").Each() {
			b.watch(n, r, m.Get("MetricStat", "Metric"))
		}
	},
})

// dimensions names the thing a CloudWatch dimension speaks of.
var dimensions = map[string]struct {
	kind      graph.Kind
	namespace string
}{
	"QueueName": {graph.Queue, "sqs:"}, "FunctionName": {graph.Function, "lambda:function:"}, "Resource": {graph.Function, "lambda:function:"},
	"TopicName": {graph.Topic, "sns:"}, "TableName": {graph.Table, "dynamodb:table/"}, "StreamName": {graph.Stream, "kinesis:stream/"},
	"StateMachineArn": {graph.StateMachine, "states:stateMachine:"}, "RuleName": {graph.Rule, "events:rule/"}, "Subscriber": {graph.Rule, "events:subscriber/"},
	"EventBusName": {graph.EventBus, "events:event-bus/"}, "ApiId": {graph.HTTPAPI, "execute-api:"},
	"ApiName": {graph.RestAPI, "execute-api:"}, "BucketName": {graph.Bucket, "s3:"},
	"DeliveryStreamName": {graph.Firehose, "firehose:deliverystream/"}, "UserPool": {graph.UserPool, "cognito-idp:userpool/"},
	"GraphQLAPIId": {graph.GraphQLAPI, "appsync:apis/"}, "EventAPIId": {graph.EventAPI, "appsync:apis/"}, "DBInstanceIdentifier": {graph.Database, "rds:db:"},
	"DBClusterIdentifier": {graph.Database, "rds:cluster:"}, "LogGroupName": {graph.LogGroup, "logs:log-group:"},
	"ScheduleGroup": {graph.ScheduleGroup, "scheduler:schedule-group/"}, "PipeName": {graph.Pipe, "pipes:pipe/"},
	"EventSourceMappingUUID": {graph.Function, ""}, "ClusterName": {graph.Cluster, "ecs:cluster/"},
}

// watch joins an alarm with what the dimensions of one metric name.
func (b *builder) watch(n *graph.Node, r *graph.Resource, metric graph.Value) {
	label := metric.Get("MetricName").String()
	namespace, _ := metric.Get("Namespace").Str()
	for _, d := range metric.Get("Dimensions").Each() {
		name, _ := d.Get("Name").Str()
		known, ok := dimensions[name]
		if !ok || otherService(namespace, known.namespace) {
			continue
		}
		v := d.Get("Value")
		to := b.find(v, known.namespace)
		if to.node == nil { // "Resource" is FunctionName:alias
			to = b.findText(spell(v), known.namespace)
		}
		if to.node == nil {
			if a, ok := v.Str(); ok && a == "" {
				continue
			}
			to = b.reach(v, known.kind, known.namespace)
		}
		b.edge(graph.Edge{From: n, Kind: graph.Alarms, Via: r, Label: label, Settings: metric}, to, v)
	}
}

// metricsOf are the namespaces of what services measure themselves, by how ARNs of their things begin.
var metricsOf = map[string]string{"sqs:": "AWS/SQS", "lambda:function:": "AWS/Lambda", "sns:": "AWS/SNS", "dynamodb:table/": "AWS/DynamoDB",
	"kinesis:stream/": "AWS/Kinesis", "states:stateMachine:": "AWS/States", "execute-api:": "AWS/ApiGateway"}

// otherService tells whether a metric is one of another service of AWS than the thing that its dimension names: it has no
// data. Namespaces of one's own may measure whatever.
func otherService(namespace, arn string) bool {
	wanted := metricsOf[arn]
	return wanted != "" && strings.HasPrefix(namespace, "AWS/") && namespace != wanted
}

func (b *builder) alarmActions(n *graph.Node, r *graph.Resource) {
	for _, name := range []string{"AlarmActions", "InsufficientDataActions", "OKActions"} {
		label := strings.Replace(graph.LowerFirst(name), "oK", "ok", 1)
		for _, v := range r.Properties.Get(name).Each() {
			b.edge(graph.Edge{From: n, Kind: graph.Notifies, Mode: graph.Async, Via: r, Label: label}, b.reach(v, graph.Topic, "sns:"), v)
		}
	}
}

var _ = add(resourceType{
	Type: "AWS::CloudWatch::CompositeAlarm", Kind: graph.Alarm, ARN: "cloudwatch:alarm:", Name: "AlarmName",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.alarmActions(n, r)
		rule := r.Properties.Get("AlarmRule")
		for _, ref := range rule.Refs() {
			b.edge(graph.Edge{From: n, Kind: graph.Alarms, Via: r, Label: "composite"}, b.standsFor(ref.Resource), rule)
		}
		for _, word := range strings.FieldsFunc(spell(rule), func(c rune) bool { return strings.ContainsRune("()\"' ", c) }) {
			if to := b.named("cloudwatch:alarm:", word); to.node != nil {
				b.edge(graph.Edge{From: n, Kind: graph.Alarms, Via: r, Label: "composite"}, to, rule)
			}
		}
	},
})

// A service level objective looks at metrics as an alarm does; of a function it mostly names the service, which
// Application Signals calls as the function.
var _ = add(resourceType{Type: "AWS::ApplicationSignals::ServiceLevelObjective", Kind: graph.Other, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	for _, sli := range []graph.Value{r.Properties.Get("Sli", "SliMetric"), r.Properties.Get("RequestBasedSli", "RequestBasedSliMetric")} {
		monitored := sli.Get("MonitoredRequestCountMetric")
		for _, list := range []graph.Value{sli.Get("MetricDataQueries"), monitored.Get("BadCountMetric"), monitored.Get("GoodCountMetric")} {
			for _, m := range list.Each() {
				b.watch(n, r, m.Get("MetricStat", "Metric"))
			}
		}
		service := sli.Get("KeyAttributes", "Name")
		if kind, _ := sli.Get("MetricType").Str(); kind == "AVAILABILITY" && service.Exists() {
			if to := b.find(service, "lambda:function:"); to.node != nil {
				b.edge(graph.Edge{From: n, Kind: graph.Alarms, Via: r, Label: "availability", Settings: graph.NewMap(service.At, graph.Field{Name: "MetricName", Value: graph.NewString(service.At, "Errors")})}, to, service)
			}
		}
	}
}})

var _ = add(resourceType{Type: "AWS::Logs::LogGroup", Kind: graph.LogGroup, ARN: "logs:log-group:", Name: "LogGroupName", Connect: connectLogGroup})

// logOwners are the names services give to the log groups of their things.
var logOwners = []struct{ prefix, namespace string }{
	{"/aws/lambda/", "lambda:function:"},
	{"/aws/vendedlogs/states/", "states:stateMachine:"},
	{"/aws/states/", "states:stateMachine:"},
	{"/aws/appsync/apis/", "appsync:apis/"},
	{"/aws/codebuild/", "codebuild:project/"},
	{"API-Gateway-Execution-Logs_", "execute-api:"},
}

// connectLogGroup joins a log group with the thing whose name its own holds.
func connectLogGroup(b *builder, r *graph.Resource, n *graph.Node) {
	b.encrypted(n, r, r.Properties.Get("KmsKeyId"))
	v := r.Properties.Get("LogGroupName")
	s := spell(v)
	for _, o := range logOwners {
		if !strings.HasPrefix(s, o.prefix) {
			continue
		}
		name := strings.TrimPrefix(s, o.prefix)
		if o.namespace == "execute-api:" {
			name, _, _ = cut(name, "/")
		}
		to := b.named(o.namespace, name)
		to.qualifier = ""
		b.edge(graph.Edge{From: n, Kind: graph.Logs, Via: r}, to, v)
	}
}

var _ = add(resourceType{Type: "AWS::Logs::SubscriptionFilter", Of: "LogGroupName", ARN: "logs:log-group:", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	group := b.reach(p.Get("LogGroupName"), graph.LogGroup, "logs:log-group:")
	dest := p.Get("DestinationArn")
	to := b.reach(dest, graph.Other)
	to.byName = to.byName || group.byName
	b.edge(graph.Edge{From: group.node, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "log subscription", Settings: p}, to, dest)
	b.role(group.node, r, p.Get("RoleArn"))
}})

var _ = add(resourceType{Type: "AWS::Logs::LogStream", Of: "LogGroupName", ARN: "logs:log-group:"})
var _ = add(resourceType{Type: "AWS::Logs::MetricFilter", Of: "LogGroupName", ARN: "logs:log-group:", Connect: collectAs("LogGroupName", "metricFilters")})

// A destination hands the logs of other accounts on to a stream.
var _ = add(resourceType{Type: "AWS::Logs::Destination", Kind: graph.Endpoint, ARN: "logs:destination:", Name: "DestinationName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	v := r.Properties.Get("TargetArn")
	b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r}, b.reach(v, graph.Stream), v)
	b.role(n, r, r.Properties.Get("RoleArn"))
}})

// An account policy subscribes all log groups of the account at once: its document is JSON text.
var _ = add(resourceType{Type: "AWS::Logs::AccountPolicy", Kind: graph.Other, Name: "PolicyName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	doc := jsonValue(r.Properties.Get("PolicyDocument"))
	if v := doc.Get("DestinationArn"); v.Exists() && !doc.IsUnknown() {
		b.edge(graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Label: "log subscription", Settings: doc}, b.reach(v, graph.Other), v)
		b.role(n, r, doc.Get("RoleArn"))
	}
}})

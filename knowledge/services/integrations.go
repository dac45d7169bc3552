package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// call is how a Step Functions integration names what it works on.
type call struct {
	argument  []string // the argument that names the thing, first that is there
	target    graph.Kind
	namespace string
	edge      graph.EdgeKind // "" follows the action: reads or writes
	async     bool           // the service only takes the request in
}

func (c call) kind(action string) graph.EdgeKind {
	if c.edge != "" {
		return c.edge
	}
	if reading(action) {
		return graph.Reads
	}
	return graph.Writes
}

// mode says whether the machine waits for the work itself.
func (c call) mode(action, pattern string) graph.Mode {
	if pattern == "sync" || pattern == "waitForTaskToken" || action == "startSyncExecution" {
		return graph.Sync
	}
	if c.async {
		return graph.Async
	}
	return graph.Sync
}

// integrations are the services of Step Functions' integrations that act on a thing of the graph, optimised
// and SDK ones alike. Source: Step Functions developer guide, "Integrating services".
var integrations = map[string]call{
	"lambda":         {[]string{"FunctionName"}, graph.Function, "lambda:function:", graph.Invokes, false},
	"sqs":            {[]string{"QueueUrl"}, graph.Queue, "sqs:", "", true},
	"sns":            {[]string{"TopicArn", "TargetArn"}, graph.Topic, "sns:", graph.Writes, true},
	"dynamodb":       {[]string{"TableName"}, graph.Table, "dynamodb:table/", "", false},
	"events":         {[]string{"Entries"}, graph.EventBus, "events:event-bus/", graph.Writes, true},
	"eventbridge":    {[]string{"Entries"}, graph.EventBus, "events:event-bus/", graph.Writes, true},
	"states":         {[]string{"StateMachineArn"}, graph.StateMachine, "states:stateMachine:", graph.Invokes, true},
	"sfn":            {[]string{"StateMachineArn"}, graph.StateMachine, "states:stateMachine:", graph.Invokes, true},
	"s3":             {[]string{"Bucket"}, graph.Bucket, "s3:", "", false},
	"kinesis":        {[]string{"StreamName", "StreamARN"}, graph.Stream, "kinesis:stream/", "", false},
	"firehose":       {[]string{"DeliveryStreamName"}, graph.Firehose, "firehose:deliverystream/", graph.Writes, true},
	"apigateway":     {[]string{"ApiEndpoint"}, graph.RestAPI, "execute-api:", graph.Invokes, false},
	"ecs":            {[]string{"TaskDefinition"}, graph.Other, "ecs:task-definition/", graph.Invokes, true},
	"batch":          {[]string{"JobQueue"}, graph.Other, "batch:job-queue/", graph.Invokes, true},
	"codebuild":      {[]string{"ProjectName"}, graph.Other, "codebuild:project/", graph.Invokes, true},
	"glue":           {[]string{"JobName", "Name"}, graph.Other, "", graph.Invokes, true},
	"secretsmanager": {[]string{"SecretId"}, graph.Secret, "secretsmanager:secret:", "", false},
	"ssm":            {[]string{"Name"}, graph.Parameter, "ssm:parameter/", "", false},
	"http":           {[]string{"ApiEndpoint"}, graph.Endpoint, "", graph.Invokes, false},
}

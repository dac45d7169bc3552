package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// call is how a Step Functions integration names what it works on.
type call struct {
	argument  []string // the argument that names the thing, first that is there
	target    graph.Kind
	namespace string
	edge      graph.EdgeKind // "" follows the action: reads or writes
	async     bool           // the service only takes the request in
	address   bool           // the argument is a web address
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
	if c.async && !reading(action) {
		return graph.Async
	}
	return graph.Sync
}

// integrations are the services of Step Functions' integrations that act on a thing of the graph, optimised
// and SDK ones alike. Source: Step Functions developer guide, "Integrating services".
var integrations = map[string]call{
	"lambda":         {[]string{"FunctionName"}, graph.Function, "lambda:function:", graph.Invokes, false, false},
	"sqs":            {[]string{"QueueUrl"}, graph.Queue, "sqs:", "", true, false},
	"sns":            {[]string{"TopicArn", "TargetArn"}, graph.Topic, "sns:", graph.Writes, true, false},
	"dynamodb":       {[]string{"TableName"}, graph.Table, "dynamodb:table/", "", false, false},
	"events":         {[]string{"Entries"}, graph.EventBus, "events:event-bus/", graph.Writes, true, false},
	"eventbridge":    {[]string{"Entries"}, graph.EventBus, "events:event-bus/", graph.Writes, true, false},
	"states":         {[]string{"StateMachineArn"}, graph.StateMachine, "states:stateMachine:", graph.Invokes, true, false},
	"sfn":            {[]string{"StateMachineArn"}, graph.StateMachine, "states:stateMachine:", graph.Invokes, true, false},
	"s3":             {[]string{"Bucket"}, graph.Bucket, "s3:", "", false, false},
	"kinesis":        {[]string{"StreamName", "StreamARN"}, graph.Stream, "kinesis:stream/", "", true, false},
	"firehose":       {[]string{"DeliveryStreamName"}, graph.Firehose, "firehose:deliverystream/", graph.Writes, true, false},
	"apigateway":     {[]string{"ApiEndpoint"}, graph.RestAPI, "execute-api:", graph.Invokes, false, true},
	"ecs":            {[]string{"TaskDefinition"}, graph.Other, "ecs:task-definition/", graph.Invokes, true, false},
	"batch":          {[]string{"JobQueue"}, graph.Other, "batch:job-queue/", graph.Invokes, true, false},
	"codebuild":      {[]string{"ProjectName"}, graph.Other, "codebuild:project/", graph.Invokes, true, false},
	"glue":           {[]string{"JobName", "Name"}, graph.Other, "glue:job/", graph.Invokes, true, false},
	"secretsmanager": {[]string{"SecretId"}, graph.Secret, "secretsmanager:secret:", "", false, false},
	"ssm":            {[]string{"Name"}, graph.Parameter, "ssm:parameter/", "", false, false},
	"http":           {[]string{"ApiEndpoint"}, graph.Endpoint, "", graph.Invokes, false, true},
}

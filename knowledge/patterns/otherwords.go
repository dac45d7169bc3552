package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// What people also call things. The published schema has one word for each; whoever guessed another is understood.

// otherKinds are the services' names and common words for kinds, in small letters without signs between. Words of two
// meanings, such as database and API, are left out: whoever says them is asked.
var otherKinds = map[string]graph.Kind{
	"lambda": graph.Function, "lambdafunction": graph.Function,
	"sqs": graph.Queue, "sqsqueue": graph.Queue,
	"sns": graph.Topic, "snstopic": graph.Topic,
	"dynamodb": graph.Table, "dynamodbtable": graph.Table, "ddb": graph.Table,
	"s3": graph.Bucket, "s3bucket": graph.Bucket,
	"bus": graph.EventBus, "eventbridge": graph.EventBus, "eventbridgebus": graph.EventBus,
	"eventrule": graph.Rule, "eventbridgerule": graph.Rule,
	"eventbridgepipe": graph.Pipe,
	"scheduler":       graph.Schedule, "cron": graph.Schedule,
	"kinesis": graph.Stream, "kinesisstream": graph.Stream,
	"workflow": graph.StateMachine, "stepfunction": graph.StateMachine, "stepfunctions": graph.StateMachine,
	"cognito": graph.UserPool, "cognitouserpool": graph.UserPool,
	"websocket": graph.WebSocketAPI, "appsync": graph.GraphQLAPI, "graphql": graph.GraphQLAPI, "appsyncevents": graph.EventAPI,
	"secretsmanager": graph.Secret,
}

// otherSettings are other words for settings of a description.
var otherSettings = map[string]string{
	"partitionKey": "key", "hashKey": "key", "rangeKey": "sortKey",
	"reservedConcurrency": "reservedConcurrentExecutions",
	"retentionHours":      "retentionPeriodHours", "shards": "shardCount",
}

// kindOf finds the kind that a word means; the word itself if none.
func kindOf(word string) graph.Kind {
	if _, ok := language().kinds[graph.Kind(word)]; ok {
		return graph.Kind(word)
	}
	bare := strings.NewReplacer(" ", "", "-", "", "_", "", ".", "").Replace(strings.ToLower(word))
	for k := range language().kinds {
		if strings.ToLower(string(k)) == bare {
			return k
		}
	}
	if k, ok := otherKinds[bare]; ok {
		return k
	}
	return graph.Kind(word)
}

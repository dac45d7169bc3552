package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-mapping-without-failure-destination",
	Code:     "ESM003",
	Title:    `Stream mapping has no failure destination`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `When the retries of a batch are used up, or its records grow too old, Lambda drops them and goes on. Without a destination nothing tells which records are missing.`,
	Fix: `Set DestinationConfig.OnFailure.Destination to a queue or topic (or a bucket, which keeps the whole records), and MaximumRetryAttempts (3 to 10) or MaximumRecordAgeInSeconds: ` +
		`while both are without bound, the destination of a stream gets nothing until the record expires. The function's role needs sqs:SendMessage or sns:Publish there (for a bucket s3:PutObject and s3:ListBucket); ` +
		`the role that SAM makes gets it where the event's OnFailure names the Type.`,
	CDK: `onFailure: new SqsDlq(queue), retryAttempts: 5 on the event source`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Lambda::EventSourceMapping`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Retain discarded records for a DynamoDB event source in Lambda"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Capturing discarded batches for Amazon MSK and self-managed Apache Kafka event sources"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Configuring error handling controls for Kafka event sources" (10 retries with a destination)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-LambdaEventSourceMappingDestination", "cdk-nag:LambdaEventSourceMappingDestination", "serverless-rules:ES1001"},
	Gaps:        `Queues, MQ and DocumentDB take no destination here and are left out. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Mapping: # want "no failure destination"
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/clicks
      FunctionName: !Ref Worker
      StartingPosition: LATEST
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/clicks
      FunctionName: !Ref Worker
      StartingPosition: LATEST
      DestinationConfig:
        OnFailure: {Destination: "arn:aws:sqs:eu-west-1:111122223333:lost"}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Clicks:
          Type: Kinesis # want "no failure destination"
          Properties: {Stream: "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks", StartingPosition: LATEST}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Orders:
          Type: SQS
          Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:orders"}
`},
	Check: checkStreamDestinations,
})

func checkStreamDestinations(p *Pass) {
	for _, e := range polled(p.Graph, graph.Stream, graph.Table, graph.Cluster) {
		if dormant(e) {
			continue
		}
		if v := e.Setting("destinationConfig", "onFailure", "destination"); v.Exists() {
			if config := e.Setting("destinationConfig"); config.IsUnknown() || config.Get("OnFailure").IsUnknown() {
				p.Unknown(e.To, v)
			}
			continue
		}
		if unproven(e) {
			p.unknownSource(e)
			continue
		}
		end, fix, cdk := fate(e), wayOut(p.Graph, e), ""
		if !retriesForever(e) || e.From.Kind == graph.Cluster {
			cdk = "onFailure: new SqsDlq(queue) on the event source"
		}
		p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{e.From, e.To}, Values: []graph.Value{{}}, Fix: fix, CDK: cdk,
			Message: fmt.Sprintf("records of %s that %s cannot process have no failure destination: %s", nameOf(e.From), nameOf(e.To), end)})
	}
}

// retriesForever tells whether neither the retries nor the age of a record are bounded: the default of both is -1.
// Source: Lambda developer guide, "Configuring error handling controls for Kafka event sources" and "Retain discarded
// records for a DynamoDB event source in Lambda", checked 2026-11-30.
func retriesForever(e *graph.Edge) bool {
	return unbounded(e.Setting("maximumRetryAttempts")) && unbounded(e.Setting("maximumRecordAgeInSeconds"))
}

// fate says what becomes of a record that always fails.
func fate(e *graph.Edge) string {
	if !retriesForever(e) {
		return "they are dropped, and nothing tells which they were"
	}
	if e.From.Kind == graph.Cluster {
		return "they block their partition until they expire"
	}
	hours, known := e.From.Setting("retentionPeriodHours").Int()
	if e.From.Kind == graph.Table {
		hours, known = facts.Int("dynamodb.stream_retention_hours"), true
	}
	if !known {
		return "they block their shard until they expire, and nothing tells which they were"
	}
	return fmt.Sprintf("they block their shard for up to %d h, then expire, and nothing tells which they were", hours)
}

// wayOut is the fix for a mapping, in the words of its dialect and source.
func wayOut(g *graph.Graph, e *graph.Edge) string {
	sam := e.Via != nil && e.Via.Source != ""
	fix := "Set DestinationConfig.OnFailure.Destination to a queue or topic (or a bucket, which keeps the whole records)"
	if sam {
		fix = "Set DestinationConfig: {OnFailure: {Type: SQS, Destination: a queue's ARN}} on the event (or Type SNS, or S3: a bucket keeps the whole records)"
	}
	switch {
	case e.From.Kind == graph.Cluster:
		if retriesForever(e) {
			fix += ": Lambda then retries 10 times at most"
		}
		if selfManaged := strings.HasPrefix(e.From.ID, "kafka:"); !selfManaged || e.Via != nil && usesSubnets(e.Via) {
			fix += ". The cluster's VPC needs an endpoint of the destination's service; a topic of the same cluster (kafka://TOPIC) needs none, but ProvisionedPollerConfig"
		} else {
			fix += ". A topic of the same cluster (kafka://TOPIC) keeps the records too, but needs ProvisionedPollerConfig"
		}
	case retriesForever(e):
		fix += ", and MaximumRetryAttempts (3 to 10) or MaximumRecordAgeInSeconds: while both are without bound, the destination gets nothing until the record expires"
	}
	if sam && samMakesRole(g, e.To) {
		return fix + ". By the Type SAM gives the function's role the right to send."
	}
	return fix + ". The function's role needs sqs:SendMessage or sns:Publish there (for a bucket s3:PutObject and s3:ListBucket)."
}

// usesSubnets tells whether a mapping reaches its brokers through subnets of a VPC.
func usesSubnets(mapping *graph.Resource) bool {
	for _, access := range mapping.Properties.Get("SourceAccessConfigurations").Each() {
		if kind, _ := access.Get("Type").Str(); kind == "VPC_SUBNET" {
			return true
		}
	}
	return false
}

// samMakesRole tells whether SAM makes the role of a function, and with it the rights of what the function names.
func samMakesRole(g *graph.Graph, fn *graph.Node) bool {
	for _, role := range rolesOf(g, fn) {
		if role.Resource != nil && fn.Resource != nil && role.Resource.Source != "" && role.Resource.Source == fn.Resource.Source {
			return true
		}
	}
	return false
}

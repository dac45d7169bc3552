package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "mapping-settings-refused",
	Code:     "ESM008",
	Title:    `Mapping has settings that Lambda refuses`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Lambda checks these settings when the mapping is created: the deployment fails.`,
	Fix:      `Above a batch of 10 messages set MaximumBatchingWindowInSeconds to at least 1; give FIFO queues neither; use MaximumConcurrency (2 to 1,000) or provisioned pollers, not both; MaximumRecordAgeInSeconds is -1 or at least 60. EventSourceArn takes the Arn of a queue or Kinesis stream, and of a table the StreamArn, which needs a StreamSpecification. A durable function behind a mapping runs for the longest function timeout at most: start longer workflows asynchronously from an ordinary function.`,
	CDK:      `batchSize, maxBatchingWindow, maxConcurrency, maxRecordAge of the event source`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Lambda::EventSourceMapping MaximumBatchingWindowInSeconds`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html#cfn-lambda-eventsourcemapping-maximumbatchingwindowinseconds", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Lambda parameters for Amazon SQS event source mappings"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Event source mappings with durable functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking-esm.html", Checked: "2026-11-30"},
	},
	Gaps:        `Of durable functions only an ExecutionTimeout above 30 minutes counts (90 on Lambda Managed Instances): the guide says 15 minutes, the longest timeout of a function, which was raised in November 2026.`,
	Equivalents: []string{"cfn-lint:E3705", "cfn-lint:E3634"},
	Bad: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
      BatchSize: 100 # want "MaximumBatchingWindowInSeconds"
  Stream:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/visits
      FunctionName: !Ref Worker
      StartingPosition: LATEST
      MaximumRecordAgeInSeconds: 30 # want "30"
  Fifo:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders.fifo
      FunctionName: !Ref Worker
      BatchSize: 20 # want "FIFO"
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
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
      BatchSize: 100
      MaximumBatchingWindowInSeconds: 1
  Stream:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/visits
      FunctionName: !Ref Worker
      StartingPosition: LATEST
      MaximumRecordAgeInSeconds: -1
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
        Orders:
          Type: SQS
          Properties:
            Queue: "arn:aws:sqs:eu-west-1:111122223333:orders"
            ScalingConfig:
              MaximumConcurrency: 1 # want "2 to 1000"
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
          Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:orders.fifo", BatchSize: 10}
`},
	Check: checkRefusedSettings,
})

func checkRefusedSettings(p *Pass) {
	for _, e := range p.Graph.OfEdge(graph.Polls) {
		if e.To.Kind != graph.Function {
			continue
		}
		say := func(message, fix, cdk string, values ...graph.Value) {
			p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{e.From, e.To}, Values: values, Message: message, Fix: fix, CDK: cdk})
		}
		source := e.Setting("eventSourceArn")
		if why, fix := noSource(e, source); why != "" {
			property := "EventSourceArn"
			if of := map[graph.Kind]string{graph.Queue: "Queue", graph.Stream: "Stream", graph.Table: "Stream"}[e.From.Kind]; of != "" && e.Via != nil && e.Via.Source != "" { // an event of SAM
				property = of
				fix = strings.Replace(fix, "EventSourceArn:", property+":", 1)
			}
			cdk := "fn.addEventSource(new SqsEventSource(queue)), KinesisEventSource(stream) or DynamoEventSource(table) names the right ARN"
			switch e.From.Kind {
			case graph.Table:
				cdk = "stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES on the Table (dynamoStream of a TableV2), and fn.addEventSource(new DynamoEventSource(table, ...))"
			case graph.Topic, graph.Bucket, graph.EventBus:
				cdk = "new SnsEventSource(topic), new S3EventSource(bucket, ...) or a rule with new targets.LambdaFunction(fn)"
			}
			say(property+" is "+why, fix, cdk, source)
		}
		checkDurableMapping(p, e, say)
		age := e.Setting("maximumRecordAgeInSeconds")
		if n, ok := p.Int(e.To, age); ok && n >= 0 && n < facts.Int("esm.record_age_min_seconds") {
			say(fmt.Sprintf("MaximumRecordAgeInSeconds is %d: Lambda takes -1 or 60 to 604800", n), "Set MaximumRecordAgeInSeconds to 60 or more, or to -1 for no bound.", "maxRecordAge: Duration.seconds(60) or more, or leave it out", age)
		}
		switch {
		case e.From.Kind == graph.Queue:
			checkQueueMapping(p, e, say)
		case unproven(e) && startsLike(e, graph.Queue):
			// Only of a queue does Lambda refuse a large batch without window.
			batch, window := e.Setting("batchSize"), e.Setting("maximumBatchingWindowInSeconds")
			size, _ := batch.Int()
			if seconds, _ := window.Int(); batch.Origin != graph.Default && size > 10 && seconds == 0 && !open(window) {
				p.unknownSource(e)
			}
		}
	}
}

// noSource says why Lambda takes what a mapping names for no source, and what to name instead; "" where it may take it.
// Ref of a queue is its URL, of a stream and of a table the name. Source: CloudFormation reference, return values of
// AWS::SQS::Queue, AWS::Kinesis::Stream and AWS::DynamoDB::Table, and EventSourceArn of AWS::Lambda::EventSourceMapping,
// checked 2026-11-30.
func noSource(e *graph.Edge, source graph.Value) (why, fix string) {
	ref, ok := source.Ref()
	if !ok || e.From.External || e.From.Resource == nil {
		return "", ""
	}
	name := nameOf(e.From)
	switch kind := e.From.Kind; {
	case kind == graph.Table && ref.Attribute == "Arn":
		return fmt.Sprintf("the ARN of %s, but Lambda reads a table's stream", name), "Set EventSourceArn: !GetAtt " + name + ".StreamArn" + streamFirst(e.From) + "."
	case kind == graph.Table && ref.Attribute == "StreamArn" && !e.From.Setting("streamSpecification").Exists():
		return fmt.Sprintf("the stream of %s, which has none: StreamSpecification is missing", name), withStream(e.From)
	case kind == graph.Queue && ref.Attribute == "":
		return fmt.Sprintf("the URL of %s, which Ref gives", name), "Set EventSourceArn: !GetAtt " + name + ".Arn."
	case kind == graph.Stream && ref.Attribute == "" && ref.Resource == e.From.ID: // not a consumer's, which is its ARN
		return fmt.Sprintf("the name of %s, which Ref gives", name), "Set EventSourceArn: !GetAtt " + name + ".Arn."
	case kind == graph.Table && ref.Attribute == "":
		return fmt.Sprintf("the name of %s, which Ref gives", name), "Set EventSourceArn: !GetAtt " + name + ".StreamArn" + streamFirst(e.From) + "."
	case kind == graph.Topic || kind == graph.Bucket || kind == graph.EventBus:
		return fmt.Sprintf("%s, from which Lambda does not read: it calls the function itself", name), "Take the mapping away: have " + name + " call the function (a subscription, notification or rule, and a permission), or put a queue between."
	}
	return "", ""
}

// streamFirst is the word of the stream that a table has to get before somebody can read it.
func streamFirst(table *graph.Node) string {
	if table.Setting("streamSpecification").Exists() {
		return ""
	}
	if spelled(table, "", "SAM") != "" {
		return ", and make it an AWS::DynamoDB::Table with a StreamSpecification: an AWS::Serverless::SimpleTable has no stream"
	}
	return ", and StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES} on the table"
}

// withStream is the fix for a table that has no stream. SAM's simple table takes no StreamSpecification. Source: SAM
// translator 1.115.0, SamSimpleTable, checked 2026-12-01.
func withStream(table *graph.Node) string {
	if spelled(table, "", "SAM") != "" {
		return "Make " + nameOf(table) + " an AWS::DynamoDB::Table with StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}: an AWS::Serverless::SimpleTable has no stream."
	}
	return "Set StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES} on " + nameOf(table) + "."
}

// checkDurableMapping reports a durable function that may run for longer than a mapping waits.
func checkDurableMapping(p *Pass, e *graph.Edge, say func(message, fix, cdk string, values ...graph.Value)) {
	v := e.To.Setting("durableConfig", "executionTimeout")
	n, ok := p.Int(e.To, v)
	if !ok {
		return
	}
	most := facts.Int("lambda.timeout_raised_seconds")
	if e.To.Setting("capacityProviderConfig").Exists() {
		most = facts.Int("lambda.managed_instances_timeout_seconds")
	}
	if n > most {
		say(fmt.Sprintf("ExecutionTimeout of durable function %s is %d s, and a mapping waits for the whole execution, %d s at most", nameOf(e.To), n, most), fmt.Sprintf("Set DurableConfig.ExecutionTimeout to %d at most, or start it asynchronously from an ordinary function behind the mapping.", most), "durableConfig: { executionTimeout } of the function", v)
	}
}

func checkQueueMapping(p *Pass, e *graph.Edge, say func(message, fix, cdk string, values ...graph.Value)) {
	batch, window := e.Setting("batchSize"), e.Setting("maximumBatchingWindowInSeconds")
	size, sizeKnown := p.Int(e.To, batch)
	seconds, windowKnown := window.Int()
	if (!sizeKnown || size > 10) && open(window) {
		p.Unknown(e.To, window)
	}
	fifo, _ := e.From.Setting("fifoQueue").Truth()
	fifo = fifo || e.From.External && strings.HasSuffix(e.From.ID, ".fifo")
	most := facts.Int("esm.sqs_fifo_batch_max")
	switch {
	case fifo && sizeKnown && size > most:
		say(fmt.Sprintf("BatchSize is %d, but a FIFO queue takes at most %d", size, most), fmt.Sprintf("Set BatchSize to %d at most.", most), fmt.Sprintf("batchSize: %d at most", most), batch)
	case fifo && windowKnown && seconds > 0:
		say(fmt.Sprintf("MaximumBatchingWindowInSeconds is %d, but a FIFO queue takes no batching window", seconds), "Take MaximumBatchingWindowInSeconds away.", "the event source without maxBatchingWindow", window)
	case !fifo && sizeKnown && size > 10 && windowKnown && seconds == 0:
		say(fmt.Sprintf("BatchSize is %d, above 10, which needs MaximumBatchingWindowInSeconds of at least 1", size), "Set MaximumBatchingWindowInSeconds to 1 or more, or BatchSize to 10 at most.", "maxBatchingWindow: Duration.seconds(1) beside batchSize", batch)
	}
	limit := e.Setting("scalingConfig", "maximumConcurrency")
	low, high := facts.Int("esm.sqs_concurrency_min"), facts.Int("esm.sqs_concurrency_max")
	if n, ok := p.Int(e.To, limit); ok && (n < low || n > high) {
		say(fmt.Sprintf("MaximumConcurrency is %d, but must be %d to %d", n, low, high), fmt.Sprintf("Set MaximumConcurrency from %d to %d.", low, high), fmt.Sprintf("maxConcurrency from %d to %d", low, high), limit)
	}
	pollers := e.Setting("provisionedPollerConfig")
	if limit.Exists() && pollers.Exists() && !open(e.Setting("scalingConfig")) && !open(pollers) {
		say("MaximumConcurrency and ProvisionedPollerConfig exclude each other", "Keep MaximumConcurrency or ProvisionedPollerConfig, not both.", "maxConcurrency or provisionedPollerConfig, not both", limit, pollers)
	}
}

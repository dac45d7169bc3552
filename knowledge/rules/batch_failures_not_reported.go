package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "batch-failures-not-reported",
	Code:     "ESM002",
	Title:    "Mapping does not let the function report which items of a batch failed",
	Severity: High,
	Pillar:   Reliability,
	Why: `Without ReportBatchItemFailures one bad record makes Lambda treat the whole batch as failed: the good records are processed again, ` +
		`and with a queue they can reach the dead-letter queue together with the bad one.`,
	Fix: `Add FunctionResponseTypes: [ReportBatchItemFailures] to the mapping, and change the handler to return batchItemFailures: an empty or missing list means that all succeeded.`,
	SAM: `Add FunctionResponseTypes: [ReportBatchItemFailures] to the event, and change the handler to return batchItemFailures: an empty or missing list means that all succeeded.`,
	CDK: `reportBatchItemFailures: true on the event source; the handler must return batchItemFailures`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html", Checked: "2026-11-23"},
		{Title: "CloudFormation reference, AWS::Lambda::EventSourceMapping FunctionResponseTypes", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html#cfn-lambda-eventsourcemapping-functionresponsetypes", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Handling errors for an SQS event source in Lambda"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html", Checked: "2026-11-30"},
	},
	Gaps: `Whether the handler returns batchItemFailures cannot be seen in a template. Kafka, MQ and DocumentDB sources are left out. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Mapping: # want "a batch of up to 10"
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
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
      FunctionResponseTypes: [ReportBatchItemFailures]
  Single:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:payments
      FunctionName: !Ref Worker
      BatchSize: 1
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
        Changes:
          Type: DynamoDB # want "a batch of up to 100"
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: LATEST
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
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
          Properties:
            Queue: arn:aws:sqs:eu-west-1:111122223333:orders
            FunctionResponseTypes:
              - ReportBatchItemFailures
`},
	Check: func(p *Pass) {
		for _, e := range polled(p.Graph, graph.Queue, graph.Stream, graph.Table) {
			if !dormant(e) {
				checkBatchFailures(p, e)
			}
		}
	},
})

func checkBatchFailures(p *Pass, e *graph.Edge) {
	types := e.Setting("functionResponseTypes")
	for _, v := range types.Each() {
		if s, ok := v.Str(); !ok || s == "ReportBatchItemFailures" {
			if !ok {
				p.Unknown(e.To, v)
			}
			return
		}
	}
	size, ok := p.Int(e.To, e.Setting("batchSize"))
	if !ok || size <= 1 {
		return
	}
	if unproven(e) {
		p.unknownSource(e)
		return
	}
	severity := High
	if bisect, _ := e.Setting("bisectBatchOnFunctionError").Truth(); bisect && e.From.Kind != graph.Queue {
		severity = Medium
	}
	if e.To.Resource != nil && trialBranch(e.To.Resource.Condition) {
		severity = Medium // and one less for the branch: what only tests look at
	}
	p.Report(Hit{
		Node: e.To, Resource: e.Via, Severity: severity, Confidence: weaker(e),
		Message: batchLoss(p.Graph, e, size) + ": FunctionResponseTypes lacks ReportBatchItemFailures",
		Values:  []graph.Value{written(types)}, Related: []*graph.Node{e.From, e.To},
	})
}

// batchLoss says what one failed record does to its batch. A queue that allows one receive repeats nothing.
func batchLoss(g *graph.Graph, e *graph.Edge, size int) string {
	if most, known := e.From.Setting("redrivePolicy", "maxReceiveCount").Int(); known && most == 1 && e.From.Kind == graph.Queue {
		to := "its dead-letter queue"
		for _, dlq := range g.Out(e.From, graph.FailsTo) {
			to = nameOf(dlq.To)
		}
		return fmt.Sprintf("one failed record of %s moves a batch of up to %d from %s to %s, the good ones too (maxReceiveCount is 1)", nameOf(e.To), size, nameOf(e.From), to)
	}
	return fmt.Sprintf("one failed record makes %s repeat a batch of up to %d from %s", nameOf(e.To), size, nameOf(e.From))
}

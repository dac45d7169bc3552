package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "timeout-left-at-default",
	Code:     "LAM002",
	Title:    "Function has the default timeout of 3 seconds",
	Severity: Medium,
	Pillar:   Reliability,
	Why: `A cold start with the first connection to a database or another service can take longer than 3 seconds: the call is cut off in the middle of its work, ` +
		`now and then and hard to repeat. A batch of messages takes longer than one message.`,
	Fix: `Set Timeout to what the slowest sound call takes, with a margin; behind an API less than its integration timeout.`,
	CDK: `timeout: Duration.seconds(10)`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::Lambda::Function Timeout", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html#cfn-lambda-function-timeout", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-LambdaDefaultTimeout", "cdk-nag:LambdaDefaultTimeout", "serverless-rules:ES1006"},
	Gaps:        `Low for a function that the files do not show to read, write or call something, or to work for a queue or stream: it may well do with 3 seconds. A mapping that is written as disabled does not count. A written 3 passes: it was decided. Info for inline code that is seen to wait for nothing.`,
	Bad: `Resources:
  Worker: # want "3 s (the default)"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      Timeout: 3
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
`,
	MoreBad: []string{`Resources:
  Authorizer: # want "nobody has decided"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.authorize
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`, `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "it works with Orders"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {TABLE: !Ref Orders}}
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Orders}}]
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 10}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Orders: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:orders"}}
`},
	Check: checkDefaultTimeouts,
})

func checkDefaultTimeouts(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		v := fn.Setting("timeout")
		if fn.External || fn.Framework != "" || v.Origin != graph.Default {
			continue
		}
		var sources []*graph.Node
		load := "records"
		for _, e := range p.Graph.In(fn, graph.Polls) {
			if dormant(e) {
				continue
			}
			sources = append(sources, e.From)
			if size, known := e.Setting("batchSize").Int(); !known || size != 1 {
				load = "batches"
			}
		}
		var found *graph.Edge
		for _, e := range p.Graph.Out(fn, graph.Writes, graph.Reads, graph.Invokes) {
			if e.Strength != graph.Wildcard && e.Label != "on success" {
				found = e
			}
		}
		h := Hit{Node: fn, Values: []graph.Value{v}, Fix: "Set Timeout to what the slowest sound call takes, with a margin."}
		if len(sources) > 0 {
			h.Fix = "Set Timeout to what the slowest sound batch takes, with a margin."
		}
		for _, e := range p.Graph.In(fn, graph.Invokes) {
			if e.Mode == graph.Sync && slices.Contains([]graph.Kind{graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI}, e.From.Kind) {
				h.Fix = "Set Timeout to what the slowest sound call takes, with a margin, and to less than the API's integration timeout."
			}
		}
		switch {
		case doesLittle(fn): // whatever it is called by or may use, its code waits for none of it
			h.Severity = Info
			h.Message = fmt.Sprintf("timeout of %s is %s: its inline code waits for nothing", nameOf(fn), seconds(v))
			h.Fix, h.CDK = "The default does for this code: write Timeout: 3 if it is meant, and set more once the code calls something.", "timeout: Duration.seconds(3)"
		case len(sources) > 0:
			h.Message = fmt.Sprintf("timeout of %s is %s, and it works on %s of %s", nameOf(fn), seconds(v), load, names(sources))
		case found != nil:
			h.Confidence = weaker(found)
			h.Message = fmt.Sprintf("timeout of %s is %s, and it works with %s", nameOf(fn), seconds(v), nameOf(found.To))
		default:
			h.Severity = Low
			h.Message = fmt.Sprintf("timeout of %s is %s: nobody has decided how long it may take", nameOf(fn), seconds(v))
		}
		p.Report(h)
	}
}

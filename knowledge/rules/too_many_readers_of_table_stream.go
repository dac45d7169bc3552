package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "too-many-readers-of-table-stream",
	Code:     "ESM010",
	Title:    "More than two readers on one table's stream",
	Severity: Medium,
	Pillar:   Performance,
	Why:      `DynamoDB allows two readers on a shard of a stream at the same time. With a third one, reads are throttled, and all readers fall behind.`,
	Fix:      `Let one function or pipe read the stream and hand the changes on (to an EventBridge bus or an SNS topic), or send the changes to a Kinesis stream with enhanced fan-out.`,
	CDK:      `one DynamoEventSource or pipe to an events.EventBus; or kinesisStream on the table`,
	Sources: []Source{
		{Title: "AWS SDK reference (botocore), DynamoDB LimitExceededException", URL: "https://docs.aws.amazon.com/botocore/latest/reference/services/dynamodb/client/exceptions/LimitExceededException.html", Checked: "2026-11-23"},
		{Title: `Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB", DynamoDB Streams`, URL: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Limits.html", Checked: "2026-11-23", Unverified: true},
	},
	Gaps: `Mappings that are switched off are not counted. Code that reads the stream by itself, and the reader that a global table has of its own, are not seen; Kinesis streams are left out: their limit is on calls and bytes, not on readers.`,
	Bad: `Resources:
  Orders: # want "A, B, C read the stream"
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  ReadA:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref A, StartingPosition: TRIM_HORIZON}
  ReadB:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref B, StartingPosition: TRIM_HORIZON}
  ReadC:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref C, StartingPosition: TRIM_HORIZON}
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: b.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  C:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: c.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
`,
	Good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  ReadA:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref A, StartingPosition: TRIM_HORIZON}
  ReadB:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref B, StartingPosition: TRIM_HORIZON}
  Idle:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref C, StartingPosition: TRIM_HORIZON, Enabled: false}
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: b.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  C:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: c.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, CodeUri: src}
Resources:
  Orders: # want "read the stream"
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Handler: search.handler
      Events:
        Changes: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: TRIM_HORIZON}}
  Mail:
    Type: AWS::Serverless::Function
    Properties:
      Handler: mail.handler
      Events:
        Changes: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: TRIM_HORIZON}}
  Audit:
    Type: AWS::Pipes::Pipe
    Properties:
      Source: !GetAtt Orders.StreamArn
      SourceParameters: {DynamoDBStreamParameters: {StartingPosition: TRIM_HORIZON}}
      Target: arn:aws:sqs:eu-west-1:111122223333:audit
      RoleArn: arn:aws:iam::111122223333:role/pipe
`},
	Check: checkStreamReaders,
})

func checkStreamReaders(p *Pass) {
	most := facts.Int("dynamodb.stream_readers")
	for _, table := range p.Graph.OfKind(graph.Table) {
		if table.External {
			continue
		}
		var readers []*graph.Edge
		var names []string
		for _, e := range p.Graph.Out(table, graph.Polls) {
			state, _ := e.To.Setting("desiredState").Str()
			if on, ok := e.Setting("enabled").Truth(); ok && !on || state == "STOPPED" {
				continue
			}
			readers, names = append(readers, e), append(names, nameOf(e.To))
		}
		if len(readers) <= most {
			continue
		}
		h := Hit{Node: table, Confidence: weaker(readers...), Values: append([]graph.Value{{}}, edgePlace(readers...)...),
			Message: fmt.Sprintf("%s read the stream of %s: DynamoDB allows %d readers of a shard at the same time and throttles more", strings.Join(names, ", "), nameOf(table), most)}
		for _, e := range readers {
			h.Related = append(h.Related, e.To)
		}
		p.Report(h)
	}
}

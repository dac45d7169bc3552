package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-read-from-latest",
	Code:     "ESM009",
	Title:    "Stream is read from its latest record on",
	Severity: Low,
	Pillar:   Reliability,
	Why: `After a mapping is created or updated it can take several minutes until the stream is polled. ` +
		`With LATEST, records written in that time may never be read, and nothing tells of it.`,
	Fix: `Set StartingPosition: TRIM_HORIZON (or AT_TIMESTAMP for a Kinesis stream whose older records must not be read again). ` +
		`A change replaces the mapping, and Lambda refuses the new one while the old one stands: for a deployed mapping take it out in one deployment and put it back with the new position in the next.`,
	CDK: `startingPosition: lambda.StartingPosition.TRIM_HORIZON`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Process Amazon Kinesis Data Streams records with Lambda" (polling and stream starting position)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html#services-kinesis-stream-start-pos", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (polling and stream starting positions)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html", Checked: "2026-11-30"},
		{Title: "CloudFormation reference, AWS::Lambda::EventSourceMapping StartingPosition", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html#cfn-lambda-eventsourcemapping-startingposition", Checked: "2026-11-30"},
	},
	Gaps: `Kinesis and DynamoDB streams only. Metadata serverless-review loss: "accepted", telemetry: true or role: ephemeral or telemetry on the mapping, stream, table or function excuses readers for whom single records do not matter (telemetry, cache invalidation).`,
	Bad: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/logins
      FunctionName: !Ref Worker
      StartingPosition: LATEST # want "LATEST"
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
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/logins
      FunctionName: !Ref Worker
      StartingPosition: TRIM_HORIZON
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
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: LATEST # want "stream of Orders"
`},
	Check: checkStartingPositions,
})

func checkStartingPositions(p *Pass) {
	for _, e := range polled(p.Graph, graph.Stream, graph.Table) {
		if mayLose(e.Via) || mayLose(e.To.Resource) || mayLose(e.From.Resource) {
			continue
		}
		v := e.Setting("startingPosition")
		if s, ok := p.Text(e.To, v); !ok || s != "LATEST" {
			continue
		}
		if unproven(e) {
			p.unknownSource(e)
			continue
		}
		p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{e.From, e.To}, Values: []graph.Value{v},
			Message: fmt.Sprintf("%s reads the stream of %s from LATEST: records written while the mapping is made or changed may be skipped; TRIM_HORIZON reads them", nameOf(e.To), nameOf(e.From))})
	}
}

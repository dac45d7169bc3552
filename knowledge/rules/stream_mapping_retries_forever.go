package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-mapping-retries-forever",
	Code:     "ESM004",
	Title:    `Stream mapping retries a bad record until it expires`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `By default neither the number of retries nor the age of a record is bounded: one record that always fails blocks its shard until it expires (after 24 hours, of a Kinesis stream up to a year), and good records behind it may expire unread.`,
	Fix:      `Set MaximumRetryAttempts (3 to 10) or MaximumRecordAgeInSeconds, together with a failure destination.`,
	CDK:      `retryAttempts, maxRecordAge on the event source`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Lambda::EventSourceMapping MaximumRetryAttempts`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html#cfn-lambda-eventsourcemapping-maximumretryattempts", Checked: "2026-11-30"},
	},
	Gaps: `Metadata serverless-review ordering on the function says that order must hold even at that price. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Mapping: # want "without bound"
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
      MaximumRetryAttempts: 5
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
          Type: Kinesis
          Properties:
            Stream: arn:aws:kinesis:eu-west-1:111122223333:stream/clicks
            StartingPosition: LATEST
            MaximumRetryAttempts: -1 # want "without bound"
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
        Clicks:
          Type: Kinesis
          Properties: {Stream: "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks", StartingPosition: LATEST, MaximumRecordAgeInSeconds: 3600}
`},
	Check: checkStreamRetries,
})

func checkStreamRetries(p *Pass) {
	for _, e := range polled(p.Graph, graph.Stream, graph.Table) {
		if edgeIntent(e, "ordering") != "" || dormant(e) {
			continue
		}
		retries, age := e.Setting("maximumRetryAttempts"), e.Setting("maximumRecordAgeInSeconds")
		if !p.endless(e, retries) || !p.endless(e, age) {
			continue
		}
		if unproven(e) {
			p.unknownSource(e)
			continue
		}
		fix := ""
		if e.Setting("destinationConfig", "onFailure", "destination").Exists() {
			fix = "Set MaximumRetryAttempts (3 to 10) or MaximumRecordAgeInSeconds: until then the failure destination gets nothing before the record expires."
		}
		p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{e.From, e.To}, Values: []graph.Value{written(retries)}, Fix: fix,
			Message: fmt.Sprintf("%s retries a failing record of %s without bound (MaximumRetryAttempts and MaximumRecordAgeInSeconds are -1): it blocks its shard until it expires", nameOf(e.To), nameOf(e.From))})
	}
}

// endless tells whether a bound of retries or age is none: -1, or not written, which is the default of streams.
func (p *Pass) endless(e *graph.Edge, v graph.Value) bool {
	n, ok := p.Int(e.To, v)
	return ok && n == -1 || !v.Exists()
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-retention-short",
	Code:     "KIN002",
	Title:    `Stream keeps its records for 24 hours only`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `A consumer that fails on Friday night has lost records by Sunday: what is older than the retention is gone, read or not.`,
	Fix:      `Set RetentionPeriodHours: 72 or more, as long as it may take until somebody has repaired the consumer.`,
	CDK:      `retentionPeriod: Duration.days(3)`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Kinesis::Stream RetentionPeriodHours`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kinesis-stream.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"prowler:kinesis_stream_data_retention_period", "cfn-lint:I3013"},
	Gaps:        `Only streams that a function, pipe or delivery stream of the system reads are looked at. A stream whose records may be lost (Metadata serverless-review role ephemeral or telemetry, loss, telemetry), or whose Metadata gives a retention-reason, is left out. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Clicks: # want "24 hours"
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Clicks.Arn
      FunctionName: arn:aws:lambda:eu-west-1:111122223333:function:count
      StartingPosition: TRIM_HORIZON
`,
	Good: `Resources:
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1, RetentionPeriodHours: 72}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Clicks.Arn
      FunctionName: arn:aws:lambda:eu-west-1:111122223333:function:count
      StartingPosition: TRIM_HORIZON
  Unread:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties:
      ShardCount: 1
      RetentionPeriodHours: 24 # want "24 hours"
  Count:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Clicks:
          Type: Kinesis
          Properties: {Stream: !GetAtt Clicks.Arn, StartingPosition: TRIM_HORIZON}
`},
	Check: func(p *Pass) {
		for _, s := range p.Graph.OfKind(graph.Stream) {
			if s.Type != "AWS::Kinesis::Stream" || s.External || mayLose(s.Resource) || intent(s, "retention-reason") != "" {
				continue
			}
			var readers []*graph.Node
			for _, e := range p.Graph.Out(s, graph.Polls) {
				if (e.To.Kind == graph.Function || e.To.Kind == graph.Pipe || e.To.Kind == graph.Firehose) && !dormant(e) {
					readers = append(readers, e.To)
				}
			}
			v := s.Setting("retentionPeriodHours")
			hours, ok := v.Int()
			switch {
			case len(readers) == 0 || ok && hours > 24:
			case open(v):
				p.Unknown(s, v)
			default:
				p.Report(Hit{Node: s, Values: []graph.Value{v}, Patch: SetPatch(s.Resource, v, "RetentionPeriodHours", 72),
					Message: fmt.Sprintf("stream %s keeps its records for 24 hours; when %s fails for longer they are lost", nameOf(s), names(readers))})
			}
		}
	},
})

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-without-age-alarm",
	Code:     "OBS005",
	Title:    `Nobody is told when a stream consumer falls behind`,
	Severity: High,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `A stream keeps records for its retention only. When the consumer falls behind further than that, records expire unread; IteratorAge grows before that and shows it.`,
	Fix:      `Add an AWS::CloudWatch::Alarm on IteratorAge of the function, well below the retention, with an action that reaches a person.`,
	CDK:      `fn.metric("IteratorAge").createAlarm(...)`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions" (IteratorAge)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources" (repeated until the items expire)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html", Checked: "2026-11-30"},
	},
	Gaps: `Info for what stands in a branch for trial stages (IsDev, not IsProd, CreateMock ...) only. An alarm on GetRecords.IteratorAgeMilliseconds of the stream counts too. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/parcels
      FunctionName: !Ref Worker
      StartingPosition: LATEST
  Worker: # want "no alarm watches IteratorAge"
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
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/parcels
      FunctionName: !Ref Worker
      StartingPosition: LATEST
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: IteratorAge
      Dimensions: [{Name: FunctionName, Value: !Ref Worker}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 5
      Threshold: 3600000
      ComparisonOperator: GreaterThanThreshold
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "no alarm watches IteratorAge"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Clicks:
          Type: Kinesis
          Properties: {Stream: "arn:aws:kinesis:eu-west-1:111122223333:stream/parcels", StartingPosition: LATEST}
`},
	Check: checkIteratorAge,
})

// ageMetrics show how far a reader is behind, seen from the function or from the stream.
var ageMetrics = map[string]bool{"IteratorAge": true, "GetRecords.IteratorAgeMilliseconds": true}

func checkIteratorAge(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External || p.watches(fn, ageMetrics) {
			continue
		}
		h := Hit{Node: fn, Values: []graph.Value{{}}}
		var open []*graph.Edge
		for _, e := range p.Graph.In(fn, graph.Polls) {
			switch {
			case p.watches(e.From, ageMetrics), dormant(e):
			case unproven(e) && startsLike(e, graph.Stream):
				open = append(open, e)
			case e.From.Kind == graph.Stream, e.From.Kind == graph.Table:
				h.Related, h.Confidence = append(h.Related, e.From), weaker(e)
				h.RelatedResources = append(h.RelatedResources, e.Via)
			}
		}
		if len(h.Related) == 0 {
			for _, e := range open {
				p.unknownSource(e)
			}
			continue
		}
		if why := ageAlarm(p, append([]*graph.Node{fn}, h.Related...)); why != "" {
			p.Unclear(fn, why)
			continue
		}
		h.Message = fmt.Sprintf("%s reads %s, and no alarm watches IteratorAge: records may expire unread", nameOf(fn), names(h.Related)) + blindAlarm(p.Graph, ageMetrics)
		p.Report(h)
	}
}

// ageAlarm says which alarm may watch the age of one of some things, "" where none may.
func ageAlarm(p *Pass, nodes []*graph.Node) string {
	for _, n := range nodes {
		if why := p.openAlarm(n, ageMetrics); why != "" {
			return why
		}
	}
	return ""
}

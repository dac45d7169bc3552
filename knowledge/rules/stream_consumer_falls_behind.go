package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-consumer-falls-behind",
	Code:     "LIV004",
	Title:    `Function falls behind its stream`,
	Severity: Critical,
	Pillar:   Reliability,
	Why:      `Records that are older than the retention of the stream are gone before the function has read them. The age grows when the function is slower than the writers, or when one record that always fails holds up its shard.`,
	Fix:      `Look for failing records first (OnFailure destination, MaximumRetryAttempts, BisectBatchOnFunctionError); then raise ParallelizationFactor, memory or, of a Kinesis stream, the number of shards.`,
	CDK:      `parallelizationFactor, retryAttempts, bisectBatchOnError and onFailure of the event source`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-29"},
	},
	Gaps: `Deployed stacks only. The worst age in the window counts. Critical above half of the retention, medium above 60 s; ages of a function that reads several streams are not told apart. Kinesis without a written retention, and DynamoDB streams, keep records 24 h.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, IteratorAge.Maximum: 50400000}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Mapping: # want "14 hours old"
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Clicks.Arn, StartingPosition: LATEST}
`,
	Good: `Resources:
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, IteratorAge.Maximum: 3000}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Clicks.Arn, StartingPosition: LATEST}
`,
	Check: checkRecordAge,
})

// streamHours is how long a stream keeps its records where nothing is written: Kinesis by default, DynamoDB always.
const streamHours = 24

func checkRecordAge(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, e := range p.Graph.OfEdge(graph.Polls) {
		if e.From.Kind != graph.Stream && e.From.Kind != graph.Table || e.To.Kind != graph.Function {
			continue
		}
		age := e.To.Resource.Seen("IteratorAge.Maximum") // milliseconds
		ms, ok := age.Float()
		if !ok || ms <= 60_000 {
			continue
		}
		hours := float64(streamHours)
		if e.From.Kind == graph.Stream {
			if h, ok := e.From.Setting("retentionPeriodHours").Float(); ok {
				hours = h
			}
		}
		at := e.To.At()
		if e.Via != nil {
			at = e.Via.At
		}
		age.At = at
		h := Hit{Node: e.To, Resource: e.Via, Values: []graph.Value{age}, Related: []*graph.Node{e.From, e.To}, Severity: Medium}
		if ms > hours*3_600_000/2 {
			h.Severity = Critical
		}
		h.Message = fmt.Sprintf("records that %s read from %s were up to %s old in %s; they are kept for %s", nameOf(e.To), nameOf(e.From), spellSeconds(ms/1000), p.window(), spellSeconds(hours*3600))
		p.Report(h)
	}
}

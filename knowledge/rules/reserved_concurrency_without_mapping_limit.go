package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "reserved-concurrency-without-mapping-limit",
	Code:     "ESM006",
	Title:    `Function has reserved concurrency, but its queue mapping has no limit`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A mapping of a queue starts with 5 batches at a time and grows towards 1,250 whatever the function has reserved. What the reservation does not let run is throttled. Lambda tries again, but where the visibility timeout ends first the message returns with a receive of its maxReceiveCount spent: good messages can reach the dead-letter queue.`,
	Fix:      `Set ScalingConfig.MaximumConcurrency (2 to 1,000) on the mapping; of all queue mappings of the function together not above the reservation. Where the reservation was only to hold the queue back, this limit can replace it.`,
	CDK:      `maxConcurrency on the SqsEventSource`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html", Checked: "2026-11-30"},
		{Title: `AWS re:Post, Lambda SQS scaling`, URL: "https://www.repost.aws/knowledge-center/lambda-sqs-scaling", Checked: "2026-11-30"},
	},
	Gaps: `FIFO queues are left out: their message groups bound the concurrency. So is a reservation of 0, which is another rule.`,
	Bad: `Resources:
  Mapping: # want "5 are reserved"
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
      BatchSize: 10
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      ReservedConcurrentExecutions: 5
`,
	Good: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
      ScalingConfig: {MaximumConcurrency: 5}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      ReservedConcurrentExecutions: 5
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      ReservedConcurrentExecutions: 2
      Events:
        Orders:
          Type: SQS # want "2 are reserved"
          Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:orders"}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      ReservedConcurrentExecutions: 1000
      Events:
        Orders:
          Type: SQS
          Properties: {Queue: "arn:aws:sqs:eu-west-1:111122223333:orders"}
`},
	Check: checkUnlimitedMappings,
})

// limitMappings is the fix for the mappings of a function together: each takes at least 2, and what is above the reservation
// is throttled all the same.
func limitMappings(g *graph.Graph, fn *graph.Node, reserved int) string {
	queues := 0
	for _, e := range g.In(fn, graph.Polls) {
		if e.From.Kind == graph.Queue {
			queues++
		}
	}
	least := facts.Int("esm.sqs_concurrency_min")
	switch {
	case reserved < least*queues:
		return fmt.Sprintf("Set ScalingConfig.MaximumConcurrency of each queue mapping of %s to %d, the least it takes, and reserve %d (ReservedConcurrentExecutions). Where messages must be worked off one at a time, take a FIFO queue with one message group.", nameOf(fn), least, least*queues)
	case queues > 1:
		return fmt.Sprintf("Set ScalingConfig.MaximumConcurrency of each queue mapping of %s, %d or more each and %d in all at most.", nameOf(fn), least, reserved)
	}
	return fmt.Sprintf("Set ScalingConfig.MaximumConcurrency of the mapping to at most %d (at least %d).", reserved, least)
}

func checkUnlimitedMappings(p *Pass) {
	for _, e := range polled(p.Graph, graph.Queue) {
		if e.To.External ||
			e.Setting("scalingConfig", "maximumConcurrency").Exists() || e.Setting("provisionedPollerConfig").Exists() {
			continue
		}
		flag := e.From.Setting("fifoQueue")
		if fifo, _ := flag.Truth(); fifo || strings.HasSuffix(e.From.ID, ".fifo") {
			continue
		}
		reserved := e.To.Setting("reservedConcurrentExecutions")
		n, ok := p.Int(e.To, reserved)
		if !ok || n == 0 || n >= facts.Int("esm.sqs_concurrency_max") {
			continue
		}
		if e.From.ARN.IsUnknown() { // it may be no queue, or a FIFO queue
			p.unknownSource(e)
			continue
		}
		if !e.From.External && open(flag) { // a FIFO queue runs one batch of a message group at a time
			p.Unknown(e.From, flag)
			continue
		}
		p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{e.To, e.From}, Values: []graph.Value{{}, reserved},
			Message: fmt.Sprintf("mapping of %s has no MaximumConcurrency, but only %d are reserved for %s: throttled messages can drift to the dead-letter queue", nameOf(e.From), n, nameOf(e.To)),
			Fix:     limitMappings(p.Graph, e.To, n)})
	}
}

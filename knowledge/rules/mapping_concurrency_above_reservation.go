package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "mapping-concurrency-above-reservation",
	Code:     "ESM005",
	Title:    "Queue mappings may run more of a function than its reserved concurrency allows",
	Severity: High,
	Pillar:   Reliability,
	Why: `The pollers invoke as many at a time as MaximumConcurrency permits; what the reservation does not let run is throttled. ` +
		`Each throttled receive counts towards maxReceiveCount, so that good messages can reach the dead-letter queue.`,
	Fix: `Reserve at least the sum of MaximumConcurrency of the function's queue mappings, or lower MaximumConcurrency.`,
	CDK: `maxConcurrency on the SqsEventSource not above reservedConcurrentExecutions of the function`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html", Checked: "2026-11-23"},
	},
	Gaps: `Other callers of the function, which share the reservation, are not counted.`,
	Bad: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
      ScalingConfig:
        MaximumConcurrency: 50 # want "may run 50 at a time, but 20 are reserved"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      ReservedConcurrentExecutions: 20
`,
	Good: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
      FunctionName: !Ref Worker
      ScalingConfig:
        MaximumConcurrency: 20
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      ReservedConcurrentExecutions: 20
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      ReservedConcurrentExecutions: 10 # want "may run 16 at a time, but 10 are reserved"
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: arn:aws:sqs:eu-west-1:111122223333:orders
            ScalingConfig: {MaximumConcurrency: 8}
        Payments:
          Type: SQS
          Properties:
            Queue: arn:aws:sqs:eu-west-1:111122223333:payments
            ScalingConfig: {MaximumConcurrency: 8}
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
            ScalingConfig: {MaximumConcurrency: 800}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External {
				checkReservation(p, fn)
			}
		}
	},
})

func checkReservation(p *Pass, fn *graph.Node) {
	var edges []*graph.Edge
	var limits []graph.Value
	var open []graph.Value
	sum := 0
	for _, e := range p.Graph.In(fn, graph.Polls) {
		limit := e.Setting("scalingConfig", "maximumConcurrency")
		off, unsure := switchedOff(e)
		if e.From.Kind != graph.Queue || !limit.Exists() || off {
			continue
		}
		if unsure.Exists() {
			open = append(open, unsure)
			continue
		}
		n, ok := limit.Int()
		if !ok {
			open = append(open, limit)
			continue
		}
		edges, limits, sum = append(edges, e), append(limits, limit), sum+n
	}
	if len(edges)+len(open) == 0 {
		return
	}
	reservedValue := fn.Setting("reservedConcurrentExecutions")
	reserved, ok := p.Int(fn, reservedValue)
	if !ok {
		return
	}
	if sum <= reserved {
		for _, v := range open {
			p.Unknown(fn, v)
		}
		return
	}
	h := Hit{
		Node: fn, Values: append([]graph.Value{reservedValue}, limits...), Confidence: weaker(edges...),
		Message: fmt.Sprintf("queue mappings may run %d at a time, but %d are reserved for %s", sum, reserved, nameOf(fn)),
		Fix:     fmt.Sprintf("Reserve at least %d for %s (ReservedConcurrentExecutions), or lower MaximumConcurrency to %d in all.", sum, nameOf(fn), reserved),
	}
	if reserved < facts.Int("esm.sqs_concurrency_min")*len(edges) { // lower than that MaximumConcurrency cannot be
		h.Fix = fmt.Sprintf("Reserve at least %d for %s (ReservedConcurrentExecutions), or with MaximumConcurrency at its least, %d for each mapping, at least %d.", sum, nameOf(fn), facts.Int("esm.sqs_concurrency_min"), facts.Int("esm.sqs_concurrency_min")*len(edges))
	}
	for _, e := range edges {
		h.Related = append(h.Related, e.From)
		h.RelatedResources = append(h.RelatedResources, e.Via)
	}
	if len(edges) == 1 && edges[0].Via != nil {
		h.Resource, h.Values, h.Related = edges[0].Via, []graph.Value{limits[0], reservedValue}, []*graph.Node{fn, edges[0].From}
	}
	p.Report(h)
}

package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "reserved-concurrency-zero",
	Code:     "LAM012",
	Title:    `Reserved concurrency is zero: the function never runs`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `With ReservedConcurrentExecutions 0 Lambda throttles every invocation; asynchronous events go to the dead-letter queue or failure destination without a retry. It is the way to stop a function on purpose, and is easily left behind.`,
	Fix:      `Remove ReservedConcurrentExecutions or set it above 0. Where the function is off on purpose, say why in Metadata, serverless-review.disabled.`,
	CDK:      `reservedConcurrentExecutions: leave out, or above 0`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring reserved concurrency for a function"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations" (reserved concurrency of zero)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      ReservedConcurrentExecutions: 0 # want "reserved concurrency is 0"
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      ReservedConcurrentExecutions: 1
  Other:
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
      ReservedConcurrentExecutions: 0 # want "reserved concurrency is 0"
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      ReservedConcurrentExecutions: 5
`},
	Check: checkReservedZero,
})

func checkReservedZero(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External || intent(fn, "disabled") != "" {
			continue
		}
		v := fn.Setting("reservedConcurrentExecutions")
		if n, ok := p.Int(fn, v); ok && n == 0 {
			p.Report(Hit{Node: fn, Values: []graph.Value{v}, Message: "reserved concurrency is 0: every invocation is throttled"})
		}
	}
}

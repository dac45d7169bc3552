package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-throttled",
	Code:     "LIV003",
	Title:    `Function is throttled`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A throttled call is refused: callers get an error; asynchronous events wait and are tried again, and those that wait too long are dropped, or go to the failure destination or dead-letter queue if there is one.`,
	Fix:      `Raise or remove ReservedConcurrentExecutions where that is the limit, raise the account quota where all functions together are, or slow the source (MaximumConcurrency of the mapping).`,
	CDK:      `reservedConcurrentExecutions of the function; maxConcurrency of the event source`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-29"},
		{Title: `AWS Lambda Developer Guide, "Monitoring concurrency"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html", Checked: "2026-11-29"},
		{Title: `AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. A reservation of 1, the usual guard against overlapping runs, is left out. The cause is named as far as the highest concurrency in the window tells it.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Throttles.Sum: 40, Invocations.Sum: 1000, ConcurrentExecutions.Maximum: 5}}
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      Code: {ZipFile: x}
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'
      ReservedConcurrentExecutions: 5 # want "its reserved concurrency of 5 was used up"
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Throttles.Sum: 0, Invocations.Sum: 1000}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Single:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Throttles.Sum: 9, Invocations.Sum: 1000, ConcurrentExecutions.Maximum: 1}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r', ReservedConcurrentExecutions: 1}
`,
	MoreBad: []string{`Resources:
  Worker: # want "the account's concurrency of 10 was used up"
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 2 days to 2026-11-24, account.concurrency: 10, account.ClaimedAccountConcurrency: 10}, Throttles.Sum: 4, Invocations.Sum: 10}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`, `Resources:
  Worker: # want "was throttled 4 times"
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Throttles.Sum: 4, Invocations.Sum: 10}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`},
	Check: checkThrottles,
})

func checkThrottles(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, fn := range p.Graph.OfKind(graph.Function) {
		throttles, calls := fn.Resource.Seen("Throttles.Sum"), fn.Resource.Seen("Invocations.Sum")
		n, _ := throttles.Float()
		reserved := fn.Setting("reservedConcurrentExecutions")
		limit, limited := reserved.Float()
		if n == 0 || limited && limit <= 1 {
			continue
		}
		if open(reserved) {
			p.Unknown(fn, reserved)
			continue
		}
		peak, seen := fn.Resource.Seen("ConcurrentExecutions.Maximum").Float()
		h := Hit{Node: fn, Values: []graph.Value{throttles, calls}}
		cause := "its concurrency did not reach a limit that is known here: a burst, or other functions of the account"
		quota, known := p.Graph.Observed["account.concurrency"].Float()
		claimed, asked := p.Graph.Observed["account.ClaimedAccountConcurrency"].Float()
		switch {
		case limited && seen && peak >= limit:
			cause = fmt.Sprintf("its reserved concurrency of %.0f was used up", limit)
			h.Values = append([]graph.Value{reserved}, h.Values...)
			h.Fix = "Raise ReservedConcurrentExecutions or take it away, or slow the source (MaximumConcurrency of a queue's mapping)."
			h.CDK = "reservedConcurrentExecutions of the function; maxConcurrency of the event source"
		case known && asked && claimed >= quota:
			cause = fmt.Sprintf("the account's concurrency of %.0f was used up", quota)
			h.Fix = "Have the account's quota \"Concurrent executions\" raised, or slow the sources of the functions that take most of it (MaximumConcurrency of a queue's mapping, ReservedConcurrentExecutions)."
			h.CDK = "maxConcurrency of the event sources; the quota is no matter of a construct"
		}
		total, _ := calls.Float()
		h.Message = fmt.Sprintf("%s was throttled %.0f times beside %.0f invocations in %s: %s", nameOf(fn), n, total, p.window(), cause)
		p.Report(h)
	}
}

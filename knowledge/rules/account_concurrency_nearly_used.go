package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "account-concurrency-nearly-used",
	Code:     "LIV009",
	Title:    `The concurrency of the account is nearly used up`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `The functions of a Region share it. Where it ends, each function without reserved concurrency may be throttled, also one that has nothing to do with the cause.`,
	Fix:      `Ask for a higher quota (Concurrent executions), lower reservations that are not used, and limit what may grow without end (MaximumConcurrency of SQS mappings).`,
	CDK:      `n/a: a quota of the account`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Monitoring concurrency"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html", Checked: "2026-11-29"},
		{Title: `AWS Lambda Developer Guide, "Lambda quotas"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. Above 80 % of the quota in the window, or where fewer than 100 are left beside the highest use of functions without reservation. Shown once, on the first function of the stack.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Worker: # want "claimed 900 of 1000"
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24, account: "", account.concurrency: 1000, account.unreserved: 1000, account.ClaimedAccountConcurrency: 900}}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24, account: "", account.concurrency: 1000, account.unreserved: 800, account.ClaimedAccountConcurrency: 300, account.UnreservedConcurrentExecutions: 100}}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`,
	MoreBad: []string{`Resources:
  Worker: # want "150 of 1000 concurrent executions are left"
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24, account: "", account.concurrency: 1000, account.unreserved: 150, account.ClaimedAccountConcurrency: 300, account.UnreservedConcurrentExecutions: 90}}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`},
	Check: checkAccountConcurrency,
})

// spare is what Lambda itself keeps free for functions without reservation.
const spare = 100

func checkAccountConcurrency(p *Pass) {
	if !p.looked("account") || !p.looked("metrics") {
		return
	}
	functions := p.Graph.OfKind(graph.Function)
	quota, known := p.Graph.Observed["account.concurrency"].Float()
	if len(functions) == 0 || functions[0].Resource == nil || !known || quota == 0 {
		return
	}
	claimed := p.Graph.Observed["account.ClaimedAccountConcurrency"]
	unreserved := p.Graph.Observed["account.unreserved"]
	peak := p.Graph.Observed["account.UnreservedConcurrentExecutions"]
	n, seen := claimed.Float()
	left, also := unreserved.Float()
	used, measured := peak.Float()
	h := Hit{Node: functions[0]}
	switch {
	case seen && n > 0.8*quota:
		claimed.At = functions[0].At()
		h.Values = []graph.Value{claimed}
		h.Message = fmt.Sprintf("the functions of the account claimed %.0f of %.0f concurrent executions in %s", n, quota, p.window())
	case also && measured && left < quota && used+spare > left:
		unreserved.At, peak.At = functions[0].At(), functions[0].At()
		h.Values = []graph.Value{unreserved, peak}
		h.Message = fmt.Sprintf("%.0f of %.0f concurrent executions are left to functions without reservation, and these used up to %.0f in %s", left, quota, used, p.window())
	default:
		return
	}
	p.Report(h)
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "duration-near-timeout",
	Code:     "LIV005",
	Title:    `Function runs almost as long as its timeout`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `The next slow answer of something it calls lets it be cut off in the middle: what it did so far stays done, and a retry does it again.`,
	Fix:      `Raise Timeout (and the visibility timeout of its queue with it), give it more memory, or take the slow call out of it.`,
	CDK:      `timeout and memorySize of the function`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-29"},
	},
	Gaps: `Deployed stacks only. The 99th percentile of the worst day in the window counts, from 100 invocations on. Low where a timeout above 60 s is more than twenty times what it takes.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Duration.p99: 28400, Invocations.Sum: 1000}}
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      Code: {ZipFile: x}
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'
      Timeout: 30 # want "28.4 s of the 30 s"
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Duration.p99: 8400, Invocations.Sum: 1000}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r', Timeout: 30}
  Rare:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Duration.p99: 29900, Invocations.Sum: 99}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r', Timeout: 30}
`,
	MoreBad: []string{`Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Duration.p99: 200, Invocations.Sum: 1000}}
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      Code: {ZipFile: x}
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'
      Timeout: 900 # want "may take 900 s and takes 0.2 s"
`},
	Check: checkDuration,
})

// enough is the number of invocations from which on a percentile says something.
const enough = 100

func checkDuration(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, fn := range p.Graph.OfKind(graph.Function) {
		timeout := fn.Setting("timeout")
		limit, known := timeout.Float()
		duration := fn.Resource.Seen("Duration.p99")
		ms, seen := duration.Float()
		calls, _ := fn.Resource.Seen("Invocations.Sum").Float()
		if !known || !seen || calls < enough {
			continue
		}
		h := Hit{Node: fn, Values: []graph.Value{timeout, duration}}
		switch {
		case ms >= 900*limit:
			if limit >= float64(facts.Int("lambda.timeout_raised_seconds")) && !fn.Setting("capacityProviderConfig").Exists() {
				h.Fix, h.CDK = "Timeout is at its most: give the function more memory, take the slow call out of it, or cut the work into parts (a state machine, smaller batches).", "memorySize of the function"
			}
			h.Message = fmt.Sprintf("%s takes %.4g s of the %.0f s that it has (99th percentile of the worst day, %.0f invocations in %s)", nameOf(fn), ms/1000, limit, calls, p.window())
		case limit > 60 && ms < 50*limit:
			h.Severity = Low
			h.Message = fmt.Sprintf("%s may take %.0f s and takes %.4g s (99th percentile of the worst day, %.0f invocations in %s): a call that hangs is paid for until the timeout", nameOf(fn), limit, ms/1000, calls, p.window())
			h.Fix, h.CDK = "Lower Timeout to a few times of what the function takes.", "timeout of the function"
		default:
			continue
		}
		p.Report(h)
	}
}

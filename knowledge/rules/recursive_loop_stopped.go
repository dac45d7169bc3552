package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "recursive-loop-stopped",
	Code:     "LIV010",
	Title:    `Lambda stops a loop of functions`,
	Severity: Critical,
	Pillar:   Cost,
	Why:      `The function calls itself, directly or through a queue, topic or bucket. Lambda breaks the loop after some 16 rounds, each time, and the rounds are paid for. The event that it stops goes to the function's failure destination or dead-letter queue if there is one; a message of a queue comes back until its receives are used up or its retention ends.`,
	Fix:      `Break the loop: write to another queue, bucket or prefix than the one that triggers the function. ReservedConcurrentExecutions: 0 stops it at once.`,
	CDK:      `n/a: change what the function writes to; reservedConcurrentExecutions: 0 stops it`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-29"},
	},
	Gaps: `Deployed stacks only.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Worker: # want "stopped 3 times"
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, RecursiveInvocationsDropped.Sum: 3}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, RecursiveInvocationsDropped.Sum: 0}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`,
	Check: checkRecursion,
})

func checkRecursion(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, fn := range p.Graph.OfKind(graph.Function) {
		v := fn.Resource.Seen("RecursiveInvocationsDropped.Sum")
		if n, ok := v.Float(); ok && n > 0 {
			p.Report(Hit{Node: fn, Values: []graph.Value{v}, Message: fmt.Sprintf("a loop through %s was stopped %.0f times by Lambda in %s", nameOf(fn), n, p.window())})
		}
	}
}

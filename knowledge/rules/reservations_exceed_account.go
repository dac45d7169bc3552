package rules

import (
	"fmt"
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "reservations-exceed-account",
	Code:     "LAM028",
	Title:    `Functions together reserve more concurrency than an account has`,
	Severity: Medium,
	Pillar:   Reliability,
	Why: `All functions of an account in a Region share one limit, 1,000 concurrent executions unless it was raised, of which 100 must stay unreserved. ` +
		`A reservation beyond that is refused, so that the stack that asks for it fails; and what is reserved is taken from all functions that reserve nothing.`,
	Fix: `Lower the reservations, use MaximumConcurrency of the queue mappings instead, or have the quota "Concurrent executions" raised first.`,
	CDK: `reservedConcurrentExecutions: lower it, or use maxConcurrency on the SqsEventSource`,
	Sources: []Source{
		{Title: `AWS Lambda API reference, PutFunctionConcurrency (leave at least 100 unreserved)`, URL: "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html", Checked: "2026-11-29"},
		{Title: `AWS Lambda Developer Guide, "Lambda quotas"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html", Checked: "2026-11-30"},
	},
	Gaps: `The account's real quota is not in a template: findings are likely. All templates of a review are taken to be deployed to one account and Region. Reservations that are not known, and those of other systems in the account, are not counted.`,
	Bad: `Resources:
  Intake:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.b, Role: "arn:aws:iam::111122223333:role/r", Code: {ZipFile: "."}, ReservedConcurrentExecutions: 400}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "."}
      ReservedConcurrentExecutions: 501 # want "901"
`,
	Good: `Resources:
  Intake:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.b, Role: "arn:aws:iam::111122223333:role/r", Code: {ZipFile: "."}, ReservedConcurrentExecutions: 400}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "."}
      ReservedConcurrentExecutions: 500
`,
	Check: checkReservations,
})

func checkReservations(p *Pass) {
	type reservation struct {
		node  *graph.Node
		value graph.Value
		size  int
	}
	var all []reservation
	sum := 0
	for _, f := range p.Graph.OfKind(graph.Function) {
		v := f.Setting("reservedConcurrentExecutions")
		if n, ok := v.Int(); ok && !f.External && n > 0 {
			all = append(all, reservation{f, v, n})
			sum += n
		}
	}
	most := facts.Int("lambda.account_concurrency") - facts.Int("lambda.unreserved_concurrency_min")
	if sum <= most {
		return
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].size > all[j].size })
	h := Hit{Node: all[0].node, Confidence: Likely,
		Message: fmt.Sprintf("%d functions together reserve %d concurrent executions, %s most of all (%d): an account has %d unless more were granted, and %d of them cannot be reserved",
			len(all), sum, nameOf(all[0].node), all[0].size, facts.Int("lambda.account_concurrency"), facts.Int("lambda.unreserved_concurrency_min"))}
	for i, r := range all {
		h.Values = append(h.Values, r.value)
		if i > 0 {
			h.Related = append(h.Related, r.node)
		}
	}
	p.Report(h)
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-or-logs-unused",
	Code:     "LIV015",
	Title:    `Function that is never called, or logs that nobody owns`,
	Severity: Low,
	Pillar:   Cost,
	Why:      `What is not used is still a way in, and has to be kept up to date; what it has logged is paid for as long as it is kept.`,
	Fix:      `Remove the function and the log groups, or set RetentionInDays.`,
	CDK:      `remove the construct; retention of the log group`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Types of metrics for Lambda functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html", Checked: "2026-11-29"},
		{Title: `AWS Well-Architected Framework, "COST04-BP03 Decommission resources"`, URL: "https://docs.aws.amazon.com/wellarchitected/latest/framework/cost_decomissioning_resources_decommission.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. A function counts as unused where it was neither called nor changed for 90 days; those for emergencies say so by Metadata (serverless-review: {role: rare}). Orphaned log groups are those whose name CloudFormation made for a function of this stack; log groups count from 50 GB without retention; a retention policy of the account is not seen.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Old: # want "was not called once in 90 days"
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24, logGroups: ""}, Invocations.Sum.90days: 0, DaysSinceUpdate: 120}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Logs: # want "60 GB"
    Type: AWS::Logs::LogGroup
    Metadata: {observed: {StoredBytes: 60000000000}}
`,
	Good: `Resources:
  Old:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24, logGroups: ""}, Invocations.Sum.90days: 3, DaysSinceUpdate: 120}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Fresh:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, Invocations.Sum.90days: 0, DaysSinceUpdate: 9}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Logs:
    Type: AWS::Logs::LogGroup
    Metadata: {observed: {StoredBytes: 60000000000}}
    Properties: {RetentionInDays: 30}
`,
	MoreBad: []string{`Resources:
  Any: # want "1 log group of functions"
    Type: AWS::SNS::Topic
    Metadata: {observed: {stack: {logGroups: "", logGroups.orphans: [/aws/lambda/orders-Gone-ABCDEFGHIJKL]}}}
`},
	Check: checkUnused,
})

const (
	unusedDays  = 90
	largeLogsGB = 50
)

func checkUnused(p *Pass) {
	if p.looked("metrics") {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			calls := fn.Resource.Seen("Invocations.Sum.90days")
			n, seen := calls.Float()
			days, _ := fn.Resource.Seen("DaysSinceUpdate").Int()
			if seen && n == 0 && days >= unusedDays && fn.Framework == "" && intent(fn, "role") != "rare" {
				p.Report(Hit{Node: fn, Values: []graph.Value{calls}, Fix: "Remove the function, or say by Metadata serverless-review: {role: rare} that it is for emergencies.", CDK: "remove the construct", Message: fmt.Sprintf("%s was not called once in %d days", nameOf(fn), unusedDays)})
			}
		}
	}
	if !p.looked("logGroups") {
		return
	}
	for _, g := range p.Graph.OfKind(graph.LogGroup) {
		stored := g.Resource.Seen("StoredBytes")
		bytes, _ := stored.Float()
		if bytes >= largeLogsGB*1e9 && !g.Setting("retentionInDays").Exists() {
			p.Report(Hit{Node: g, Values: []graph.Value{stored}, Fix: "Set RetentionInDays.", CDK: "retention: logs.RetentionDays.ONE_MONTH of the LogGroup", Message: fmt.Sprintf("log group %s holds %.0f GB and has no RetentionInDays", nameOf(g), bytes/1e9)})
		}
	}
	orphans := p.Graph.Observed["logGroups.orphans"]
	if len(orphans.Items()) == 0 || len(p.Graph.Resources) == 0 {
		return
	}
	first := p.Graph.Resources[0]
	orphans.At = first.At
	p.Report(Hit{Node: p.Graph.Node(first.ID), Resource: first, Values: []graph.Value{orphans}, Fix: "Delete the log groups, once nobody needs what they hold.", CDK: "n/a: they belong to no construct any more",
		Message: fmt.Sprintf("%s of functions that the stack does not have any more: %s", plural(len(orphans.Items()), "log group"), short(orphans.String()))})
}

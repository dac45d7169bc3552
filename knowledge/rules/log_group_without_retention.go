package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "log-group-without-retention",
	Code:     "OBS001",
	Title:    `Log group keeps its logs for ever`,
	Severity: Medium,
	Pillar:   Cost,
	Why:      `A log group without a retention never deletes anything: its storage, and what its log lines say about customers, grows for as long as the group exists.`,
	Fix:      `Set RetentionInDays: 30, or what audit demands.`,
	CDK:      `new logs.LogGroup(this, "Log", { retention: logs.RetentionDays.ONE_MONTH })`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Logs::LogGroup RetentionInDays (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html#cfn-logs-loggroup-retentionindays", Checked: "2026-11-29"},
		{Title: `Amazon CloudWatch Logs User Guide, "Working with log groups and log streams" (kept indefinitely by default)`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html", Checked: "2026-11-30"},
	},
	Outranks: []string{"LAM010"},
	Equivalents: []string{"cdk-nag:Serverless-CloudWatchLogGroupRetentionPeriod", "cdk-nag:CloudWatchLogGroupRetentionPeriod", "checkov:CKV_AWS_66", "cfn_nag:W86", "serverless-rules:WS1004",
		"prowler:cloudwatch_log_group_retention_policy_specific_days_enabled", "guard-rules-registry:cw_loggroup_retention_period_check", "control-tower:cloudwatch_log_group_retention_period_check"},
	Gaps: `Only groups that the files create are seen: one that Lambda makes at the first invocation keeps its logs for ever too. A retention policy of the account, which can set or override it, is not seen. Groups of class DELIVERY, whose retention is fixed, are left out.`,
	Bad: `Resources:
  Log: # want "RetentionInDays"
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /aws/lambda/orders}
`,
	Good: `Resources:
  Log:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /aws/lambda/orders, RetentionInDays: 30}
  Delivered:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupClass: DELIVERY}
`,
	Check: func(p *Pass) {
		for _, l := range p.Graph.OfKind(graph.LogGroup) {
			if l.External || l.Type != "AWS::Logs::LogGroup" {
				continue
			}
			days := l.Setting("retentionInDays")
			class, _ := l.Setting("logGroupClass").Str()
			if days.Exists() && !open(days) || class == "DELIVERY" {
				continue
			}
			if v := firstOpen(days, l.Setting("logGroupClass")); v.Exists() {
				p.Unknown(l, v)
				continue
			}
			var aliases []string
			var functions []*graph.Node
			for _, e := range p.Graph.Out(l, graph.Logs) {
				if e.To.Kind == graph.Function {
					aliases, functions = []string{"LAM010"}, append(functions, e.To)
				}
			}
			p.Report(Hit{Node: l, Aliases: aliases, Related: functions, Values: []graph.Value{days}, Patch: SetPatch(l.Resource, days, "RetentionInDays", 30),
				Message: fmt.Sprintf("log group %s sets no RetentionInDays: its logs are kept, and paid for, for ever", nameOf(l))})
		}
	},
})

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "rule-target-without-role",
	Code:     "EVT004",
	Title:    `Rule target needs a role that is missing`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `For these targets EventBridge acts under a role: without RoleArn every delivery fails.`,
	Fix:      `Set RoleArn on the target, with a role that events.amazonaws.com may assume and that allows the action.`,
	CDK:      `targets.SfnStateMachine, targets.KinesisStream and the like make the role`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Events::Rule Target RoleArn`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-events-rule-target.html#cfn-events-rule-target-rolearn", Checked: "2026-11-23"},
	},
	Gaps: `Asked for state machines, streams and Firehose streams. A role at the rule counts.`,
	Bad: `Resources:
  Placed: # want "stateMachine Flow"
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Flow}]
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Flow, RoleArn: "arn:aws:iam::111122223333:role/start"}]
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
`,
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
      Events:
        Placed: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}
`},
	Check: checkTargetRoles,
})

func checkTargetRoles(p *Pass) {
	for _, rule := range p.Graph.OfKind(graph.Rule) {
		if rule.Type != "AWS::Events::Rule" || rule.External || rule.Setting("roleArn").Exists() {
			continue
		}
		for _, e := range p.Graph.Out(rule, graph.Routes) {
			switch e.To.Kind {
			case graph.StateMachine, graph.Stream, graph.Firehose:
			default:
				continue
			}
			if e.Setting("roleArn").Exists() {
				continue
			}
			p.Report(Hit{Node: rule, Confidence: weaker(e), Related: []*graph.Node{e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
				Message: fmt.Sprintf("target %s %s needs a RoleArn: without one every delivery fails", e.To.Kind, nameOf(e.To))})
		}
	}
}

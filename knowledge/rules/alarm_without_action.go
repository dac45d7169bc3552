package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "alarm-without-action",
	Code:     "OBS008",
	Title:    `Alarm tells nobody`,
	Severity: Medium,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `An alarm without an action, or with its actions switched off, only changes its state, which shows in the console and in an event to EventBridge: where no rule takes that event, whoever does not look is not told.`,
	Fix:      `Add AlarmActions with the ARN of a topic that reaches a person, and leave ActionsEnabled at true.`,
	CDK:      `alarm.addAlarmAction(new cw_actions.SnsAction(topic))`,
	Sources: []Source{
		{Title: `AWS Config Developer Guide, cloudwatch-alarm-action-check`, URL: "https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-alarm-action-check.html", Checked: "2026-11-30"},
		{Title: `Amazon CloudWatch User Guide, "Alarm events and EventBridge"`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:CloudWatchAlarmAction", "security-hub:CloudWatch.15", "security-hub:CloudWatch.17", "prowler:cloudwatch_alarm_actions_alarm_state_configured",
		"prowler:cloudwatch_alarm_actions_enabled", "guard-rules-registry:cloudwatch_alarm_action_check", "control-tower:cloudwatch_alarm_action_check", "control-tower:cloudwatch_alarm_action_enabled_check"},
	Gaps: `Info for what stands in a branch for trial stages (IsDev, not IsProd, CreateMock ...) only. An alarm that something else of the system uses (a composite alarm, a deployment group, a health check) needs no action of its own. A rule on the events of the alarm that names it only by a pattern is not seen.`,
	Bad: `Resources:
  Late: # want "no AlarmActions"
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{Name: QueueName, Value: orders}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
  Muted:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{Name: QueueName, Value: orders}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
      ActionsEnabled: false # want "switched off"
      AlarmActions: ["arn:aws:sns:eu-west-1:111122223333:alerts"]
`,
	Good: `Resources:
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{Name: QueueName, Value: orders}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: ["arn:aws:sns:eu-west-1:111122223333:alerts"]
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: orders}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
  Both:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmRule: !Sub 'ALARM(${Errors})'
      AlarmActions: ["arn:aws:sns:eu-west-1:111122223333:alerts"]
`,
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: orders}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Errors]}
`},
	Check: checkAlarmActions,
})

func checkAlarmActions(p *Pass) {
	others := otherUsers(p.Graph)
	for _, a := range p.Graph.OfKind(graph.Alarm) {
		if a.External || a.Type != "AWS::CloudWatch::Alarm" && a.Type != "AWS::CloudWatch::CompositeAlarm" {
			continue
		}
		enabled, actions := a.Setting("actionsEnabled"), a.Setting("alarmActions")
		on, known := enabled.Truth()
		h := Hit{Node: a, Values: []graph.Value{actions}}
		switch {
		case open(enabled) && len(actions.Each()) > 0:
			p.Unknown(a, enabled)
			continue
		case known && !on && len(actions.Each()) > 0:
			h.Values = []graph.Value{enabled, actions}
			h.Fix, h.CDK = "Set ActionsEnabled: true, or leave it out.", "actionsEnabled: true, or leave it out"
			h.Message = fmt.Sprintf("the actions of alarm %s are switched off (ActionsEnabled is false)", nameOf(a))
		case len(actions.Each()) == 0:
			h.Message = fmt.Sprintf("alarm %s has no AlarmActions: when it goes off, nobody is told", nameOf(a))
			h.Fix = "Add AlarmActions with the ARN of a topic that reaches a person."
			if known && !on {
				h.Fix, h.CDK = "Add AlarmActions with the ARN of a topic that reaches a person, and set ActionsEnabled: true.", "alarm.addAlarmAction(new cw_actions.SnsAction(topic)), and actionsEnabled: true"
			}
		default:
			continue
		}
		if p.Graph.Mentioned(a.ID) || len(p.Graph.In(a)) > 0 {
			continue
		}
		if v := otherUse(p, a, others); v.Exists() {
			p.Unknown(a, v)
			continue
		}
		p.Report(h)
	}
}

// otherUsers are the things that use alarms by their names.
func otherUsers(g *graph.Graph) []*graph.Node {
	var out []*graph.Node
	for _, n := range g.Nodes {
		if n.Type == "AWS::CloudWatch::CompositeAlarm" || n.Type == "AWS::CodeDeploy::DeploymentGroup" {
			out = append(out, n)
		}
	}
	return out
}

// otherUse finds what may name any alarm and is not known: the rule of a composite alarm, the alarms that stop a
// deployment.
func otherUse(p *Pass, a *graph.Node, others []*graph.Node) graph.Value {
	if v := p.openLink(a, "AlarmRule", "AWS::CloudWatch::CompositeAlarm"); v.Exists() {
		return v
	}
	for _, n := range others {
		if name := a.Setting("alarmName"); n.Type == "AWS::CloudWatch::CompositeAlarm" && open(name) && sameStack(n.Resource, a) {
			return name // its rule may name this alarm
		}
		if n.Type == "AWS::CodeDeploy::DeploymentGroup" && sameStack(n.Resource, a) {
			if v := firstWithin(n.Setting("alarmConfiguration")); mayMeanOwn(v) {
				return v
			}
		}
	}
	return graph.Value{}
}

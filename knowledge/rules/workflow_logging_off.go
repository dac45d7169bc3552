package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "workflow-logging-off",
	Code:     "SFN005",
	Title:    `State machine writes no logs`,
	Severity: High,
	Pillar:   Operations,
	Why: `Step Functions records no history of Express executions: without a log nothing but a sampled trace shows afterwards which state failed; only who starts one synchronously is told the error. ` +
		`Standard executions keep their history for 90 days, in Step Functions only, where no query or metric filter reaches it.`,
	Fix: `Set LoggingConfiguration: {Level: ERROR or ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: ...}}]} (the ARN ends in :*), and let the role deliver logs: logs:CreateLogDelivery, GetLogDelivery, UpdateLogDelivery, DeleteLogDelivery, ListLogDeliveries, PutResourcePolicy, DescribeResourcePolicies and DescribeLogGroups on "*".`,
	SAM: `Set Logging: {Level: ERROR or ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: ...}}]} (the ARN ends in :*), and let the role deliver logs: logs:CreateLogDelivery, GetLogDelivery, UpdateLogDelivery, DeleteLogDelivery, ListLogDeliveries, PutResourcePolicy, DescribeResourcePolicies and DescribeLogGroups on "*".`,
	CDK: `logs: { destination: new logs.LogGroup(this, "Log"), level: sfn.LogLevel.ERROR }`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::StepFunctions::StateMachine LoggingConfiguration`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-stepfunctions-statemachine-loggingconfiguration.html", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Choosing workflow type in Step Functions"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-SF1", "cdk-nag:StepFunctionStateMachineAllLogsToCloudWatch", "security-hub:StepFunctions.1",
		"prowler:stepfunctions_statemachine_logging_enabled", "control-tower:step_functions_state_machine_logging_enabled_check"},
	Gaps: `High for Express workflows, low for standard ones, whose history can be read for 90 days without a log. Each level but OFF passes, also FATAL.`,
	Bad: `Resources:
  Quote: # want "no history"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: EXPRESS
      RoleArn: arn:aws:iam::111122223333:role/quote
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
  Import:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
      LoggingConfiguration:
        Level: "OFF" # want "no logs"
`,
	Good: `Resources:
  Quote:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: EXPRESS
      RoleArn: arn:aws:iam::111122223333:role/quote
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
      LoggingConfiguration:
        Level: ERROR
        Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: "arn:aws:logs:eu-west-1:111122223333:log-group:quote:*"}}]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Quote: # want "no history"
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Log:
    Type: AWS::Logs::LogGroup
  Quote:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
      Logging:
        Level: ALL
        Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Log.Arn}}]
`},
	Check: checkWorkflowLogs,
})

func checkWorkflowLogs(p *Pass) {
	for _, m := range p.Graph.OfKind(graph.StateMachine) {
		if m.External {
			continue
		}
		level := m.Setting("loggingConfiguration", "Level")
		text, known := level.Str()
		if open(level) {
			p.Unknown(m, level)
			continue
		}
		destinations := m.Setting("loggingConfiguration", "Destinations")
		if open(destinations) {
			p.Unknown(m, destinations)
			continue
		}
		if known && text != "OFF" && len(destinations.Each()) > 0 {
			continue
		}
		if known && text != "OFF" {
			level = destinations
		}
		kind, known := p.Text(m, m.Setting("stateMachineType"))
		if !known {
			continue
		}
		h := Hit{Node: m, Values: []graph.Value{level}, Severity: Low,
			Message: fmt.Sprintf("state machine %s writes no logs: what failed, and with what, stands in its execution history only, for 90 days", nameOf(m))}
		if kind == "EXPRESS" {
			h.Severity = High
			h.Message = fmt.Sprintf("Express state machine %s writes no logs, and Step Functions keeps no history of its executions", nameOf(m))
		}
		p.Report(h)
	}
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "pipe-without-logs",
	Code:     "PIP002",
	Title:    `Pipe writes no logs`,
	Severity: Medium,
	Pillar:   Operations,
	Why:      `The error of an enrichment or target stands in the pipe's log: without one the metric ExecutionFailed says that something failed, and not what.`,
	Fix:      `Set LogConfiguration: {Level: ERROR, CloudwatchLogsLogDestination: {LogGroupArn: ...}}. While debugging add IncludeExecutionData: [ALL], which logs request, answer and payload too.`,
	CDK:      `CfnPipe: logConfiguration: { level: 'ERROR', cloudwatchLogsLogDestination: { logGroupArn } }; Pipe of @aws-cdk/aws-pipes-alpha: logLevel: LogLevel.ERROR, logDestinations: [new CloudwatchLogsLogDestination(logGroup)]`,
	Sources: []Source{
		{Title: `Amazon EventBridge Pipes API Reference, PipeLogConfigurationParameters`, URL: "https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeLogConfigurationParameters.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Logging Amazon EventBridge Pipes performance"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html", Checked: "2026-11-30"},
	},
	Gaps: `Each level but OFF passes.`,
	Bad: `Resources:
  Forward: # want "no logs"
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/forward
      Source: arn:aws:sqs:eu-west-1:111122223333:parcels
      Target: arn:aws:states:eu-west-1:111122223333:stateMachine:order
  Silent:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/forward
      Source: arn:aws:sqs:eu-west-1:111122223333:returns
      Target: arn:aws:states:eu-west-1:111122223333:stateMachine:order
      LogConfiguration:
        Level: "OFF" # want "no logs"
`,
	Good: `Resources:
  Forward:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/forward
      Source: arn:aws:sqs:eu-west-1:111122223333:orders
      Target: arn:aws:states:eu-west-1:111122223333:stateMachine:order
      LogConfiguration:
        Level: ERROR
        CloudwatchLogsLogDestination: {LogGroupArn: "arn:aws:logs:eu-west-1:111122223333:log-group:pipe"}
`,
	Check: func(p *Pass) {
		for _, pipe := range p.Graph.OfKind(graph.Pipe) {
			if pipe.External {
				continue
			}
			level := pipe.Setting("logConfiguration", "Level")
			text, known := level.Str()
			if open(level) {
				p.Unknown(pipe, level)
			} else if !known || text == "OFF" {
				p.Report(Hit{Node: pipe, Values: []graph.Value{level}, Message: fmt.Sprintf("pipe %s writes no logs: why its target or enrichment failed is not recorded", nameOf(pipe))})
			}
		}
	},
})

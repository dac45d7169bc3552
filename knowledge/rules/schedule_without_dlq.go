package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "schedule-without-dlq",
	Code:     "SCH001",
	Title:    `EventBridge schedule has no dead-letter queue`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `A run that Scheduler cannot deliver is dropped when its retries end, and at once where the error is permanent: the work is not done, and metrics of the schedule group count it without saying which run it was, or why.`,
	Fix:      `Set Target.DeadLetterConfig: {Arn: a standard SQS queue's ARN}, and let the schedule's role send to it (sqs:SendMessage).`,
	SAM:      `Set DeadLetterConfig: {Type: SQS} on the event: SAM makes the queue. Or name one: {Arn: a standard SQS queue's ARN}. The role that SAM makes gets the right to send, a role of your own needs sqs:SendMessage.`,
	CDK:      `deadLetterQueue of the target: new targets.LambdaInvoke(fn, { deadLetterQueue })`,
	Sources: []Source{
		{Title: `EventBridge Scheduler User Guide, "Configuring a schedule's dead-letter queue in EventBridge Scheduler"`, URL: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html", Checked: "2026-11-30"},
		{Title: `EventBridge Scheduler User Guide, "Monitoring Amazon EventBridge Scheduler with Amazon CloudWatch"`, URL: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html", Checked: "2026-11-30"},
	},
	Gaps: `Low for a schedule that runs at least hourly: the next run does the work. A schedule that is DISABLED is left out.`,
	Bad: `Resources:
  Nightly: # want "no dead-letter queue"
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: {Mode: "OFF"}
      ScheduleExpression: cron(0 2 * * ? *)
      Target:
        Arn: arn:aws:lambda:eu-west-1:111122223333:function:report
        RoleArn: arn:aws:iam::111122223333:role/nightly
`,
	Good: `Resources:
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: {Mode: "OFF"}
      ScheduleExpression: cron(0 2 * * ? *)
      Target:
        Arn: arn:aws:lambda:eu-west-1:111122223333:function:report
        RoleArn: arn:aws:iam::111122223333:role/nightly
        DeadLetterConfig: {Arn: "arn:aws:sqs:eu-west-1:111122223333:lost"}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Nightly:
          Type: ScheduleV2 # want "no dead-letter queue"
          Properties: {ScheduleExpression: rate(1 day)}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Nightly:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: rate(1 day)
            DeadLetterConfig: {Type: SQS}
`},
	Check: checkScheduleDLQs,
})

func checkScheduleDLQs(p *Pass) {
	for _, s := range p.Graph.OfKind(graph.Schedule) {
		if s.Type != "AWS::Scheduler::Schedule" || s.External || disabled(s) {
			continue
		}
		config := s.Setting("target", "DeadLetterConfig")
		if config.IsUnknown() {
			p.Unknown(s, config)
			continue
		}
		if config.Get("Arn").Exists() { // whichever queue it is
			continue
		}
		if p.stateUnknown(s) {
			continue
		}
		h := Hit{Node: s, Values: []graph.Value{{}}, CDK: scheduleTarget(p.Graph, s),
			Message: fmt.Sprintf("schedule %s has no dead-letter queue: a run that cannot be delivered is dropped", nameOf(s))}
		if repeatsWithinTheHour(s.Setting("scheduleExpression")) {
			h.Severity = Low
		} else {
			h.Aliases = []string{"EVT001"}
		}
		p.Report(h)
	}
}

// scheduleTarget is the dead-letter queue in CDK's words for the target that a schedule has.
func scheduleTarget(g *graph.Graph, s *graph.Node) string {
	for _, e := range g.Out(s, graph.Routes, graph.Invokes) {
		switch e.To.Kind {
		case graph.Queue:
			return "new targets.SqsSendMessage(queue, { deadLetterQueue })"
		case graph.Topic:
			return "new targets.SnsPublish(topic, { deadLetterQueue })"
		case graph.StateMachine:
			return "new targets.StepFunctionsStartExecution(stateMachine, { deadLetterQueue })"
		case graph.Function:
			return "new targets.LambdaInvoke(fn, { deadLetterQueue })"
		}
	}
	return "deadLetterQueue of the schedule's target (targets.Universal takes it too)"
}

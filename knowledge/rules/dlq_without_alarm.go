package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "dlq-without-alarm",
	Code:     "OBS002",
	Title:    "Nobody is told when a dead-letter queue fills",
	Severity: High,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `Failures wait in the dead-letter queue unseen until its retention ends (4 days by default), and are then deleted: the queue only postpones the loss unless somebody looks.`,
	Fix:      `Add an AWS::CloudWatch::Alarm on ApproximateNumberOfMessagesVisible of the queue with threshold 0 (GreaterThanThreshold) and an action that reaches a person.`,
	CDK:      `dlq.metricApproximateNumberOfMessagesVisible().createAlarm(this, "DlqAlarm", { threshold: 1, evaluationPeriods: 1 }).addAlarmAction(new cw_actions.SnsAction(topic))`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Creating alarms for dead-letter queues using Amazon CloudWatch"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html", Checked: "2026-11-30"},
	},
	Gaps: `Info for what stands in a branch for trial stages (IsDev, not IsProd, CreateMock ...) only. An alarm on the age of the oldest message counts too. Alarms of another stack are not seen: Metadata serverless-review.ignore with a reason, or the configuration file, says so.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost: # want "no alarm watches"
    Type: AWS::SQS::Queue
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost:
    Type: AWS::SQS::Queue
  LostAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !GetAtt Lost.QueueName}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Lost.Arn}
  Lost: # want "takes the failures of Worker"
    Type: AWS::SQS::Queue
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
  LostAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - Id: sum
          Expression: visible + hidden
        - Id: visible
          ReturnData: false
          MetricStat:
            Stat: Maximum
            Period: 60
            Metric:
              Namespace: AWS/SQS
              MetricName: ApproximateNumberOfMessagesVisible
              Dimensions: [{Name: QueueName, Value: !GetAtt Lost.QueueName}]
        - Id: hidden
          ReturnData: false
          MetricStat:
            Stat: Maximum
            Period: 60
            Metric:
              Namespace: AWS/SQS
              MetricName: ApproximateNumberOfMessagesNotVisible
              Dimensions: [{Name: QueueName, Value: !GetAtt Lost.QueueName}]
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
`},
	Check: func(p *Pass) {
		for _, q := range p.Graph.OfKind(graph.Queue) {
			if q.External || !takesFailures(p.Graph, q) {
				continue
			}
			if v := openPermission(p.Graph, q); v.Exists() {
				p.Unknown(q, v)
				continue
			}
			checkAlarmed(p, q)
		}
	},
})

// fillMetrics are the metrics that show that messages lie in a queue.
var fillMetrics = map[string]bool{"ApproximateNumberOfMessagesVisible": true, "ApproximateAgeOfOldestMessage": true}

// ruleFailures are the metrics that show that a rule cannot deliver.
var ruleFailures = map[string]bool{"FailedInvocations": true, "InvocationsSentToDlq": true, "InvocationsFailedToBeSentToDlq": true}

func checkAlarmed(p *Pass, q *graph.Node) {
	if p.watches(q, fillMetrics) {
		return
	}
	for _, e := range p.Graph.Out(q, graph.Polls) { // somebody works the queue off, and is watched
		if len(p.Graph.In(e.To, graph.Alarms)) > 0 {
			return
		}
	}
	if why := p.openAlarm(q, fillMetrics); why != "" {
		p.Unclear(q, why)
		return
	}
	var from, rules []*graph.Node
	var aliases []string
	for _, e := range p.Graph.In(q, graph.FailsTo) {
		from = append(from, e.From)
		if e.From.Kind == graph.Rule && !p.watches(e.From, ruleFailures) {
			rules, aliases = append(rules, e.From), []string{"OBS007"} // nobody is told of the rule's failures either
		}
	}
	takes := "is a dead-letter queue"
	if len(from) > 0 {
		takes = "takes the failures of " + names(from)
	}
	p.Report(Hit{Node: q, Related: rules, Aliases: aliases, Values: []graph.Value{{}}, Message: "queue " + takes + ", and no alarm watches how many messages lie in it" + blindAlarm(p.Graph, fillMetrics)})
}

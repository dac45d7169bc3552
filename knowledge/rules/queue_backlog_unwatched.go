package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-backlog-unwatched",
	Code:     "OBS006",
	Title:    `Nobody is told when a work queue backs up`,
	Severity: Medium,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `A consumer that is too slow, throttled or switched off makes no error: the messages only grow older, until customers ask where their orders are or the retention deletes them.`,
	Fix:      `Add an AWS::CloudWatch::Alarm on ApproximateAgeOfOldestMessage of the queue, at the age from which on somebody waits, with an action that reaches a person.`,
	CDK:      `queue.metricApproximateAgeOfOldestMessage().createAlarm(this, "Late", { threshold: 600, evaluationPeriods: 1 }).addAlarmAction(new cw_actions.SnsAction(topic))`,
	Sources: []Source{
		{Title: `Amazon CloudWatch User Guide, alarm metrics of an Amazon SQS queue in Application Insights`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/component-configuration-examples-sqs.html", Checked: "2026-11-30"},
	},
	Gaps: `Info for what stands in a branch for trial stages (IsDev, not IsProd, CreateMock ...) only. Low where no alarm at all stands in the files: they may be kept elsewhere. An alarm on the number of visible messages counts too. Dead-letter queues have their own rule (dlq-without-alarm). Alarms of another stack are not seen. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Orders: # want "no alarm"
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: "arn:aws:lambda:eu-west-1:111122223333:function:work"}
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: "arn:aws:lambda:eu-west-1:111122223333:function:work"}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{Name: QueueName, Value: !GetAtt Orders.QueueName}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 5
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: # want "no alarm"
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
`},
	Check: func(p *Pass) {
		for _, q := range p.Graph.OfKind(graph.Queue) {
			if q.External || takesFailures(p.Graph, q) || namedForFailures(q) || p.watches(q, fillMetrics) {
				continue
			}
			var readers []*graph.Node
			for _, e := range p.Graph.Out(q, graph.Polls) {
				if !dormant(e) {
					readers = append(readers, e.To)
				}
			}
			if len(readers) == 0 {
				continue
			}
			if why := p.openAlarm(q, fillMetrics); why != "" {
				p.Unclear(q, why)
				continue
			}
			h := Hit{Node: q, Values: []graph.Value{{}},
				Message: fmt.Sprintf("%s works off queue %s, and no alarm watches how old its messages grow", names(readers), nameOf(q)) + blindAlarm(p.Graph, fillMetrics)}
			if len(p.Graph.OfKind(graph.Alarm)) == 0 {
				h.Severity = Low
			}
			p.Report(h)
		}
	},
})

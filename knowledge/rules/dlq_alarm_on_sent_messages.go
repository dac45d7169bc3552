package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "dlq-alarm-on-sent-messages",
	Code:     "OBS003",
	Title:    `Alarm of a dead-letter queue watches a metric that redrive does not move`,
	Severity: High,
	Pillar:   Operations,
	Why:      `NumberOfMessagesSent counts what senders send. SQS moves messages to a dead-letter queue itself, which that metric does not count: the alarm never rings.`,
	Fix:      `Set MetricName: ApproximateNumberOfMessagesVisible, with Statistic: Maximum.`,
	CDK:      `dlq.metricApproximateNumberOfMessagesVisible()`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html", Checked: "2026-11-30"},
	},
	Outranks: []string{"OBS002"},
	Gaps:     `Queues that SNS, EventBridge or Lambda also write to are left out: those do send. A right to write to every queue, without a sign that this one is meant, does not count.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost:
    Type: AWS::SQS::Queue
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: NumberOfMessagesSent # want "NumberOfMessagesSent"
      Dimensions: [{Name: QueueName, Value: !GetAtt Lost.QueueName}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost:
    Type: AWS::SQS::Queue
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !GetAtt Lost.QueueName}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
`,
	Check: checkSentAlarms,
})

func checkSentAlarms(p *Pass) {
	for _, q := range p.Graph.OfKind(graph.Queue) {
		if q.External || !onlyRedrive(p.Graph, q) {
			continue
		}
		for _, e := range p.Graph.In(q, graph.Alarms) {
			v := e.Settings.Get("MetricName")
			if s, ok := p.Text(e.From, v); ok && s == "NumberOfMessagesSent" {
				p.Report(Hit{Node: e.From, Related: []*graph.Node{q}, Confidence: weaker(e), Values: []graph.Value{v},
					Message: fmt.Sprintf("alarm watches NumberOfMessagesSent of dead-letter queue %s, which does not count messages that redrive moves there", nameOf(q))})
			}
		}
	}
}

// onlyRedrive tells whether all that reaches a queue comes from other queues' redrive policies.
func onlyRedrive(g *graph.Graph, q *graph.Node) bool {
	in := g.In(q, graph.FailsTo)
	for _, e := range in {
		if e.From.Kind != graph.Queue {
			return false
		}
	}
	sends := func(e *graph.Edge) bool { return e.Strength != graph.Wildcard } // who may write everywhere mostly does not here
	return len(in) > 0 && !slices.ContainsFunc(g.In(q, graph.Writes, graph.Routes), sends)
}

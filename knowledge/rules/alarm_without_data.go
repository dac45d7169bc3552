package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "alarm-without-data",
	Code:     "OBS010",
	Title:    `Alarm watches a metric that has no data`,
	Severity: Medium,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `The metrics of queues, Kinesis streams, APIs, workflows, search domains, buckets, distributions and load balancers come by the name or id of the thing only, no totals: an alarm without that dimension looks at a metric that does not exist. It stays in INSUFFICIENT_DATA, or in what TreatMissingData makes of absent data, whatever happens.`,
	Fix:      `Name the thing in Dimensions: QueueName (!GetAtt Queue.QueueName), StreamName (!Ref Stream), or ApiName (REST API) or ApiId (HTTP and WebSocket API), with Stage if one stage is meant; StateMachineArn (!Ref StateMachine); DomainName and ClientId (the account's number) of a search domain; BucketName; DistributionId with Region: Global; LoadBalancer (!GetAtt LoadBalancer.LoadBalancerFullName).`,
	CDK:      `queue.metricApproximateAgeOfOldestMessage().createAlarm(...), likewise of a stream or API: it names the dimension`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html", Checked: "2026-11-30"},
		{Title: `Amazon Kinesis Data Streams Developer Guide, "Monitor the Amazon Kinesis Data Streams service with Amazon CloudWatch"`, URL: "https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Monitor CloudWatch metrics for HTTP APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Monitor WebSocket API execution with CloudWatch metrics"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html", Checked: "2026-11-30"},
	},
	Gaps: `Alarms with metric math or queries (Metrics) are left out, and services that publish totals too, or may do so (Lambda, DynamoDB, SNS, EventBridge); of Step Functions, only the metrics of executions and activities are known. A dimension that is there with a wrong name or value is not seen.`,
	Bad: `Resources:
  Late: # want "names no QueueName"
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
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
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      AlarmActions: ["arn:aws:sns:eu-west-1:111122223333:alerts"]
`,
	Check: checkAlarmData,
})

func checkAlarmData(p *Pass) {
	for _, a := range p.Graph.OfKind(graph.Alarm) {
		wanted, v := dimensionOf(a), a.Setting("dimensions")
		switch {
		case a.External || a.Type != "AWS::CloudWatch::Alarm" || wanted.name == "":
		case open(v):
			p.Unknown(a, v)
		case len(v.Each()) > 0:
		case a.Setting("metricName").Exists():
			p.Report(Hit{Node: a, Values: []graph.Value{v}, Fix: "Set Dimensions: [" + wanted.setting + "].", CDK: wanted.cdk + " and the like: they name the " + wanted.thing,
				Message: fmt.Sprintf("alarm %s never has data: it names no %s", nameOf(a), wanted.name)})
		}
	}
}

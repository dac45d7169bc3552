package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "alarm-topic-refuses-cloudwatch",
	Code:     "OBS009",
	Title:    `Topic's policy does not let alarms publish`,
	Severity: High,
	Pillar:   Operations,
	Why:      `A policy written for a topic replaces the one that SNS gave it, by which alarms of the account may publish. A policy that only denies (plain HTTP, for instance) or only admits others therefore silences every alarm: its state changes, its history shows "not authorized to perform: SNS:Publish", and nobody is told.`,
	Fix:      `Add a statement to the topic's policy: Allow, Principal {Service: cloudwatch.amazonaws.com}, Action sns:Publish, Resource the topic (!Ref Topic), Condition StringEquals aws:SourceAccount = the account.`,
	CDK:      `topic.grantPublish(new iam.ServicePrincipal('cloudwatch.amazonaws.com')): the alarm action does not write it, and enforceSSL makes it needed`,
	Sources: []Source{
		{Title: `AWS re:Post knowledge center, "Why didn't I receive an SNS notification for my CloudWatch alarm trigger?"`, URL: "https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger", Checked: "2026-11-30"},
		{Title: `Automated Security Response on AWS, issue 43: alarm refused "because no resource-based policy allows"`, URL: "https://github.com/aws-solutions/automated-security-response-on-aws/issues/43", Checked: "2026-11-30"},
	},
	Gaps: `Topics outside the files, and alarms in other stacks that write to a topic of these files, are not looked at. Composite alarms are.`,
	Bad: `Resources:
  Alerts: # want "does not let alarms publish"
    Type: AWS::SNS::Topic
  AlertsPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Alerts]
      PolicyDocument:
        Statement:
          - {Effect: Deny, Principal: "*", Action: sns:Publish, Resource: !Ref Alerts, Condition: {Bool: {"aws:SecureTransport": "false"}}}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/SQS, MetricName: ApproximateAgeOfOldestMessage, Dimensions: [{Name: QueueName, Value: orders}], Statistic: Maximum, Period: 60, EvaluationPeriods: 1, Threshold: 600, ComparisonOperator: GreaterThanThreshold, AlarmActions: [!Ref Alerts]}
`,
	Good: `Resources:
  Alerts:
    Type: AWS::SNS::Topic
  AlertsPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Alerts]
      PolicyDocument:
        Statement:
          - {Effect: Deny, Principal: "*", Action: sns:Publish, Resource: !Ref Alerts, Condition: {Bool: {"aws:SecureTransport": "false"}}}
          - {Effect: Allow, Principal: {Service: cloudwatch.amazonaws.com}, Action: sns:Publish, Resource: !Ref Alerts, Condition: {StringEquals: {"aws:SourceAccount": !Ref "AWS::AccountId"}}}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/SQS, MetricName: ApproximateAgeOfOldestMessage, Dimensions: [{Name: QueueName, Value: orders}], Statistic: Maximum, Period: 60, EvaluationPeriods: 1, Threshold: 600, ComparisonOperator: GreaterThanThreshold, AlarmActions: [!Ref Alerts]}
`,
	Check: checkAlarmTopics,
})

func checkAlarmTopics(p *Pass) {
	for _, topic := range p.Graph.OfKind(graph.Topic) {
		var first *graph.Edge
		for _, e := range p.Graph.In(topic, graph.Notifies) {
			if e.From.Kind == graph.Alarm {
				first = e
				break
			}
		}
		// Without a policy of its own the topic keeps SNS's, which admits the account's alarms.
		if first == nil || topic.External || len(topic.ResourcePolicy) == 0 && policyUnknown(topic) == "" {
			continue
		}
		d := serviceMay("cloudwatch.amazonaws.com", "sns:Publish", topic, first.From)
		if len(topic.ResourcePolicy) == 0 && d.Answer == policy.No {
			continue // whether the policy that refuses is its own is not known
		}
		switch d.Answer {
		case policy.Unknown:
			p.Unclear(topic, "whether its policy lets alarms publish: "+d.Why)
		case policy.No:
			fix := ""
			if strings.HasPrefix(d.Why, "a statement denies") {
				fix = "Leave cloudwatch.amazonaws.com out of the statement that denies, and see that another allows it sns:Publish."
			}
			p.Report(Hit{Node: topic, Fix: fix, Confidence: weaker(first), Related: []*graph.Node{first.From}, RelatedResources: policiesOf(topic.ResourcePolicy),
				Message: fmt.Sprintf("the policy of %s does not let alarms publish: %s", nameOf(topic), d.Why),
				Values:  append([]graph.Value{{}}, edgePlace(first)...)})
		}
	}
}

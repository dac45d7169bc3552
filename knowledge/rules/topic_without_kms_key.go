package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "topic-without-kms-key",
	Code:     "SNS003",
	Title:    `Topic is not encrypted with a KMS key`,
	Severity: Low,
	Pillar:   Security,
	Profile:  Strict,
	Why:      `Where a standard asks for encryption under a key whose use can be granted, logged and withdrawn, a topic without one does not meet it.`,
	Fix:      `Set KmsMasterKeyId to a customer managed key whose policy lets each publisher (services too) use kms:GenerateDataKey* and kms:Decrypt.`,
	CDK:      `masterKey: key`,
	Sources: []Source{
		{Title: `Amazon SNS Developer Guide, "Securing Amazon SNS data with server-side encryption"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:SNSEncryptedKMS", "checkov:CKV_AWS_26", "security-hub:SNS.1", "prowler:sns_topics_kms_encryption_at_rest_enabled", "guard-rules-registry:sns_encrypted_kms"},
	Gaps:        `For compliance only (profile strict). Topics that take alarms only are left out: the AWS managed key would refuse CloudWatch.`,
	Bad: `Resources:
  Orders: # want "KmsMasterKeyId"
    Type: AWS::SNS::Topic
`,
	Good: `Resources:
  Orders: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: alias/orders}}
  Alerts: {Type: AWS::SNS::Topic}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: NumberOfMessagesSent
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: [!Ref Alerts]
`,
	Check: func(p *Pass) {
		for _, topic := range p.Graph.OfKind(graph.Topic) {
			if topic.External || topic.Type != "AWS::SNS::Topic" || onlyAlarms(p.Graph, topic) || topic.Setting("kmsMasterKeyId").Exists() {
				continue
			}
			p.Report(Hit{Node: topic, Values: []graph.Value{{}}, Message: fmt.Sprintf("topic %s has no KmsMasterKeyId", nameOf(topic))})
		}
	},
})

package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-encryption-off",
	Code:     "SQS004",
	Title:    `Queue encryption is switched off`,
	Severity: High,
	Pillar:   Security,
	Why:      `SQS encrypts new queues with a key of its own, without charge. SqsManagedSseEnabled: false without a KMS key stores messages unencrypted.`,
	Fix:      `Remove SqsManagedSseEnabled (or set it to true), or name a key in KmsMasterKeyId.`,
	CDK:      `encryption: sqs.QueueEncryption.SQS_MANAGED`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SQS::Queue SqsManagedSseEnabled`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html#cfn-sqs-queue-sqsmanagedsseenabled", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-SQS2", "cdk-nag:SQSQueueSSE", "checkov:CKV_AWS_27", "security-hub:SQS.1", "prowler:sqs_queues_server_side_encryption_enabled", "control-tower:sqs_queue_encrypted_check"},
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: false # want "encryption is switched off"
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Keyed:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false, KmsMasterKeyId: alias/orders}
`,
	Check: checkQueueEncryption,
})

func checkQueueEncryption(p *Pass) {
	for _, q := range p.Graph.OfKind(graph.Queue) {
		key := q.Setting("kmsMasterKeyId")
		if id, known := key.Str(); q.External || key.Exists() && (!known || id != "") { // an empty text is no key
			continue
		}
		v := q.Setting("sqsManagedSseEnabled")
		if on, ok := p.Truth(q, v); ok && !on {
			p.Report(Hit{Node: q, Values: []graph.Value{v}, Message: "encryption is switched off: SqsManagedSseEnabled is false and there is no KMS key",
				Patch: SetPatch(q.Resource, v, "SqsManagedSseEnabled", true)})
		}
	}
}

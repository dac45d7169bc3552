package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-not-encrypted",
	Code:     "KIN001",
	Title:    `Kinesis or Firehose stream is not encrypted at rest`,
	Severity: Medium,
	Pillar:   Security,
	Why:      `Unlike queues and tables such a stream is encrypted only where it says so: its records lie in clear for as long as it keeps them.`,
	Fix:      `Set StreamEncryption: {EncryptionType: KMS, KeyId: alias/aws/kinesis}, or a key of your own. What was written before stays as it is.`,
	CDK:      `encryption: kinesis.StreamEncryption.MANAGED (Stream), firehose.StreamEncryption.awsOwnedKey() (DeliveryStream)`,
	Sources: []Source{
		{Title: `Amazon Kinesis Data Streams Developer Guide, "What is server-side encryption for Kinesis Data Streams?"`, URL: "https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::Kinesis::Stream`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kinesis-stream.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-KDS1", "cdk-nag:AwsSolutions-KDF1", "cdk-nag:KinesisDataStreamSSE", "cdk-nag:KinesisDataFirehoseSSE", "checkov:CKV_AWS_43", "security-hub:Kinesis.1",
		"prowler:kinesis_stream_encrypted_at_rest", "prowler:firehose_stream_encrypted_at_rest", "guard-rules-registry:kinesis_stream_encryption_rule",
		"guard-rules-registry:kinesis_firehose_delivery_stream_encryption_rule", "control-tower:kinesis_stream_encrypted_check"},
	Gaps: `A Firehose stream that is written to directly is reported as low: it holds its records while it buffers, and for up to 24 hours while it cannot deliver. The branch that CDK writes for regions without encrypted streams is left out.`,
	Bad: `Resources:
  Clicks: # want "not encrypted"
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Delivery: # want "not encrypted"
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration: {BucketARN: "arn:aws:s3:::clicks", RoleARN: "arn:aws:iam::111122223333:role/delivery"}
`,
	Good: `Resources:
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties:
      ShardCount: 1
      StreamEncryption: {EncryptionType: KMS, KeyId: alias/aws/kinesis}
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      DeliveryStreamType: KinesisStreamAsSource
      KinesisStreamSourceConfiguration: {KinesisStreamARN: !GetAtt Clicks.Arn, RoleARN: "arn:aws:iam::111122223333:role/delivery"}
      ExtendedS3DestinationConfiguration: {BucketARN: "arn:aws:s3:::clicks", RoleARN: "arn:aws:iam::111122223333:role/delivery"}
`,
	Check: checkStreamEncryption,
})

// cdkNoEncryption is the condition under which CDK leaves a stream's encryption out: some regions lack it.
const cdkNoEncryption = "AwsCdkKinesisEncryptedStreamsUnsupportedRegions"

func checkStreamEncryption(p *Pass) {
	for _, s := range p.Graph.OfKind(graph.Stream, graph.Firehose) {
		name, severity, fix, cdk := "streamEncryption", Medium, "", "encryption: kinesis.StreamEncryption.MANAGED"
		switch {
		case s.External || p.Graph.When[cdkNoEncryption]:
			continue
		case s.Type == "AWS::KinesisFirehose::DeliveryStream":
			name, severity = "deliveryStreamEncryptionConfigurationInput", Low
			fix = "Set DeliveryStreamEncryptionConfigurationInput: {KeyType: AWS_OWNED_CMK}, or a key of your own."
			cdk = "encryption: firehose.StreamEncryption.awsOwnedKey() of the DeliveryStream"
			if kind, ok := s.Setting("deliveryStreamType").Str(); !ok || kind != "DirectPut" {
				continue
			}
		case s.Type != "AWS::Kinesis::Stream":
			continue
		}
		v := s.Setting(name)
		if v.IsUnknown() {
			p.Unknown(s, v)
		} else if !v.Exists() {
			p.Report(Hit{Node: s, Severity: severity, Fix: fix, CDK: cdk, Values: []graph.Value{v},
				Message: fmt.Sprintf("%s is not encrypted at rest (%s is absent)", nameOf(s), graph.UpperFirst(name))})
		}
	}
}

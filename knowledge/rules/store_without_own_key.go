package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "store-without-own-key",
	Code:     "KMS001",
	Title:    `Store is not encrypted with a key of your own`,
	Severity: Info,
	Pillar:   Security,
	Profile:  Strict,
	Why:      `Under a key that AWS owns data are encrypted, but you can neither rule nor revoke who may decrypt them, nor see the use of the key; with an AWS managed key (alias/aws/...) you see its use in CloudTrail, but cannot change its policy. Some compliance profiles ask for more.`,
	Fix:      `Create an AWS::KMS::Key with rotation and name it: KmsKeyArn (function), KmsMasterKeyId (queue, topic), SSESpecification (table), KmsKeyId (log group, secret), BucketEncryption aws:kms, EncryptionConfiguration (state machine).`,
	CDK:      `encryptionKey: key (Bucket, Table, LogGroup, Secret), encryptionMasterKey (Queue), masterKey (Topic), environmentEncryption (Function), encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key) (StateMachine)`,
	Sources: []Source{
		{Title: `AWS Key Management Service Developer Guide, "AWS KMS keys"`, URL: "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:CloudWatchLogGroupEncrypted", "cdk-nag:SecretsManagerUsingKMSKey", "cdk-nag:S3DefaultEncryptionKMS", "checkov:CKV_AWS_173", "checkov:CKV_AWS_119", "checkov:CKV_AWS_158", "checkov:CKV_AWS_149", "security-hub:S3.17", "prowler:dynamodb_tables_kms_cmk_encryption_enabled", "guard:dynamodb_table_encrypted_kms"},
	Gaps:        `A key named by ARN or id is taken for your own; only the aliases alias/aws/... are known to be of AWS.`,
	Bad: `Resources:
  Jobs: {Type: AWS::SQS::Queue} # want "queue Jobs"
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      SSESpecification: {SSEEnabled: true, KMSMasterKeyId: alias/aws/dynamodb} # want "table Orders"
  Files: {Type: AWS::S3::Bucket} # want "bucket Files"
`,
	Good: `Parameters: {KeyArn: {Type: String}}
Resources:
  Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true, KeyPolicy: {Statement: []}}}
  Jobs: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: !Ref Key}}
  News: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref KeyArn}}
  Files:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: !GetAtt Key.Arn}}]}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
`,
	Check: func(p *Pass) {
		for _, n := range p.Graph.Nodes {
			path, ok := ownKeys[n.Type]
			if !ok || n.External || n.Framework != "" || n.Kind == graph.Function && !n.Setting("environment", "Variables").Exists() {
				continue
			}
			checkOwnKey(p, n, keyOf(n, path))
		}
	},
})

// ownKeys says where a resource names its key.
var ownKeys = map[string][]string{
	"AWS::Lambda::Function": {"kmsKeyArn"}, "AWS::SQS::Queue": {"kmsMasterKeyId"}, "AWS::SNS::Topic": {"kmsMasterKeyId"},
	"AWS::DynamoDB::Table": {"sSESpecification", "KMSMasterKeyId"}, "AWS::Logs::LogGroup": {"kmsKeyId"}, "AWS::S3::Bucket": nil,
	"AWS::StepFunctions::StateMachine": {"encryptionConfiguration", "KmsKeyId"}, "AWS::SecretsManager::Secret": {"kmsKeyId"},
}

// ownKeyWords says how a resource names its key, and what else may use the key then.
var ownKeyWords = map[string]struct{ fix, cdk string }{
	"AWS::Lambda::Function":            {"Set KmsKeyArn: !GetAtt Key.Arn to a key of your own with rotation; the function's role needs kms:Decrypt on it.", "environmentEncryption: key"},
	"AWS::SQS::Queue":                  {"Set KmsMasterKeyId: !Ref Key to a key of your own with rotation; who sends and reads needs kms:GenerateDataKey and kms:Decrypt on it.", "encryptionMasterKey: key"},
	"AWS::SNS::Topic":                  {"Set KmsMasterKeyId: !Ref Key to a key of your own with rotation; who publishes (services too) needs kms:GenerateDataKey and kms:Decrypt on it.", "masterKey: key"},
	"AWS::DynamoDB::Table":             {"Set SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt Key.Arn} to a key of your own with rotation.", "encryptionKey: key (TableV2: encryption: dynamodb.TableEncryptionV2.customerManagedKey(key))"},
	"AWS::Logs::LogGroup":              {"Set KmsKeyId: !GetAtt Key.Arn to a key of your own with rotation, whose policy admits logs.REGION.amazonaws.com.", "encryptionKey: key"},
	"AWS::S3::Bucket":                  {"Set BucketEncryption: {ServerSideEncryptionConfiguration: [{BucketKeyEnabled: true, ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}}]} to a key of your own with rotation.", "encryptionKey: key, bucketKeyEnabled: true"},
	"AWS::StepFunctions::StateMachine": {"Set EncryptionConfiguration: {Type: CUSTOMER_MANAGED_KMS_KEY, KmsKeyId: !GetAtt Key.Arn} to a key of your own with rotation; the state machine's role needs kms:GenerateDataKey and kms:Decrypt on it.", "encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key)"},
	"AWS::SecretsManager::Secret":      {"Set KmsKeyId: !GetAtt Key.Arn to a key of your own with rotation; who reads the secret needs kms:Decrypt on it.", "encryptionKey: key"},
}

func keyOf(n *graph.Node, path []string) graph.Value {
	if path != nil {
		return n.Setting(path...)
	}
	for _, r := range n.Setting("bucketEncryption", "ServerSideEncryptionConfiguration").Each() {
		if v := r.Get("ServerSideEncryptionByDefault", "KMSMasterKeyID"); v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

func checkOwnKey(p *Pass, n *graph.Node, key graph.Value) {
	s, known := key.Str()
	switch {
	case key.Exists() && key.Origin != graph.Default && (!known || !strings.Contains(s, "alias/aws/")):
		return
	case !written(key).Exists():
		key = graph.Value{}
	}
	words := ownKeyWords[n.Type]
	if n.Type == "AWS::StepFunctions::StateMachine" && spelled(n, "", "SAM") != "" {
		words.fix = "AWS::Serverless::StateMachine has no property for it: write the state machine as an AWS::StepFunctions::StateMachine with EncryptionConfiguration: {Type: CUSTOMER_MANAGED_KMS_KEY, KmsKeyId: !GetAtt Key.Arn}."
	}
	p.Report(Hit{Node: n, Values: []graph.Value{key}, Fix: words.fix, CDK: words.cdk, Message: fmt.Sprintf("%s %s is not encrypted with a key of your own", n.Kind, nameOf(n))})
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "secret-without-rotation",
	Code:     "SEC003",
	Title:    `Secret is never rotated`,
	Severity: Low,
	Pillar:   Security,
	Profile:  Advisory,
	Why:      `A secret that leaked stays valid until somebody changes it by hand.`,
	Fix:      `Add an AWS::SecretsManager::RotationSchedule with an interval, and HostedRotationLambda (with Transform: AWS::SecretsManager-2024-09-16 in the template) or your own rotation function. For a key that only its issuer can change, say so in the metadata: serverless-review: {rotation: issuer}.`,
	CDK:      `secret.addRotationSchedule("Rotation", { hostedRotation, automaticallyAfter: Duration.days(30) })`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SecretsManager::RotationSchedule HostedRotationLambda (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-rotationschedule-hostedrotationlambda.html", Checked: "2026-11-30"},
		{Title: `AWS Secrets Manager User Guide, "Rotate AWS Secrets Manager secrets"`, URL: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-SMG4", "cdk-nag:SecretsManagerRotationEnabled", "security-hub:SecretsManager.1", "prowler:secretsmanager_automatic_rotation_enabled", "guard:secretsmanager_rotation_enabled_check"},
	Gaps:        `A rotation that was set up by hand, or by a service that owns the secret, is not in the template.`,
	Bad: `Resources:
  Password: # want "is never rotated"
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 32}}
`,
	Good: `Resources:
  Password:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 32}}
  Joined:
    Type: AWS::SecretsManager::SecretTargetAttachment
    Properties: {SecretId: !Ref Password, TargetId: orders, TargetType: AWS::RDS::DBCluster}
  Rotation:
    Type: AWS::SecretsManager::RotationSchedule
    Properties:
      SecretId: !Ref Joined
      HostedRotationLambda: {RotationType: PostgreSQLSingleUser}
      RotationRules: {AutomaticallyAfterDays: 30}
  PartnerKey:
    Type: AWS::SecretsManager::Secret
    Metadata: {serverless-review: {rotation: issuer}}
    Properties: {Description: key that the partner gave us}
`,
	Check: func(p *Pass) {
		for _, s := range p.Graph.OfKind(graph.Secret) {
			if s.External || s.Type != "AWS::SecretsManager::Secret" || intent(s, "rotation") != "" || len(s.Setting("rotationSchedules").Each()) > 0 {
				continue
			}
			if v := p.openLink(s, "SecretId", "AWS::SecretsManager::RotationSchedule", "AWS::SecretsManager::SecretTargetAttachment"); v.Exists() {
				p.Unknown(s, v)
				continue
			}
			p.Report(Hit{Node: s, Values: []graph.Value{{}}, Message: fmt.Sprintf("secret %s is never rotated: no rotation schedule names it", nameOf(s))})
		}
	},
})

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "key-without-rotation",
	Code:     "KMS002",
	Title:    `KMS key is not rotated, or its policy admits everyone`,
	Severity: Low,
	Pillar:   Security,
	Why: `KMS renews the material of a key of your own by itself only where rotation is switched on; it is off by default. ` +
		`A key policy that admits every principal of every account lets whoever learns the key's ARN use it, and so read what it has encrypted wherever they get hold of that.`,
	Fix: `Set EnableKeyRotation: true; name the principals of the key policy, or add a Condition on kms:CallerAccount or aws:PrincipalOrgID.`,
	CDK: `new kms.Key(this, "Key", { enableKeyRotation: true })`,
	Sources: []Source{
		{Title: `AWS KMS API Reference, EnableKeyRotation`, URL: "https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-KMS5", "cdk-nag:KMSBackingKeyRotationEnabled", "checkov:CKV_AWS_7", "checkov:CKV_AWS_33", "security-hub:KMS.4", "security-hub:KMS.5",
		"prowler:kms_cmk_rotation_enabled", "prowler:kms_key_not_publicly_accessible", "guard-rules-registry:cmk_backing_key_rotation_enabled", "guard-rules-registry:kms_no_wildcard_principal",
		"control-tower:kms_key_rotation_enabled_check"},
	Gaps: `Critical for an open policy, low for missing rotation, which alone lets nobody in. Asymmetric and HMAC keys, imported material and custom key stores, which KMS does not rotate by itself, are left out.`,
	Bad: `Resources:
  Still: # want "not rotated"
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "kms:*", Resource: "*"}]
  Open:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Statement:
          - Effect: Allow # want "to everyone"
            Principal: "*"
            Action: kms:Decrypt
            Resource: "*"
`,
	Good: `Resources:
  Rotated:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Statement:
          - {Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "kms:*", Resource: "*"}
          - Effect: Allow
            Principal: {AWS: "*"}
            Action: kms:Decrypt
            Resource: "*"
            Condition: {StringEquals: {"kms:CallerAccount": "111122223333", "kms:ViaService": sqs.eu-west-1.amazonaws.com}}
  Signs:
    Type: AWS::KMS::Key
    Properties:
      KeySpec: ECC_NIST_P256
      KeyUsage: SIGN_VERIFY
      KeyPolicy:
        Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "kms:*", Resource: "*"}]
`,
	Check: checkKeys,
})

func checkKeys(p *Pass) {
	for _, key := range p.Graph.OfKind(graph.Key) {
		if key.Type != "AWS::KMS::Key" || key.External {
			continue
		}
		for _, s := range key.ResourcePolicy {
			if openToWorld(s) && !narrows(s.Conditions, callers) {
				p.Report(Hit{Node: key, Severity: Critical, Resource: s.Via, Values: []graph.Value{graph.NewString(s.At, "Principal *")},
					Fix: "Name the principals of the key policy, or add a Condition on kms:CallerAccount or aws:PrincipalOrgID.", CDK: "key.grantEncryptDecrypt(role) and the like instead of a statement for everyone",
					Message: fmt.Sprintf("policy of key %s allows %s to everyone, without a condition on who asks", nameOf(key), actionsOf(s))})
			}
		}
		if key.PolicyUnknown != "" {
			p.Unclear(key, key.PolicyUnknown)
		}
		if !rotatable(p, key) {
			continue
		}
		v := key.Setting("enableKeyRotation")
		if on, ok := p.Truth(key, v); ok && !on {
			p.Report(Hit{Node: key, Values: []graph.Value{v}, Fix: "Set EnableKeyRotation: true.", Patch: SetPatch(key.Resource, v, "EnableKeyRotation", true),
				Message: fmt.Sprintf("key %s is not rotated (EnableKeyRotation is not true)", nameOf(key))})
		}
	}
}

// callers are the keys by which a condition narrows a grant to everyone in KMS's own words.
var callers = map[string]bool{"kms:calleraccount": true, "kms:viaservice": true}

// rotatable tells whether KMS can rotate a key: symmetric, with material of KMS's own. What is not known is recorded.
func rotatable(p *Pass, key *graph.Node) bool {
	for name, wanted := range map[string]string{"keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS"} {
		v := key.Setting(name)
		if s, ok := p.Text(key, v); v.Exists() && (!ok || s != wanted) {
			return false
		}
	}
	return true
}

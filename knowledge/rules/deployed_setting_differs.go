package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "deployed-setting-differs",
	Code:     "LIV001",
	Title:    `A deployed setting is not the one in the template`,
	Severity: Medium,
	Pillar:   Operations,
	Why: `What runs is not what is written: whoever reads, tests or reviews the template is misled, another stage does not have the change, and a later deployment that touches the resource ` +
		`may set it back without notice, just when the change that somebody made in need is needed.`,
	Fix: `Write the deployed value into the template if it is right, else deploy the template's value again (change the property, or run a drift-aware change set).`,
	CDK: `set the property on the owning construct, then cdk deploy; cdk diff does not see such changes`,
	Sources: []Source{
		{Title: `AWS CloudFormation User Guide, "Detect unmanaged configuration changes to stacks and resources with drift detection"`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html", Checked: "2026-11-29"},
	},
	Gaps: `Deployed stacks only. Only settings that other rules and the graph use are compared, for the types that the live review reads; values of environment variables are compared and never shown; what scaling and gradual ` +
		`deployments change is left out, as are triggers that were switched off (LIV008). Policies are compared by effect and actions. High where the setting guards access or data; medium else, because the system runs on and only the next deployment surprises.`,
	Bad: `# Metadata.observed stands for what a live review saw of the deployed resource.
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Metadata: {observed: {drift: {VisibilityTimeout: 899}}}
    Properties:
      VisibilityTimeout: 30 # want "template 30 s, live 899 s"
  Audit: # want "template nothing, live alias/other"
    Type: AWS::SNS::Topic
    Metadata: {observed: {drift: {KmsMasterKeyId: alias/other}}}
  Jobs:
    Type: AWS::SQS::Queue
    Metadata: {observed: {drift: {SqsManagedSseEnabled: null}}}
    Properties:
      SqsManagedSseEnabled: true # want "template true, live nothing"
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Metadata: {observed: {drift: {}}}
    Properties:
      VisibilityTimeout: 30
`,
	Check: checkDrift,
})

// guards are the settings that keep others out of something, by name; a change of one matters more.
var guards = map[string]bool{
	"KmsKeyArn": true, "KmsMasterKeyId": true, "KmsKeyId": true, "SqsManagedSseEnabled": true, "SSESpecification": true, "StreamEncryption": true, "BucketEncryption": true,
	"AuthType": true, "Cors": true, "AssumeRolePolicyDocument": true, "Policies": true, "ManagedPolicyArns": true, "PermissionsBoundary": true, "KeyPolicy": true, "Enabled": true,
	"PublicAccessBlockConfiguration": true, "VpcConfig": true, "Role": true, "RoleArn": true, "MfaConfiguration": true,
}

func checkDrift(p *Pass) {
	for _, r := range p.Graph.Resources {
		for _, c := range r.Drift {
			if stops(r, c) {
				continue // trigger-not-running says more
			}
			if h := p.Graph.Node(r.ID); open(c.Template) && h != nil {
				p.Unknown(h, c.Template)
				continue
			}
			top, _, _ := strings.Cut(c.Setting, "/")
			h := Hit{Node: p.Graph.Node(r.ID), Resource: r, Values: []graph.Value{placed(r, c, c.Template), placed(r, c, c.Live)}}
			if guards[top] && (top != "Enabled" || r.Type == "AWS::KMS::Key") {
				h.Severity = High
			}
			written := spellSetting(c.Setting, c.Template)
			h.Message = fmt.Sprintf("%s of %s: template %s, live %s; the live value runs, and a deployment that touches %s may set it back",
				strings.ReplaceAll(c.Setting, "/", "."), placeOf(nil, r).ID, written, spellSetting(c.Setting, c.Live), placeOf(nil, r).ID)
			setting, right := strings.ReplaceAll(c.Setting, "/", "."), "Write the live value of %s into the template if it is right"
			if !c.Live.Exists() {
				right = "Take %s out of the template if the live state is right"
			}
			h.Fix = fmt.Sprintf(right+", else set it back by a drift-aware change set: a deployment of the unchanged template leaves it as it is.", setting)
			p.Report(h)
		}
	}
}

// placed gives a value of a change its place: where it is written, else the resource's line with the setting's path.
func placed(r *graph.Resource, c graph.Change, v graph.Value) graph.Value {
	if c.Template.At != nil {
		v.At = c.Template.At
		return v
	}
	if r.At != nil {
		v.At = &graph.Evidence{File: r.At.File, Line: r.At.Line, Column: r.At.Column, Path: r.At.Path + "/Properties/" + c.Setting}
	}
	return v
}

// units of settings, for messages.
var units = map[string]string{
	"Timeout": " s", "VisibilityTimeout": " s", "MessageRetentionPeriod": " s", "DelaySeconds": " s", "ReceiveMessageWaitTimeSeconds": " s", "MaximumBatchingWindowInSeconds": " s",
	"MaximumEventAgeInSeconds": " s", "MaximumRecordAgeInSeconds": " s", "MemorySize": " MB", "RetentionPeriodHours": " h", "RetentionInDays": " days",
}

func spellSetting(setting string, v graph.Value) string {
	if !v.Exists() {
		return "nothing"
	}
	text := short(v.String())
	if _, number := v.Float(); number {
		text += units[setting[strings.LastIndexByte(setting, '/')+1:]]
	}
	return text
}

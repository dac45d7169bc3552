package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "key-or-subscription-dying",
	Code:     "LIV014",
	Title:    `Key is disabled or about to go, or a subscription was never confirmed`,
	Severity: Critical,
	Pillar:   Reliability,
	Why:      `What a deleted key has encrypted can never be read again (but for what a multi-Region replica can still decrypt), and while the key waits for deletion KMS refuses to encrypt and decrypt with it. A subscription that nobody has confirmed gets nothing.`,
	Fix:      `Cancel the deletion (CancelKeyDeletion) and enable the key, or move everything to another key first. Confirm the subscription, or create it anew: the link is good for two days.`,
	CDK:      `n/a: aws kms cancel-key-deletion; confirm the subscription`,
	Sources: []Source{
		{Title: `AWS KMS API Reference, ScheduleKeyDeletion`, URL: "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html", Checked: "2026-11-30"},
		{Title: `Amazon SNS API Reference, "Subscribe"`, URL: "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. Subscriptions by e-mail and to web addresses, medium from one day after the last update of the stack.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Key: # want "PendingDeletion (on 2026-12-01)"
    Type: AWS::KMS::Key
    Metadata: {observed: {stack: {keys: "", subscriptions: ""}, KeyState: PendingDeletion, DeletionDate: '2026-12-01'}}
    Properties: {KeyPolicy: {Statement: []}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {KmsMasterKeyId: !Ref Key}
  News: {Type: AWS::SNS::Topic}
  Mail: # want "never confirmed"
    Type: AWS::SNS::Subscription
    Metadata: {observed: {Confirmed: false, DaysSinceUpdate: 9}}
    Properties: {TopicArn: !Ref News, Protocol: email, Endpoint: a@example.com}
`,
	Good: `Resources:
  Key:
    Type: AWS::KMS::Key
    Metadata: {observed: {stack: {keys: "", subscriptions: ""}, KeyState: Enabled}}
    Properties: {KeyPolicy: {Statement: []}}
  News: {Type: AWS::SNS::Topic}
  Mail:
    Type: AWS::SNS::Subscription
    Metadata: {observed: {Confirmed: true, DaysSinceUpdate: 9}}
    Properties: {TopicArn: !Ref News, Protocol: email, Endpoint: a@example.com}
  Fresh:
    Type: AWS::SNS::Subscription
    Metadata: {observed: {Confirmed: false, DaysSinceUpdate: 0}}
    Properties: {TopicArn: !Ref News, Protocol: email, Endpoint: b@example.com}
`,
	Check: checkDying,
})

func checkDying(p *Pass) {
	if p.looked("keys") {
		for _, k := range p.Graph.OfKind(graph.Key) {
			state := k.Resource.Seen("KeyState")
			text, _ := state.Str()
			if text != "PendingDeletion" && text != "Disabled" && text != "PendingReplicaDeletion" {
				continue
			}
			h := Hit{Node: k, Values: []graph.Value{state}, Fix: "Cancel the deletion (CancelKeyDeletion), which leaves the key disabled, and enable it (EnableKey), or move everything to another key first."}
			h.CDK = "n/a: aws kms cancel-key-deletion, then aws kms enable-key"
			if text == "Disabled" {
				h.Fix, h.CDK = "Enable the key (EnableKey), or move everything to another key first.", "enabled: true on the Key; aws kms enable-key"
			}
			for _, e := range p.Graph.Out(k, graph.Encrypts) {
				h.Related = append(h.Related, e.To)
			}
			if day, _ := k.Resource.Seen("DeletionDate").Str(); day != "" {
				text += " (on " + day + ")"
			}
			h.Message = fmt.Sprintf("key %s is in state %s: KMS neither encrypts nor decrypts with it", nameOf(k), text)
			p.Report(h)
		}
	}
	if !p.looked("subscriptions") {
		return
	}
	for _, r := range p.Graph.Resources {
		confirmed := r.Seen("Confirmed")
		ok, known := confirmed.Truth()
		if days, _ := r.Seen("DaysSinceUpdate").Int(); known && !ok && days >= 1 {
			p.Report(Hit{Resource: r, Severity: Medium, Values: []graph.Value{confirmed},
				Fix:     "Confirm the subscription, or create it anew: the link is good for two days.",
				CDK:     "n/a: confirm the subscription",
				Message: fmt.Sprintf("subscription %s was never confirmed: nothing is sent to it", placeOf(nil, r).ID)})
		}
	}
}

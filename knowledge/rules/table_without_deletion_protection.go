package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "table-without-deletion-protection",
	Code:     "DDB002",
	Title:    `Table can be deleted by one wrong call`,
	Severity: Low,
	Pillar:   Reliability,
	Why:      `DeletionPolicy: Retain keeps CloudFormation from deleting the table, not a script, the console or a tidy-up job whose rights allow it; with deletion protection DynamoDB refuses.`,
	Fix:      `Set DeletionProtectionEnabled: true, on a global table in each replica.`,
	SAM:      `A SimpleTable has no such property: write it as an AWS::DynamoDB::Table with the same logical id, key and settings, and DeletionProtectionEnabled: true.`,
	CDK:      `deletionProtection: true`,
	Sources: []Source{
		{Title: `AWS Config Developer Guide, dynamodb-table-deletion-protection-enabled`, URL: "https://docs.aws.amazon.com/config/latest/developerguide/dynamodb-table-deletion-protection-enabled.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"security-hub:DynamoDB.6", "prowler:dynamodb_table_deletion_protection_enabled"},
	Gaps:        `Low, because the rule speaks of tables that are retained. A table that goes with its stack has one finding for both, that of stateful-resource-without-retention. Tables of short-lived items are left out. Info for what exists in trial stages only.`,
	Bad: `Resources:
  Orders: # want "deletion protection"
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
`,
	Good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
`,
	MoreBad: []string{`Resources:
  Orders: # want "deletion protection"
    Type: AWS::DynamoDB::GlobalTable
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      Replicas: [{Region: eu-west-1}]
`},
	Keeps: true,
	Check: func(p *Pass) {
		for _, t := range p.Graph.OfKind(graph.Table) {
			if t.External || t.Resource == nil || shortLived(t) || mayBeShortLived(p, t) {
				continue
			}
			v := t.Setting("deletionProtectionEnabled")
			on, ok := p.Truth(t, v)
			if on || !ok && open(v) {
				continue
			}
			h := Hit{Node: t, Values: []graph.Value{v}, Message: fmt.Sprintf("table %s has no deletion protection: one wrong call takes its data away", nameOf(t))}
			if t.Type == "AWS::DynamoDB::GlobalTable" {
				h.Fix = "Set DeletionProtectionEnabled: true in each of Replicas."
			}
			if retained(t) {
				h.Severity, h.Message = Low, fmt.Sprintf("table %s has no deletion protection: its retention binds CloudFormation only", nameOf(t))
			}
			p.Report(h)
		}
	},
})

// retained tells whether CloudFormation leaves the thing alone when it is removed or replaced.
func retained(n *graph.Node) bool {
	for _, name := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		s, ok := n.Resource.Attributes.Get(name).Str()
		if !ok || !strings.HasPrefix(s, "Retain") {
			return false
		}
	}
	return true
}

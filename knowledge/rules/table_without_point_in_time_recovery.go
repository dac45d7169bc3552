package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "table-without-point-in-time-recovery",
	Code:     "DDB001",
	Title:    "DynamoDB table has no point-in-time recovery",
	Severity: High,
	Pillar:   Reliability,
	Why:      `A faulty deployment, a wrong batch job or a deleted item cannot be undone: without point-in-time recovery the table can only be restored to backups somebody made before.`,
	Fix:      `Set PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}, on a global table in each replica.`,
	CDK:      `pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true }`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::DynamoDB::Table PointInTimeRecoverySpecification", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html#cfn-dynamodb-table-pointintimerecoveryspecification", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-DDB3", "cdk-nag:DynamoDBPITREnabled", "cdk-nag:DynamoDBInBackupPlan", "checkov:CKV_AWS_28", "cfn_nag:W78", "checkov:CKV_AWS_165",
		"security-hub:DynamoDB.2", "security-hub:DynamoDB.4", "prowler:dynamodb_tables_pitr_enabled", "prowler:dynamodb_table_protected_by_backup_plan",
		"guard-rules-registry:dynamodb_pitr_enabled", "guard-rules-registry:dynamodb_in_backup_plan", "guard-rules-registry:dynamodb_resources_protected_by_backup_plan"},
	Gaps: `A table with a time to live whose name says that its items are short-lived (idempotency, lock, session, connection, cache, token, nonce, deduplication ...) is left out; so is one with Metadata serverless-review role ephemeral. Low where a condition switches recovery off: that is a choice made per stage. Medium where DeletionPolicy and UpdateReplacePolicy are both written out as Delete (the data may go) and for the state of circuit breakers; info for what exists in trial stages only.`,
	Bad: `Resources:
  Orders: # want "not enabled"
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Users:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: false # want "not enabled"
`,
	Good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  IdempotencyKeys:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: # want "not enabled"
    Type: AWS::Serverless::SimpleTable
`, `Resources:
  Orders: # want "not enabled"
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      Replicas:
        - Region: eu-west-1
          PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
        - Region: eu-central-1
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
`},
	Keeps: true,
	Check: func(p *Pass) {
		for _, t := range p.Graph.OfKind(graph.Table) {
			if t.External || shortLived(t) || mayBeShortLived(p, t) {
				continue
			}
			v := t.Setting("pointInTimeRecoverySpecification", "pointInTimeRecoveryEnabled")
			on, ok := p.Truth(t, v)
			if on || !ok && open(v) {
				continue
			}
			h := Hit{Node: t, Values: []graph.Value{v}, Message: "point-in-time recovery is not enabled: a wrong write or delete cannot be undone"}
			if deleteChosen(t) || guardsCalls().MatchString(nameOf(t)+" "+t.Name) {
				h.Severity = Medium
			}
			if chosen(v) {
				h.Severity = Low // somebody has decided so for some stages
			}
			if inBackupPlan(p.Graph, t) {
				h.Severity, h.Message = Low, "point-in-time recovery is not enabled; the backup plan restores to its last backup only"
			}
			if t.Type == "AWS::DynamoDB::GlobalTable" {
				h.Fix = "Set PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true} in each of Replicas."
			} else {
				h.Fix = "Set PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}."
			}
			if t.Type == "AWS::DynamoDB::Table" {
				h.Patch = SetPatch(t.Resource, t.Setting("pointInTimeRecoverySpecification"), "PointInTimeRecoverySpecification", map[string]any{"PointInTimeRecoveryEnabled": true})
			}
			p.Report(h)
		}
	},
})

// guardsCalls matches the names of tables that hold the state of circuit breakers, which the next calls make anew.
var guardsCalls = lazy.Regexp(`(?i)circuit-?_?breaker`)

// deleteChosen tells whether somebody has written out, for both cases, that a thing goes with its data.
func deleteChosen(n *graph.Node) bool {
	if n.Resource == nil {
		return false
	}
	for _, name := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		if s, _ := n.Resource.Attributes.Get(name).Str(); !strings.EqualFold(s, "Delete") {
			return false
		}
	}
	return true
}

var shortLivedName = lazy.Regexp(`(?i)(idempot|lock|session|connection|cache|nonce|jti|jwt|token|otp|dedup|rate-?limit|replay|temporary|circuit-?breaker)`)

// shortLived tells whether a table's items are gone soon anyway.
func shortLived(t *graph.Node) bool {
	if intent(t, "role") == "ephemeral" {
		return true
	}
	if !expires(t) {
		return false
	}
	for _, key := range t.Setting("keySchema").Each() {
		if s, _ := key.Get("AttributeName").Str(); shortLivedName().MatchString(s) {
			return true // items that live as long as a session or a token
		}
	}
	for _, part := range t.Setting("tableName").Parts() { // "shop-${Stage}-sessions" says it as well
		if shortLivedName().MatchString(part.Literal) {
			return true
		}
	}
	return shortLivedName().MatchString(nameOf(t)) || shortLivedName().MatchString(t.Name)
}

// expires tells whether a table has a time to live that may be on.
func expires(t *graph.Node) bool {
	on, known := t.Setting("timeToLiveSpecification", "enabled").Truth()
	return t.Setting("timeToLiveSpecification").Exists() && (on || !known)
}

// mayBeShortLived records that the name of a table with a time to live would tell what lies in it, but is not known. It is
// false where it is, or where nothing depends on it.
func mayBeShortLived(p *Pass, t *graph.Node) bool {
	name := t.Setting("tableName")
	if !openWord(name) || !expires(t) {
		return false
	}
	p.Unknown(t, name)
	return true
}

// openWord tells whether a word of a name may be any: what is not known of it is the whole or part of a word, not a word
// of its own such as a stage.
func openWord(name graph.Value) bool {
	if name.IsUnknown() {
		return true
	}
	parts := name.Parts()
	for i, part := range parts {
		before, after := i > 0 && letterAtEnd().MatchString(parts[i-1].Literal), i+1 < len(parts) && letterAtStart().MatchString(parts[i+1].Literal)
		if part.Unknown != "" && (before || after || len(parts) == 1) {
			return true
		}
	}
	return false
}

var letterAtEnd, letterAtStart = lazy.Regexp(`[A-Za-z]$`), lazy.Regexp(`^[A-Za-z]`)

// inBackupPlan tells whether a backup selection of the system names the thing, or selects by tags or wildcard.
func inBackupPlan(g *graph.Graph, t *graph.Node) bool {
	for _, n := range g.Nodes {
		if n.Type != "AWS::Backup::BackupSelection" || n.Resource == nil {
			continue
		}
		selection := n.Resource.Properties.Get("BackupSelection")
		if selection.Get("ListOfTags").Exists() || selection.Get("Conditions").Exists() {
			return true
		}
		for _, v := range selection.Get("Resources").Each() {
			if s, ok := v.Str(); ok && s == "*" {
				return true
			}
			for _, ref := range v.Refs() {
				if ref.Resource == t.ID {
					return true
				}
			}
		}
	}
	return false
}

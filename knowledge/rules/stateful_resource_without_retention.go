package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stateful-resource-without-retention",
	Code:     "DEP003",
	Title:    `Stateful resource is not retained when it is deleted or replaced`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Deleting the stack, removing the resource from the template, or changing a property that replaces it destroys the data: Delete is the default of both policies (databases of RDS: a snapshot at deletion).`,
	Fix:      `Set DeletionPolicy: Retain and UpdateReplacePolicy: Retain on the resource, or Snapshot on databases of RDS.`,
	CDK:      `removalPolicy: RemovalPolicy.RETAIN`,
	Sources: []Source{
		{Title: `CloudFormation Template Reference, DeletionPolicy attribute`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html", Checked: "2026-11-30"},
	},
	Outranks:    []string{"DDB002", "COG003"},
	Equivalents: []string{"cfn-lint:I3011", "cfn-lint:W3011"},
	Gaps:        `Low where deletion protection is on (the deletion fails while it is) and for buckets (CloudFormation cannot delete one that holds objects). For databases of RDS a DeletionPolicy that is not written is a snapshot, an UpdateReplacePolicy that is not written is not; instances of clusters and replicas are left out. Medium where point-in-time recovery is on (a deleted table leaves a backup for 35 days), where a plan of AWS Backup in the files has the thing (its recovery points stay in their vault) and for streams and keys. One level lower where Delete is written out: somebody has chosen it. Info for what exists in trial stages only. Keys that encrypt only topics and queues are left out, and so are stages in which a condition switches deletion protection off.`,
	Bad: `Resources:
  Orders: # want "DeletionPolicy and UpdateReplacePolicy"
    Type: AWS::DynamoDB::Table
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
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: # want "UpdateReplacePolicy"
    Type: AWS::Serverless::SimpleTable
    DeletionPolicy: Retain
`, `Resources:
  Guarded: # want "only deletion protection"
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
`},
	Keeps: true,
	Check: checkRetention,
})

// stateful are the types whose deletion loses data, with the severity of that.
var stateful = map[string]Severity{
	"AWS::DynamoDB::Table": High, "AWS::DynamoDB::GlobalTable": High, "AWS::Cognito::UserPool": High, "AWS::EFS::FileSystem": High,
	"AWS::RDS::DBInstance": High, "AWS::RDS::DBCluster": High,
	"AWS::Kinesis::Stream": Medium, "AWS::KMS::Key": Medium, "AWS::S3::Bucket": Low,
}

func checkRetention(p *Pass) {
	for _, n := range p.Graph.Nodes {
		severity, ok := stateful[n.Type]
		guard, on, perStage := protection(n)
		if !ok || n.Resource == nil || n.External || shortLived(n) || mayBeShortLived(p, n) || perStage && !open(guard) || encryptsOnlyMessages(p.Graph, n) || holdsCopies(n) {
			continue
		}
		var lacking []string
		values, unknown := []graph.Value{}, false
		for _, name := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
			v := n.Resource.Attributes.Get(name)
			s, known := v.Str()
			switch {
			case open(v):
				p.Unknown(n, v)
				unknown = true
			case name == "DeletionPolicy" && !known && n.Kind == graph.Database: // Snapshot is the default of databases then
			case !known || strings.EqualFold(s, "Delete"):
				lacking = append(lacking, name)
				values = append(values, v)
			}
		}
		written := true
		for _, v := range values {
			written = written && v.Exists()
		}
		if len(lacking) == 0 || unknown {
			continue
		}
		if perStage {
			p.Unknown(n, guard)
			continue
		}
		backedUp := recoverable(n) || inBackupPlan(p.Graph, n) // its recovery points do not go with the resource
		switch {
		case on:
			severity = Low
		case severity == High && (backedUp || len(lacking) == 1):
			severity = Medium
		}
		if written {
			severity = severity.Lower()
		}
		wanted, h := "Retain", Hit{Node: n, Severity: severity, Values: values}
		if n.Kind == graph.Database {
			wanted, h.CDK = "Retain or Snapshot", "removalPolicy: RemovalPolicy.SNAPSHOT"
		}
		h.Message = loss(n, on, lacking) + ": no " + wanted + " in " + strings.Join(lacking, " and ")
		h.Fix = "Set " + strings.Join(lacking, " and ") + " to " + wanted + " on the resource."
		if lacking[0] == "DeletionPolicy" && n.Kind == graph.Bucket && emptiesBucket(p.Graph, n) {
			h.Message = fmt.Sprintf("Custom::S3AutoDeleteObjects empties %s, and it is deleted with the stack: no %s in %s", nameOf(n), wanted, strings.Join(lacking, " and "))
			h.Fix = "Take Custom::S3AutoDeleteObjects away and set " + strings.Join(lacking, " and ") + " to Retain, if the objects are to stay."
			h.CDK = "removalPolicy: RemovalPolicy.RETAIN without autoDeleteObjects"
		}
		p.Report(h)
	}
}

// emptiesBucket tells whether the custom resource of CDK deletes a bucket's objects before the bucket.
func emptiesBucket(g *graph.Graph, n *graph.Node) bool {
	return slices.ContainsFunc(g.Resources, func(r *graph.Resource) bool {
		if r.Type != "Custom::S3AutoDeleteObjects" {
			return false
		}
		ref, ok := r.Properties.Get("BucketName").Ref()
		return ok && ref.Resource == n.ID
	})
}

// loss says what is gone. A key is kept for its waiting period of 7 to 30 days.
func loss(n *graph.Node, protected bool, lacking []string) string {
	name := nameOf(n)
	act := map[string]string{"DeletionPolicy": "deleting ", "UpdateReplacePolicy": "replacing "}[strings.Join(lacking, "")]
	if act == "" {
		act = "deleting or replacing "
	}
	switch {
	case protected:
		return fmt.Sprintf("only deletion protection keeps the data of %s: once it is off, %sit loses them", name, act)
	case n.Kind == graph.Key:
		return fmt.Sprintf("what %s encrypts becomes unreadable once the key's waiting period is over", name)
	case n.Kind == graph.Bucket && act == "replacing ":
		return fmt.Sprintf("a change that replaces %s deletes the old bucket, unless it holds objects", name)
	case n.Kind == graph.Bucket:
		return fmt.Sprintf("%s is deleted with the stack if it is empty, and makes the deletion fail if not", name)
	case n.Kind == graph.Database:
		return fmt.Sprintf("%s%s loses its data, without a snapshot", act, name)
	case n.Kind == graph.Table && recoverable(n):
		return fmt.Sprintf("%s%s leaves its data in a system backup only, for 35 days", act, name)
	}
	return fmt.Sprintf("%s%s loses its data", act, name)
}

// recoverable tells whether a table has point-in-time recovery: DynamoDB keeps a system backup of one that is deleted.
// Source: DynamoDB developer guide, "Point-in-time backups for DynamoDB", checked 2026-11-30.
func recoverable(n *graph.Node) bool {
	on, _ := n.Setting("pointInTimeRecoverySpecification", "pointInTimeRecoveryEnabled").Truth()
	return on
}

// holdsCopies tells whether the data of a database are another one's: of its cluster, or of what it is a replica of.
func holdsCopies(n *graph.Node) bool {
	return n.Kind == graph.Database && (n.Setting("dBClusterIdentifier").Exists() && n.Type == "AWS::RDS::DBInstance" ||
		n.Setting("sourceDBInstanceIdentifier").Exists() || n.Setting("replicationSourceIdentifier").Exists())
}

// encryptsOnlyMessages tells whether a key protects topics and queues alone: what they hold is gone in days.
func encryptsOnlyMessages(g *graph.Graph, n *graph.Node) bool {
	edges := g.Out(n, graph.Encrypts)
	for _, e := range edges {
		if e.To.Kind != graph.Topic && e.To.Kind != graph.Queue {
			return false
		}
	}
	return len(edges) > 0
}

// protection tells whether the service itself refuses to delete the thing: on where it surely does, perStage where
// it may in other stages: by a value v that is not known, or that a condition chooses.
func protection(n *graph.Node) (v graph.Value, on, perStage bool) {
	v = n.Setting("deletionProtectionEnabled")
	if n.Kind == graph.Database {
		v = n.Setting("deletionProtection")
	}
	on, known := v.Truth()
	if n.Type == "AWS::Cognito::UserPool" {
		v = n.Setting("deletionProtection")
		s, ok := v.Str()
		on, known = s == "ACTIVE", ok
	}
	return v, on, !on && (!known && v.Exists() || chosen(v))
}

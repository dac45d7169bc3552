package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stack-deletable-by-mistake",
	Code:     "LIV013",
	Title:    `Stack with data can be deleted by mistake`,
	Severity: Medium,
	Pillar:   Operations,
	Why:      `One wrong command deletes the stack, and with it the tables, user pools and empty buckets that neither a DeletionPolicy nor deletion protection of their own keeps.`,
	Fix:      `Switch on termination protection (aws cloudformation update-termination-protection --enable-termination-protection --stack-name NAME), and set DeletionPolicy: Retain on what holds data.`,
	CDK:      `terminationProtection: true on the stack`,
	Sources: []Source{
		{Title: `CloudFormation Template Reference, DeletionPolicy attribute`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html", Checked: "2026-11-30"},
		{Title: `AWS CloudFormation User Guide, "Protect CloudFormation stacks from being deleted"`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. Stacks whose data all have a DeletionPolicy of Retain or Snapshot are left out (Snapshot is the default of databases of RDS), and so are data with deletion protection of their own; of nested stacks the outermost counts. Shown once, on the first resource with data.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Orders: # want "termination protection is off"
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {stack: {stack.name: orders, stack.terminationProtection: false}}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], BillingMode: PAY_PER_REQUEST}
`,
	Good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {stack: {stack.name: orders, stack.terminationProtection: true}}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], BillingMode: PAY_PER_REQUEST}
`,
	MoreGood: []string{`Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Metadata: {observed: {stack: {stack.name: orders, stack.terminationProtection: false}}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], BillingMode: PAY_PER_REQUEST}
`, `# CloudFormation takes a snapshot of a database whose DeletionPolicy is not written.
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Metadata: {observed: {stack: {stack.name: orders, stack.terminationProtection: false}}}
    Properties: {Engine: postgres, DBInstanceClass: db.t4g.micro, AllocatedStorage: "20", MasterUsername: app, ManageMasterUserPassword: true}
`, `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Metadata: {observed: {stack: {stack.name: orders, stack.terminationProtection: false}}}
    Properties: {AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}], BillingMode: PAY_PER_REQUEST, DeletionProtectionEnabled: true}
`},
	Check: checkTermination,
})

func checkTermination(p *Pass) {
	shield := p.Graph.Observed["stack.terminationProtection"]
	if on, known := shield.Truth(); on || !known {
		return
	}
	var data []*graph.Node
	for _, n := range p.Graph.OfKind(graph.Table, graph.Bucket, graph.UserPool, graph.Database) {
		if n.Resource == nil {
			continue
		}
		written := n.Resource.Attributes.Get("DeletionPolicy")
		if strings.HasPrefix(n.Type, "AWS::RDS::") && !written.Exists() {
			continue // Snapshot is the default then, and instances of a cluster hold none of its data
		}
		policy, _ := written.Str()
		guard, on, _ := protection(n)
		switch {
		case on: // the service refuses to delete it
		case policy == "Retain", policy == "Snapshot", policy == "RetainExceptOnCreate":
		case open(guard):
			p.Unknown(n, guard)
		default:
			data = append(data, n)
		}
	}
	if len(data) == 0 {
		return
	}
	shield.At = data[0].At()
	stack, _ := p.Graph.Observed["stack.name"].Str()
	empty := ""
	if slices.ContainsFunc(data, func(n *graph.Node) bool { return n.Kind == graph.Bucket }) {
		empty = " (a bucket only while it is empty)"
	}
	p.Report(Hit{Node: data[0], Related: data[1:], Values: []graph.Value{shield},
		Fix:     fmt.Sprintf("Switch on termination protection (aws cloudformation update-termination-protection --enable-termination-protection --stack-name %s), and set DeletionPolicy: Retain on what holds data.", stack),
		Message: fmt.Sprintf("termination protection is off for stack %s, which would take %s with it%s", stack, names(data), empty)})
}

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "administrator-rights",
	Code:     "IAM001",
	Title:    `Role has administrator rights`,
	Severity: Critical,
	Pillar:   Security,
	Why:      `Whoever gets hold of the credentials, through a flaw in one function or a leaked log, owns the account; with PowerUserAccess everything in it but IAM, the organization and the settings of the account; with IAMFullAccess they can give themselves all that is left.`,
	Fix:      `List the actions that are needed and the ARNs that they work on.`,
	CDK:      `grant methods of the resources (table.grantReadData(fn)), or iam.PolicyStatement with actions and resources`,
	Sources: []Source{
		{Title: `AWS Well-Architected Framework, Serverless Applications Lens, identity and access management`, URL: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/identity-and-access-management.html", Checked: "2026-11-30"},
		{Title: `AWS Managed Policy Reference, PowerUserAccess`, URL: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:IAMPolicyNoStatementsWithAdminAccess", "checkov:CKV_AWS_62", "checkov:CKV_AWS_63", "security-hub:IAM.1", "prowler:iam_inline_policy_no_administrative_privileges", "prowler:iam_aws_attached_policy_no_administrative_privileges", "prowler:iam_customer_attached_policy_no_administrative_privileges", "guard-rules-registry:iam_policy_no_statements_with_admin_access", "guard-rules-registry:iam_role_administrator_access_policy_rule", "control-tower:iam_inline_policy_no_statements_with_admin_access_check", "control-tower:iam_managed_policy_no_statements_with_admin_access_check"},
	Outranks:    []string{"IAM002"},
	Gaps:        `High instead of critical for roles that CloudFormation, CodeBuild or CodePipeline assume: deployment needs wide rights.`,
	Bad: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "*", Resource: "*"} # want "every action"
  Admin:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess] # want "AdministratorAccess"
`,
	Good: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "sqs:SendMessage", Resource: "*"}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Policies:
        - AdministratorAccess # want "AdministratorAccess"
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Policies:
        - Statement:
            - {Effect: Deny, Action: "*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}
`},
	Check: checkAdministrators,
})

func checkAdministrators(p *Pass) {
	for _, n := range p.Graph.OfKind(graph.Role, graph.Policy) {
		if n.External {
			continue
		}
		p.openRights(n)
		severity := Critical
		if deploys(n) {
			severity = High
		}
		for _, s := range n.Statements {
			if !isAllow(s) || strings.HasPrefix(s.Origin, "managed ") || s.Via != nil && s.Via != n.Resource || !hasStar(s.Resources) {
				continue
			}
			for _, v := range s.Actions {
				if a, ok := v.Str(); ok && (a == "*" || a == "*:*") {
					p.Report(Hit{Node: n, Resource: s.Via, Severity: severity, Values: append([]graph.Value{v}, s.Resources...), Fix: insteadOf(p.Graph, n, ""),
						Message: fmt.Sprintf("%s allows every action on every resource", nameOf(n))})
				}
			}
		}
		for _, v := range n.Setting("managedPolicyArns").Each() {
			arn, ok := v.Str()
			name := arn[strings.LastIndexByte(arn, '/')+1:]
			if ok && strings.Contains(arn, ":aws:policy/") && (name == "AdministratorAccess" || name == "PowerUserAccess" || name == "IAMFullAccess") {
				p.Report(Hit{Node: n, Severity: severity, Values: []graph.Value{v}, Fix: insteadOf(p.Graph, n, name), Message: fmt.Sprintf("%s has the managed policy %s", nameOf(n), name)})
			}
		}
	}
}

// insteadOf says what to write in the place of administrator rights: a managed policy, or "" for a statement.
func insteadOf(g *graph.Graph, n *graph.Node, managed string) string {
	fix := "List the actions that whoever has these rights needs, and the ARNs that they work on"
	switch {
	case deploys(n):
		fix = "List the actions by which the stack's resources are made and changed, and iam:PassRole on the roles that it hands on"
	case slices.ContainsFunc(g.In(n, graph.Assumes), func(e *graph.Edge) bool { return e.From.Kind == graph.Function }):
		fix = "List the actions the code calls and the ARNs it calls them on"
	}
	if managed != "" {
		return "Take " + managed + " out. " + fix + "."
	}
	return fix + "."
}

func hasStar(vs []graph.Value) bool {
	for _, s := range literals(vs) {
		if s == "*" {
			return true
		}
	}
	return false
}

// deploys tells whether a role is assumed by a service that deploys stacks.
func deploys(role *graph.Node) bool {
	for _, s := range role.ResourcePolicy {
		for _, p := range s.Principals {
			name, _ := p.Value.Str()
			switch strings.SplitN(name, ".", 2)[0] {
			case "cloudformation", "codebuild", "codepipeline":
				return true
			}
		}
	}
	return false
}

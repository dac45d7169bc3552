package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "privilege-escalation-path",
	Code:     "IAM004",
	Title:    `Role can give itself more rights`,
	Severity: High,
	Pillar:   Security,
	Why:      `Who may change policies or roles can give itself every right that no boundary or organization policy forbids; who may pass any role to something that runs code has in effect the rights of every role that this service may take on.`,
	Fix:      `Limit iam:PassRole to the role's ARN with a Condition on iam:PassedToService; take iam:Put*, iam:Attach* and iam:Create*Version away from workloads.`,
	CDK:      `role.grantPassRole(grantee) on the one role`,
	Sources: []Source{
		{Title: `AWS IAM User Guide, "Grant a user permissions to pass a role to an AWS service"`, URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"checkov:CKV_AWS_110", "prowler:iam_inline_policy_allows_privilege_escalation", "prowler:iam_policy_allows_privilege_escalation", "guard-rules-registry:iam_policy_no_wildcard_resource_on_passrole", "guard-rules-registry:iam_role_no_wildcard_resource_on_passrole"},
	Gaps:        `Only statements on every resource are judged. A statement with a Condition is left out, unless it asks for the Region, TLS or the caller's own account only. Administrator rights are another rule's matter.`,
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
              - {Effect: Allow, Action: ["iam:PassRole", "lambda:CreateFunction"], Resource: "*"} # want "iam:PassRole"
`,
	Good: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/worker"}
              - {Effect: Allow, Action: "lambda:CreateFunction", Resource: "*"}
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
        - Statement:
            - {Effect: Allow, Action: "iam:AttachRolePolicy", Resource: "*"} # want "iam:AttachRolePolicy"
`},
	MoreGood: []string{`Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["iam:PassRole", "lambda:CreateFunction"], Resource: "*", Condition: {StringEquals: {"iam:PassedToService": lambda.amazonaws.com}}}
`},
	Check: checkEscalation,
})

// runners are the rights that turn a passed role into running code.
var runners = []string{"lambda:CreateFunction", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode", "states:CreateStateMachine",
	"states:UpdateStateMachine", "scheduler:CreateSchedule", "ec2:RunInstances", "ecs:RunTask", "glue:CreateJob", "cloudformation:CreateStack", "codebuild:CreateProject", "datapipeline:CreatePipeline", "sagemaker:CreateNotebookInstance"}

// policyWriters are the rights that change what a role may do.
var policyWriters = []string{"iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutGroupPolicy",
	"iam:AttachGroupPolicy", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy"}

// mayRun tells whether a role, or one that a policy is attached to, may start something that runs code under a passed role.
func mayRun(g *graph.Graph, n *graph.Node) bool {
	statements := n.Statements
	if n.Kind == graph.Policy { // another policy of the same role may hold the other half
		for _, role := range g.OfKind(graph.Role) {
			if slices.ContainsFunc(role.Statements, func(s graph.Statement) bool { return s.Via != nil && s.Via == n.Resource }) {
				statements = append(slices.Clip(statements), role.Statements...)
			}
		}
	}
	for _, s := range statements {
		for _, action := range runners {
			if isAllow(s) && len(s.NotActions) == 0 && allowsAction(s, action) {
				return true
			}
		}
	}
	return false
}

// idleKeys are keys of conditions, in small letters, that say nothing about what is acted on: whose the role itself is, and
// how and where the call is made.
var idleKeys = map[string]bool{"aws:requestedregion": true, "aws:securetransport": true, "aws:principalorgid": true, "aws:principalaccount": true}

func checkEscalation(p *Pass) {
	const passes = "iam:PassRole together with a right to run code"
	for _, n := range p.Graph.OfKind(graph.Role, graph.Policy) {
		if n.External || deploys(n) {
			continue
		}
		p.openRights(n)
		for _, s := range n.Statements {
			if !isAllow(s) || strings.HasPrefix(s.Origin, "managed ") || s.Via != nil && s.Via != n.Resource || !hasStar(s.Resources) ||
				!saysNothing(s.Conditions) || len(s.NotActions) > 0 || allowsAction(s, "nothing:AtAll") {
				continue
			}
			var found string
			for _, action := range policyWriters {
				if found == "" && allowsAction(s, action) {
					found = action
				}
			}
			if found == "" && allowsAction(s, "sts:AssumeRole") {
				found = "sts:AssumeRole"
			}
			if found == "" && allowsAction(s, "iam:PassRole") && mayRun(p.Graph, n) {
				found = passes
			}
			if found != "" {
				gains := "it can obtain any right in the account that no boundary forbids"
				switch found {
				case "sts:AssumeRole":
					gains = "it can take on every role that trusts the account"
				case passes:
					gains = "its code can run with the rights of every role that the service may take on"
				}
				h := Hit{Node: n, Resource: s.Via, Values: []graph.Value{graph.NewString(s.At, actionsOf(s))},
					Message: fmt.Sprintf("%s allows %s on every resource: %s", nameOf(n), found, gains)}
				switch found {
				case "sts:AssumeRole":
					h.Fix, h.CDK = "Name the roles that may be taken on in Resource.", "role.grantAssumeRole(grantee) on the one role"
				case passes:
					h.Fix = "Limit iam:PassRole to the ARN of the role that is passed, with a Condition on iam:PassedToService."
				default:
					h.Fix = "Take " + found + " and the other rights to change policies away from the workload; where it must have one, name in Resource what it may change, with a Condition on iam:PermissionsBoundary."
					h.CDK = "take the iam.PolicyStatement away, or give it resources and conditions"
				}
				p.Report(h)
			}
		}
	}
}

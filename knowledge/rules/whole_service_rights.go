package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "whole-service-rights",
	Code:     "IAM002",
	Title:    "Role may do everything in a whole service",
	Severity: High,
	Pillar:   Security,
	Why: `A grant of s3:*, dynamodb:* and the like holds deleting, changing policies and turning off protection, on every resource of the account where Resource is "*". ` +
		`A flaw in what works under the role, or one leaked credential, then reaches all of it.`,
	Fix: `List the actions that are needed, and the ARNs they are needed on.`,
	CDK: `table.grantReadData(fn), bucket.grantRead(fn), queue.grantSendMessages(fn) and the like`,
	Sources: []Source{
		{Title: "AWS Well-Architected Framework, Serverless Applications Lens, identity and access management", URL: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/identity-and-access-management.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-IAM5", "cdk-nag:Serverless-LambdaStarPermissions", "cdk-nag:LambdaStarPermissions", "cdk-nag:IAMPolicyNoStatementsWithFullAccess",
		"cdk-nag:IAMNoWildcardPermissions", "serverless-rules:WS1003", "security-hub:IAM.21", "checkov:CKV_AWS_107", "checkov:CKV_AWS_108", "prowler:iam_inline_policy_no_full_access_to_kms",
		"guard-rules-registry:iam_policy_no_statements_with_full_access", "guard-rules-registry:iam_managedpolicy_no_statements_with_full_access",
		"guard-rules-registry:iam_role_no_wildcard_actions_on_permissions", "guard-rules-registry:iam_role_elevated_managed_policy_rule"},
	Gaps: `Of AWS's managed policies, those count whose name says full access, and those that allow every action of a service on all of it; the roles that AWS's own services ask for (service-role) pass, and policies too long for our table are known by their name alone. Wildcards within one kind of action (s3:Get*) are not reported. Statements with a Condition are judged as without.`,
	Bad: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess # want "AmazonDynamoDBFullAccess"
      Policies:
        - PolicyName: files
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: s3:* # want "s3:* on every resource"
                Resource: "*"
`,
	Good: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
      Policies:
        - PolicyName: files
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "s3:GetObject*", Resource: "arn:aws:s3:::files/*"}
              - {Effect: Allow, Action: "xray:*", Resource: "*"}
              - {Effect: Deny, Action: "sqs:*", Resource: "*"}
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
            - Effect: Allow
              Action: ["sqs:SendMessage", "dynamodb:*"] # want "dynamodb:* on"
              Resource: !GetAtt Table.Arn
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
`, `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: queues
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: sqs:* # want "sqs:* on all but arn:aws:sqs:*:*:audit"
                NotResource: arn:aws:sqs:*:*:audit
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
        - S3CrudPolicy: {BucketName: files}
        - DynamoDBCrudPolicy: {TableName: orders}
`},
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.Role, graph.Policy) {
			if n.External {
				continue
			}
			p.openRights(n)
			for _, s := range n.Statements {
				checkWholeService(p, n, s)
			}
			for _, v := range n.Setting("managedPolicyArns").Each() {
				checkFullAccess(p, n, v)
			}
		}
	},
})

func checkWholeService(p *Pass, n *graph.Node, s graph.Statement) {
	// Statements of AWS's managed policies are judged by the policy's name; those of a policy that stands in the
	// files are reported once, at the policy.
	if !isAllow(s) || strings.HasPrefix(s.Origin, "managed ") || s.Via != nil && s.Via != n.Resource {
		return
	}
	everywhere := false
	for _, v := range s.Resources {
		if text, ok := v.Str(); ok && text == "*" {
			everywhere = true
		}
	}
	for _, v := range s.Actions {
		action, ok := v.Str()
		if ok && strings.Trim(action, "*:") == "" && !everywhere && len(s.Resources) > 0 && !firstOpen(s.Resources...).Exists() {
			p.Report(Hit{Node: n, Resource: s.Via, Severity: Medium, Values: append([]graph.Value{v}, s.Resources...),
				Message: fmt.Sprintf("%s allows every action on %s, deleting included", nameOf(n), strings.Join(spellAll(s.Resources), ", "))})
			continue
		}
		service, rest, found := strings.Cut(action, ":")
		if !ok || !found || strings.Trim(rest, "*") != "" || rest == "" || service == "*" || harmless(strings.ToLower(service), everywhere) {
			continue
		}
		severity, where := Medium, "on "+strings.Join(spellAll(s.Resources), ", ")
		switch {
		case everywhere:
			severity, where = High, "on every resource of the account"
		case len(s.NotResources) > 0:
			where = "on all but " + strings.Join(spellAll(s.NotResources), ", ")
		}
		p.Report(Hit{Node: n, Resource: s.Via, Severity: severity, Values: append([]graph.Value{v}, s.Resources...),
			Fix: needsOnly(s, everywhere), CDK: grantOf(strings.ToLower(service)),
			Message: fmt.Sprintf("%s allows %s %s: every action of the service, deleting included", nameOf(n), action, where)})
	}
}

// needsOnly is the fix for a grant of a whole service.
func needsOnly(s graph.Statement, everywhere bool) string {
	if !everywhere && len(s.Resources) > 0 {
		return "List the actions that are needed in its place."
	}
	return ""
}

// grantOf is the grant of CDK for a service, or how to write a statement where it has none.
func grantOf(service string) string {
	if words := narrower[service]; words.grant != "" {
		return words.grant + ", or an iam.PolicyStatement with the actions that are needed"
	}
	return "new iam.PolicyStatement({ actions: [...], resources: [...] }) with the actions that are needed"
}

// harmless are services whose every action is meant for workloads or their users (the two channels of the Systems
// Manager agent among them), and logs on named groups.
func harmless(service string, everywhere bool) bool {
	switch service {
	case "xray", "execute-api", "cognito-sync", "mobileanalytics", "ssmmessages", "ec2messages":
		return true
	case "logs":
		return !everywhere
	}
	return false
}

func spellAll(vs []graph.Value) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = short(v.String())
	}
	return out
}

func checkFullAccess(p *Pass, n *graph.Node, v graph.Value) {
	arn, ok := v.Str()
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	if !ok || !strings.Contains(arn, ":aws:policy/") {
		return
	}
	switch name {
	case "AmazonAPIGatewayInvokeFullAccess", "AWSXrayFullAccess", "AWSXRayFullAccess":
		return
	case "AWSSupportAccess": // cases of the support centre; an account has to have a role with it
		return
	case "IAMFullAccess": // that is administrator rights
		return
	}
	what := "full access to the service"
	if edition := strings.TrimRight(strings.TrimSuffix(strings.ToLower(name), "v2"), "_"); !strings.HasSuffix(edition, "fullaccess") { // CloudWatchFullAccessV2
		services := wholeServices(n, arn)
		if len(services) == 0 {
			return
		}
		what = "every action of " + strings.Join(services, ", ")
	}
	p.Report(Hit{Node: n, Values: []graph.Value{v}, Fix: "Take " + name + " away and write a policy with the actions that are needed, and the ARNs they are needed on.",
		CDK:     "take it out of managedPolicies; the grant methods of the constructs (table.grantReadData, bucket.grantRead ...), or an iam.PolicyStatement with actions and resources",
		Message: fmt.Sprintf("%s has the managed policy %s: %s, deleting included, on every resource of the account", nameOf(n), name, what)})
}

// wholeServices lists the services of which a managed policy of AWS allows every action everywhere. Those that AWS makes for the
// roles of its own services have none.
func wholeServices(n *graph.Node, arn string) []string {
	var out []string
	for _, s := range n.Statements {
		if s.Origin != "managed "+arn || !isAllow(s) || strings.Contains(arn, "service-role/") || s.Conditions.Exists() {
			continue
		}
		for _, v := range s.Actions {
			action, _ := v.Str()
			service, rest, _ := strings.Cut(action, ":")
			literal := slices.ContainsFunc(s.Resources, func(r graph.Value) bool { text, _ := r.Str(); return text == "*" })
			if rest != "*" || !literal && !slices.ContainsFunc(s.Resources, allOf(service)) || harmless(service, literal) || slices.Contains(out, service) {
				continue
			}
			out = append(out, service)
		}
	}
	return out
}

// allOf tells of a resource whether it is all that a service has, in every account and Region: nothing but the service is
// written in its ARN.
func allOf(service string) func(graph.Value) bool {
	return func(v graph.Value) bool {
		text, _ := v.Str()
		rest, ok := strings.CutPrefix(text, "arn:aws:"+service+":")
		return ok && strings.Trim(rest, "*:/") == ""
	}
}

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "role-shared-by-functions",
	Code:     "LAM027",
	Title:    "Several functions work under one role",
	Severity: Medium,
	Pillar:   Security,
	Why:      `Each of them holds the rights of all: a flaw in the one that reads user input reaches what only the others need. And it is not plain which of them needs a right, so that rights stay which nobody needs any more.`,
	Fix:      `Give each function a role of its own, with what it needs.`,
	CDK:      `leave role out: each lambda.Function makes its own`,
	Sources: []Source{
		{Title: `AWS Well-Architected Framework, Serverless Applications Lens, "Identity and access management"`, URL: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/identity-and-access-management.html", Checked: "2026-11-30"},
	},
	Gaps: `Info for roles that allow no more than logs, traces, network interfaces and the like, or what is not all known, such as those of other stacks.`,
	Bad: `Resources:
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.handler, Role: !GetAtt Shared.Arn, Code: {ZipFile: "..."}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: b.handler, Role: !GetAtt Shared.Arn, Code: {ZipFile: "..."}}
  Shared: # want "A and B"
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"}]
`,
	Good: `Resources:
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.handler, Role: !GetAtt Plain.Arn, Code: {ZipFile: "..."}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: b.handler, Role: !GetAtt Other.Arn, Code: {ZipFile: "..."}}
  Plain:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
  Other:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, CodeUri: src, Role: !GetAtt Shared.Arn}
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.handler}
  B:
    Type: AWS::Serverless::Function
    Properties: {Handler: b.handler}
  Shared: # want "sqs:SendMessage"
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:orders"}]
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, CodeUri: src}
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.handler, Policies: [{SQSSendMessagePolicy: {QueueName: orders}}]}
  B:
    Type: AWS::Serverless::Function
    Properties: {Handler: b.handler, Policies: [{SQSSendMessagePolicy: {QueueName: orders}}]}
`},
	Check: checkSharedRoles,
})

func checkSharedRoles(p *Pass) {
	for _, role := range p.Graph.OfKind(graph.Role) {
		if role.Framework != "" {
			continue
		}
		var users []*graph.Node
		codes := map[string]bool{}
		for _, e := range p.Graph.In(role, graph.Assumes) {
			if e.From.Kind == graph.Function && e.From.Framework == "" {
				users = append(users, e.From)
				codes[e.From.Setting("code").String()+" "+e.From.Setting("handler").String()] = true
			}
		}
		if role.External {
			checkOutsideRole(p, role, users)
			continue
		}
		right := workingRight(role)
		if len(codes) < 2 {
			continue
		}
		if !differ(users, "code", "handler") {
			p.Unknown(role, openCode(users))
			continue
		}
		if right == "" {
			if !differ(users, "code") { // the functions are parts of one program
				if v := openCode(users); v.Exists() && !oneParcel(users) {
					p.Unknown(role, v)
				}
				continue
			}
			allows := "which allows no more than logs and the like so far: what is allowed to one next, all may do"
			if policyUnknown(role) != "" || openActions(role) {
				allows = "and what that allows is not all known here: whatever it is, all may do it"
			}
			p.Report(Hit{Node: role, Severity: Info, Values: []graph.Value{{}}, Related: users, Fix: ownRoles(users),
				Message: fmt.Sprintf("%s work under the role %s, %s", names(users), nameOf(role), allows)})
			continue
		}
		p.Report(Hit{Node: role, Values: []graph.Value{{}}, Related: users, Fix: ownRoles(users),
			Message: fmt.Sprintf("%s work under the role %s: each holds all its rights (%s and so on)", names(users), nameOf(role), right)})
	}
}

// checkOutsideRole reports the functions of one file that work under a role whose rights are written elsewhere.
func checkOutsideRole(p *Pass, role *graph.Node, users []*graph.Node) {
	var files []string
	byFile := map[string][]*graph.Node{}
	for _, fn := range users {
		if fn.Resource == nil {
			continue
		}
		if byFile[fn.Resource.File] == nil {
			files = append(files, fn.Resource.File)
		}
		byFile[fn.Resource.File] = append(byFile[fn.Resource.File], fn)
	}
	for _, file := range files {
		fns := byFile[file]
		if !differ(fns, "code") {
			continue
		}
		p.Report(Hit{Node: fns[0], Severity: Info, Values: []graph.Value{{}}, Related: fns[1:], Fix: ownRoles(fns),
			Message: fmt.Sprintf("%s work under one role, %s: whatever it allows, all may do it", names(fns), nameOf(role))})
	}
}

// ownRoles is the fix where SAM makes roles by itself.
func ownRoles(fns []*graph.Node) string {
	if slices.ContainsFunc(fns, func(fn *graph.Node) bool { return spelled(fn, "", "SAM") == "" }) {
		return ""
	}
	return "Leave Role out (of Globals too) and give each function Policies with what it needs: SAM then makes a role for each."
}

// openActions tells whether some action that a role allows is not known.
func openActions(role *graph.Node) bool {
	return slices.ContainsFunc(role.Statements, func(s graph.Statement) bool { return isAllow(s) && firstOpen(s.Actions...).Exists() })
}

// oneParcel tells whether functions run the same code, with handlers of their own at most.
func oneParcel(fns []*graph.Node) bool {
	for _, fn := range fns {
		if fn.Setting("code").String() != fns[0].Setting("code").String() {
			return false
		}
	}
	return true
}

// openCode is what leaves the code of functions open.
func openCode(fns []*graph.Node) (v graph.Value) {
	for _, fn := range fns {
		if unknown := firstOpen(firstWithin(fn.Setting("code")), fn.Setting("handler")); unknown.Exists() {
			v = unknown
		}
	}
	return v
}

// differ tells whether two functions surely differ in one of their settings.
func differ(fns []*graph.Node, settings ...string) bool {
	for i, fn := range fns {
		for _, other := range fns[:i] {
			for _, name := range settings {
				if apart(fn.Setting(name), other.Setting(name)) {
					return true
				}
			}
		}
	}
	return false
}

// apart tells whether two values surely differ. What is not known is the same where the same leaves it open, and may be
// anything else where it is another; the parameters of CDK's assets are named by the hash of what they hold.
func apart(a, b graph.Value) bool {
	if a.Kind == graph.Map && b.Kind == graph.Map {
		for _, kind := range [...]string{"ZipFile", "ImageUri"} {
			if a.Get(kind).Exists() != b.Get(kind).Exists() {
				return true
			}
		}
		return slices.ContainsFunc(a.Fields(), func(f graph.Field) bool { return apart(f.Value, b.Get(f.Name)) })
	}
	if !open(a) && !open(b) {
		return a.String() != b.String()
	}
	x, y := a.Parts(), b.Parts()
	differ := false
	for i, part := range x {
		if len(x) != len(y) || (part.Ref == nil) != (y[i].Ref == nil) || part.Ref != nil && *part.Ref != *y[i].Ref {
			return false
		}
		if part.Unknown != y[i].Unknown && !strings.HasPrefix(part.Unknown, "parameter AssetParameters") {
			return false
		}
		differ = differ || part.Literal != y[i].Literal || part.Unknown != y[i].Unknown
	}
	return differ
}

// everyFunctionMay tells the rights to write logs, traces and metrics and to stand in a network, by which no function
// gets at what is another's.
func everyFunctionMay(action string) bool {
	service, rest, _ := strings.Cut(action, ":")
	switch service {
	case "logs", "cloudwatch":
		return true
	case "ec2":
		return strings.Contains(rest, "networkinterface") || strings.Contains(rest, "privateipaddresses") || strings.HasPrefix(rest, "describe")
	}
	return harmless(service, true)
}

// workingRight is the first action of a role that is more than what every function may do.
func workingRight(role *graph.Node) string {
	for _, s := range role.Statements {
		if !isAllow(s) {
			continue
		}
		for _, action := range literals(s.Actions) {
			if !everyFunctionMay(strings.ToLower(action)) {
				return action
			}
		}
	}
	return ""
}

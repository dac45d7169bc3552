package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "durable-function-called-unversioned",
	Code:     "LAM026",
	Title:    `Durable function is not called by version, or may not save its progress`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Lambda refuses a call of a durable function that names no version, alias or $LATEST (InvalidParameterValueException). An execution stays on the version that it began with, for up to a year; one on $LATEST may be resumed on newer code. Without the right to write checkpoints on the qualified ARN its first step fails.`,
	Fix:      `Publish a version and an alias, let every caller name it, and give the role lambda:CheckpointDurableExecution and lambda:GetDurableExecutionState on the function ARN with :* behind (managed policy AWSLambdaBasicDurableExecutionRolePolicy).`,
	CDK:      `fn.addAlias("live"), and call the alias`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Lambda durable functions"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Invoking durable Lambda functions" (qualified ARNs requirement)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html", Checked: "2026-11-30"},
	},
	Gaps: `Calls through $LATEST by name are taken as meant for trials. The rights are looked for in the statements of the role.`,
	Bad: `Resources:
  Flow: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, DurableConfig: {ExecutionTimeout: 86400}}} # want "no version"
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], Resource: "arn:aws:lambda:eu-west-1:111122223333:function:flow:*"}]}}]
`,
	Good: `Resources:
  Flow: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, DurableConfig: {ExecutionTimeout: 86400}}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Flow}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Flow, FunctionVersion: !GetAtt Version.Version, Name: live}}
  Jobs: {Type: AWS::SQS::Queue}
  Reads: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Live}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], Resource: "arn:aws:lambda:eu-west-1:111122223333:function:flow:*"}]}}]
`,
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External && fn.Setting("durableConfig").Exists() {
				checkDurable(p, fn)
			}
		}
	},
})

func checkDurable(p *Pass, fn *graph.Node) {
	config := fn.Setting("durableConfig")
	for _, e := range p.Graph.In(fn, graph.Invokes, graph.Routes, graph.Polls) {
		if e.Qualifier == "" && e.Strength != graph.Wildcard && e.From != fn {
			p.Report(Hit{Node: fn, Fix: fmt.Sprintf("%s, and let %s name it (the alias's ARN) in its call and permission.", versioning(fn), nameOf(e.From)), CDK: "const live = fn.addAlias(\"live\"), and give the caller live in the place of fn",
				Confidence: weaker(e), Related: []*graph.Node{e.From}, Values: append([]graph.Value{{}}, edgePlace(e)...),
				Message: fmt.Sprintf("%s calls durable function %s without a version or alias: Lambda refuses such calls", nameOf(e.From), nameOf(fn))})
			return
		}
	}
	versioned := len(fn.Setting("versions").Each()) > 0
	for _, e := range p.Graph.In(fn, graph.Deploys) {
		versioned = versioned || e.From.Kind == graph.Alias
	}
	others := versionsOfOthers(p, fn)
	if !versioned && others.Exists() {
		p.Unknown(fn, others)
		return
	}
	if !versioned {
		p.Report(Hit{Node: fn, Fix: versioning(fn) + ", and let every caller name it.", Values: []graph.Value{{}, config}, Message: fmt.Sprintf("durable function %s has no version or alias that callers could name: a call without one is refused, and under $LATEST its code may change under running executions", nameOf(fn))})
		return
	}
	if s, ok := unversionedPermission(p.Graph, fn); ok && !others.Exists() {
		who, name := s.Via.Properties.Get("Principal"), s.Via.Properties.Get("FunctionName")
		p.Report(Hit{Node: fn, Fix: "Name the alias in the permission (FunctionName: !Ref Alias), and let the caller name it.", CDK: "alias.addPermission in the place of fn.addPermission", RelatedResources: []*graph.Resource{s.Via}, Confidence: Likely, Values: []graph.Value{{}, name},
			Message: fmt.Sprintf("%s may call durable function %s without a version or alias only: Lambda refuses such calls", who.String(), nameOf(fn))})
		return
	}
	for _, role := range rolesOf(p.Graph, fn) {
		switch may, why := mayCheckpoint(p.Graph, fn, role); {
		case role.External || policyUnknown(role) != "" && !may:
			p.Unclear(fn, "whether its role may write checkpoints: the policy is not all known"+because(policyUnknown(role)))
		case !may && openGrant(role).Exists():
			p.Unknown(fn, openGrant(role))
		case !may:
			fix := "Give the role lambda:CheckpointDurableExecution and lambda:GetDurableExecutionState on the function's ARN with :* behind (managed policy service-role/AWSLambdaBasicDurableExecutionRolePolicy)."
			if strings.HasPrefix(why, "its role denies") {
				fix = "Leave lambda:CheckpointDurableExecution and lambda:GetDurableExecutionState out of the statement that denies."
			}
			p.Report(Hit{Node: fn, Fix: fix, CDK: "role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName(\"service-role/AWSLambdaBasicDurableExecutionRolePolicy\")), where the role is not made by the function", Related: []*graph.Node{role}, Values: []graph.Value{{}, config}, Message: fmt.Sprintf("durable function %s may not save its progress: %s", nameOf(fn), why)})
		}
	}
}

// versioning says how a function gets a version that callers can name.
func versioning(fn *graph.Node) string {
	return spelled(fn, "Publish an AWS::Lambda::Version and point an AWS::Lambda::Alias at it", "Set AutoPublishAlias: live, which publishes a version and an alias")
}

// unversionedPermission finds a permission on the bare function for a caller that is not drawn, and that no other permission
// lets call a version. Where the caller is drawn its own edge tells, and a misfit is for permission-does-not-fit-trigger.
func unversionedPermission(g *graph.Graph, fn *graph.Node) (graph.Statement, bool) {
	for _, s := range fn.ResourcePolicy {
		if s.Via == nil || s.Via.Type != "AWS::Lambda::Permission" || !allowsAction(s, "lambda:InvokeFunction") || s.Via.Properties.Get("InvokedViaFunctionUrl").Exists() {
			continue
		}
		source := s.Via.Properties.Get("SourceArn")
		if drawn, _ := sourceOf(g, source); drawn != nil && !drawn.External || open(s.Via.Properties.Get("Principal")) {
			continue
		}
		if mine, ok := qualifierOf(g, s.Via.Properties.Get("FunctionName")); ok && mine == "" && !mayCallVersion(g, fn, s) {
			return s, true
		}
	}
	return graph.Statement{}, false
}

// mayCallVersion tells whether another permission may let the principal of a grant call a version or alias.
func mayCallVersion(g *graph.Graph, fn *graph.Node, grant graph.Statement) bool {
	principal := grant.Via.Properties.Get("Principal").String()
	for _, s := range fn.ResourcePolicy {
		if s.Via == nil {
			continue
		}
		who := s.Via.Properties.Get("Principal")
		if mine, ok := qualifierOf(g, s.Via.Properties.Get("FunctionName")); (!ok || mine != "") && (open(who) || who.String() == principal || who.String() == "*") {
			return true
		}
	}
	return missing(fn, policy.Request{Principal: grant.Principals[0], Action: "lambda:InvokeFunction", Resource: policy.On(fn)}) != ""
}

// mayCheckpoint looks for the two rights of a durable execution, on an ARN that names a version.
func mayCheckpoint(g *graph.Graph, fn, role *graph.Node) (bool, string) {
	for _, want := range []string{"lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"} {
		onBare, found := false, false
		if slices.ContainsFunc(role.Statements, func(s graph.Statement) bool { return deniesEverywhere(s, want) }) {
			return false, "its role denies " + want
		}
		for _, s := range role.Statements {
			if !isAllow(s) || !grantsAction(s, want) && !excepts(s, want) {
				continue
			}
			found = found || len(s.Resources) == 0 // all but those of NotResource
			for _, r := range s.Resources {
				switch {
				case ofOthers(g, fn, r):
				case qualified(g, r):
					found = true
				default:
					onBare = true
				}
			}
		}
		switch {
		case found:
		case onBare:
			return false, "its role allows " + want + " on the bare ARN only, and it is asked for with a version"
		default:
			return false, "its role does not allow " + want
		}
	}
	return true, ""
}

// excepts tells a statement that is about an action because it is not among those that it leaves out.
func excepts(s graph.Statement, action string) bool {
	return len(s.NotActions) > 0 && len(literals(s.NotActions)) == len(s.NotActions) &&
		!slices.ContainsFunc(literals(s.NotActions), func(a string) bool { return policy.GlobFold(a, action) })
}

// ofOthers tells a resource of a statement that is another function for sure: by a reference, or by the ARN where both names
// are known.
func ofOthers(g *graph.Graph, fn *graph.Node, r graph.Value) bool {
	for _, ref := range r.Refs() {
		if other := g.Node(ref.Resource); other != nil && other.Kind == graph.Function {
			return other != fn
		}
	}
	_, arn, found := strings.Cut(r.String(), ":function:")
	name, _, _ := strings.Cut(arn, ":")
	return found && !open(r) && fn.Name != "" && !strings.Contains(fn.Name+name, "${") && !policy.GlobFold(name, fn.Name)
}

// deniesEverywhere tells a statement that denies an action on all resources, whatever the call.
func deniesEverywhere(s graph.Statement, action string) bool {
	return strings.EqualFold(s.Effect, "Deny") && grantsAction(s, action) && !s.Conditions.Exists() && slices.Contains(literals(s.Resources), "*")
}

// openGrant finds an element of a role's statements that is not known and may grant what no other does.
func openGrant(role *graph.Node) graph.Value {
	for _, s := range role.Statements {
		parts := append(append([]graph.Value{}, s.Actions...), s.Resources...)
		if s.Via != nil && s.Effect == "" {
			parts = append(parts, graph.NewUnknown(s.At, "the effect of a statement is not a literal"))
		}
		if v := firstOpen(parts...); v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

// because appends a reason to a sentence, if there is one.
func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

func grantsAction(s graph.Statement, want string) bool {
	for _, a := range literals(s.Actions) {
		if policy.GlobFold(a, want) {
			return true
		}
	}
	return false
}

// qualified tells whether a resource of a statement can match a version of a function.
func qualified(g *graph.Graph, r graph.Value) bool {
	if ref, ok := r.Ref(); ok {
		n := g.Node(ref.Resource)
		return n == nil || n.Kind != graph.Function || ref.Resource != n.ID
	}
	s := strings.ReplaceAll(r.String(), "${AWS::", "${") // the colons of pseudo parameters separate nothing
	return strings.HasSuffix(s, "*") || strings.Count(s, ":") > 6 || !strings.HasPrefix(s, "arn:") && strings.Contains(s, "}:")
}

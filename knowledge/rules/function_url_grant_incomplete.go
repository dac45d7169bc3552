package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "function-url-grant-incomplete",
	Code:     "LAM016",
	Title:    `Grant of a function URL is incomplete`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Since October 2025 a caller of a new function URL needs two rights: lambda:InvokeFunctionUrl, and lambda:InvokeFunction for calls that come through the URL. With only the first one every call ends in status 403.`,
	Fix:      `Add a second AWS::Lambda::Permission for the same FunctionName and Principal with Action lambda:InvokeFunction and InvokedViaFunctionUrl: true.`,
	CDK:      `url.grantInvokeUrl(principal)`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Control access to Lambda function URLs"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::Lambda::Permission InvokedViaFunctionUrl`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html#cfn-lambda-permission-invokedviafunctionurl", Checked: "2026-11-30"},
	},
	Gaps: `Callers of the same account may hold one or both actions in their own policy, which is not looked at. Older URLs, which AWS exempted for a time, are not told apart.`,
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref Worker, AuthType: AWS_IAM}
  Caller: # want "lambda:InvokeFunction"
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Worker, Action: "lambda:InvokeFunctionUrl", Principal: "111122223333", FunctionUrlAuthType: AWS_IAM}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref Worker, AuthType: AWS_IAM}
  Public:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Worker, Action: "lambda:InvokeFunctionUrl", Principal: "111122223333", FunctionUrlAuthType: AWS_IAM}
  Second:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Worker, Action: "lambda:InvokeFunction", Principal: "111122223333", InvokedViaFunctionUrl: true}
`,
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      FunctionUrlConfig: {AuthType: NONE}
`},
	Check: checkURLGrants,
})

func checkURLGrants(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		url := urlOf(p.Graph, fn)
		if url == nil {
			continue
		}
		for _, s := range fn.ResourcePolicy {
			if s.Via == nil || s.Via.Source != "" || !allowsExactly(s, "lambda:InvokeFunctionUrl") {
				continue
			}
			principal := s.Via.Properties.Get("Principal")
			if open(principal) {
				p.Unknown(fn, principal)
				continue
			}
			has, unsure := second(p.Graph, fn, s)
			if unsure.Exists() && !has {
				p.Unknown(fn, unsure)
			}
			if has || unsure.Exists() {
				continue
			}
			if why := missing(fn, policy.Request{Principal: s.Principals[0], Action: "lambda:InvokeFunction", Resource: policy.On(fn)}); why != "" {
				p.Unclear(fn, "whether another permission completes it: "+why)
				continue
			}
			p.Report(Hit{Node: fn, Resource: s.Via, Related: []*graph.Node{fn, url}, Values: []graph.Value{{}, principal},
				Message: fmt.Sprintf("%s may lambda:InvokeFunctionUrl on %s, but not lambda:InvokeFunction through the URL: every call ends in status 403", principal.String(), nameOf(fn))})
		}
	}
}

// urlOf is the function URL that leads to a function, nil where there is none.
func urlOf(g *graph.Graph, fn *graph.Node) *graph.Node {
	for _, e := range g.In(fn, graph.Invokes) {
		if e.From.Kind == graph.FunctionURL {
			return e.From
		}
	}
	return nil
}

func allowsExactly(s graph.Statement, action string) bool {
	for _, a := range literals(s.Actions) {
		if a == action {
			return true
		}
	}
	return false
}

// second tells whether the principal of a grant also has the right to invoke the function itself, by the same alias;
// unsure is what may give it that right.
func second(g *graph.Graph, fn *graph.Node, grant graph.Statement) (has bool, unsure graph.Value) {
	principal := grant.Via.Properties.Get("Principal").String()
	mine, known := qualifierOf(g, grant.Via.Properties.Get("FunctionName"))
	for _, s := range fn.ResourcePolicy {
		if action := firstOpen(s.Actions...); s.Via != nil && action.Exists() {
			unsure = action
		}
		if s.Via == nil || !allowsAction(s, "lambda:InvokeFunction") {
			continue
		}
		if theirs, ok := qualifierOf(g, s.Via.Properties.Get("FunctionName")); known && ok && theirs != mine {
			continue
		}
		switch other := s.Via.Properties.Get("Principal"); {
		case other.String() == principal, other.String() == "*":
			return true, graph.Value{}
		case open(other):
			unsure = other
		}
	}
	return false, unsure
}

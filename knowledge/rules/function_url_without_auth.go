package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-url-without-auth",
	Code:     "LAM014",
	Title:    `Function URL admits everyone`,
	Severity: High,
	Pillar:   Security,
	Why:      `AuthType NONE checks nobody: with the permissions for everyone that such a URL needs, which SAM, CDK and the console write, anyone who learns the address can invoke the function and let you pay for it.`,
	Fix:      `Set AuthType: AWS_IAM, allow the callers lambda:InvokeFunctionUrl and lambda:InvokeFunction, and let them sign their requests; for browsers put CloudFront with origin access control in front.`,
	CDK:      `authType: lambda.FunctionUrlAuthType.AWS_IAM, and url.grantInvokeUrl(caller)`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Control access to Lambda function URLs"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:LambdaFunctionUrlAuth", "checkov:CKV_AWS_258", "prowler:awslambda_function_url_public", "control-tower:lambda_function_url_auth_check"},
	Gaps:        `Whether the permissions for everyone are there is not looked at: without them the URL answers 403. A check in the code, such as a webhook signature, is not seen: Metadata serverless-review public with the reason lowers the finding to low.`,
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
    Properties:
      TargetFunctionArn: !Ref Worker
      AuthType: NONE # want "AuthType NONE"
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
    Properties:
      TargetFunctionArn: !Ref Worker
      AuthType: AWS_IAM
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      FunctionUrlConfig:
        AuthType: NONE # want "AuthType NONE"
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      FunctionUrlConfig:
        AuthType: AWS_IAM
`},
	Check: checkURLAuth,
})

func checkURLAuth(p *Pass) {
	for _, url := range p.Graph.OfKind(graph.FunctionURL) {
		v := url.Setting("authType")
		if s, ok := p.Text(url, v); !ok || s != "NONE" {
			continue
		}
		h := Hit{Node: url, Values: []graph.Value{v}, Message: "function URL has AuthType NONE: everyone who knows the address may invoke the function"}
		for _, e := range p.Graph.Out(url, graph.Invokes) {
			h.Related = append(h.Related, e.To)
			if intent(e.To, "public") != "" {
				h.Severity = Low
			}
		}
		if intent(url, "public") != "" {
			h.Severity = Low
		}
		h.Patch = SetPatch(url.Resource, v, "AuthType", "AWS_IAM")
		p.Report(h)
	}
}

package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-url-cors-any-origin",
	Code:     "LAM015",
	Title:    "Function URL lets scripts of any site read its answers",
	Severity: Medium,
	Pillar:   Security,
	Why: `With the origin "*" a script on any page may call the URL from a visitor's browser and read the answer. ` +
		`Where credentials are allowed too, it may do so in the visitor's name.`,
	Fix: `List the origins of your own pages in Cors.AllowOrigins.`,
	CDK: `fn.addFunctionUrl({ cors: { allowedOrigins: ['https://www.example.com'] } })`,
	Sources: []Source{
		{Title: "AWS Lambda API reference, Cors", URL: "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"checkov:CKV2_AWS_75", "prowler:awslambda_function_url_cors_policy", "control-tower:lambda_function_url_cors_check"},
	Gaps:        `High with AllowCredentials; low with AuthType AWS_IAM and no credentials, where a foreign page cannot sign the request. A browser takes no "*" as the answer to a request with cookies; whether Lambda then answers with the caller's origin is not documented, and the worse is assumed.`,
	Bad: `Resources:
  Url:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !GetAtt Worker.Arn
      AuthType: NONE
      Cors:
        AllowOrigins: ["https://www.example.com", "*"] # want "any site"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Url:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !GetAtt Worker.Arn
      AuthType: NONE
      Cors:
        AllowOrigins: ["https://www.example.com"]
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
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
        AuthType: NONE
        Cors:
          AllowOrigins: ["*"] # want "credentials are allowed"
          AllowCredentials: true
`},
	MoreGood: []string{`Parameters:
  Origin: {Type: String}
Resources:
  Url:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: arn:aws:lambda:eu-west-1:111122223333:function:worker
      AuthType: NONE
      Cors:
        AllowOrigins: [!Ref Origin]
`},
	Check: checkURLOrigins,
})

func checkURLOrigins(p *Pass) {
	for _, url := range p.Graph.OfKind(graph.FunctionURL) {
		if url.External {
			continue
		}
		origin, ok := anyOrigin(p, url, url.Setting("cors", "allowOrigins"), "*")
		if !ok {
			continue
		}
		h := Hit{Node: url, Values: []graph.Value{origin}, Message: fmt.Sprintf("Cors.AllowOrigins of the URL is %q: scripts of any site may read its answers", "*")}
		auth, _ := url.Setting("authType").Str()
		credentials := url.Setting("cors", "allowCredentials")
		switch with, _ := credentials.Truth(); {
		case with:
			h.Severity, h.Values = High, append(h.Values, credentials)
			h.Message += ", and credentials are allowed"
		case auth == "AWS_IAM":
			h.Severity = Low
			h.Message += ", if they can sign the request (AuthType AWS_IAM)"
		}
		p.Report(h)
	}
}

// anyOrigin finds one of the wildcards in a list of origins. What is not known is recorded and no accusation.
func anyOrigin(p *Pass, n *graph.Node, origins graph.Value, wildcards ...string) (graph.Value, bool) {
	if origins.IsUnknown() {
		p.Unknown(n, origins)
		return origins, false
	}
	var unknown graph.Value
	for _, v := range origins.Each() {
		s, ok := v.Str()
		if ok && slices.Contains(wildcards, s) {
			return v, true
		}
		if !ok && v.IsUnknown() {
			unknown = v
		}
	}
	if unknown.Exists() {
		p.Unknown(n, unknown)
	}
	return unknown, false
}

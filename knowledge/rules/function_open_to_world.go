package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-open-to-world",
	Code:     "LAM017",
	Title:    `Function policy lets everyone invoke the function`,
	Severity: Critical,
	Pillar:   Security,
	Why:      `Anyone with any AWS account may invoke the function, and you pay for it; a layer that everyone may use shows everyone what is in it.`,
	Fix:      `Name the principal, or add SourceArn, SourceAccount or PrincipalOrgID.`,
	CDK:      `fn.addPermission with principal and sourceArn`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Working with resource-based policies in Lambda"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:LambdaFunctionPublicAccessProhibited", "security-hub:Lambda.1", "prowler:awslambda_function_not_publicly_accessible", "guard-rules-registry:lambda_function_public_access_prohibited", "guard-rules-registry:LAMBDA_NO_WILDCARD_PRINCIPALS", "control-tower:lambda_function_public_access_prohibited_check"},
	Gaps:        `The permissions of a public function URL belong to another rule. With FunctionUrlAuthType AWS_IAM the finding is high; a layer that everyone may use is medium.`,
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  All: # want "to everyone"
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Worker, Action: "lambda:InvokeFunction", Principal: "*"}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Org:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Worker, Action: "lambda:InvokeFunction", Principal: "*", PrincipalOrgID: o-exampleorg1}
  Url:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Worker, Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: NONE}
`,
	MoreBad: []string{`Resources:
  Shared: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: code, S3Key: shared.zip}}}
  All:
    Type: AWS::Lambda::LayerVersionPermission
    Properties:
      LayerVersionArn: !Ref Shared
      Action: lambda:GetLayerVersion
      Principal: "*" # want "layer Shared"
`},
	MoreGood: []string{`Resources:
  Shared: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: code, S3Key: shared.zip}}}
  Organization: {Type: AWS::Lambda::LayerVersionPermission, Properties: {LayerVersionArn: !Ref Shared, Action: "lambda:GetLayerVersion", Principal: "*", OrganizationId: o-exampleorg1}}
`, `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      FunctionUrlConfig: {AuthType: NONE}
`},
	Check: checkOpenFunctions,
})

func checkOpenFunctions(p *Pass) {
	checkOpenLayers(p)
	for _, fn := range p.Graph.OfKind(graph.Function) {
		for _, s := range fn.ResourcePolicy {
			if s.Via == nil {
				continue
			}
			if who := s.Via.Properties.Get("Principal"); who.IsUnknown() && !s.Via.Properties.Get("SourceArn").Exists() && !s.Via.Properties.Get("SourceAccount").Exists() {
				p.Unknown(fn, who)
			}
			if !openToWorld(s) {
				continue
			}
			urlAuth := s.Via.Properties.Get("FunctionUrlAuthType")
			viaURL := s.Via.Properties.Get("InvokedViaFunctionUrl")
			via, _ := viaURL.Truth()
			if open(viaURL) {
				p.Unknown(fn, viaURL)
				continue
			}
			auth, known := urlAuth.Str()
			if via || known && auth == "NONE" || !known && urlAuth.Exists() {
				continue
			}
			severity := Critical
			if auth == "AWS_IAM" {
				severity = High
			}
			p.Report(Hit{Node: fn, Resource: s.Via, Severity: severity, Related: []*graph.Node{fn}, Values: []graph.Value{graph.NewString(s.At, "Principal *")},
				Message: fmt.Sprintf("permission allows %s on %s to everyone, without SourceArn, SourceAccount or PrincipalOrgID", actionsOf(s), nameOf(fn))})
		}
	}
}

// checkOpenLayers looks at permissions of layers: what everyone may use everyone may read.
func checkOpenLayers(p *Pass) {
	for _, layer := range p.Graph.OfKind(graph.Layer) {
		for _, s := range layer.ResourcePolicy {
			if s.Via != nil && openToWorld(s) {
				p.Report(Hit{Node: layer, Resource: s.Via, Severity: Medium, Values: []graph.Value{s.Via.Properties.Get("Principal")},
					Fix: "Name the account (Principal: \"111122223333\"), or add OrganizationId beside Principal \"*\".", CDK: "layer.addPermission(id, { accountId }), or { accountId: \"*\", organizationId }",
					Message: fmt.Sprintf("permission lets everyone use, and read, layer %s, without OrganizationId", nameOf(layer))})
			}
		}
	}
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "rest-stage-tracing-off",
	Code:     "API012",
	Title:    `REST stage is not traced`,
	Severity: Low,
	Pillar:   Operations,
	Why:      `Unless its caller is traced already, a request has no trace before the first traced service behind the API, mostly the function: the time that API Gateway takes itself is not seen, and a call that reaches no such service has no trace.`,
	Fix:      `Set TracingEnabled: true on the stage.`,
	SAM:      `Set TracingEnabled: true on the AWS::Serverless::Api, or once under Globals: Api.`,
	CDK:      `deployOptions: { tracingEnabled: true }`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Trace user requests to REST APIs using X-Ray in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::ApiGateway::Stage TracingEnabled (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html", Checked: "2026-11-29"},
	},
	Equivalents: []string{"cdk-nag:Serverless-APIGWXrayEnabled", "cdk-nag:APIGWXrayEnabled", "checkov:CKV_AWS_73", "serverless-rules:WS2002", "security-hub:APIGateway.3", "prowler:apigateway_restapi_tracing_enabled"},
	Gaps:        `HTTP and WebSocket APIs are left out: HTTP APIs offer no X-Ray tracing. Stages that deployments or other templates make are not seen.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage: # want "stage prod of Api is not traced"
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment}
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment, TracingEnabled: true}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api: # want "is not traced"
    Type: AWS::Serverless::Api
    Properties: {StageName: prod}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: get}}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: prod, TracingEnabled: true}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: get}}
`},
	Check: func(p *Pass) {
		eachRestStage(p, func(api *graph.Node, stage graph.Value) {
			traced := stage.Get("TracingEnabled")
			on, known := traced.Truth()
			switch {
			case open(traced) || traced.Exists() && !known:
				p.Unknown(api, traced)
			case !on:
				p.Report(Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{{At: stage.At}}, Fix: inGlobals(api, "Set TracingEnabled: true."),
					Message: fmt.Sprintf("stage %s of %s is not traced (TracingEnabled is not true)", stageName(stage), nameOf(api))})
			}
		})
	},
})

// eachRestStage visits the stages of REST APIs that have a resource of their own.
func eachRestStage(p *Pass, visit func(api *graph.Node, stage graph.Value)) {
	for _, api := range p.Graph.OfKind(graph.RestAPI) {
		for _, stage := range stagesHere(api) {
			if ownResource(p.Graph, stage) {
				visit(api, stage)
			}
		}
	}
}

// ownResource tells whether a stage of a REST API is a resource of its own; others a deployment makes on the side.
func ownResource(g *graph.Graph, stage graph.Value) bool {
	id, _ := stage.Get("ResourceId").Str()
	r := g.Resource(id)
	return stage.Get("DeploymentId").Exists() || r != nil && r.Type == "AWS::ApiGateway::Stage"
}

// mockOnly tells whether an API answers by itself: all its methods have mock integrations.
func mockOnly(api *graph.Node) bool {
	if body := api.Setting("body"); open(body) || body.Get("Fn::Transform").Exists() {
		return false
	}
	mock := false
	for _, r := range api.Setting("routes").Each() {
		kind, _ := r.Get("Integration", "Type").Str()
		if kind == "" {
			kind, _ = r.Get("Integration", "type").Str() // in a definition
		}
		if !strings.EqualFold(kind, "MOCK") {
			return false
		}
		key, _ := r.Get("RouteKey").Str()
		mock = mock || !strings.HasPrefix(key, "OPTIONS ")
	}
	return mock
}

// mockOnTrial tells whether an API that answers by itself stands in a branch for trial stages only: a stand-in that tests
// call instead of something else.
func mockOnTrial(api *graph.Node) bool {
	return api.Resource != nil && trialBranch(api.Resource.Condition) && mockOnly(api)
}

// stageName is what a stage is called: by its name, or where that is not written or not known by its resource.
func stageName(stage graph.Value) string {
	if name := stage.Get("StageName"); name.Exists() && !open(name) {
		return name.String()
	}
	id, _ := stage.Get("ResourceId").Str()
	return plainID(id)
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "api-changes-never-deployed",
	Code:     "API018",
	Title:    `Changes of the API are never deployed`,
	Severity: Medium,
	Pillar:   Operations,
	Why:      `A deployment is a snapshot: CloudFormation makes it once, and later changes of methods or routes are in the template but not in the stage that serves it. An HTTP API whose stage does not deploy by itself stays as it is, too.`,
	Fix:      `Give the Deployment a logical id that changes with the API (a hash of it), as CDK and SAM do; set AutoDeploy: true on the stage of an HTTP or WebSocket API.`,
	CDK:      `RestApi with deploy: true; HttpStage with autoDeploy: true`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::ApiGatewayV2::Stage`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html", Checked: "2026-12-01"},
		{Title: `CloudFormation reference, AWS::ApiGateway::Deployment`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html", Checked: "2026-11-30"},
	},
	Gaps: `A pipeline that creates deployments by its own calls is not seen: the finding is likely, never certain. A deployment whose logical id ends in eight or more hexadecimal digits passes, and one that no stage of the same system names; a stage of a WebSocket API without any deployment is not looked at.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: live}} # want "made once"
  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Web, StageName: live}} # want "does not deploy by itself"
`,
	Good: `Parameters: {Auto: {Type: String}}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
  Deployment5c1e9a7f02: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: live}}
  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Web, StageName: live, AutoDeploy: true}}
  Other: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: other, ProtocolType: HTTP}}
  OtherStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Other, StageName: live, AutoDeploy: !Ref Auto}}
`,
	MoreBad: []string{`Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api}} # want "made once"
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: live, DeploymentId: !Ref Deployment}}
  Chat: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
  Once: {Type: AWS::ApiGatewayV2::Deployment, Properties: {ApiId: !Ref Chat}} # want "made once"
  ChatStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Chat, StageName: live, DeploymentId: !Ref Once}}
`},
	Check: func(p *Pass) {
		for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
			if deployments := api.Setting("deployments"); !api.External || !deployments.IsUnknown() {
				for _, d := range deployments.Each() {
					checkSnapshot(p, api, d)
				}
			}
			for _, s := range stagesHere(api) {
				if api.Kind == graph.HTTPAPI && !s.Get("DeploymentId").Exists() && !deployedByName(api, s) {
					checkAutoDeploy(p, api, s)
				}
			}
		}
	},
})

// hashed is a logical id that ends in what tools make of the API's content, or in which something is still to be filled in.
var hashed = lazy.Regexp(`[0-9A-Fa-f]{8,}$|[^0-9A-Za-z]`)

// pathHash is what CDK puts behind a logical id: made of the construct's path, it stays as it is from one deployment to
// the next.
var pathHash = lazy.Regexp(`[0-9A-F]{8}$`)

// ownName is a logical id without what CDK makes of the path of the construct.
func ownName(g *graph.Graph, id string) string {
	name := plainID(id)
	if r := g.Resource(id); r != nil && r.Path != "" {
		return pathHash().ReplaceAllString(name, "")
	}
	return name
}

// checkSnapshot looks at a deployment, which is reported once, however many stages serve it.
func checkSnapshot(p *Pass, api *graph.Node, d graph.Value) {
	id, _ := d.Get("ResourceId").Str()
	if hashed().MatchString(ownName(p.Graph, id)) || d.At == nil || api.Resource != nil && api.Resource.Source != "" || !serves(p, api, d) {
		return
	}
	kind, what := "AWS::ApiGateway::Deployment", "methods"
	fix, inCDK := "Give the Deployment a logical id that changes with the API (a hash of it), as CDK and SAM do.", "RestApi with deploy: true"
	if api.Kind != graph.RestAPI {
		kind, what = "AWS::ApiGatewayV2::Deployment", "routes"
		fix, inCDK = "Set AutoDeploy: true on the stage, in the place of the Deployment and of DeploymentId; or give the Deployment a logical id that changes with the API (a hash of it).", "autoDeploy: true on the stage"
	}
	p.Report(Hit{Node: api, Confidence: Likely, Related: []*graph.Node{api}, Place: &Place{ID: plainID(id), Type: kind, File: d.At.File}, Values: []graph.Value{{At: d.At}}, Fix: fix, CDK: inCDK,
		Message: fmt.Sprintf("deployment %s of %s is made once: what changes in the %s later never reaches its stage", plainID(id), nameOf(api), what)})
}

// serves tells whether a stage stays with what a deployment holds: one that the deployment of a REST API makes itself, or
// one that names it and does not deploy by itself.
func serves(p *Pass, api *graph.Node, d graph.Value) bool {
	if api.Kind == graph.RestAPI && d.Get("StageName").Exists() {
		return true
	}
	id, _ := d.Get("ResourceId").Str()
	for _, s := range stagesHere(api) {
		stage, _ := s.Get("ResourceId").Str()
		named, ok := s.Get("DeploymentId").Ref()
		names, byRef := d.Get("StageName").Ref()
		if (!ok || named.Resource != id) && (!byRef || names.Resource != stage) {
			continue
		}
		v := s.Get("AutoDeploy")
		on, known := v.Truth()
		switch {
		case v.Exists() && !known:
			p.Unknown(api, v)
		case !on:
			return true
		}
	}
	return false
}

// deployedByName tells whether a deployment of an HTTP API names a stage, or one that is not known.
func deployedByName(api *graph.Node, stage graph.Value) bool {
	id, _ := stage.Get("ResourceId").Str()
	deployments := api.Setting("deployments")
	if deployments.IsUnknown() { // an API of another stack: checkAutoDeploy says so
		return false
	}
	for _, d := range deployments.Each() {
		name := d.Get("StageName")
		text, known := name.Str()
		if ref, ok := name.Ref(); ok && ref.Resource == id || known && text == stageName(stage) || name.Exists() && (open(name) || open(stage.Get("StageName"))) {
			return true
		}
	}
	return false
}

func checkAutoDeploy(p *Pass, api *graph.Node, s graph.Value) {
	v := s.Get("AutoDeploy")
	on, known := v.Truth()
	id, _ := s.Get("ResourceId").Str()
	switch {
	case v.Exists() && !known:
		p.Unknown(api, v)
	case !on && api.External:
		p.Unknown(api, graph.NewUnknown(s.At, nameOf(api)+" may be a WebSocket API, or deployed in its own stack"))
	case !on && id != "" && id != api.ID:
		at := written(v)
		if at.At == nil {
			at.At = s.At
		}
		p.Report(Hit{Node: api, Related: []*graph.Node{api}, Place: &Place{ID: plainID(id), Type: "AWS::ApiGatewayV2::Stage", File: api.Resource.File}, Values: []graph.Value{at},
			Fix: "Set AutoDeploy: true on the stage.", CDK: "autoDeploy: true on the stage",
			Message: fmt.Sprintf("stage %s of %s has no deployment and does not deploy by itself (AutoDeploy is not true)", stageName(s), nameOf(api))})
	}
}

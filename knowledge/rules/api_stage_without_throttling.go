package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "api-stage-without-throttling",
	Code:     "API006",
	Title:    `API stage has no throttling of its own`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `One client, or one stage, can use up the request rate that all APIs of the account share in a Region, and everything behind the API takes the whole of it.`,
	Fix:      `REST: MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200}]. HTTP and WebSocket: DefaultRouteSettings: {ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200}. Choose what the functions and stores behind it bear.`,
	CDK:      `deployOptions: { throttlingRateLimit: 100, throttlingBurstLimit: 200 } of a RestApi; throttle: { rateLimit: 100, burstLimit: 200 } of an HttpStage or WebSocketStage`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Throttle requests to your REST APIs for better throughput"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Throttle requests to your HTTP APIs"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-APIGWDefaultThrottling", "cdk-nag:APIGWDefaultThrottling", "serverless-rules:ES2003"},
	Gaps:        `Low for stages named dev, test or sandbox and for APIs with mock integrations alone. Private APIs and stages of a usage plan that has a Throttle, for all or for each method, pass: whether each method asks for the plan's key is not looked at. A quota is no throttle. Limits of single methods or routes do not count.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage: # want "stage prod of Api"
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment}
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment, MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200}]}
`,
	MoreBad: []string{`Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: shop, ProtocolType: HTTP}}
  Stage: # want "account's rate"
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}
`, `Transform: AWS::Serverless-2016-10-31
Resources:
  Api: # want "stage prod"
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
	MoreGood: []string{`Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: shop, ProtocolType: HTTP}}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true, DefaultRouteSettings: {ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200}}
`, `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop, EndpointConfiguration: {Types: [PRIVATE]}}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment}
`},
	Check: checkStageThrottling,
})

func checkStageThrottling(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
		stages := stagesHere(api)
		if privateAPI(api) {
			continue
		}
		if v := openEndpoint(api); v.Exists() && api.Kind == graph.RestAPI && (len(stages) > 0 || !api.External) {
			p.Unknown(api, v)
			continue
		}
		for _, stage := range stages {
			if api.Kind == graph.RestAPI && (!ownResource(p.Graph, stage) || usagePlan(p.Graph, api, stage)) {
				continue
			}
			limited, undecided := throttled(api, stage)
			name := stageName(stage)
			switch {
			case undecided.Exists():
				p.Unknown(api, undecided)
			case !limited:
				h := Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{{At: stage.At}},
					Message: fmt.Sprintf("stage %s of %s has no %s of its own: one caller may use up the account's rate", name, nameOf(api), strings.Join(lackingLimits(generalSettings(api, stage)), " and "))}
				h.Fix, h.CDK = limits(api, stage)
				if trialStage().MatchString(name) || mockOnly(api) {
					h.Severity = Low
				}
				p.Report(h)
			}
		}
	}
}

// usagePlan tells whether a usage plan may limit the rate of a stage: it has a throttle, and no other stages alone.
func usagePlan(g *graph.Graph, api *graph.Node, stage graph.Value) bool {
	for _, n := range g.OfKind(graph.Other) {
		if n.Type != "AWS::ApiGateway::UsagePlan" {
			continue
		}
		throttle, stages := n.Setting("throttle"), n.Setting("apiStages")
		for _, s := range stages.Each() {
			of := s.Get("ApiId")
			if ref, ok := of.Ref(); ok && ref.Resource != api.ID || isAnotherStage(g, s.Get("Stage"), stage) {
				continue
			}
			if throttle.Exists() || limitsEveryMethod(api, s.Get("Throttle")) || open(s) {
				return true
			}
		}
		if throttle.Exists() && !stages.Exists() || open(throttle) || open(stages) {
			return true
		}
	}
	return false
}

// isAnotherStage tells whether a name of a stage, or a reference to one, is known not to be of a stage.
func isAnotherStage(g *graph.Graph, name, stage graph.Value) bool {
	if ref, ok := name.Ref(); ok {
		id, _ := stage.Get("ResourceId").Str()
		named := g.Resource(ref.Resource)
		return named != nil && named.Type == "AWS::ApiGateway::Stage" && ref.Resource != id
	}
	text, known := name.Str()
	own, ownKnown := stage.Get("StageName").Str()
	return known && ownKnown && text != own
}

// limitsEveryMethod tells whether the limits that a usage plan sets by method ("/orders/GET") name all methods of an API, or
// may do so.
func limitsEveryMethod(api *graph.Node, byMethod graph.Value) bool {
	routes := api.Setting("routes").Each()
	switch {
	case open(byMethod):
		return true
	case len(byMethod.Fields()) == 0:
		return false
	case len(routes) == 0:
		return true
	}
	for _, r := range routes {
		key, _ := r.Get("RouteKey").Str()
		method, path, _ := strings.Cut(key, " ")
		limited := slices.ContainsFunc(byMethod.Fields(), func(f graph.Field) bool {
			return strings.EqualFold(strings.Trim(f.Name, "/"), strings.Trim(strings.Trim(path, "/")+"/"+method, "/"))
		})
		if method != "OPTIONS" && !limited && !openRoute(key) {
			return false
		}
	}
	return true
}

// openEndpoint finds what leaves open whether an API is private.
func openEndpoint(api *graph.Node) graph.Value {
	types := api.Setting("endpointConfiguration", "Types")
	return firstOpen(append([]graph.Value{api.Setting("endpointConfiguration"), types, api.Setting("endpointConfiguration", "Type")}, types.Items()...)...)
}

func privateAPI(api *graph.Node) bool {
	for _, t := range api.Setting("endpointConfiguration", "Types").Each() {
		if s, ok := t.Str(); ok && s == "PRIVATE" {
			return true
		}
	}
	return false
}

// lackingLimits names the limits that settings lack.
func lackingLimits(settings graph.Value) []string {
	var out []string
	for _, name := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
		if !settings.Get(name).Exists() {
			out = append(out, name)
		}
	}
	return out
}

// generalSettings are the settings of a stage that hold for all it serves; absent where there are none.
func generalSettings(api *graph.Node, stage graph.Value) graph.Value {
	if api.Kind != graph.RestAPI {
		return stage.Get("DefaultRouteSettings")
	}
	for _, m := range stage.Get("MethodSettings").Each() {
		if everyMethod(m) {
			return m
		}
	}
	return graph.Value{}
}

// intoGeneralSettings says where a setting for all that a stage serves is to be written.
func intoGeneralSettings(api *graph.Node, stage graph.Value, setting string) string {
	there := generalSettings(api, stage).Exists()
	switch {
	case api.Kind != graph.RestAPI && there:
		return "Add to DefaultRouteSettings: " + setting
	case api.Kind != graph.RestAPI:
		return "Set DefaultRouteSettings: {" + setting + "}"
	case there:
		return "In the entry of MethodSettings for /* and * set " + setting
	case len(stage.Get("MethodSettings").Each()) > 0:
		return `Add an entry to MethodSettings: {ResourcePath: "/*", HttpMethod: "*", ` + setting + "}"
	}
	return `Set MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", ` + setting + "}]"
}

// limits says how to limit the rate of a stage, as its kind of API and what is written there ask for, in
// CloudFormation's words and in CDK's.
func limits(api *graph.Node, stage graph.Value) (fix, cdk string) {
	cdk = "throttle: { rateLimit: 100, burstLimit: 200 } of the stage"
	if api.Kind == graph.RestAPI {
		cdk = "deployOptions: { throttlingRateLimit: 100, throttlingBurstLimit: 200 }"
	}
	lacking := strings.Join(lackingLimits(generalSettings(api, stage)), ", ")
	lacking = strings.Replace(lacking, "RateLimit", "RateLimit: 100", 1)
	lacking = strings.Replace(lacking, "BurstLimit", "BurstLimit: 200", 1)
	return orInGlobals(api, intoGeneralSettings(api, stage, lacking)+". Choose what the functions and stores behind it bear."), cdk
}

// throttled tells whether a stage limits rate and burst for all it serves; undecided is the value that leaves it open.
func throttled(api *graph.Node, stage graph.Value) (limited bool, undecided graph.Value) {
	settings := []graph.Value{stage.Get("DefaultRouteSettings")}
	if api.Kind == graph.RestAPI {
		all := stage.Get("MethodSettings")
		if open(all) {
			return false, all
		}
		settings = nil
		for _, m := range all.Each() {
			if everyMethod(m) {
				settings = append(settings, m)
			}
		}
	}
	for _, s := range settings {
		if open(s) {
			return false, s
		}
		if s.Get("ThrottlingRateLimit").Exists() && s.Get("ThrottlingBurstLimit").Exists() {
			return true, graph.Value{}
		}
	}
	return false, graph.Value{}
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "api-key-is-only-protection",
	Code:     "API002",
	Title:    `API key is the only protection of a method`,
	Severity: High,
	Pillar:   Security,
	Why:      `API keys count and throttle callers: each call carries the key itself, unsigned, and keys are easily shared and seldom changed. AWS says not to use them for authentication or authorization, and a key for one API of a usage plan opens all its APIs.`,
	Fix:      `Set AuthorizationType: AWS_IAM on the method, or COGNITO_USER_POOLS or CUSTOM with an AuthorizerId; keep ApiKeyRequired for the usage plan.`,
	CDK:      `authorizer (or authorizationType IAM) in the method's options or defaultMethodOptions, apiKeyRequired only beside it`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Usage plans and API keys for REST APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Control and manage access to REST APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      ApiKeyRequired: true # want "only an API key"
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: AWS_IAM
      ApiKeyRequired: true
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Check: checkAPIKeys,
})

func checkAPIKeys(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.WebSocketAPI) { // HTTP APIs ask for no keys
		if api.External || closedAPI(p.Graph, api) {
			continue
		}
		for _, r := range api.Setting("routes").Each() {
			if route, _ := r.Get("RouteKey").Str(); api.Kind == graph.WebSocketAPI && route != "$connect" {
				continue // who may send is asked once, when the connection is made
			}
			key, ok := r.Get("ApiKeyRequired").Truth()
			auth := r.Get("AuthorizationType")
			kind, _ := auth.Str()
			if !ok || !key || auth.Exists() && kind != "NONE" || r.Get("AuthorizerId").Exists() {
				continue
			}
			name, _ := r.Get("RouteKey").Str()
			fix, cdk := beyondKey(api, r)
			p.Report(Hit{Node: api, Fix: fix, CDK: cdk, Aliases: []string{"API001"}, Place: routePlace(p, api, r.Get("ApiKeyRequired"), r), Related: []*graph.Node{api}, Values: []graph.Value{r.Get("ApiKeyRequired")},
				Message: fmt.Sprintf("%s is protected by only an API key", name)})
		}
	}
}

// beyondKey says how a method with a key comes to ask who calls: as its kind of API and its dialect have it.
func beyondKey(api *graph.Node, route graph.Value) (fix, cdk string) {
	key := route.Get("ApiKeyRequired")
	switch {
	case api.Kind == graph.WebSocketAPI:
		return "Set AuthorizationType: AWS_IAM on the $connect route, or CUSTOM with an AuthorizerId; keep ApiKeyRequired for the usage plan.",
			"connectRouteOptions: { integration, authorizer: new WebSocketIamAuthorizer() } or a WebSocketLambdaAuthorizer"
	case spelled(api, "", "SAM") != "" && !ofDefinition(key) && key.At != nil && strings.Contains(key.At.Path, "/Auth"):
		return "Set Auth: {Authorizer: AWS_IAM} on the event, or DefaultAuthorizer in Auth of the API, to AWS_IAM or to one of its Authorizers; keep ApiKeyRequired for the usage plan.", ""
	}
	return "", ""
}

// ofDefinition tells whether a value is written in an OpenAPI definition, and not in what SAM makes one of.
func ofDefinition(v graph.Value) bool {
	return v.At != nil && (strings.Contains(v.At.Path, "/DefinitionBody") || strings.Contains(v.At.Path, "/Body/") ||
		strings.HasPrefix(v.At.Path, "/paths/") || strings.HasPrefix(v.At.Path, "/components/") || strings.HasPrefix(v.At.Path, "/security") || strings.HasPrefix(v.At.Path, "/x-amazon-"))
}

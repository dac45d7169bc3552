package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "requests-not-validated",
	Code:     "API008",
	Title:    `Requests reach the code unchecked`,
	Severity: Low,
	Pillar:   Security,
	Why:      `A body that lacks what it must have, or has what it must not, is passed on and billed; the code has to find out.`,
	Fix:      `Give the method a RequestValidatorId (ValidateRequestBody: true) and RequestModels with a JSON schema; in an OpenAPI body x-amazon-apigateway-request-validator and a schema of the requestBody.`,
	SAM:      `Describe the body in Models of an AWS::Serverless::Api that the event names (RestApiId), and set RequestModel: {Model: its name, Required: true, ValidateBody: true} on the event; in an OpenAPI body x-amazon-apigateway-request-validator.`,
	CDK:      `requestValidatorOptions: { validateRequestBody: true }, requestModels`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Request validation for REST APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-APIG2", "cdk-nag:APIGWRequestValidation"},
	Gaps:        `HTTP APIs have no validator. Routes with {proxy+}, methods ANY and mock integrations are left out. What the schema says is not judged.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Post: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: POST, AuthorizationType: AWS_IAM, Integration: {Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:shop/invocations"}}} # want "POST /orders"
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Checked: {Type: AWS::ApiGateway::RequestValidator, Properties: {RestApiId: !Ref Api, ValidateRequestBody: true}}
  Order: {Type: AWS::ApiGateway::Model, Properties: {RestApiId: !Ref Api, ContentType: application/json, Schema: {type: object}}}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Post: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: POST, AuthorizationType: AWS_IAM, RequestValidatorId: !Ref Checked, RequestModels: {application/json: !Ref Order}, Integration: {Type: MOCK}}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: GET, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
  Rest: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: "{proxy+}"}}
  Proxy: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Rest, HttpMethod: POST, AuthorizationType: AWS_IAM, Integration: {Type: MOCK}}}
`,
	Check: func(p *Pass) {
		for _, api := range p.Graph.OfKind(graph.RestAPI) {
			routes := api.Setting("routes")
			if api.External && routes.IsUnknown() {
				continue
			}
			for _, r := range routes.Each() {
				checkValidation(p, api, r)
			}
		}
	},
})

func checkValidation(p *Pass, api *graph.Node, r graph.Value) {
	key, _ := r.Get("RouteKey").Str()
	method, path, _ := strings.Cut(key, " ")
	end := key[strings.LastIndex(key, ")")+1:] // what is known behind the last part that is not
	if strings.HasPrefix(key, "(unknown: ") || openRoute(key) && !strings.Contains(end, "/") && !strings.HasPrefix(key, "GET ") {
		p.Unknown(api, graph.NewUnknown(r.At, openPart(key))) // the method and path decide whether there is anything to validate
		return
	}
	if method != "POST" && method != "PUT" && method != "PATCH" || strings.Contains(path, "+}") || isMock(r) {
		return
	}
	validator, models := r.Get("RequestValidatorId"), r.Get("RequestModels")
	inBody := r.Get("Operation").Exists() // an OpenAPI body holds the schema in the operation itself
	lacks, fix := "", ""
	switch {
	case open(r.Get("RequestValidator")) || open(models):
		p.Unknown(api, r)
		return
	case !validator.Exists() && !r.Get("RequestValidator").Exists():
		lacks = "no request validator"
	case validatesNothing(p.Graph, api, r):
		lacks = "a request validator that validates neither bodies nor parameters"
		fix = "Set ValidateRequestBody: true on the request validator, and give the method RequestModels with a JSON schema."
		if !validator.Exists() {
			fix = "Set validateRequestBody: true at the validator in x-amazon-apigateway-request-validators, and give the requestBody a schema."
		}
	case !models.Exists() && !inBody && !validator.IsUnknown():
		lacks = "no model of its body"
		fix = "Give the method RequestModels: {application/json: an AWS::ApiGateway::Model with a JSON schema}, and see that its validator has ValidateRequestBody: true."
	default:
		return
	}
	p.Report(Hit{Node: api, Fix: fix, Place: routePlace(p, api, graph.Value{At: r.At}, r), Related: []*graph.Node{api}, Values: []graph.Value{{At: r.At}},
		Message: fmt.Sprintf("%s has %s: whatever is sent reaches the back end", key, lacks)})
}

// validatesNothing tells whether the validator of a route, a resource or one of the definition, is known to look at nothing.
func validatesNothing(g *graph.Graph, api *graph.Node, r graph.Value) bool {
	body, parameters := graph.Value{}, graph.Value{}
	if ref, ok := r.Get("RequestValidatorId").Ref(); ok {
		res := g.Resource(ref.Resource)
		if res == nil || res.Type != "AWS::ApiGateway::RequestValidator" {
			return false
		}
		body, parameters = res.Properties.Get("ValidateRequestBody"), res.Properties.Get("ValidateRequestParameters")
	} else {
		name, _ := r.Get("RequestValidator").Str()
		of := api.Setting("body", "x-amazon-apigateway-request-validators", name)
		if name == "" || of.Kind != graph.Map {
			return false
		}
		body, parameters = of.Get("validateRequestBody"), of.Get("validateRequestParameters")
	}
	return isOff(body) && isOff(parameters)
}

// isOff tells whether a switch that is off where nothing is said is known to be off.
func isOff(v graph.Value) bool {
	on, known := v.Truth()
	return !v.Exists() || known && !on
}

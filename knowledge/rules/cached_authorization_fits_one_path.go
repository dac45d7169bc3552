package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "cached-authorization-fits-one-path",
	Code:     "API017",
	Title:    `Cached answer of an authorizer decides for other routes`,
	Severity: Medium,
	Pillar:   Security,
	Why:      `API Gateway keeps the policy that the authorizer returned for a caller and applies it to every route that uses the authorizer: an answer made for one path allows, or refuses, the others for the next minutes.`,
	Fix:      `Set AuthorizerResultTtlInSeconds: 0, or return a policy for all routes that the caller may use; with a REQUEST authorizer put the path and method among the identity sources (HTTP API: $context.routeKey).`,
	CDK:      `resultsCacheTtl: Duration.seconds(0)`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Use API Gateway Lambda authorizers"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers" (cached for all routes that use it; $context.routeKey)`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:E3718"},
	Gaps:        `Which policy the authorizer returns is not in the template: the finding is likely, never certain.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Check: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: check, Type: TOKEN, IdentitySource: method.request.header.Authorization, AuthorizerUri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:check/invocations"}} # want "300 s"
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  GetOrders: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Check, Integration: {Type: MOCK}}}
  Invoices: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: invoices}}
  GetInvoices: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Invoices, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Check, Integration: {Type: MOCK}}}
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Check: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: check, Type: TOKEN, IdentitySource: method.request.header.Authorization, AuthorizerResultTtlInSeconds: 0, AuthorizerUri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:check/invocations"}}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  GetOrders: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Orders, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Check, Integration: {Type: MOCK}}}
  Invoices: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: invoices}}
  GetInvoices: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Invoices, HttpMethod: GET, AuthorizationType: CUSTOM, AuthorizerId: !Ref Check, Integration: {Type: MOCK}}}
`,
	Check: func(p *Pass) {
		for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI) {
			authorizers := api.Setting("authorizers")
			if api.External && authorizers.IsUnknown() {
				continue
			}
			for _, a := range authorizers.Each() {
				checkAuthorizerCache(p, api, a)
			}
		}
	},
})

// authorizerCacheSeconds is how long a REST API keeps an authorizer's answer where nothing is written. HTTP APIs keep
// none then. Source: CloudFormation reference of both authorizers.
const authorizerCacheSeconds = 300

func checkAuthorizerCache(p *Pass, api *graph.Node, a graph.Value) {
	typ := a.Get("Type")
	if api.Kind == graph.HTTPAPI {
		typ = a.Get("AuthorizerType")
	}
	kind, _ := typ.Str()
	if v := firstOpen(typ, a.Get("IdentitySource")); v.Exists() {
		p.Unknown(api, v)
		return
	}
	if kind != "TOKEN" && kind != "REQUEST" {
		return
	}
	ttl := a.Get("AuthorizerResultTtlInSeconds")
	seconds, known := ttl.Int()
	switch {
	case ttl.Exists() && !known:
		p.Unknown(api, ttl)
		return
	case !ttl.Exists() && api.Kind == graph.RestAPI:
		seconds = authorizerCacheSeconds
	}
	identity := a.Get("IdentitySource").String()
	id, _ := a.Get("ResourceId").Str()
	scheme, _ := a.Get("Scheme").Str() // of an OpenAPI definition
	routes := map[string]bool{}
	for _, r := range api.Setting("routes").Each() {
		uses, _ := r.Get("Scheme").Str()
		if ref, ok := r.Get("AuthorizerId").Ref(); ok && ref.Resource == id || scheme != "" && uses == scheme {
			routes[r.Get("RouteKey").String()] = true
		}
	}
	named := strings.Contains(identity, "routeKey") || strings.Contains(identity, "context.path") || strings.Contains(identity, "resourcePath")
	unkeyed := kind == "REQUEST" && !a.Get("IdentitySource").Exists()
	if seconds <= 0 || named || len(routes) < 2 && !unkeyed {
		return
	}
	at := written(ttl)
	if at.At == nil {
		at.At = a.At
	}
	message := fmt.Sprintf("the answer of authorizer %s is kept for %d s and decides for all %d routes: a policy made for one path is applied to the others", plainID(id)+scheme, seconds, len(routes))
	if unkeyed {
		message = fmt.Sprintf("authorizer %s keeps its answers for %d s, but no IdentitySource says for whom, which API Gateway asks for", plainID(id)+scheme, seconds)
	}
	fix, cdk := fitForAll(api, a, kind, unkeyed)
	h := Hit{Node: api, Fix: fix, CDK: cdk, Confidence: Likely, Related: []*graph.Node{api}, Values: []graph.Value{at}, Message: message}
	if id != "" && a.At != nil {
		h.Place = &Place{ID: plainID(id), Type: "AWS::ApiGateway::Authorizer", File: a.At.File}
		if api.Kind == graph.HTTPAPI {
			h.Place.Type = "AWS::ApiGatewayV2::Authorizer"
		}
	}
	p.Report(h)
}

// fitForAll says how a kept answer comes to fit, as the kind of the authorizer, its API and its dialect ask for.
func fitForAll(api *graph.Node, a graph.Value, kind string, unkeyed bool) (fix, cdk string) {
	id, _ := a.Get("ResourceId").Str()
	ttl, identity, keep := "AuthorizerResultTtlInSeconds: 0", "IdentitySource", "return a policy for all routes that the caller may use"
	switch {
	case spelled(api, "", "SAM") != "" && id == "" && !ofDefinition(a):
		ttl, identity = "Identity: {ReauthorizeEvery: 0} on the authorizer", "Identity"
	case id == "":
		ttl, identity = "authorizerResultTtlInSeconds: 0", "identitySource"
	}
	simple, _ := a.Get("EnableSimpleResponses").Truth()
	switch {
	case unkeyed:
		return "Name what tells callers apart in " + identity + " (a header, say), or set " + ttl + ".", "identitySources, or resultsCacheTtl: Duration.seconds(0)"
	case api.Kind == graph.HTTPAPI && simple: // it says yes or no
		return "Set " + ttl + ", or put $context.routeKey among the identity sources (" + identity + ").", "resultsCacheTtl: Duration.seconds(0)"
	case api.Kind == graph.HTTPAPI:
		return "Set " + ttl + ", put $context.routeKey among the identity sources (" + identity + "), or " + keep + ".", "resultsCacheTtl: Duration.seconds(0)"
	case kind == "REQUEST":
		return "Set " + ttl + ", put path and httpMethod of the context among the identity sources (" + identity + "), or " + keep + ".",
			"resultsCacheTtl: Duration.seconds(0), or identitySources with IdentitySource.context('path') and IdentitySource.context('httpMethod')"
	}
	return "Set " + ttl + ", or " + keep + ".", "resultsCacheTtl: Duration.seconds(0)"
}

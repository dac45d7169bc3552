package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "api-cors-any-origin",
	Code:     "API009",
	Title:    "API lets scripts of any site read its answers",
	Severity: Low,
	Pillar:   Security,
	Why: `With the origin "*" a script on any page may call the API from a visitor's browser and read the answer, with a token it got hold of. With "https://*" and credentials it acts in the visitor's name. ` +
		`An API that is reached from inside a network only can be read through the browsers of those inside.`,
	Fix: `Name the origins of your own pages: an HTTP API takes a list; the headers of a REST API hold one origin, so for several the function answers with the caller's where it is one of yours.`,
	CDK: `corsPreflight: { allowOrigins: ['https://www.example.com'] } or defaultCorsPreflightOptions`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Configure CORS for HTTP APIs in API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html", Checked: "2026-11-30"},
		{Title: `aws-cdk, issue 9076 ("allow-credentials is not supported if allow-origin is *")`, URL: "https://github.com/aws/aws-cdk/issues/9076", Checked: "2026-11-30"},
	},
	Gaps: `Low, because with the origin "*" browsers show no page the answer to a call that carried cookies: a foreign page reads what every caller without them reads. High where credentials are allowed as well: beside "*" API Gateway refuses the setting, beside "https://*" every page acts for its visitors. Info for REST APIs whose preflights ask for an authorization, as those of SAM do beside a DefaultAuthorizer: browsers are refused there. APIs that only read, without authorization, and APIs that ask for a client's certificate are left out. Headers that the function itself returns are not seen. An API that is meant for all pages is fine: say so in Metadata serverless-review public.`,
	Bad: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      CorsConfiguration:
        AllowOrigins: ["*"] # want "any site"
        AllowMethods: [GET, POST]
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      CorsConfiguration:
        AllowOrigins: ["https://www.example.com"]
        AllowMethods: [GET, POST]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration:
        AllowOrigins: ["*"] # want "refuses the two together"
        AllowCredentials: true
`, `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Cors: "'*'" # want "any site"
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: post}}
`},
	MoreGood: []string{`Parameters:
  Origin: {Type: String}
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Metadata: {serverless-review: {public: "price list for everyone"}}
    Properties: {Name: shop, ProtocolType: HTTP, CorsConfiguration: {AllowOrigins: ["*"]}}
  Other:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP, CorsConfiguration: {AllowOrigins: [!Ref Origin]}}
`},
	Check: checkAPIOrigins,
})

func checkAPIOrigins(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.HTTPAPI, graph.RestAPI) {
		if api.External || intent(api, "public") != "" || readByAll(api) || asksForCertificate(p.Graph, api) {
			continue
		}
		cors := api.Setting("corsConfiguration")
		origins, credentials := cors.Get("AllowOrigins"), cors.Get("AllowCredentials")
		if body := api.Setting("body", "x-amazon-apigateway-cors"); body.Exists() {
			origins, credentials = body.Get("allowOrigins"), body.Get("allowCredentials")
		}
		origin, ok := anyOrigin(p, api, origins, "*", "https://*", "http://*") // the last two are known to HTTP APIs
		var method *Place
		var alike []*graph.Resource
		refused := false
		if !ok {
			var r graph.Value
			if origin, r, ok = preflightOrigin(api); ok {
				method, refused = routePlace(p, api, origin, r), asksWho(r)
				alike = preflightsAlike(p, api)
			}
		}
		if !ok {
			continue
		}
		text, _ := origin.Str()
		fix, cdk := ownOrigins(api, origin)
		h := Hit{Node: api, Place: method, Related: []*graph.Node{api}, RelatedResources: alike, Values: []graph.Value{origin}, Fix: fix, CDK: cdk, Message: fmt.Sprintf("%s allows the origin %q: scripts of any site may read its answers", nameOf(api), strings.Trim(text, "'"))}
		if refused {
			h.Severity = Info
			h.Message = fmt.Sprintf("%s names the origin %q for scripts of any site, though its preflights ask for an authorization, which browsers do not send", nameOf(api), strings.Trim(text, "'"))
		}
		if with, _ := credentials.Truth(); with {
			h.Severity, h.Values = High, append(h.Values, credentials)
			h.Message += ", in the name of the visitor, since credentials are allowed"
			if text == "*" {
				h.Message = fmt.Sprintf("%s allows the origin %q and credentials: API Gateway refuses the two together", nameOf(api), text)
				h.Fix += " Where every page is meant, leave AllowCredentials out."
			}
		}
		p.Report(h)
	}
}

// ownOrigins says where the origins of an API's own pages are written, and how many may be.
func ownOrigins(api *graph.Node, origin graph.Value) (fix, cdk string) {
	sam := spelled(api, "", "SAM") != "" && !ofDefinition(origin)
	switch {
	case api.Kind == graph.HTTPAPI && ofDefinition(origin):
		fix = "Name the origins of your own pages in allowOrigins of x-amazon-apigateway-cors, such as [https://www.example.com]."
	case api.Kind == graph.HTTPAPI:
		fix = "Name the origins of your own pages in AllowOrigins of CorsConfiguration, such as [https://www.example.com]."
	case sam:
		fix = `Name the origin of your own pages in Cors (AllowOrigin: "'https://www.example.com'"). It is one; for several the function answers OPTIONS itself, with the caller's where it is one of yours.`
	default:
		fix = `Name the origin of your own pages in method.response.header.Access-Control-Allow-Origin ("'https://www.example.com'"). It is one; for several the function answers OPTIONS itself, with the caller's where it is one of yours.`
	}
	cdk = "defaultCorsPreflightOptions: { allowOrigins: ['https://www.example.com'] }"
	if api.Kind == graph.HTTPAPI {
		cdk = "corsPreflight: { allowOrigins: ['https://www.example.com'] }"
	}
	return orInGlobals(api, fix), cdk
}

// readByAll tells whether an API has nothing but reads that everyone may make: a script of another site learns nothing
// that its author could not ask for.
func readByAll(api *graph.Node) bool {
	routes := api.Setting("routes").Each()
	for _, r := range routes {
		key, _ := r.Get("RouteKey").Str()
		method, _, _ := strings.Cut(key, " ")
		kind, _ := r.Get("AuthorizationType").Str()
		open := !r.Get("AuthorizationType").Exists() && !r.Get("AuthorizerId").Exists() || kind == "NONE"
		if method != "OPTIONS" && method != "HEAD" && (method != "GET" || !open) {
			return false
		}
	}
	return len(routes) > 0
}

// asksForCertificate tells whether an API is reached by domains with mutual TLS only: without credentials, which the
// origin "*" rules out, browsers show no certificate.
func asksForCertificate(g *graph.Graph, api *graph.Node) bool {
	off, _ := api.Setting("disableExecuteApiEndpoint").Truth()
	return off && !openDomain(g, api)
}

// asksWho tells whether a route asks for an authorization.
func asksWho(r graph.Value) bool {
	kind, _ := r.Get("AuthorizationType").Str()
	return r.Get("AuthorizerId").Exists() || kind != "" && kind != "NONE"
}

// preflightOrigin finds "*" in what the OPTIONS methods of a REST API answer by themselves. One of them stands for all: they
// are made alike. One that asks for nothing comes before those with an authorization: a browser asks without a token, and is
// refused by these.
func preflightOrigin(api *graph.Node) (origin, route graph.Value, ok bool) {
	for _, r := range api.Setting("routes").Each() {
		if key, _ := r.Get("RouteKey").Str(); !strings.HasPrefix(key, "OPTIONS ") || ok && asksWho(r) {
			continue
		}
		v := anyOriginAnswer(r)
		if !v.Exists() {
			continue
		}
		if !asksWho(r) {
			return v, r, true
		}
		origin, route, ok = v, r, true
	}
	return origin, route, ok
}

// anyOriginAnswer is the "*" among the origins that a route answers by itself; absent where there is none.
func anyOriginAnswer(r graph.Value) graph.Value {
	var answers []graph.Value
	for _, answer := range r.Get("Integration", "IntegrationResponses").Each() {
		answers = append(answers, answer.Get("ResponseParameters"))
	}
	for _, answer := range r.Get("Integration", "responses").Fields() {
		answers = append(answers, answer.Value.Get("responseParameters"))
	}
	for _, parameters := range answers {
		v := header(parameters, "Access-Control-Allow-Origin")
		if s, known := v.Str(); known && strings.Trim(s, "'") == "*" {
			return v
		}
	}
	return graph.Value{}
}

// preflightsAlike are the OPTIONS methods of an API that answer "*", resources of their own.
func preflightsAlike(p *Pass, api *graph.Node) []*graph.Resource {
	var out []*graph.Resource
	for _, r := range api.Setting("routes").Each() {
		key, _ := r.Get("RouteKey").Str()
		id, _ := r.Get("ResourceId").Str()
		if m := p.Graph.Resource(id); strings.HasPrefix(key, "OPTIONS ") && m != nil && m.Type == "AWS::ApiGateway::Method" && anyOriginAnswer(r).Exists() {
			out = append(out, m)
		}
	}
	return out
}

// header is what an integration puts into a header of its response. The names of headers know no case.
func header(parameters graph.Value, name string) graph.Value {
	for _, f := range parameters.Fields() {
		if strings.EqualFold(f.Name, "method.response.header."+name) {
			return f.Value
		}
	}
	return graph.Value{}
}

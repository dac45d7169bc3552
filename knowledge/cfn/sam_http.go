package cfn

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// httpAPI makes the HTTP API with its stage.
func (x *expander) httpAPI(src *graph.Resource) {
	if src.At == nil {
		return // the implicit API, which no event of this scenario uses
	}
	p, id := src.Properties, src.LogicalID
	fields := pass(p, "FailOnWarnings", "DisableExecuteApiEndpoint")
	if body := x.httpBody(src); body.Exists() {
		fields = append(fields, f("Body", body))
	} else { // SAM writes these into the document where it can
		fields = append(fields, x.definitionURI(src), f("CorsConfiguration", corsOf(p.Get("CorsConfiguration"))), f("Description", p.Get("Description")))
	}
	x.put(src, x.primary(src, "AWS::ApiGatewayV2::Api", fields...))
	stage := x.s.stageID(id)
	name := p.Get("StageName")
	if !name.Exists() {
		name = str(src.At, "$default")
	}
	settings := p.Get("RouteSettings")
	for _, r := range x.plans.routes {
		if r.api == id {
			merged := append([]graph.Field(nil), r.value.Fields()...)
			settings = with(settings, r.value.At, obj(r.value.At, merged...), r.key)
		}
	}
	stageFields := append([]graph.Field{f("ApiId", x.ref(src.At, id, id, "")), f("StageName", name), f("AutoDeploy", graph.NewBool(src.At, true)),
		f("RouteSettings", settings), f("Tags", p.Get("Tags"))}, pass(p, "StageVariables", "AccessLogSettings", "DefaultRouteSettings")...)
	x.put(src, x.resource(src, stage, "AWS::ApiGatewayV2::Stage", nil, stageFields...))
	x.authorizerPermissions(src, p.Get("Auth"), false)
	x.domain(src, stage)
}

// corsOf is SAM's CorsConfiguration as the API's property; true means everything is allowed.
func corsOf(c graph.Value) graph.Value {
	if on, ok := c.Truth(); ok {
		if !on {
			return graph.Value{}
		}
		return obj(c.At, f("AllowOrigins", strs(c.At, "*")))
	}
	return c
}

// httpBody completes the OpenAPI document with authorizers.
func (x *expander) httpBody(src *graph.Resource) graph.Value {
	body, p := x.bodies[src.LogicalID], src.Properties
	if body.Kind != graph.Map {
		return body
	}
	auth := p.Get("Auth")
	for _, a := range auth.Get("Authorizers").Fields() {
		body = with(body, a.Value.At, x.httpAuthorizer(a.Value), schemes(body, a.Name)...)
	}
	def := auth.Get("DefaultAuthorizer")
	if name, ok := def.Str(); ok {
		for _, route := range body.Get("paths").Fields() {
			for _, m := range route.Value.Fields() {
				if m.Value.Kind != graph.Map || m.Name == "options" && !m.Value.Get("x-amazon-apigateway-integration").Exists() {
					continue
				}
				security := m.Value.Get("security")
				if hasAuthorizer(security) {
					continue
				}
				scopes := auth.Get("Authorizers", name, "AuthorizationScopes")
				if !scopes.Exists() {
					scopes = lst(def.At)
				}
				body = with(body, def.At, lst(def.At, obj(def.At, f(name, scopes))), "paths", route.Name, m.Name, "security")
			}
		}
	}
	if def.Reason() != "" {
		body = openSecurity(body, def)
	}
	body = x.iamScheme(openSchemes(body, auth.Get("Authorizers")), src.At)
	if name := p.Get("Name"); name.Exists() {
		body = with(body, name.At, name, "info", "title")
	}
	if d := p.Get("Description"); d.Exists() {
		body = with(body, d.At, d, "info", "description")
	}
	if d := p.Get("DisableExecuteApiEndpoint"); d.Exists() {
		body = with(body, d.At, lst(d.At, obj(d.At, f("x-amazon-apigateway-endpoint-configuration", obj(d.At, f("disableExecuteApiEndpoint", d))))), "servers")
	}
	if c := p.Get("CorsConfiguration"); c.Exists() {
		body = with(body, c.At, lowerKeys(corsOf(c)), "x-amazon-apigateway-cors")
	}
	return body
}

// lowerKeys writes the names of a mapping with a small first letter, as the OpenAPI extension has them.
func lowerKeys(v graph.Value) graph.Value {
	if v.Kind != graph.Map {
		return v
	}
	fields := make([]graph.Field, 0, len(v.Fields()))
	for _, fl := range v.Fields() {
		fields = append(fields, f(graph.LowerFirst(fl.Name), fl.Value))
	}
	return obj(v.At, fields...)
}

func (x *expander) httpAuthorizer(a graph.Value) graph.Value {
	at := a.At
	if jwt := a.Get("JwtConfiguration"); jwt.Exists() {
		inner := obj(at, f("jwtConfiguration", lowerKeys(jwt)), f("identitySource", a.Get("IdentitySource")), f("type", str(at, "jwt")))
		return obj(at, f("type", str(at, "oauth2")), f("x-amazon-apigateway-authorizer", inner))
	}
	uri := text(at, "arn:", x.pseudo(at, "Partition"), ":apigateway:", x.pseudo(at, "Region"), ":lambda:path/2015-03-31/functions/", a.Get("FunctionArn"), "/invocations")
	source := identitySourceV2(a.Get("Identity"))
	inner := obj(at, f("type", str(at, "request")), f("authorizerUri", uri), f("authorizerCredentials", a.Get("FunctionInvokeRole")),
		f("authorizerResultTtlInSeconds", a.Get("Identity", "ReauthorizeEvery")), f("identitySource", source),
		f("authorizerPayloadFormatVersion", a.Get("AuthorizerPayloadFormatVersion")), f("enableSimpleResponses", a.Get("EnableSimpleResponses")))
	return obj(at, f("type", str(at, "apiKey")), f("name", str(at, "Unused")), f("in", str(at, "header")), f("x-amazon-apigateway-authorizer", inner))
}

func identitySourceV2(id graph.Value) graph.Value {
	var pieces []any
	for _, k := range []struct{ name, prefix string }{{"Headers", "$request.header."}, {"QueryStrings", "$request.querystring."},
		{"StageVariables", "$stageVariables."}, {"Context", "$context."}} {
		for _, v := range id.Get(k.name).Each() {
			if pieces != nil {
				pieces = append(pieces, ", ")
			}
			pieces = append(pieces, k.prefix, v)
		}
	}
	if pieces == nil {
		return graph.Value{}
	}
	return text(id.At, pieces...)
}

// webSocketAPI makes the API with routes and integrations.
func (x *expander) webSocketAPI(src *graph.Resource) {
	p, id := src.Properties, src.LogicalID
	api := x.ref(src.At, id, id, "")
	label := p.Get("Name")
	if !label.Exists() {
		label = str(src.At, id)
	}
	x.put(src, x.primary(src, "AWS::ApiGatewayV2::Api", append(pass(p, "Description", "RouteSelectionExpression", "ApiKeySelectionExpression",
		"DisableExecuteApiEndpoint", "DisableSchemaValidation", "IpAddressType", "Tags"), f("Name", label), f("ProtocolType", str(src.At, "WEBSOCKET")))...))
	for _, r := range p.Get("Routes").Fields() {
		x.webSocketRoute(src, api, r)
	}
	stage := x.s.stageID(id)
	name := p.Get("StageName")
	if !name.Exists() {
		name = str(src.At, "default")
	}
	x.put(src, x.resource(src, stage, "AWS::ApiGatewayV2::Stage", nil, append(pass(p, "StageVariables", "AccessLogSettings", "DefaultRouteSettings",
		"RouteSettings"), f("ApiId", api), f("StageName", name), f("AutoDeploy", graph.NewBool(src.At, true)))...))
	x.domain(src, stage)
}

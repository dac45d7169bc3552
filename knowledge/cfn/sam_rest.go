package cfn

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// planned collects what several APIs share or what events add to an API's settings.
type planned struct {
	routes []routeSetting
	shared []sharedPlan
	zones  []*graph.Resource
	noKey  map[string]bool // API, method and path of routes that say they need no API key
}

type routeSetting struct {
	api, key string
	value    graph.Value
}

type sharedPlan struct {
	api   *graph.Resource
	stage string
	plan  graph.Value
}

// restAPI makes the REST API, its deployment and stage, and what Auth and Domain ask for.
func (x *expander) restAPI(src *graph.Resource) {
	if src.At == nil {
		return // the implicit API, which no event of this scenario uses
	}
	p, id := src.Properties, src.LogicalID
	fields := pass(p, "Name", "Description", "FailOnWarnings", "Mode", "ApiKeySourceType", "Policy", "MinimumCompressionSize",
		"SecurityPolicy", "EndpointAccessMode", "DisableExecuteApiEndpoint", "BinaryMediaTypes")
	body := x.restBody(src)
	if body.Exists() {
		fields = append(fields, f("Body", body))
	} else {
		fields = append(fields, x.definitionURI(src))
	}
	if body.Kind == graph.Unknown && !p.Get("Policy").Exists() { // what is known of the document: its policy
		policy := x.resourcePolicy(p.Get("Auth", "ResourcePolicy"), obj(src.At)).Get("x-amazon-apigateway-policy")
		fields = append(fields, f("Policy", policy))
	}
	if e := p.Get("EndpointConfiguration"); e.Exists() {
		config := endpointOf(e)
		fields = append(fields, f("EndpointConfiguration", config))
		if types := config.Get("Types").Items(); len(types) == 1 {
			fields = append(fields, f("Parameters", obj(e.At, f("endpointConfigurationTypes", types[0]))))
		}
	}
	fields = append(fields, f("Tags", tagList(src.At, p.Get("Tags"), "")))
	api := x.primary(src, "AWS::ApiGateway::RestApi", fields...)
	deployment := id + "Deployment" + x.s.contentHash(id)
	stage := x.s.stageID(id)
	ref := x.ref(src.At, id, id, "")
	extra := str(src.At, "Stage") // without OpenApiVersion SAM makes API Gateway add a stage of this name
	if p.Get("OpenApiVersion").Exists() {
		extra = graph.Value{}
	}
	x.put(src, api, x.resource(src, deployment, "AWS::ApiGateway::Deployment", nil, f("RestApiId", ref), f("StageName", extra)))
	stageFields := append([]graph.Field{f("RestApiId", ref), f("DeploymentId", x.ref(src.At, id, deployment, ""))},
		pass(p, "StageName", "CacheClusterEnabled", "CacheClusterSize", "Variables", "MethodSettings", "AccessLogSetting", "CanarySetting", "TracingEnabled")...)
	x.put(src, x.resource(src, stage, "AWS::ApiGateway::Stage", nil, append(stageFields, f("Tags", tagList(src.At, p.Get("Tags"), "")))...))
	x.authorizerPermissions(src, p.Get("Auth"), true)
	x.usagePlan(src, stage)
	x.domain(src, stage)
}

// definitionURI is the place of an OpenAPI document outside the template.
func (x *expander) definitionURI(src *graph.Resource) graph.Field {
	uri := src.Properties.Get("DefinitionUri")
	switch {
	case !uri.Exists():
		return f("Body", graph.Value{})
	case uri.Kind == graph.Map:
		return f("BodyS3Location", uri)
	}
	if bucket, key, ok := s3URI(literal(uri)); ok {
		return f("BodyS3Location", obj(uri.At, f("Bucket", str(uri.At, bucket)), f("Key", str(uri.At, key))))
	}
	if n, ok := x.w.loader.included(src.File, literal(uri)); ok {
		return f("Body", x.w.eval(x.s, n))
	}
	return f("Body", graph.NewUnknown(uri.At, "it is in "+uri.String()+", which is not here"))
}

func s3URI(s string) (bucket, key string, ok bool) {
	rest, ok := strings.CutPrefix(s, "s3://")
	if !ok {
		return "", "", false
	}
	bucket, key, ok = strings.Cut(rest, "/")
	key, _, _ = strings.Cut(key, "?")
	return bucket, key, ok
}

// endpointOf turns SAM's EndpointConfiguration into CloudFormation's.
func endpointOf(e graph.Value) graph.Value {
	if e.Kind != graph.Map {
		return obj(e.At, f("Types", lst(e.At, e)))
	}
	ids := e.Get("VPCEndpointIds")
	if !ids.Exists() {
		ids = e.Get("VpcEndpointIds")
	}
	types := e.Get("Types")
	if t := e.Get("Type"); t.Exists() {
		types = lst(t.At, t)
	}
	return obj(e.At, f("Types", types), f("VpcEndpointIds", ids), f("IpAddressType", e.Get("IpAddressType")))
}

// restBody completes the OpenAPI document: authorizers, CORS, responses, models.
func (x *expander) restBody(src *graph.Resource) graph.Value {
	body, p := x.bodies[src.LogicalID], src.Properties
	if body.Kind != graph.Map {
		return body
	}
	if c := p.Get("Cors"); c.Exists() {
		for _, route := range body.Get("paths").Fields() {
			if !route.Value.Get("options").Exists() && route.Value.Kind == graph.Map {
				body = with(body, c.At, preflight(c, route.Value), "paths", route.Name, "options")
			}
		}
	}
	body = x.restAuth(src, body)
	for _, g := range p.Get("GatewayResponses").Fields() {
		v := g.Value
		body = with(body, v.At, obj(v.At, f("statusCode", v.Get("StatusCode")), f("responseParameters", responseParameters(v.Get("ResponseParameters"))),
			f("responseTemplates", v.Get("ResponseTemplates"))), "x-amazon-apigateway-gateway-responses", g.Name)
	}
	if b := p.Get("BinaryMediaTypes"); b.Exists() {
		var types []graph.Value
		for _, t := range b.Each() {
			if s, ok := t.Str(); ok { // ~1 is a slash
				t = str(t.At, strings.ReplaceAll(s, "~1", "/"))
			}
			types = append(types, t)
		}
		body = with(body, b.At, lst(b.At, types...), "x-amazon-apigateway-binary-media-types")
	}
	for _, m := range p.Get("Models").Fields() {
		body = with(body, m.Value.At, m.Value, "definitions", strings.ToLower(m.Name))
	}
	if d := p.Get("DisableExecuteApiEndpoint"); d.Exists() {
		body = with(body, d.At, d, "x-amazon-apigateway-endpoint-configuration", "disableExecuteApiEndpoint")
	}
	return body
}

// responseParameters names the parameters of a gateway response as OpenAPI does.
func responseParameters(p graph.Value) graph.Value {
	if p.Kind != graph.Map {
		return p
	}
	prefix := map[string]string{"Headers": "header", "Paths": "path", "QueryStrings": "querystring"}
	var fields []graph.Field
	for _, kind := range p.Fields() {
		for _, fl := range kind.Value.Fields() {
			fields = append(fields, f("gatewayresponse."+prefix[kind.Name]+"."+fl.Name, fl.Value))
		}
	}
	return obj(p.At, fields...)
}

// preflight is the OPTIONS method that SAM adds for CORS.
func preflight(cors, route graph.Value) graph.Value {
	at := cors.At
	origin, methods := cors, graph.Value{}
	var headers, age, credentials graph.Value
	if cors.Kind == graph.Map {
		origin, methods, headers = cors.Get("AllowOrigin"), cors.Get("AllowMethods"), cors.Get("AllowHeaders")
		age = cors.Get("MaxAge")
		if on, ok := cors.Get("AllowCredentials").Truth(); ok && on {
			credentials = str(at, "'true'")
		}
	}
	if !methods.Exists() {
		var names []string
		for _, m := range route.Fields() {
			name := strings.ToUpper(m.Name)
			if m.Name == "x-amazon-apigateway-any-method" {
				name = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
			}
			names = append(names, name)
		}
		methods = str(at, "'"+strings.Join(append(names, "OPTIONS"), ",")+"'")
	}
	const prefix = "method.response.header.Access-Control-"
	params := obj(at, f(prefix+"Allow-Origin", origin), f(prefix+"Allow-Headers", headers), f(prefix+"Allow-Methods", methods),
		f(prefix+"Max-Age", age), f(prefix+"Allow-Credentials", credentials))
	response := obj(at, f("statusCode", str(at, "200")), f("responseParameters", params))
	return obj(at, f("summary", str(at, "CORS support")), f("x-amazon-apigateway-integration", obj(at, f("type", str(at, "mock")),
		f("requestTemplates", obj(at, f("application/json", str(at, "{\n  \"statusCode\" : 200\n}\n")))),
		f("responses", obj(at, f("default", response))))),
		f("responses", obj(at, f("200", obj(at, f("description", str(at, "Default response for CORS method")))))))
}

// restAuth writes the authorizers into the document and gives routes the default one.
func (x *expander) restAuth(src *graph.Resource, body graph.Value) graph.Value {
	auth := src.Properties.Get("Auth")
	if auth.Kind != graph.Map && !auth.IsUnknown() {
		return x.iamScheme(body, src.At)
	}
	for _, a := range auth.Get("Authorizers").Fields() {
		body = with(body, a.Value.At, x.restAuthorizer(a.Value), schemes(body, a.Name)...)
	}
	def := auth.Get("DefaultAuthorizer")
	if def.Reason() != "" {
		body = openSecurity(body, def)
	}
	keys, okKeys := auth.Get("ApiKeyRequired").Truth()
	onPreflight := true
	if b, ok := auth.Get("AddDefaultAuthorizerToCorsPreflight").Truth(); ok {
		onPreflight = b
	}
	for _, route := range body.Get("paths").Fields() {
		for _, m := range route.Value.Fields() {
			if m.Value.Kind != graph.Map || !m.Value.Get("x-amazon-apigateway-integration").Exists() || m.Name == "options" && !onPreflight {
				continue
			}
			security := m.Value.Get("security")
			var items []graph.Value
			ownKey := false
			for _, it := range security.Items() {
				ownKey = ownKey || it.Get("api_key").Exists()
				if !it.Get("NONE").Exists() {
					items = append(items, it)
				}
			}
			if !hasAuthorizer(security) && def.Exists() && !def.IsUnknown() {
				scopes := auth.Get("Authorizers", literal(def), "AuthorizationScopes")
				if !scopes.Exists() {
					scopes = lst(def.At)
				}
				items = append(items, obj(def.At, f(literal(def), scopes)))
			}
			if okKeys && keys && !ownKey && m.Name != "options" && !x.plans.noKey[src.LogicalID+" "+m.Name+" "+route.Name] {
				items = append(items, obj(auth.At, f("api_key", lst(auth.At))))
			}
			if security.Kind != graph.Unknown && (items != nil || security.Exists()) { // no item: open to anyone
				at := auth.At
				if items == nil { // the route itself says so
					at = security.At
				}
				body = with(body, auth.At, lst(at, items...), "paths", route.Name, m.Name, "security")
			}
		}
	}
	body = x.resourcePolicy(auth.Get("ResourcePolicy"), body)
	return x.iamScheme(openSchemes(body, auth.Get("Authorizers")), auth.At)
}

// openSecurity says of the routes that name no authorizer that theirs is not known: the default one is not.
func openSecurity(body, def graph.Value) graph.Value {
	for _, route := range body.Get("paths").Fields() {
		for _, m := range route.Value.Fields() {
			if m.Value.Kind == graph.Map && m.Value.Get("x-amazon-apigateway-integration").Exists() && !hasAuthorizer(m.Value.Get("security")) {
				body = with(body, def.At, graph.NewUnknown(def.At, def.Reason()), "paths", route.Name, m.Name, "security")
			}
		}
	}
	return body
}

// openSchemes gives the authorizers that routes use by name a definition that is not known, where none of them is.
func openSchemes(body, authorizers graph.Value) graph.Value {
	if !authorizers.IsUnknown() {
		return body
	}
	for _, name := range slices.Sorted(maps.Keys(usedSchemes(body))) {
		if path := schemes(body, name); name != "AWS_IAM" && name != "api_key" && name != "NONE" && !body.Get(path...).Exists() {
			body = with(body, authorizers.At, authorizers, path...)
		}
	}
	return body
}

func hasAuthorizer(security graph.Value) bool {
	for _, it := range security.Items() {
		for _, fl := range it.Fields() {
			if fl.Name != "api_key" {
				return true
			}
		}
	}
	return security.Kind == graph.Unknown
}

// iamScheme defines the schemes that routes use without an authorizer of that name.
func (x *expander) iamScheme(body graph.Value, at *graph.Evidence) graph.Value {
	used := usedSchemes(body)
	scheme := func(kind, name string) graph.Value {
		v := obj(at, f("type", str(at, "apiKey")), f("name", str(at, name)), f("in", str(at, "header")))
		if kind != "" {
			v = with(v, at, str(at, kind), "x-amazon-apigateway-authtype")
		}
		return v
	}
	if path := schemes(body, "AWS_IAM"); used["AWS_IAM"] && !body.Get(path...).Exists() {
		body = with(body, at, scheme("awsSigv4", "Authorization"), path...)
	}
	if path := schemes(body, "api_key"); used["api_key"] && !body.Get(path...).Exists() {
		body = with(body, at, scheme("", "x-api-key"), path...)
	}
	return body
}

// usedSchemes are the names by which routes name what protects them.
func usedSchemes(body graph.Value) map[string]bool {
	used := map[string]bool{}
	for _, route := range body.Get("paths").Fields() {
		for _, m := range route.Value.Fields() {
			for _, it := range m.Value.Get("security").Items() {
				for _, fl := range it.Fields() {
					used[fl.Name] = true
				}
			}
		}
	}
	return used
}

// schemes is the place of a security scheme in the document.
func schemes(body graph.Value, name string) []string {
	if body.Get("openapi").Exists() {
		return []string{"components", "securitySchemes", name}
	}
	return []string{"securityDefinitions", name}
}

func (x *expander) restAuthorizer(a graph.Value) graph.Value {
	at, id := a.At, a.Get("Identity")
	header := id.Get("Header")
	if !header.Exists() {
		header = str(at, "Authorization")
	}
	scheme := func(kind string, inner ...graph.Field) graph.Value {
		return obj(at, f("type", str(at, "apiKey")), f("name", header), f("in", str(at, "header")),
			f("x-amazon-apigateway-authtype", str(at, kind)), f("x-amazon-apigateway-authorizer", obj(at, inner...)))
	}
	if pool := a.Get("UserPoolArn"); pool.Exists() {
		return scheme("cognito_user_pools", f("type", str(at, "cognito_user_pools")), f("providerARNs", lst(at, pool.Each()...)),
			f("identityValidationExpression", id.Get("ValidationExpression")))
	}
	kind := "token"
	var source graph.Value
	if literal(a.Get("FunctionPayloadType")) == "REQUEST" {
		kind, header = "request", str(at, "Unused")
		source = identitySource(id)
	}
	role := a.Get("FunctionInvokeRole")
	if literal(role) == "NONE" {
		role = graph.Value{}
	}
	uri := text(at, "arn:", x.pseudo(at, "Partition"), ":apigateway:", x.pseudo(at, "Region"), ":lambda:path/2015-03-31/functions/", a.Get("FunctionArn"), "/invocations")
	return scheme("custom", f("type", str(at, kind)), f("authorizerUri", uri), f("authorizerResultTtlInSeconds", id.Get("ReauthorizeEvery")),
		f("authorizerCredentials", role), f("identitySource", source), f("identityValidationExpression", id.Get("ValidationExpression")))
}

// identitySource lists what a request authorizer reads.
func identitySource(id graph.Value) graph.Value {
	var pieces []any
	for _, k := range []struct{ name, prefix string }{{"Headers", "method.request.header."}, {"QueryStrings", "method.request.querystring."},
		{"StageVariables", "stageVariables."}, {"Context", "context."}} {
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

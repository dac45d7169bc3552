package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// prepareAPIs starts the OpenAPI documents of SAM's APIs: an empty one where the template writes none.
func (x *expander) prepareAPIs() {
	for _, r := range x.raw {
		p := r.Properties
		at := r.At
		if at == nil {
			at = &graph.Evidence{File: r.File}
		}
		if r.Type != "AWS::Serverless::Api" && r.Type != "AWS::Serverless::HttpApi" {
			continue
		}
		body := p.Get("DefinitionBody")
		switch {
		case body.Exists():
			x.bodies[r.LogicalID] = body
		case p.Get("DefinitionUri").Exists():
		case r.Type == "AWS::Serverless::Api" && !strings.HasPrefix(literal(p.Get("OpenApiVersion")), "3"):
			x.bodies[r.LogicalID] = obj(at, f("swagger", str(at, "2.0")), f("info", obj(at, f("version", str(at, "1.0")),
				f("title", x.pseudo(at, "StackName")))), f("paths", obj(at)))
		default:
			x.bodies[r.LogicalID] = obj(at, f("openapi", str(at, "3.0.1")), f("info", obj(at, f("version", str(at, "1.0")),
				f("title", x.pseudo(at, "StackName")))), f("paths", obj(at)))
		}
	}
}

// managed tells whether SAM writes an API's document itself.
func (x *expander) managed(api *graph.Resource) bool {
	return !api.Properties.Get("DefinitionBody").Exists() && !api.Properties.Get("DefinitionUri").Exists()
}

// api finds the API of an event; nil where it is no resource of this template.
func (e event) api(property, implicit string) *graph.Resource {
	v := e.props.Get(property)
	if !v.Exists() {
		api := e.m.x.byID[implicit]
		if api != nil && api.At == nil {
			dup := *api
			dup.At = e.at
			for i, r := range e.m.x.raw {
				if r == api {
					raw := append([]*graph.Resource(nil), e.m.x.raw...)
					raw[i] = &dup
					e.m.x.raw = raw
				}
			}
			e.m.x.byID[implicit] = &dup
			return &dup
		}
		return api
	}
	if ref, ok := v.Ref(); ok {
		for _, r := range e.m.x.raw {
			if r.ID == ref.Resource {
				return r
			}
		}
	}
	if s, ok := v.Str(); ok {
		return e.m.x.byID[s]
	}
	return nil
}

var pathParameter = lazy.Regexp(`\{[a-zA-Z0-9._-]+\+?\}`)

// permittedPath is the part of a permission's source ARN after the stage.
func permittedPath(method, path string) string {
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	m := strings.ToUpper(method)
	if m == "ANY" || m == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		m = "*"
	}
	return "/*/" + m + pathParameter().ReplaceAllString(path, "*")
}

// methodKey is how OpenAPI names a method.
func methodKey(method string) string {
	m := strings.ToLower(method)
	if m == "any" {
		return "x-amazon-apigateway-any-method"
	}
	return m
}

// route is the path and method of an event; ok is false, and a gap recorded, where they are not known.
func (e event) route() (path, method string, ok bool) {
	path, okPath := e.props.Get("Path").Str()
	method, okMethod := e.props.Get("Method").Str()
	if !okPath || !okMethod {
		e.m.x.gap(e.m.src, e.at, "event %s has no literal Path and Method: its route is not known", e.name)
	}
	return path, method, okPath && okMethod
}

// lambdaURI is how API Gateway names a function to call.
func (e event) lambdaURI(streaming bool) graph.Value {
	path := ":lambda:path/2015-03-31/functions/"
	tail := "/invocations"
	if streaming {
		path, tail = ":lambda:path/2021-11-15/functions/", "/response-streaming-invocations"
	}
	return text(e.at, "arn:", e.m.x.pseudo(e.at, "Partition"), ":apigateway:", e.m.x.pseudo(e.at, "Region"), path, e.m.arn(e.at), tail)
}

// restRoute adds a function's route to a REST API.
func (e event) restRoute() {
	path, method, ok := e.route()
	api := e.api("RestApiId", implicitRest)
	id, suffix, source := e.props.Get("RestApiId"), "AllStages", "/*"
	if ok {
		source = permittedPath(method, path)
	}
	if api != nil {
		id = graph.NewRef(e.at, api.ID, "")
		suffix = e.m.x.stageSuffix(api)
	}
	e.m.put(e.permissionNamed(suffixed(e.id+"Permission", suffix, ""), "apigateway.amazonaws.com",
		f("SourceArn", e.m.x.arn(e.at, "execute-api", id, source))))
	if api == nil || !ok {
		if api == nil {
			e.m.x.gap(e.m.src, e.at, "event %s names an API that is not in this template: its route is added there", e.name)
		}
		return
	}
	merge, _ := api.Properties.Get("MergeDefinitions").Truth()
	if !e.m.x.managed(api) && !merge {
		return
	}
	mode := e.props.Get("ResponseTransferMode")
	stream := literal(mode) == "RESPONSE_STREAM" || literal(mode) == "STREAM" // the latter is API Gateway's own word
	integration := []graph.Field{f("type", str(e.at, "aws_proxy")), f("httpMethod", str(e.at, "POST")), f("uri", e.lambdaURI(stream))}
	if stream {
		mode = str(e.at, "STREAM")
	}
	if stream || mode.IsUnknown() {
		integration = append(integration, f("responseTransferMode", mode))
	}
	integration = append(integration, f("timeoutInMillis", e.props.Get("TimeoutInMillis")), f("credentials", e.invokeRole(api)))
	fields := []graph.Field{f("x-amazon-apigateway-integration", obj(e.at, integration...)), f("responses", obj(e.at)),
		f("security", e.security())}
	fields = append(fields, e.requestModel(api)...)
	if on, ok := e.props.Get("Auth", "ApiKeyRequired").Truth(); ok && !on {
		e.m.x.plans.noKey[api.LogicalID+" "+methodKey(method)+" "+path] = true
	}
	e.m.x.addRoute(e, api, path, methodKey(method), obj(e.at, fields...))
}

// stageSuffix is what SAM adds to the id of a permission: the stage's name where it is literal.
func (x *expander) stageSuffix(api *graph.Resource) string {
	if n := x.s.property(api.LogicalID, "StageName"); n != nil {
		if s, ok := n.text(); ok {
			return s
		}
	}
	return "Stage"
}

// invokeRole is the role with which an API calls a function for callers that IAM has let in.
func (e event) invokeRole(api *graph.Resource) graph.Value {
	auth, def := e.props.Get("Auth"), api.Properties.Get("Auth")
	if literal(auth.Get("Authorizer")) != "AWS_IAM" && (literal(def.Get("DefaultAuthorizer")) != "AWS_IAM" || len(auth.Fields()) > 0) {
		return graph.Value{}
	}
	role := auth.Get("InvokeRole")
	if !role.Exists() {
		role = def.Get("InvokeRole")
	}
	switch s, ok := role.Str(); {
	case ok && s == "NONE":
		return graph.Value{}
	case role.Kind == graph.Null:
		return graph.Value{}
	case !role.Exists() || ok && s == "CALLER_CREDENTIALS":
		return text(e.at, "arn:", e.m.x.pseudo(e.at, "Partition"), ":iam::*:user/*")
	}
	return role
}

// security is a route's own authorization, as OpenAPI writes it.
func (e event) security() graph.Value {
	auth := e.props.Get("Auth")
	var items []graph.Value
	if a := auth.Get("Authorizer"); a.Exists() {
		name, ok := a.Str()
		if !ok {
			return graph.NewUnknown(a.At, a.Reason())
		}
		scopes := auth.Get("AuthorizationScopes")
		if !scopes.Exists() {
			scopes = lst(a.At)
		}
		items = append(items, obj(a.At, f(name, scopes)))
	}
	if on, ok := auth.Get("ApiKeyRequired").Truth(); ok && on {
		items = append(items, obj(auth.At, f("api_key", lst(auth.At))))
	}
	if items == nil {
		return graph.Value{}
	}
	return lst(auth.At, items...)
}

// requestModel is a route's validation.
func (e event) requestModel(api *graph.Resource) []graph.Field {
	var out []graph.Field
	var parameters []graph.Value
	model := e.props.Get("RequestModel")
	if name := literal(model.Get("Model")); name != "" {
		parameters = append(parameters, obj(model.At, f("in", str(model.At, "body")), f("name", str(model.At, strings.ToLower(name))),
			f("required", model.Get("Required")), f("schema", obj(model.At, f("$ref", str(model.At, "#/definitions/"+strings.ToLower(name)))))))
	}
	body, okBody := model.Get("ValidateBody").Truth()
	params, okParams := model.Get("ValidateParameters").Truth()
	if okBody || okParams {
		validator := "params-only"
		switch {
		case body && params:
			validator = "body-and-params"
		case body:
			validator = "body-only"
		case !params:
			validator = "no-validation"
		}
		x := e.m.x
		x.bodies[api.LogicalID] = with(x.bodies[api.LogicalID], model.At, obj(model.At,
			f("validateRequestBody", graph.NewBool(model.At, body)), f("validateRequestParameters", graph.NewBool(model.At, params))),
			"x-amazon-apigateway-request-validators", validator)
		out = append(out, f("x-amazon-apigateway-request-validator", str(model.At, validator)))
	}
	for _, p := range e.props.Get("RequestParameters").Each() {
		name, required := literal(p), graph.NewBool(p.At, false)
		if fl := p.Fields(); len(fl) > 0 {
			name = fl[0].Name
			if r := fl[0].Value.Get("Required"); r.Exists() {
				required = r
			}
		}
		in, key, ok := strings.Cut(strings.TrimPrefix(name, "method.request."), ".")
		if !ok {
			continue
		}
		if in == "querystring" {
			in = "query"
		}
		parameters = append(parameters, obj(p.At, f("in", str(p.At, in)), f("name", str(p.At, key)), f("required", required), f("type", str(p.At, "string"))))
	}
	if parameters != nil {
		out = append(out, f("parameters", lst(e.at, parameters...)))
	}
	return out
}

func (x *expander) addRoute(e event, api *graph.Resource, path, method string, operation graph.Value) {
	body := x.bodies[api.LogicalID]
	if body.Kind != graph.Map {
		return
	}
	if old := body.Get("paths", path, method); old.Exists() {
		if x.managed(api) && old.Get("x-amazon-apigateway-integration").Exists() {
			x.gap(e.m.src, e.at, "the route %s %s is defined more than once: the later one counts", method, path)
		}
		for _, fl := range old.Fields() { // what the template wrote stays, unless SAM writes it too
			if !operation.Get(fl.Name).Exists() {
				operation = obj(operation.At, append(operation.Fields()[:len(operation.Fields()):len(operation.Fields())], fl)...)
			}
		}
	}
	x.bodies[api.LogicalID] = with(body, e.at, operation, "paths", path, method)
}

// httpRoute adds a function's route to an HTTP API.
func (e event) httpRoute() {
	path, method := "$default", "x-amazon-apigateway-any-method"
	if e.props.Get("Path").Exists() || e.props.Get("Method").Exists() {
		var ok bool
		if path, method, ok = e.route(); !ok {
			path, method = "", ""
		}
	}
	api := e.api("ApiId", implicitHTTP)
	id := e.props.Get("ApiId")
	if api != nil {
		id = graph.NewRef(e.at, api.ID, "")
	}
	source := "/*"
	switch {
	case path == "$default":
		source = "/*/*"
	case path != "":
		source = permittedPath(method, path)
	}
	if !e.coveredByDefault(api, path) {
		e.m.put(e.permission("apigateway.amazonaws.com", f("SourceArn", e.m.x.arn(e.at, "execute-api", id, source))))
	}
	if api == nil || path == "" {
		if api == nil {
			e.m.x.gap(e.m.src, e.at, "event %s names an API that is not in this template: its route is added there", e.name)
		}
		return
	}
	version := e.props.Get("PayloadFormatVersion")
	if !version.Exists() {
		version = str(e.at, "2.0")
	}
	integration := obj(e.at, f("type", str(e.at, "aws_proxy")), f("httpMethod", str(e.at, "POST")), f("uri", e.lambdaURI(false)),
		f("payloadFormatVersion", version), f("timeoutInMillis", e.props.Get("TimeoutInMillis")))
	e.m.x.addRoute(e, api, path, methodKey(method), obj(e.at, f("x-amazon-apigateway-integration", integration), f("responses", obj(e.at)),
		f("security", e.security()), f("isDefaultRoute", isDefault(e.at, path))))
	if s := e.props.Get("RouteSettings"); s.Exists() {
		key := strings.ToUpper(method) + " " + path
		if methodKey(method) == "x-amazon-apigateway-any-method" && strings.ToLower(method) != "any" {
			key = path
		}
		e.m.x.plans.routes = append(e.m.x.plans.routes, routeSetting{api.LogicalID, key, s})
	}
}

func isDefault(at *graph.Evidence, path string) graph.Value {
	if path != "$default" {
		return graph.Value{}
	}
	return graph.NewBool(at, true)
}

// coveredByDefault tells whether the API's $default route already lets this function be called.
func (e event) coveredByDefault(api *graph.Resource, path string) bool {
	if api == nil || path == "$default" {
		return false
	}
	uri := e.m.x.bodies[api.LogicalID].Get("paths", "$default", "x-amazon-apigateway-any-method", "x-amazon-apigateway-integration", "uri")
	return uri.Exists() && uri.String() == e.lambdaURI(false).String()
}

package services

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// verbs are the operations of an OpenAPI path.
var verbs = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true,
	"x-amazon-apigateway-any-method": true,
}

// openAPI reads an API's body: paths with their integrations, and the authorizers among the security schemes.
func (b *builder) openAPI(api *graph.Node, r *graph.Resource, body graph.Value) {
	body = jsonValue(body)
	if body.IsUnknown() {
		b.gap(r, body, "the API's definition is not known: "+body.Reason())
		return
	}
	if included(body) {
		b.gap(r, body.Get("Fn::Transform"), "the API's definition is in a file that was not given")
	}
	b.bodyEndpoint(api, r, body)
	for _, path := range body.Get("paths").Fields() {
		if path.Value.IsUnknown() {
			b.gap(r, path.Value, "the operations of "+path.Name+" are not known: "+path.Value.Reason())
		}
		for _, op := range path.Value.Fields() {
			if !verbs[strings.ToLower(op.Name)] {
				continue
			}
			op.Value = withIntegration(op.Value, body)
			b.operation(api, r, path.Name, op, body)
		}
	}
	for _, where := range []graph.Value{body.Get("securityDefinitions"), body.Get("components", "securitySchemes")} {
		for _, scheme := range where.Fields() {
			b.scheme(api, r, scheme)
		}
	}
}

// withIntegration puts the integration that an operation refers to in the place of the reference. Source: API Gateway developer
// guide, "x-amazon-apigateway-integrations object".
func withIntegration(op, body graph.Value) graph.Value {
	const extension = "x-amazon-apigateway-integration"
	to, _ := op.Get(extension, "$ref").Str()
	name, ok := strings.CutPrefix(to, "#/components/x-amazon-apigateway-integrations/")
	shared := body.Get("components", "x-amazon-apigateway-integrations", name)
	if !ok || !shared.Exists() {
		return op
	}
	return record(op.At, slices.Concat(op.Fields(), []graph.Field{{Name: extension, Value: shared}})...)
}

// included tells whether a part of a definition is in a file that was not given.
func included(body graph.Value) bool { return body.Get("Fn::Transform").Exists() }

// bodyEndpoint keeps what a definition says of the default endpoint, where the resource says nothing: at its top, or on the
// servers of OpenAPI 3. Source: API Gateway developer guide, "x-amazon-apigateway-endpoint-configuration object".
func (b *builder) bodyEndpoint(api *graph.Node, r *graph.Resource, body graph.Value) {
	if api == nil || r.Properties.Get("DisableExecuteApiEndpoint").Exists() {
		return
	}
	for _, at := range append([]graph.Value{body}, body.Get("servers").Each()...) {
		off := at.Get("x-amazon-apigateway-endpoint-configuration", "disableExecuteApiEndpoint")
		if off.Exists() && !(off.IsUnknown() && included(body)) { // few files that are included say anything of it
			api.SetExtra("disableExecuteApiEndpoint", off)
		}
	}
}

func (b *builder) operation(api *graph.Node, r *graph.Resource, path string, op graph.Field, body graph.Value) {
	verb := strings.ToUpper(op.Name)
	if strings.HasPrefix(op.Name, "x-") {
		verb = "ANY"
	}
	key := verb + " " + path
	b.collect(api, "routes", route(r, key, operationRoute(op.Value, body)))
	in := op.Value.Get("x-amazon-apigateway-integration")
	if subtype, ok := in.Get("integrationSubtype").Str(); ok {
		b.subtype(graph.Edge{From: api, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: key, Settings: op.Value}, in, subtype)
	} else if in.Exists() {
		b.integrate(api, r, key, in, op.Value)
	}
}

// operationRoute spells an operation in the words of AWS::ApiGateway::Method, so that rules look at one form.
func operationRoute(op, body graph.Value) graph.Value {
	if op.IsUnknown() {
		return record(op.At, graph.Field{Name: "Operation", Value: op}, graph.Field{Name: "Integration", Value: op},
			graph.Field{Name: "AuthorizationType", Value: op}, graph.Field{Name: "RequestValidator", Value: op})
	}
	fields := []graph.Field{{Name: "Operation", Value: op}, {Name: "Integration", Value: op.Get("x-amazon-apigateway-integration")}}
	security := op.Get("security")
	if !security.Exists() {
		security = body.Get("security")
	}
	if !security.Exists() && op.Get("x-amazon-apigateway-auth").Exists() {
		fields = append(fields, graph.Field{Name: "AuthorizationType", Value: op.Get("x-amazon-apigateway-auth", "type")})
	}
	if unknown := unknownSecurity(security, body); unknown.Exists() {
		fields = append(fields, graph.Field{Name: "AuthorizationType", Value: unknown})
	} else if scheme, t := protection(security, body); t != "" {
		at := firstPlace(scheme.Value.At, op.At)
		fields = append(fields, graph.Field{Name: "AuthorizationType", Value: graph.NewString(at, t)})
		if t == "CUSTOM" {
			fields = append(fields, graph.Field{Name: "Scheme", Value: graph.NewString(at, scheme.Name)})
		}
	}
	if key := apiKey(security, body); key.Name != "" {
		fields = append(fields, graph.Field{Name: "ApiKeyRequired", Value: graph.NewBool(firstPlace(key.Value.At, security.At), true)})
	}
	validator := op.Get("x-amazon-apigateway-request-validator")
	if !validator.Exists() {
		validator = body.Get("x-amazon-apigateway-request-validator")
	}
	fields = append(fields, graph.Field{Name: "RequestValidator", Value: validator})
	return record(op.At, fields...)
}

func schemeOf(name string, body graph.Value) graph.Value {
	if s := body.Get("securityDefinitions", name); s.Exists() {
		return s
	}
	return body.Get("components", "securitySchemes", name)
}

// unknownSecurity is what is not known of the security of an operation, as a whole, of one of its alternatives, or of the
// scheme that one names.
func unknownSecurity(security, body graph.Value) graph.Value {
	for _, alternative := range append([]graph.Value{security}, security.Each()...) {
		if alternative.IsUnknown() {
			return alternative
		}
		for _, f := range alternative.Fields() {
			if s := schemeOf(f.Name, body); s.IsUnknown() {
				return s
			}
		}
	}
	return graph.Value{}
}

// protection says what protects an operation: the first scheme that is more than an API key, and its kind in the words
// of a method's AuthorizationType.
func protection(security, body graph.Value) (scheme graph.Field, kind string) {
	for _, alternative := range security.Each() {
		for _, f := range alternative.Fields() {
			s := schemeOf(f.Name, body)
			auth, _ := s.Get("x-amazon-apigateway-authtype").Str()
			switch {
			case strings.EqualFold(auth, "awsSigv4"):
				return f, "AWS_IAM"
			case strings.EqualFold(auth, "cognito_user_pools"):
				return f, "COGNITO_USER_POOLS"
			case s.Get("x-amazon-apigateway-authorizer", "type").String() == "jwt":
				return f, "JWT"
			case s.Get("x-amazon-apigateway-authorizer").Exists():
				return f, "CUSTOM"
			}
		}
	}
	if security.Kind == graph.List && len(security.Items()) == 0 {
		return graph.Field{Value: security}, "NONE"
	}
	return graph.Field{}, ""
}

// apiKey is the scheme by which an operation asks for an API key.
func apiKey(security, body graph.Value) graph.Field {
	for _, alternative := range security.Each() {
		for _, f := range alternative.Fields() {
			s := schemeOf(f.Name, body)
			if s.Get("type").String() == "apiKey" && !s.Get("x-amazon-apigateway-authtype").Exists() && !s.Get("x-amazon-apigateway-authorizer").Exists() {
				return f
			}
		}
	}
	return graph.Field{}
}

// scheme joins an API with the authorizer of a security scheme.
func (b *builder) scheme(api *graph.Node, r *graph.Resource, scheme graph.Field) {
	authorizer := scheme.Value.Get("x-amazon-apigateway-authorizer")
	if !authorizer.Exists() {
		return
	}
	b.collect(api, "authorizers", schemeAuthorizer(scheme, authorizer))
	b.authorizer(api, r, authorizer)
}

// schemeAuthorizer spells an authorizer of a security scheme in the words of AWS::ApiGateway::Authorizer and its
// like for HTTP APIs, so that rules look at one form. Scheme is what operations name it by.
func schemeAuthorizer(scheme graph.Field, authorizer graph.Value) graph.Value {
	kind := authorizer.Get("type")
	if text, ok := kind.Str(); ok {
		kind = graph.NewString(firstPlace(kind.At, authorizer.At), strings.ToUpper(text))
	}
	identity := authorizer.Get("identitySource")
	if text, _ := kind.Str(); text == "TOKEN" && !identity.Exists() {
		identity = scheme.Value.Get("name") // the header that holds the token
	}
	return record(authorizer.At, graph.Field{Name: "Scheme", Value: graph.NewString(scheme.Value.At, scheme.Name)},
		graph.Field{Name: "Type", Value: kind}, graph.Field{Name: "AuthorizerType", Value: kind}, graph.Field{Name: "IdentitySource", Value: identity},
		graph.Field{Name: "AuthorizerUri", Value: authorizer.Get("authorizerUri")},
		graph.Field{Name: "AuthorizerResultTtlInSeconds", Value: authorizer.Get("authorizerResultTtlInSeconds")})
}

// fromPermissions joins an API none of whose routes are known (its definition is in a file that is not at hand,
// its methods in another stack) with the functions that permit this very API to call them.
func (b *builder) fromPermissions(api *graph.Node) {
	if api.External || api.Setting("routes").Exists() || len(b.g.Out(api, graph.Invokes)) > 0 {
		return
	}
	for _, fn := range b.byKind[graph.Function] {
		seen := map[string]bool{}
		for _, s := range fn.ResourcePolicy {
			source := s.Conditions.Get("ArnLike", "AWS:SourceArn")
			if s.Origin != "permission" || !names(source, api) {
				continue
			}
			to := target{node: fn, qualifier: b.find(s.Resources[0], "lambda:function:").qualifier}
			if !seen[to.qualifier] {
				seen[to.qualifier] = true
				b.edge(graph.Edge{From: api, Kind: graph.Invokes, Mode: graph.Sync, Strength: graph.Likely, Via: s.Via, Label: "permitted"}, to, source)
			}
		}
	}
}

func names(v graph.Value, n *graph.Node) bool {
	for _, ref := range v.Refs() {
		if ref.Resource == n.ID {
			return true
		}
	}
	return false
}

package services

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(resourceType{
	Type: "AWS::ApiGateway::RestApi", Kind: graph.RestAPI, ARN: "execute-api:", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		body := jsonValue(r.Properties.Get("Body"))
		for _, doc := range []graph.Value{r.Properties.Get("Policy"), body.Get("x-amazon-apigateway-policy")} {
			if doc.Exists() {
				b.resourcePolicy(r, doc, graph.RestAPI, []graph.Value{graph.NewRef(r.At, r.ID, "")}, "")
			}
		}
		b.openAPI(n, r, body)
		if !r.Properties.Get("Body").Exists() && r.Properties.Get("BodyS3Location").Exists() {
			b.gap(r, r.Properties.Get("BodyS3Location"), "the API's definition is in a file that was not given")
		}
	},
})

var _ = add(resourceType{Type: "AWS::ApiGateway::Resource", Of: "RestApiId"})
var _ = add(resourceType{Type: "AWS::ApiGateway::Deployment", Of: "RestApiId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	api := b.apiOf(r, "RestApiId")
	b.collect(api, "deployments", withID(r))
	if r.Properties.Get("StageName").Exists() {
		b.collect(api, "stages", withID(r))
	}
}})
var _ = add(resourceType{Type: "AWS::ApiGateway::Stage", Of: "RestApiId", Connect: connectStage("RestApiId")})
var _ = add(resourceType{Type: "AWS::ApiGateway::RequestValidator", Of: "RestApiId", Connect: collectAs("RestApiId", "requestValidators")})
var _ = add(resourceType{Type: "AWS::ApiGateway::Model", Of: "RestApiId", Connect: collectAs("RestApiId", "models")})
var _ = add(resourceType{Type: "AWS::ApiGateway::GatewayResponse", Of: "RestApiId", Connect: collectAs("RestApiId", "gatewayResponses")})
var _ = add(resourceType{Type: "AWS::ApiGateway::DocumentationPart", Of: "RestApiId"})
var _ = add(resourceType{Type: "AWS::ApiGateway::BasePathMapping", Of: "RestApiId", Connect: collectAs("RestApiId", "domainMappings")})

// A link joins private integrations of REST APIs with network load balancers.
var _ = add(resourceType{Type: "AWS::ApiGateway::VpcLink", Kind: graph.Endpoint, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	for _, v := range r.Properties.Get("TargetArns").Each() {
		b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r}, b.find(v), v)
	}
}})
var _ = add(resourceType{Type: "AWS::ApiGateway::Account", Kind: graph.Other, Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.role(n, r, r.Properties.Get("CloudWatchRoleArn"))
}})

// withID returns a resource's properties with its id beside them, for lists of what collapsed into a node.
func withID(r *graph.Resource) graph.Value { return idBeside(r, r.At, r.Properties) }

// idBeside puts a resource's id before the entries of a mapping that stands at a place.
func idBeside(r *graph.Resource, at *graph.Evidence, v graph.Value) graph.Value {
	own := graph.Field{Name: "ResourceId", Value: graph.NewString(r.At, r.ID)}
	return graph.NewMap(at, slices.Concat([]graph.Field{own}, v.Fields())...)
}

// collectAs keeps a resource's properties in a list setting of the thing it belongs to.
func collectAs(of, list string) func(*builder, *graph.Resource, *graph.Node) {
	return func(b *builder, r *graph.Resource, _ *graph.Node) {
		b.collect(b.find(r.Properties.Get(of)).node, list, withID(r))
	}
}

// apiOf is the API that a part of it names, also one of another stack.
func (b *builder) apiOf(r *graph.Resource, property string) *graph.Node {
	kind := graph.RestAPI
	if strings.HasPrefix(r.Type, "AWS::ApiGatewayV2::") {
		kind = graph.HTTPAPI // or a WebSocket API: that is not known
	}
	return b.reach(r.Properties.Get(property), kind, "execute-api:").node
}

// connectStage keeps a stage's settings on its API and joins its access log.
func connectStage(of string) func(*builder, *graph.Resource, *graph.Node) {
	return func(b *builder, r *graph.Resource, _ *graph.Node) {
		api := b.apiOf(r, of)
		b.collect(api, "stages", withID(r))
		for _, name := range []string{"AccessLogSetting", "AccessLogSettings"} {
			if v := r.Properties.Get(name, "DestinationArn"); v.Exists() {
				to := b.find(v, "logs:log-group:")
				if to.node != nil && to.node.Kind == graph.Firehose {
					b.edge(graph.Edge{From: api, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: "access log"}, to, v)
				} else {
					b.edge(graph.Edge{From: to.node, To: api, Kind: graph.Logs, Via: r, Label: "access log"}, target{byName: to.byName}, v)
				}
			}
		}
	}
}

var _ = add(resourceType{Type: "AWS::ApiGateway::Method", Of: "RestApiId", Connect: connectMethod})

func connectMethod(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	api := b.reach(p.Get("RestApiId"), graph.RestAPI, "execute-api:").node
	if api == nil {
		return
	}
	verb := spellWhole(p.Get("HttpMethod"))
	path := b.pathOf(p.Get("ResourceId"), 0)
	b.collect(api, "routes", route(r, verb+" "+path, p))
	b.integrate(api, r, verb+" "+path, p.Get("Integration"), p)
	b.authorize(api, r, p.Get("AuthorizerId"))
}

// route is an entry of an API's routes setting: the key, the resource that makes it, and its properties.
func route(r *graph.Resource, key string, p graph.Value) graph.Value {
	fields := make([]graph.Field, 0, 2+len(p.Fields()))
	fields = append(fields, graph.Field{Name: "RouteKey", Value: graph.NewString(r.At, key)},
		graph.Field{Name: "ResourceId", Value: graph.NewString(r.At, r.ID)})
	for _, f := range p.Fields() {
		if f.Name != "RouteKey" && f.Name != "ResourceId" {
			fields = append(fields, f)
		}
	}
	return graph.NewMap(firstPlace(p.At, r.At), fields...)
}

// pathOf spells the path of an API Gateway resource by walking up its parents, what is not known of it as
// "(unknown: reason)".
func (b *builder) pathOf(v graph.Value, depth int) string {
	ref, ok := v.Ref()
	if v.IsUnknown() {
		return "/" + v.String()
	}
	if !ok || depth > 50 {
		return "/"
	}
	if path, ok := b.resourceKey[ref.Resource]; ok {
		return path
	}
	r := b.resource(ref.Resource)
	if r == nil || r.Type != "AWS::ApiGateway::Resource" {
		return "/"
	}
	path := strings.TrimSuffix(b.pathOf(r.Properties.Get("ParentId"), depth+1), "/") + "/" + spellWhole(r.Properties.Get("PathPart"))
	b.resourceKey[ref.Resource] = path
	return path
}

// spellWhole is the text of a value, or "(unknown: reason)" where any part of it is not known.
func spellWhole(v graph.Value) string {
	if why := v.Reason(); why != "" {
		return graph.NewUnknown(nil, why).String()
	}
	return v.String()
}

// integrate joins an API with what one of its routes calls. Mock and plain HTTP integrations to the outside
// call nothing of the system.
func (b *builder) integrate(api *graph.Node, r *graph.Resource, label string, in, settings graph.Value) {
	uri := first(in, "Uri", "uri", "IntegrationUri")
	if in.IsUnknown() || uri.IsUnknown() {
		b.gap(r, uri, "the integration's target is not known: "+firstText(uri.Reason(), in.Reason()))
		return
	}
	e := graph.Edge{From: api, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: label, Settings: settings}
	to, mode := b.integrationTarget(uri)
	if invocation := invocationType(in); mode == "" && invocation == "Event" {
		e.Mode = graph.Async
	}
	if to.node == nil {
		b.serviceIntegration(e, r, uri, in)
		return
	}
	if mode != "" {
		e.Mode = mode
	}
	b.edge(e, to, uri)
	if role := first(in, "Credentials", "credentials", "CredentialsArn"); role.Exists() {
		b.integrationRole(api, r, role)
	}
}

func (b *builder) integrationRole(api *graph.Node, r *graph.Resource, role graph.Value) {
	if s, ok := role.Str(); ok && strings.HasPrefix(s, "arn:aws:iam::*:user/") {
		return // the caller's own credentials
	}
	b.role(api, r, role)
}

func first(v graph.Value, names ...string) graph.Value {
	for _, n := range names {
		if got := v.Get(n); got.Exists() {
			return got
		}
	}
	return graph.Value{}
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// invocationType reads X-Amz-Invocation-Type from the integration's request parameters.
func invocationType(in graph.Value) string {
	for _, f := range first(in, "RequestParameters", "requestParameters").Fields() {
		if strings.EqualFold(f.Name, "integration.request.header.X-Amz-Invocation-Type") {
			s, _ := f.Value.Str()
			return strings.Trim(s, "'")
		}
	}
	return ""
}

// integrationTarget reads an integration URI. A function stands in the middle of
// arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations; other services name an action.
func (b *builder) integrationTarget(uri graph.Value) (target, graph.Mode) {
	s := spell(uri)
	if i := strings.Index(s, "/functions/"); i >= 0 {
		name := s[i+len("/functions/"):]
		mode := graph.Mode("")
		if strings.HasSuffix(name, "/response-streaming-invocations") {
			mode = graph.Sync
		}
		if end := strings.LastIndex(name, "/"); end >= 0 && strings.Contains(name[end:], "invocations") {
			name = name[:end]
		}
		name, variable, _ := strings.Cut(name, ":"+stageVariable)
		to := b.findText(name, "lambda:function:")
		if to.node == nil {
			to = b.external(name, uri, graph.Function)
		}
		if variable != "" { // each stage says which alias
			to.qualifier = stageVariable + variable
		}
		return to, mode
	}
	a, ok := parseARN(s)
	if ok && a.service != "apigateway" { // HTTP APIs name the function, queue or listener directly
		return b.reach(uri, graph.Other), ""
	}
	if !ok && strings.HasPrefix(s, "${") {
		return b.find(uri), ""
	}
	return b.host(uri), "" // a web address: of this system, or outside
}

// apiServices are what a REST API's AWS integration can act on: service → the action's edge.
var apiServices = map[string]struct {
	kind      graph.Kind
	edge      graph.EdgeKind
	mode      graph.Mode
	namespace string
}{
	"sqs":      {graph.Queue, graph.Writes, graph.Async, "sqs:"},
	"sns":      {graph.Topic, graph.Writes, graph.Async, "sns:"},
	"dynamodb": {graph.Table, "", graph.Sync, "dynamodb:table/"},
	"kinesis":  {graph.Stream, graph.Writes, graph.Async, "kinesis:stream/"},
	"firehose": {graph.Firehose, graph.Writes, graph.Async, "firehose:deliverystream/"},
	"states":   {graph.StateMachine, graph.Invokes, graph.Async, "states:stateMachine:"},
	"events":   {graph.EventBus, graph.Writes, graph.Async, "events:event-bus/"},
	"s3":       {graph.Bucket, "", graph.Sync, "s3:"},
}

// serviceIntegration joins an API with the thing an AWS service integration acts on. Its name stands in the
// URI's path (SQS, S3) or in the request template (DynamoDB, Step Functions), where only references count.
func (b *builder) serviceIntegration(e graph.Edge, r *graph.Resource, uri, in graph.Value) {
	if role := first(in, "Credentials", "credentials"); role.Exists() {
		b.integrationRole(e.From, r, role)
	}
	a, ok := parseARN(spell(uri))
	if !ok || a.service != "apigateway" {
		return
	}
	service, _, _ := cut(a.account, ".") // s3 integrations may have a bucket's subdomain before
	svc, known := apiServices[service]
	if !known {
		return
	}
	action := a.resource[strings.LastIndex(a.resource, "/")+1:]
	e.Kind, e.Mode = svc.edge, svc.mode
	if e.Kind == "" {
		e.Kind = graph.Writes
		if verb := first(in, "IntegrationHttpMethod", "httpMethod"); reading(action) || service == "s3" && verb.String() == "GET" {
			e.Kind = graph.Reads
		}
	}
	if action == "StartSyncExecution" {
		e.Mode = graph.Sync
	}
	for _, ref := range append(uri.Refs(), in.Refs()...) {
		if to := b.standsFor(ref.Resource); to.node != nil && to.node.Kind == svc.kind {
			b.edge(e, to, uri)
			return
		}
	}
	if strings.HasPrefix(a.resource, "path/") {
		name := strings.TrimPrefix(a.resource, "path/")
		if service == "sqs" {
			name = name[strings.LastIndex(name, "/")+1:]
		} else {
			name, _, _ = cut(name, "/")
		}
		if to := b.named(svc.namespace, name); to.node != nil {
			b.edge(e, to, uri)
			return
		}
	}
	for _, name := range namedInTemplates(in) {
		if to := b.findText(name, svc.namespace); to.node != nil && to.node.Kind == svc.kind {
			b.edge(e, to, uri)
			return
		}
	}
	if service == "events" {
		b.edge(e, target{node: b.defaultBus(), byName: true}, uri)
	}
}

// inTemplate finds what a request template or parameter names by the argument that services take things by.
var inTemplate = lazy.Regexp(`(?i)(?:TableName|StreamName|EventBusName|StateMachineArn|QueueUrl|TopicArn|TargetArn|DeliveryStreamName)\\?"?\s*[:=]\s*\\?["']([^"'\\]+)`)

// namedInTemplates returns the names and ARNs that an integration's request templates and parameters write out.
func namedInTemplates(in graph.Value) []string {
	var out []string
	for _, list := range []graph.Value{first(in, "RequestTemplates", "requestTemplates"), first(in, "RequestParameters", "requestParameters")} {
		for _, f := range list.Fields() {
			text := spell(f.Value)
			for _, found := range inTemplate().FindAllStringSubmatch(f.Name+": "+text, -1) {
				out = append(out, found[1])
			}
		}
	}
	return out
}

var _ = add(resourceType{Type: "AWS::ApiGateway::Authorizer", Of: "RestApiId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	api := b.apiOf(r, "RestApiId")
	b.collect(api, "authorizers", withID(r))
	b.authorizer(api, r, r.Properties)
}})

// authorizer joins an API with the function or user pool that checks its callers.
func (b *builder) authorizer(api *graph.Node, r *graph.Resource, p graph.Value) {
	e := graph.Edge{From: api, Kind: graph.Authorizes, Mode: graph.Sync, Via: r, Settings: p}
	if uri := first(p, "AuthorizerUri", "authorizerUri"); uri.Exists() {
		to, _ := b.integrationTarget(uri)
		b.edge(e, to, uri)
	}
	for _, arn := range first(p, "ProviderARNs", "providerARNs").Each() {
		b.edge(e, b.reach(arn, graph.UserPool, "cognito-idp:userpool/"), arn)
	}
	issuer := first(p.Get("JwtConfiguration"), "Issuer", "issuer")
	if !issuer.Exists() {
		issuer = p.Get("jwtConfiguration", "issuer")
	}
	for _, ref := range issuer.Refs() {
		if to := b.standsFor(ref.Resource); to.node != nil && to.node.Kind == graph.UserPool {
			b.edge(e, to, issuer)
		}
	}
	if role := first(p, "AuthorizerCredentials", "AuthorizerCredentialsArn", "authorizerCredentials"); role.Exists() {
		b.integrationRole(api, r, role)
	}
}

// authorize is for routes whose authorizer belongs to an API outside of it: nothing to add where the
// authorizer itself already joined API and pool.
func (b *builder) authorize(api *graph.Node, r *graph.Resource, id graph.Value) {
	ref, ok := id.Ref()
	if !ok || b.resource(ref.Resource) == nil {
		return
	}
	a := b.resource(ref.Resource)
	if b.find(a.Properties.Get("RestApiId")).node == nil && b.find(a.Properties.Get("ApiId")).node == nil {
		b.authorizer(api, a, a.Properties)
	}
}

// apiOfARN reads arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/METHOD/PATH.
func (b *builder) apiOfARN(v graph.Value) (target, string) {
	a, ok := parseARN(spell(v))
	if !ok || a.service != "execute-api" {
		return target{}, ""
	}
	id, rest, _ := cut(a.resource, "/")
	to := b.named("execute-api:", id)
	return to, rest
}

package services

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::ApiGatewayV2::Api", Kind: graph.HTTPAPI, ARN: "execute-api:", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.openAPI(n, r, r.Properties.Get("Body"))
		b.quickCreate(n, r)
	},
})

// quickCreate gives an API the route and the integration that come with Target. Nobody is asked who calls that route.
// Source: CloudFormation reference, AWS::ApiGatewayV2::Api Target, RouteKey and CredentialsArn.
func (b *builder) quickCreate(n *graph.Node, r *graph.Resource) {
	p := r.Properties
	to := p.Get("Target")
	if !to.Exists() {
		return
	}
	key := "$default"
	if v := p.Get("RouteKey"); v.Exists() {
		key = v.String()
	}
	b.collect(n, "routes", route(r, key, record(r.At)))
	node, _ := b.integrationTarget(to)
	b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: key, Settings: p}, node, to)
}

var _ = add(resourceType{Type: "AWS::ApiGatewayV2::Stage", Of: "ApiId", Connect: connectStage("ApiId")})
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::Deployment", Of: "ApiId", Connect: collectAs("ApiId", "deployments")})

// A routing rule leads what comes to a domain to APIs, in the place of mappings.
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::RoutingRule", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	mapping := withID(r)
	for _, ref := range r.Properties.Get("DomainNameArn").Refs() {
		mapping = record(r.At, append(mapping.Fields(), graph.Field{Name: "DomainName", Value: graph.NewRef(r.At, ref.Resource, "")})...)
	}
	for _, action := range r.Properties.Get("Actions").Each() {
		b.collect(b.find(action.Get("InvokeApi", "ApiId")).node, "domainMappings", mapping)
	}
}})
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::Model", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::RouteResponse", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::IntegrationResponse", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::ApiMapping", Of: "ApiId", Connect: collectAs("ApiId", "domainMappings")})
var _ = add(resourceType{Type: "AWS::ApiGatewayV2::Integration", Of: "ApiId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	in := withID(r)
	if arn := r.Properties.Get("RequestParameters", "StateMachineArn"); arn.Exists() && !isPath(arn) {
		if to := b.find(arn, "states:stateMachine:"); to.node != nil { // by an alias or its ARN, too
			in = record(in.At, slices.Concat(in.Fields(), []graph.Field{{Name: "StateMachine", Value: graph.NewRef(arn.At, to.node.ID, "")}})...)
		}
	}
	b.collect(b.apiOf(r, "ApiId"), "integrations", in)
}})

var _ = add(resourceType{Type: "AWS::ApiGatewayV2::VpcLink", Kind: graph.Endpoint, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.network(n, r, r.Properties.Get("SubnetIds"), r.Properties.Get("SecurityGroupIds"))
}})

var _ = add(resourceType{Type: "AWS::ApiGatewayV2::Route", Of: "ApiId", Connect: connectRoute})

// connectRoute follows a route to its integration: Target is "integrations/ID".
func connectRoute(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	api := b.reach(p.Get("ApiId"), graph.HTTPAPI, "execute-api:").node
	if api == nil {
		return
	}
	key := p.Get("RouteKey").String()
	b.collect(api, "routes", route(r, key, p))
	b.authorize(api, r, p.Get("AuthorizerId"))
	for _, ref := range p.Get("Target").Refs() {
		in := b.resource(ref.Resource)
		if in == nil || in.Type != "AWS::ApiGatewayV2::Integration" {
			continue
		}
		e := graph.Edge{From: api, Kind: graph.Invokes, Mode: graph.Sync, Via: in, Label: key, Settings: in.Properties}
		if subtype, ok := in.Properties.Get("IntegrationSubtype").Str(); ok {
			b.subtype(e, in.Properties, subtype)
			continue
		}
		b.integrate(api, in, key, in.Properties, in.Properties)
	}
}

// subtypes are the first-class integrations of HTTP APIs: the request parameter that names the thing.
var subtypes = map[string]struct {
	parameter string
	kind      graph.Kind
	edge      graph.EdgeKind
	mode      graph.Mode
	namespace string
}{
	"EventBridge-PutEvents":            {"EventBusName", graph.EventBus, graph.Writes, graph.Async, "events:event-bus/"},
	"SQS-SendMessage":                  {"QueueUrl", graph.Queue, graph.Writes, graph.Async, "sqs:"},
	"SQS-ReceiveMessage":               {"QueueUrl", graph.Queue, graph.Reads, graph.Sync, "sqs:"},
	"SQS-DeleteMessage":                {"QueueUrl", graph.Queue, graph.Writes, graph.Sync, "sqs:"},
	"SQS-PurgeQueue":                   {"QueueUrl", graph.Queue, graph.Writes, graph.Sync, "sqs:"},
	"Kinesis-PutRecord":                {"StreamName", graph.Stream, graph.Writes, graph.Async, "kinesis:stream/"},
	"StepFunctions-StartExecution":     {"StateMachineArn", graph.StateMachine, graph.Invokes, graph.Async, "states:stateMachine:"},
	"StepFunctions-StartSyncExecution": {"StateMachineArn", graph.StateMachine, graph.Invokes, graph.Sync, "states:stateMachine:"},
	"StepFunctions-StopExecution":      {"ExecutionArn", graph.StateMachine, graph.Writes, graph.Sync, "states:stateMachine:"},
}

// subtype joins an API with the thing of a first-class integration; in is the integration, as a resource writes
// it or as an OpenAPI operation does.
func (b *builder) subtype(e graph.Edge, in graph.Value, name string) {
	s, ok := subtypes[name]
	if !ok {
		return
	}
	v := first(in, "RequestParameters", "requestParameters").Get(s.parameter)
	e.Kind, e.Mode = s.edge, s.mode
	to := target{}
	switch {
	case s.kind == graph.EventBus:
		to = b.bus(v)
	case !isPath(v):
		to = b.reach(v, s.kind, s.namespace)
	}
	b.edge(e, to, first(in, "IntegrationSubtype", "integrationSubtype"), v)
	b.integrationRole(e.From, e.Via, first(in, "CredentialsArn", "credentials"))
}

var _ = add(resourceType{Type: "AWS::ApiGatewayV2::Authorizer", Of: "ApiId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	api := b.apiOf(r, "ApiId")
	b.collect(api, "authorizers", withID(r))
	b.authorizer(api, r, r.Properties)
}})

// apiKind tells HTTP from WebSocket APIs.
func apiKind(r *graph.Resource) graph.Kind {
	if p, ok := r.Properties.Get("ProtocolType").Str(); ok && strings.EqualFold(p, "WEBSOCKET") {
		return graph.WebSocketAPI
	}
	return graph.HTTPAPI
}

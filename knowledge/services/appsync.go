package services

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::AppSync::GraphQLApi", Kind: graph.GraphQLAPI, ARN: "appsync:apis/", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		p := r.Properties
		providers := append([]graph.Value{p}, p.Get("AdditionalAuthenticationProviders").Each()...)
		for _, a := range providers {
			pool := a.Get("UserPoolConfig", "UserPoolId")
			e := graph.Edge{From: n, Kind: graph.Authorizes, Mode: graph.Sync, Via: r, Settings: a}
			b.edge(e, b.reach(pool, graph.UserPool, "cognito-idp:userpool/"), pool)
			fn := a.Get("LambdaAuthorizerConfig", "AuthorizerUri")
			b.edge(e, b.reach(fn, graph.Function, "lambda:function:"), fn)
		}
		b.role(n, r, p.Get("LogConfig", "CloudWatchLogsRoleArn"))
	},
})

// An event API has no schema: channels are published and subscribed to, handlers may be functions.
var _ = add(resourceType{Type: "AWS::AppSync::Api", Kind: graph.EventAPI, ARN: "appsync:apis/", Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	for _, a := range r.Properties.Get("EventConfig", "AuthProviders").Each() {
		e := graph.Edge{From: n, Kind: graph.Authorizes, Mode: graph.Sync, Via: r, Settings: a}
		pool, fn := a.Get("CognitoConfig", "UserPoolId"), a.Get("LambdaAuthorizerConfig", "AuthorizerUri")
		b.edge(e, b.reach(pool, graph.UserPool, "cognito-idp:userpool/"), pool)
		b.edge(e, b.reach(fn, graph.Function, "lambda:function:"), fn)
	}
	b.role(n, r, r.Properties.Get("EventConfig", "LogConfig", "CloudWatchLogsRoleArn"))
}})
var _ = add(resourceType{Type: "AWS::AppSync::GraphQLSchema", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::AppSync::ApiKey", Of: "ApiId", Connect: collectAs("ApiId", "apiKeys")})
var _ = add(resourceType{Type: "AWS::AppSync::ApiCache", Of: "ApiId", Connect: collectAs("ApiId", "caches")})
var _ = add(resourceType{Type: "AWS::AppSync::ChannelNamespace", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::AppSync::FunctionConfiguration", Of: "ApiId", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	collectAs("ApiId", "functions")(b, r, n)
	b.eventInvocation(b.find(r.Properties.Get("ApiId")).node, r)
}})
var _ = add(resourceType{Type: "AWS::AppSync::DomainNameApiAssociation", Of: "ApiId"})

var _ = add(resourceType{Type: "AWS::AppSync::Resolver", Of: "ApiId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	api := b.find(p.Get("ApiId")).node
	b.collect(api, "routes", route(r, p.Get("TypeName").String()+"."+p.Get("FieldName").String(), p))
	b.eventInvocation(api, r)
}})

// eventInvocation joins an API once more with the function behind a data source, where the code or mapping template of a
// resolver asks for an asynchronous call.
func (b *builder) eventInvocation(api *graph.Node, r *graph.Resource) {
	p := r.Properties
	if api == nil || !asksForEvent(p.Get("Code").String()) && !asksForEvent(p.Get("RequestMappingTemplate").String()) {
		return
	}
	source := p.Get("DataSourceName")
	b.later = append(b.later, func() {
		for _, e := range b.g.Out(api, graph.Invokes) {
			if e.Mode == graph.Sync && e.To.Kind == graph.Function && e.Via != nil && e.Via.Type == "AWS::AppSync::DataSource" && (source.String() == e.Label || refersTo(source, e.Via.ID)) {
				b.edge(graph.Edge{From: api, Kind: graph.Invokes, Mode: graph.Async, Via: r, Label: e.Label, Settings: p}, target{node: e.To}, source)
			}
		}
	})
}

func refersTo(v graph.Value, id string) bool {
	return slices.ContainsFunc(v.Refs(), func(ref graph.Ref) bool { return ref.Resource == id })
}

// asksForEvent tells whether a resolver's text sets invocationType to Event, in JavaScript or in a mapping template.
func asksForEvent(text string) bool {
	for {
		_, rest, found := strings.Cut(text, "invocationType")
		if !found {
			return false
		}
		if strings.HasPrefix(strings.TrimLeft(rest, "\"': \t"), "Event") {
			return true
		}
		text = rest
	}
}

var _ = add(resourceType{Type: "AWS::AppSync::DataSource", Of: "ApiId", Connect: connectDataSource})

// connectDataSource joins an API with what a data source reads and writes. Which of both a resolver does
// stands in its code: a table is joined by what the data source's role allows, other stores get one edge,
// written as writes, the stronger of the two.
func connectDataSource(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	api := b.reach(p.Get("ApiId"), graph.GraphQLAPI, "appsync:apis/").node
	name := p.Get("Name").String()
	for _, d := range []struct {
		value     graph.Value
		kind      graph.Kind
		namespace string
		edge      graph.EdgeKind
		mode      graph.Mode
	}{
		{p.Get("LambdaConfig", "LambdaFunctionArn"), graph.Function, "lambda:function:", graph.Invokes, graph.Sync},
		{p.Get("DynamoDBConfig", "TableName"), graph.Table, "dynamodb:table/", graph.Writes, graph.Sync},
		{p.Get("EventBridgeConfig", "EventBusArn"), graph.EventBus, "events:event-bus/", graph.Writes, graph.Async},
		{p.Get("RelationalDatabaseConfig", "RdsHttpEndpointConfig", "DbClusterIdentifier"), graph.Database, "rds:cluster:", graph.Writes, graph.Sync},
		{p.Get("OpenSearchServiceConfig", "Endpoint"), graph.Database, "", graph.Writes, graph.Sync},
		{p.Get("ElasticsearchConfig", "Endpoint"), graph.Database, "", graph.Writes, graph.Sync},
	} {
		if d.kind == graph.Table && d.value.Exists() {
			b.tableSource(graph.Edge{From: api, Mode: graph.Sync, Via: r, Label: name, Settings: p}, d.value, p.Get("ServiceRoleArn"))
		} else if d.value.Exists() {
			to := b.host(d.value)
			if to.node == nil {
				to = b.reach(d.value, d.kind, d.namespace)
			}
			b.edge(graph.Edge{From: api, Kind: d.edge, Mode: d.mode, Via: r, Label: name, Settings: p}, to, d.value)
		}
	}
	b.role(api, r, p.Get("ServiceRoleArn"))
	b.httpSource(api, r, p, name)
}

// tableSource joins an API with a table, once the role's statements are known: reads, writes or both. A role
// that tells nothing of the table leaves writes.
func (b *builder) tableSource(e graph.Edge, table, role graph.Value) {
	to := b.reach(table, graph.Table, "dynamodb:table/")
	actor := b.reach(role, graph.Role, "iam:role/").node
	b.later = append(b.later, func() {
		told := false
		if actor != nil {
			for _, a := range b.allowances(actor) {
				if a.thing == to.node && a.use.mode == graph.Sync {
					told, e.Kind, e.Notes = true, a.use.edge, a.notes
					b.edge(e, to, table)
				}
			}
		}
		if !told {
			e.Kind = graph.Writes
			b.edge(e, to, table)
		}
	})
}

// httpSource joins an API with what an HTTP data source calls: an API of this system, or the things of an AWS
// service that the data source's role names. Which of them a request is for stands in the resolver's code.
func (b *builder) httpSource(api *graph.Node, r *graph.Resource, p graph.Value, name string) {
	endpoint := p.Get("HttpConfig", "Endpoint")
	if !endpoint.Exists() || api == nil {
		return
	}
	e := graph.Edge{From: api, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: name, Settings: p}
	b.edge(e, b.host(endpoint), endpoint)
	service := serviceOfEndpoint(spell(endpoint))
	role := b.reach(p.Get("ServiceRoleArn"), graph.Role, "iam:role/").node
	if service == "" || role == nil {
		return
	}
	b.later = append(b.later, func() {
		for _, a := range b.allowances(role) {
			if !a.exact || !strings.HasPrefix(a.use.action, service+":") {
				continue
			}
			to := e
			to.Kind, to.Mode, to.Strength, to.Notes = a.use.edge, a.use.mode, graph.Likely, a.notes
			if to.Mode == "" {
				to.Mode = graph.Sync
			}
			b.edge(to, target{node: a.thing}, endpoint, a.evidence)
		}
	})
}

// serviceOfEndpoint reads the service's IAM name from https://states.us-east-1.amazonaws.com/.
func serviceOfEndpoint(s string) string {
	host, found := strings.CutPrefix(s, "https://")
	if !found {
		return ""
	}
	host, _, _ = cut(host, "/")
	host = strings.TrimSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	host = strings.TrimSuffix(host, ".${AWS::URLSuffix}")
	service, _, found := cut(strings.TrimPrefix(host, "sync-"), ".")
	if !found {
		return ""
	}
	return service
}

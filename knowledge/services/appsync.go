package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

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

var _ = add(resourceType{Type: "AWS::AppSync::Api", Kind: graph.GraphQLAPI, ARN: "appsync:apis/", Name: "Name"})
var _ = add(resourceType{Type: "AWS::AppSync::GraphQLSchema", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::AppSync::ApiKey", Of: "ApiId", Connect: collectAs("ApiId", "apiKeys")})
var _ = add(resourceType{Type: "AWS::AppSync::ApiCache", Of: "ApiId", Connect: collectAs("ApiId", "caches")})
var _ = add(resourceType{Type: "AWS::AppSync::ChannelNamespace", Of: "ApiId"})
var _ = add(resourceType{Type: "AWS::AppSync::FunctionConfiguration", Of: "ApiId", Connect: collectAs("ApiId", "functions")})
var _ = add(resourceType{Type: "AWS::AppSync::DomainNameApiAssociation", Of: "ApiId"})

var _ = add(resourceType{Type: "AWS::AppSync::Resolver", Of: "ApiId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	api := b.find(p.Get("ApiId")).node
	b.collect(api, "routes", route(r, p.Get("TypeName").String()+"."+p.Get("FieldName").String(), p))
}})

var _ = add(resourceType{Type: "AWS::AppSync::DataSource", Of: "ApiId", Connect: connectDataSource})

// connectDataSource joins an API with what a data source reads and writes. Which of both a resolver does
// stands in its code, so stores get one edge, written as writes: the stronger of the two.
func connectDataSource(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	api := b.find(p.Get("ApiId")).node
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
		if d.value.Exists() {
			b.edge(graph.Edge{From: api, Kind: d.edge, Mode: d.mode, Via: r, Label: name, Settings: p}, b.reach(d.value, d.kind, d.namespace), d.value)
		}
	}
	b.role(api, r, p.Get("ServiceRoleArn"))
}

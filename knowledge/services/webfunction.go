package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Web functions serve HTTP by themselves; their code, role and environment stand in revisions, and endpoints lead
// to them. They are no functions in the sense of the rules: none of a function's defaults and quotas is theirs.

var _ = add(resourceType{
	Type: "AWS::Lambda::WebFunction", Kind: graph.Other, ARN: "lambda:webfunction:", Name: "FunctionName",
	Variables: func(n *graph.Node) []graph.Value {
		var out []graph.Value
		for _, revision := range n.Setting("revisions").Items() {
			for _, f := range revision.Get("ServiceConfig", "EnvironmentVariables").Fields() {
				out = append(out, f.Value)
			}
		}
		return out
	},
})

var _ = add(resourceType{Type: "AWS::Lambda::WebFunctionRevision", Of: "FunctionName", ARN: "lambda:webfunction:", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	p := r.Properties
	n := b.find(p.Get("FunctionName"), "lambda:webfunction:").node
	if n == nil {
		b.gap(r, p.Get("FunctionName"), "the revision's web function was not found")
		return
	}
	b.collect(n, "revisions", withID(r))
	b.role(n, r, p.Get("ServiceConfig", "ExecutionRoleArn"))
	b.encrypted(n, r, p.Get("KmsKeyArn"))
	connector := p.Get("ServiceConfig", "EgressNetworkConnectorArn")
	b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r}, b.find(connector, "lambda:network-connector:"), connector)
	group := p.Get("ServiceConfig", "TelemetryConfig", "LoggingConfig", "LogGroup")
	to := b.find(group, "logs:log-group:")
	b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Logs, Via: r}, target{byName: to.byName}, group)
}})

var _ = add(resourceType{Type: "AWS::Lambda::WebFunctionEndpoint", Kind: graph.Endpoint, Name: "EndpointName", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	v := r.Properties.Get("FunctionName")
	b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Settings: r.Properties}, b.reach(v, graph.Other, "lambda:webfunction:"), v)
}})

var _ = add(resourceType{Type: "AWS::Lambda::MicrovmImage", Kind: graph.Other, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	b.edge(graph.Edge{From: n, Kind: graph.Assumes, Via: r, Label: "build"}, b.reach(r.Properties.Get("BuildRoleArn"), graph.Role, "iam:role/"), r.Properties.Get("BuildRoleArn"))
	for _, v := range r.Properties.Get("EgressNetworkConnectors").Each() {
		b.edge(graph.Edge{From: n, Kind: graph.AttachedTo, Via: r}, b.find(v, "lambda:network-connector:"), v)
	}
}})

var _ = add(resourceType{Type: "AWS::Lambda::NetworkConnector", Kind: graph.Other, ARN: "lambda:network-connector:", Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	vpc := r.Properties.Get("Configuration", "VpcEgressConfiguration")
	b.network(n, r, vpc.Get("SubnetIds"), vpc.Get("SecurityGroupIds"))
	b.role(n, r, r.Properties.Get("OperatorRole"))
}})

package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::CodeDeploy::DeploymentGroup", Kind: graph.Deployment, Name: "DeploymentGroupName",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		p := r.Properties
		b.role(n, r, p.Get("ServiceRoleArn"))
		for _, a := range p.Get("AlarmConfiguration", "Alarms").Each() {
			v := a.Get("Name")
			b.edge(graph.Edge{From: n, Kind: graph.Reads, Via: r, Label: "alarm"}, b.find(v, "cloudwatch:alarm:"), v)
		}
		for _, t := range p.Get("TriggerConfigurations").Each() {
			v := t.Get("TriggerTargetArn")
			b.edge(graph.Edge{From: n, Kind: graph.Notifies, Mode: graph.Async, Via: r}, b.reach(v, graph.Topic, "sns:"), v)
		}
		// A function's alias names its deployment group in its update policy, the group does not name the alias.
		for _, alias := range b.updatedBy(r) {
			to := b.standsFor(alias.ID)
			b.edge(graph.Edge{From: n, Kind: graph.Deploys, Via: alias, Settings: p}, to, alias.Attributes.Get("UpdatePolicy"))
			hooks := alias.Attributes.Get("UpdatePolicy", "CodeDeployLambdaAliasUpdate")
			for _, name := range []string{"BeforeAllowTrafficHook", "AfterAllowTrafficHook"} {
				v := hooks.Get(name)
				b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Async, Via: alias, Label: graph.LowerFirst(name)}, b.find(v, "lambda:function:"), v)
			}
		}
	},
})

var _ = add(resourceType{Type: "AWS::CodeDeploy::Application", Kind: graph.Deployment, Name: "ApplicationName"})
var _ = add(resourceType{Type: "AWS::CodeDeploy::DeploymentConfig", Kind: graph.Deployment, Name: "DeploymentConfigName"})

// updatedBy returns the aliases whose update policy names a deployment group.
func (b *builder) updatedBy(group *graph.Resource) []*graph.Resource {
	if b.aliases == nil {
		b.aliases = map[string][]*graph.Resource{}
		for _, n := range b.byKind[graph.Alias] {
			if n.Resource == nil {
				continue
			}
			v := n.Resource.Attributes.Get("UpdatePolicy", "CodeDeployLambdaAliasUpdate", "DeploymentGroupName")
			for _, ref := range v.Refs() {
				b.aliases[ref.Resource] = append(b.aliases[ref.Resource], n.Resource)
			}
		}
	}
	return b.aliases[group.ID]
}

var _ = add(resourceType{
	Type: "AWS::ApplicationAutoScaling::ScalableTarget", Kind: graph.Deployment,
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		v := r.Properties.Get("ResourceId")
		to := b.scaled(v)
		b.edge(graph.Edge{From: n, Kind: graph.Deploys, Via: r, Label: "scaling", Settings: r.Properties}, to, v)
		if to.node != nil {
			b.collect(to.node, "scalableTargets", withID(r))
		}
	},
})

// scaled reads function:NAME:ALIAS, table/NAME, table/NAME/index/INDEX and the like.
func (b *builder) scaled(v graph.Value) target {
	s := spell(v)
	for _, f := range []struct{ prefix, ends, namespace string }{
		{"function:", ":", "lambda:function:"}, {"table/", "/", "dynamodb:table/"}, {"service/", "/", "ecs:cluster/"},
		{"cluster:", ":", "rds:cluster:"},
	} {
		if !strings.HasPrefix(s, f.prefix) {
			continue
		}
		name, rest, _ := cut(s[len(f.prefix):], f.ends)
		if f.namespace == "ecs:cluster/" { // service/CLUSTER/SERVICE
			return b.named("ecs:service/", strings.TrimPrefix(rest, "/"))
		}
		return withRest(b.named(f.namespace, name), rest)
	}
	return target{}
}

var _ = add(resourceType{Type: "AWS::ApplicationAutoScaling::ScalingPolicy", Of: "ScalingTargetId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.collect(b.find(first(r.Properties, "ScalingTargetId", "ScalableTargetId")).node, "scalingPolicies", withID(r))
}})

package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// customResource reads any custom resource: the function its ServiceToken names is its provider. CloudFormation
// calls it while a stack changes and never else, so the edge has no mode.
func (b *builder) customResource(r *graph.Resource) {
	token := r.Properties.Get("ServiceToken")
	if !token.Exists() {
		return
	}
	to := b.find(token, "lambda:function:")
	if to.node == nil || to.node.Kind != graph.Function {
		return
	}
	b.providers[to.node] = true
	b.edge(graph.Edge{From: b.g.Node(r.ID), Kind: graph.Invokes, Via: r, Label: "custom resource"}, to, token)
}

func isCustom(typ string) bool {
	return strings.HasPrefix(typ, "Custom::") || typ == "AWS::CloudFormation::CustomResource"
}

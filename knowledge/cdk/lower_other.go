package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Other, rankData, func(l *lowerer, n *graph.Node) { others[n.Type].lower(l, n) })

// others are the types without a kind of their own that can be carried.
var others = map[string]*lowering{}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Other, rankData, func(l *lowerer, n *graph.Node) { others[n.Type].lower(l, n) })

// others are the types without a kind of their own that can be carried.
var others = map[string]*lowering{}

// lowersType registers a type at start-up.
func lowersType(typ string, rank int, lower func(*lowerer, *graph.Node)) bool {
	others[typ] = &lowering{rank: rank, lower: lower}
	return true
}

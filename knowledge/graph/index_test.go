package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func TestSealChangesNoAnswer(t *testing.T) {
	g := graph.New(0)
	var nodes []*graph.Node
	for i, k := range []graph.Kind{graph.Queue, graph.Function, graph.Topic, graph.Queue, graph.Function} {
		nodes = append(nodes, g.Add(&graph.Node{ID: string(rune('a' + i)), Kind: k}))
	}
	for i, k := range []graph.EdgeKind{graph.Polls, graph.Writes, graph.Polls} {
		g.Connect(&graph.Edge{From: nodes[i], To: nodes[i+1], Kind: k})
	}
	ask := func() []any {
		return []any{g.OfKind(graph.Queue), g.OfKind(graph.Function, graph.Queue), g.OfKind(graph.Queue, graph.Queue), len(g.OfKind(graph.Table)),
			g.OfEdge(graph.Polls), g.OfEdge(graph.Writes, graph.Polls), g.OfEdge(), len(g.OfEdge(graph.Reads))}
	}
	before := ask()
	graph.Seal(g)
	require.Equal(t, before, ask())
	_ = append(g.OfKind(graph.Queue), nodes[1]) // a caller's append leaves the index alone
	require.Equal(t, before, ask())
}

func TestMentionsAreCollected(t *testing.T) {
	g := graph.New(0)
	a := g.Add(&graph.Node{ID: "A", Resource: &graph.Resource{ID: "A", Properties: graph.NewMap(nil, graph.Field{Name: "To", Value: graph.NewRef(nil, "B", "Arn")})}})
	b := g.Add(&graph.Node{ID: "B"})
	require.Equal(t, []graph.Ref{{Resource: "B", Attribute: "Arn"}}, g.Mentions(a))
	require.Empty(t, g.Mentions(b))
	require.True(t, g.Mentioned("B"))
	require.False(t, g.Mentioned("A"))
}

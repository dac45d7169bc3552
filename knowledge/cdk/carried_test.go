package cdk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// sketchKinds are the kinds a sketch may name, as the parser lists them when it refuses one.
func sketchKinds(t testing.TB) []string {
	_, err := patterns.ParseSketch("s", []byte("{name: a, nodes: {a: nothing}}"))
	var refused *patterns.InputError
	require.True(t, errors.As(err, &refused))
	kinds := strings.Split(strings.TrimPrefix(refused.Want, "one of "), ", ")
	require.Greater(t, len(kinds), 8)
	return kinds
}

var joins = []string{"->", "GET /x ->", "polls", "invokes", "routes", "writes", "reads", "failsTo", "authorizes"}

// needs are the settings without which a node of the kind is refused.
var needs = map[string]string{"rule": ", source: shop"}

func sketchNode(id, kind string) string {
	return fmt.Sprintf("%s: {kind: %s%s}", id, kind, needs[kind])
}

// carried generates a sketch and checks that each of its nodes and edges is in the program. It returns false where
// the sketch was refused, and then checks that the refusal says something.
func carried(t *testing.T, text string) bool {
	b, err := patterns.ParseSketch("s.yaml", []byte(text))
	require.NoError(t, err, text)
	d, err := b.Graph(nil)
	if err != nil {
		var refused *patterns.InputError
		require.True(t, errors.As(err, &refused), text)
		assert.NotEmpty(t, refused.Want+refused.Nearest, "%s: %s", text, refused.Message)
		return false
	}
	written := 0
	for _, e := range d.Graph.Edges {
		if strings.HasPrefix(e.Evidence[0].Path, "/edges/") {
			written++
		}
	}
	assert.GreaterOrEqual(t, written, len(b.Edges), text)
	for _, scope := range Scopes {
		p, err := Generate(d.Graph, Options{Name: d.Name, Scope: scope})
		require.NoError(t, err)
		assert.NotContains(t, strings.Join(p.Notes, "\n"), "not carried over", text)
	}
	return true
}

// acceptedJoins tries every pair of kinds and every join, alone and beside one more edge, for what a node does
// depends on who calls it. All that is accepted is checked to be carried.
func acceptedJoins(t *testing.T) map[[3]string]bool {
	beside := [][2]string{
		{}, {"c: httpApi", "c GET /y -> x"}, {"c: queue", "c -> x"}, {"c: {kind: rule, source: shop}", "c -> x"},
		{"c: httpApi", "c GET /y -> y"}, {"c: queue", "c -> y"}, {"c: {kind: rule, source: shop}", "c -> y"},
		{"c: function", "c -> x"}, {"c: queue", "x failsTo c"}, {"c: function", "x -> c"}, {"c: function", "x GET /y -> c"},
		{"c: topic", "c -> x"}, {"c: topic", "c -> y"},
	}
	accepted := map[[3]string]bool{}
	for _, from := range sketchKinds(t) {
		for _, to := range sketchKinds(t) {
			for _, join := range joins {
				for _, c := range beside {
					nodes, edges := sketchNode("x", from)+", "+sketchNode("y", to), "x "+join+" y"
					if c[0] != "" {
						nodes, edges = nodes+", "+c[0], edges+", "+c[1]
					}
					if carried(t, fmt.Sprintf("{name: a, nodes: {%s}, edges: [%s]}", nodes, edges)) {
						accepted[[3]string{from, join, to}] = true
					}
				}
			}
		}
	}
	return accepted
}

// Every edge is refused with words, or the code has it: each pair alone, then 3000 sketches of chance (the same in
// every run), for edges that each work alone may not work together.
func TestEveryEdgeOfASketchIsRefusedOrCarried(t *testing.T) {
	joins := acceptedJoins(t)
	assert.GreaterOrEqual(t, len(joins), 30, "%v", joins)
	var words [][3]string
	for j := range joins {
		words = append(words, j)
	}
	sort.Slice(words, func(i, j int) bool { return fmt.Sprint(words[i]) < fmt.Sprint(words[j]) })
	dice, accepted := rand.New(rand.NewPCG(1, 2)), 0
	for range 3000 {
		var nodes, edges []string
		node := func(kind string) string {
			id := kind + string("ab"[dice.IntN(2)])
			if text := sketchNode(id, kind); !slices.Contains(nodes, text) {
				nodes = append(nodes, text)
			}
			return id
		}
		for range 1 + dice.IntN(5) {
			w := words[dice.IntN(len(words))]
			edges = append(edges, node(w[0])+" "+w[1]+" "+node(w[2]))
		}
		if carried(t, fmt.Sprintf("{name: a, nodes: {%s}, edges: [%s]}", strings.Join(nodes, ", "), strings.Join(edges, ", "))) {
			accepted++
		}
	}
	assert.Greater(t, accepted, 300, "too few sketches were accepted to prove anything")
}

// A graph that did not come from a sketch may hold anything: what is not carried is named.
func TestWhatIsNotCarriedIsNamed(t *testing.T) {
	p, _ := patterns.Find("queue-worker")
	d, err := p.Blueprint.Graph(nil)
	require.NoError(t, err)
	d.Graph.Connect(&graph.Edge{From: d.Graph.Node("orders"), To: d.Graph.Node("table"), Kind: graph.Writes})
	d.Graph.Connect(&graph.Edge{From: d.Graph.Node("api"), To: d.Graph.Node("intake"), Kind: graph.Invokes, Label: "GET /other"})
	pr, err := Generate(d.Graph, Options{Name: d.Name})
	require.NoError(t, err)
	assert.Contains(t, pr.Notes, "orders writes table is not carried over: the generator has no code for it yet.")
	assert.Len(t, pr.Notes, 2, "the further route is an edge like any other, and is written") // the other note is about jwtIssuer
}

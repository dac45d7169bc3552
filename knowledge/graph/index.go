package graph

import (
	"slices"
	"sync"
)

// mentioning holds what the properties of a graph's resources take from elsewhere.
type mentioning struct {
	once sync.Once
	by   map[*Resource]taken
	ids  map[string]bool // of what they refer to
}

// taken is what the properties of a resource take from elsewhere.
type taken struct {
	refs  []Ref
	given []Field
}

// resourceIndex finds resources by their ids.
type resourceIndex struct {
	once sync.Once
	byID map[string]*Resource
}

// Resource returns the resource of an id, also one without a node of its own; nil where there is none. They are indexed at the
// first call, after which nothing may be added to the graph.
func (g *Graph) Resource(id string) *Resource {
	g.resources.once.Do(func() {
		g.resources.byID = make(map[string]*Resource, len(g.Resources))
		for _, r := range g.Resources {
			if g.resources.byID[r.ID] == nil {
				g.resources.byID[r.ID] = r
			}
		}
	})
	return g.resources.byID[id]
}

// Mentions returns the references in the properties of n's resource. They are collected once for the whole graph,
// after which nothing may be added to it.
func (g *Graph) Mentions(n *Node) []Ref {
	g.mentioning.once.Do(g.collectMentions)
	return g.mentioning.by[n.Resource].refs
}

// Given returns the values below r's properties that are not known or are a parameter's, each with the name of the field that it
// stands in, or its list. They are collected once for the whole graph, after which nothing may be added to it.
func (g *Graph) Given(r *Resource) []Field {
	g.mentioning.once.Do(g.collectMentions)
	return g.mentioning.by[r].given
}

// Mentioned tells whether the properties of any resource refer to the resource of an id.
func (g *Graph) Mentioned(id string) bool {
	g.mentioning.once.Do(g.collectMentions)
	return g.mentioning.ids[id]
}

func (g *Graph) collectMentions() { g.mention(allTaken(g)) }

// mention keeps what the resources of the graph take, of a map that may hold other graphs' resources too.
func (g *Graph) mention(by map[*Resource]taken) {
	g.mentioning.by, g.mentioning.ids = by, make(map[string]bool, len(g.Nodes))
	for _, n := range g.Nodes {
		for _, ref := range by[n.Resource].refs {
			g.mentioning.ids[ref.Resource] = true
		}
	}
}

// allTaken collects what the properties of all resources take from elsewhere. Graphs of one system share most of them.
func allTaken(graphs ...*Graph) map[*Resource]taken {
	by := map[*Resource]taken{}
	add := func(r *Resource) {
		if _, seen := by[r]; !seen && r != nil {
			var t taken
			r.Properties.takes("", &t)
			by[r] = t
		}
	}
	for _, g := range graphs {
		for _, r := range g.Resources {
			add(r)
		}
		for _, n := range g.Nodes {
			add(n.Resource)
		}
	}
	return by
}

// index finds the nodes and edges of a kind without looking at all of them.
type index struct {
	nodes map[Kind][]*Node
	edges map[EdgeKind][]*Edge
}

// Seal says that the graphs, those of one system, are whole: nothing is added to them, and no node changes its kind,
// from now on. It makes OfKind, OfEdge, Mentions, Mentioned and Given quick.
func Seal(graphs ...*Graph) {
	by := allTaken(graphs...)
	Parallel(len(graphs), func(i int) { graphs[i].seal(by) })
}

func (g *Graph) seal(by map[*Resource]taken) {
	i := &index{nodes: map[Kind][]*Node{}, edges: map[EdgeKind][]*Edge{}}
	for at, n := range g.Nodes {
		n.place = at
		i.nodes[n.Kind] = append(i.nodes[n.Kind], n)
	}
	for _, e := range g.Edges {
		i.edges[e.Kind] = append(i.edges[e.Kind], e)
	}
	g.sealed = i
	g.mentioning.once.Do(func() { g.mention(by) })
}

// OfKind returns the nodes of the given kinds, in order. Do not change the result.
func (g *Graph) OfKind(kinds ...Kind) []*Node {
	if g.sealed != nil && len(kinds) == 1 {
		return slices.Clip(g.sealed.nodes[kinds[0]])
	}
	var out []*Node
	if g.sealed != nil {
		for _, k := range kinds {
			out = append(out, g.sealed.nodes[k]...)
		}
		slices.SortFunc(out, func(a, b *Node) int { return a.place - b.place })
		return slices.Compact(out) // a kind may be named twice
	}
	for _, n := range g.Nodes {
		if slices.Contains(kinds, n.Kind) {
			out = append(out, n)
		}
	}
	return out
}

// OfEdge returns all edges of the given kinds. Do not change the result.
func (g *Graph) OfEdge(kinds ...EdgeKind) []*Edge {
	if g.sealed != nil && len(kinds) == 1 {
		return slices.Clip(g.sealed.edges[kinds[0]])
	}
	return pick(g.Edges, kinds)
}

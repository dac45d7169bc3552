package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// What surrounds a finding changes its rank among findings of one severity, never the severity itself, by two rules:
//
//   - a finding about security comes first where its thing is called from outside: by a public API or function URL,
//     or by what such a one calls and waits for;
//   - a finding about reliability comes first where messages arrive asynchronously and nothing keeps those that fail.
//
// Each is told in the finding's context.

// setContext fills in what surrounds a finding in the first scenario in which it holds.
func (m *merger) setContext(f *merged) {
	for i, in := range f.in {
		if !in {
			continue
		}
		g := m.graphs[i]
		n := g.Node(f.node)
		if n == nil {
			return
		}
		switch f.Pillar {
		case Security:
			if m.entries == nil {
				m.entries = make([]map[*graph.Node]*graph.Node, len(m.graphs))
			}
			if m.entries[i] == nil {
				m.entries[i] = entriesOf(g)
			}
			if entry := m.entries[i][n]; entry == n {
				f.Context = append(f.Context, "open to the outside")
			} else if entry != nil {
				f.Context = append(f.Context, "reachable from outside through "+nameOf(entry))
			}
		case Reliability:
			if losesForGood(g, n) {
				f.Context = append(f.Context, "what fails here is lost for good")
			}
		}
		return
	}
}

// entriesOf finds for each thing that can be reached from outside the API or function URL that leads to it.
func entriesOf(g *graph.Graph) map[*graph.Node]*graph.Node {
	from := map[*graph.Node]*graph.Node{}
	var queue []*graph.Node
	for _, n := range g.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.GraphQLAPI, graph.EventAPI, graph.FunctionURL) {
		if !n.External && !private(n) {
			from[n] = n
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range g.Out(n, graph.Invokes) {
			if e.Mode == graph.Async || e.Strength == graph.Wildcard || from[e.To] != nil {
				continue
			}
			from[e.To] = from[n]
			queue = append(queue, e.To)
		}
	}
	return from
}

// private tells an API that only a network reaches. What is not known counts as private: rank is not raised on it.
func private(n *graph.Node) bool {
	for _, path := range [][]string{{"endpointConfiguration", "Types"}, {"endpointConfiguration", "Type"}} {
		for _, v := range n.Setting(path...).Each() {
			if s, ok := v.Str(); !ok || strings.EqualFold(s, "PRIVATE") {
				return true
			}
		}
	}
	s, ok := n.Setting("visibility").Str()
	return ok && s == "PRIVATE"
}

// losesForGood tells whether messages reach a thing asynchronously, which nothing keeps when they fail.
func losesForGood(g *graph.Graph, n *graph.Node) bool {
	if n.External || len(g.Out(n, graph.FailsTo)) > 0 {
		return false
	}
	switch n.Kind {
	case graph.Queue:
		return len(g.Out(n, graph.Polls)) > 0
	case graph.Function:
		for _, e := range g.In(n, graph.Invokes, graph.Routes) {
			if e.Mode == graph.Async && e.Strength != graph.Wildcard {
				return true
			}
		}
	case graph.Topic, graph.Rule, graph.Schedule:
		return len(g.Out(n, graph.Routes)) > 0
	}
	return false
}

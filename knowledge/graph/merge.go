package graph

// Merge joins the graphs of a system's scenarios into one for drawing: every node and edge that exists in any of
// them, each with the settings it has in the first graph that has it. Rules do not use it: what is true in one
// scenario and what in another must not meet there.
func Merge(graphs []*Graph) *Graph {
	if len(graphs) == 1 {
		return graphs[0]
	}
	type identity struct {
		from, to, label, qualifier, via string
		kind                            EdgeKind
		mode                            Mode
	}
	out := New(len(graphs[0].Nodes))
	edges := map[identity]bool{}
	gaps := map[Gap]bool{}
	for _, g := range graphs {
		for _, n := range g.Nodes {
			if out.Node(n.ID) == nil {
				same := *n
				same.out, same.in = nil, nil
				out.Add(&same)
			}
		}
		for _, e := range g.Edges {
			id := identity{from: e.From.ID, to: e.To.ID, label: e.Label, qualifier: e.Qualifier, kind: e.Kind, mode: e.Mode}
			if e.Via != nil {
				id.via = e.Via.ID
			}
			if edges[id] {
				continue
			}
			edges[id] = true
			joined := *e
			joined.From, joined.To = out.Node(e.From.ID), out.Node(e.To.ID)
			out.Connect(&joined)
		}
		for _, gap := range g.Gaps {
			if !gaps[gap] {
				gaps[gap] = true
				out.Gaps = append(out.Gaps, gap)
			}
		}
	}
	return out
}

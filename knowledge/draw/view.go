package draw

import (
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Options say how a drawing looks. The zero value is a good drawing.
type Options struct {
	// Marks shows findings: node id → severities of its findings, worst first.
	Marks map[string][]string
	// MaxBoxes is how many boxes, and how many arrows, a drawing has before more is folded; 0 is 48.
	MaxBoxes int
	Title    string
}

// box is what a drawing shows of one node, or of several alike ones folded together.
type box struct {
	nodes   []*graph.Node
	kind    graph.Kind
	marks   []string
	cluster int // index into view.clusters, or -1
}

// arrow is what a drawing shows between two boxes.
type arrow struct {
	from, to *box
	labels   []string
	failure  bool
	likely   bool
	async    bool
	count    int
}

type cluster struct {
	title string
	boxes []*box
}

// view is a drawing before it is written down.
type view struct {
	boxes    []*box
	arrows   []*arrow
	clusters []*cluster
	aside    []string // what is not drawn, in words: "6 roles"
}

// background are the kinds that stand behind the flow; they are counted, not drawn.
var background = map[graph.Kind]bool{
	graph.Role: true, graph.Policy: true, graph.Layer: true, graph.Key: true, graph.Alias: true, graph.Deployment: true,
	graph.Subnet: true, graph.SecurityGroup: true, graph.VPC: true, graph.Alarm: true,
}

// flow are the edges that carry data or control.
var flow = []graph.EdgeKind{graph.Polls, graph.Invokes, graph.Routes, graph.Writes, graph.Reads, graph.FailsTo, graph.Authorizes}

// look decides what is drawn.
func look(g *graph.Graph, o Options) *view {
	if o.MaxBoxes <= 0 {
		o.MaxBoxes = 48
	}
	var edges []*graph.Edge
	drawn := map[*graph.Node]bool{}
	for _, e := range g.OfEdge(flow...) {
		if e.Strength == graph.Wildcard || background[e.From.Kind] || background[e.To.Kind] || e.From == e.To ||
			e.From.Framework != "" || e.To.Framework != "" {
			continue
		}
		edges = append(edges, e)
		drawn[e.From], drawn[e.To] = true, true
	}
	v := &view{}
	aside := map[string]int{}
	var nodes []*graph.Node
	for _, n := range g.Nodes {
		switch {
		case drawn[n], important(n) && n.Framework == "":
			nodes = append(nodes, n)
		case n.External:
		case n.Framework != "":
			aside["framework part"]++
		default:
			aside[words(n.Kind)]++
		}
	}
	group := fold(nodes, edges, o)
	v.build(nodes, edges, group, o)
	v.cluster()
	for _, name := range sortedNames(aside) {
		v.aside = append(v.aside, count(aside[name], name))
	}
	return v
}

// important tells kinds that are drawn even where nothing connects to them.
func important(n *graph.Node) bool {
	switch n.Kind {
	case graph.Function, graph.FunctionURL, graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.GraphQLAPI, graph.EventAPI, graph.Queue,
		graph.Topic, graph.EventBus, graph.Rule, graph.Pipe, graph.Schedule, graph.ScheduleGroup, graph.Stream, graph.Table, graph.Bucket,
		graph.StateMachine, graph.Firehose:
		return !n.External
	}
	return false
}

// fold decides which nodes share a box: node → the node that stands for its group. Alike nodes (same kind,
// same neighbours) fold where there are many of them; where the drawing would be too large, nodes that only
// have neighbours of the same kinds fold too.
func fold(nodes []*graph.Node, edges []*graph.Edge, o Options) map[*graph.Node]*graph.Node {
	exact := func(n *graph.Node) string { return n.ID }
	kind := func(n *graph.Node) string { return string(n.Kind) }
	hub := hubs(edges)
	near := func(n *graph.Node) string {
		if hub[n] {
			return n.ID
		}
		return string(n.Kind)
	}
	group := gather(nodes, edges, exact, 5)
	for _, next := range []func() map[*graph.Node]*graph.Node{
		func() map[*graph.Node]*graph.Node { return gather(nodes, edges, near, 3) },
		func() map[*graph.Node]*graph.Node { return gather(nodes, edges, kind, 3) },
		func() map[*graph.Node]*graph.Node { return gather(nodes, nil, kind, 4) },
	} {
		if size(nodes, group) <= o.MaxBoxes && joints(edges, group) <= o.MaxBoxes {
			break
		}
		group = next()
	}
	return group
}

// joints counts the pairs of boxes that edges join: a drawing of few boxes and many arrows is no drawing.
func joints(edges []*graph.Edge, group map[*graph.Node]*graph.Node) int {
	pairs := map[[2]*graph.Node]bool{}
	for _, e := range edges {
		pairs[[2]*graph.Node{group[e.From], group[e.To]}] = true
	}
	return len(pairs)
}

// hubs are the nodes with many neighbours: they are what alike nodes have in common.
func hubs(edges []*graph.Edge) map[*graph.Node]bool {
	degree := map[*graph.Node]int{}
	for _, e := range edges {
		degree[e.From]++
		degree[e.To]++
	}
	out := map[*graph.Node]bool{}
	for n, d := range degree {
		out[n] = d >= 5
	}
	return out
}

func gather(nodes []*graph.Node, edges []*graph.Edge, name func(*graph.Node) string, least int) map[*graph.Node]*graph.Node {
	signature := map[*graph.Node]map[string]bool{}
	note := func(n *graph.Node, s string) {
		if signature[n] == nil {
			signature[n] = map[string]bool{}
		}
		signature[n][s] = true
	}
	for _, e := range edges {
		note(e.From, "> "+string(e.Kind)+" "+name(e.To))
		note(e.To, "< "+string(e.Kind)+" "+name(e.From))
	}
	classes := map[string][]*graph.Node{}
	for _, n := range nodes {
		key := string(n.Kind) + fmt.Sprint(n.External)
		if len(signature[n]) > 0 || edges == nil {
			key += strings.Join(sortedNames(signature[n]), "|")
		} else {
			key += "alone"
		}
		classes[key] = append(classes[key], n)
	}
	out := map[*graph.Node]*graph.Node{}
	for _, members := range classes {
		for _, n := range members {
			out[n] = n
			if len(members) >= least {
				out[n] = members[0]
			}
		}
	}
	return out
}

func size(nodes []*graph.Node, group map[*graph.Node]*graph.Node) int {
	boxes := map[*graph.Node]bool{}
	for _, n := range nodes {
		boxes[group[n]] = true
	}
	return len(boxes)
}

// build makes boxes of groups and arrows of edges.
func (v *view) build(nodes []*graph.Node, edges []*graph.Edge, group map[*graph.Node]*graph.Node, o Options) {
	boxes := map[*graph.Node]*box{}
	for _, n := range nodes {
		head := group[n]
		b := boxes[head]
		if b == nil {
			b = &box{kind: n.Kind, cluster: -1}
			boxes[head] = b
			v.boxes = append(v.boxes, b)
		}
		b.nodes = append(b.nodes, n)
		b.marks = append(b.marks, o.Marks[n.ID]...)
	}
	for _, b := range v.boxes {
		sort.SliceStable(b.marks, func(i, j int) bool { return severity(b.marks[i]) < severity(b.marks[j]) })
	}
	type pair struct {
		from, to *box
		failure  bool
	}
	arrows := map[pair]*arrow{}
	for _, e := range edges {
		key := pair{boxes[group[e.From]], boxes[group[e.To]], e.Kind == graph.FailsTo}
		if key.from == key.to {
			continue
		}
		a := arrows[key]
		if a == nil {
			a = &arrow{from: key.from, to: key.to, failure: key.failure, likely: true}
			arrows[key] = a
			v.arrows = append(v.arrows, a)
		}
		a.count++
		a.likely = a.likely && e.Strength == graph.Likely
		a.async = a.async || e.Mode == graph.Async
		a.addLabel(label(e))
	}
}

func (a *arrow) addLabel(s string) {
	for _, old := range a.labels {
		if old == s {
			return
		}
	}
	if s != "" {
		a.labels = append(a.labels, s)
	}
}

// text is the arrow's label: at most two, longer ones are counted.
func (a *arrow) text() string {
	switch {
	case len(a.labels) == 0:
		return ""
	case len(a.labels) <= 2:
		return clip(strings.Join(a.labels, ", "), 40)
	}
	return fmt.Sprintf("%s and %d more", clip(a.labels[0], 28), len(a.labels)-1)
}

// label is what stands beside an arrow.
func label(e *graph.Edge) string {
	switch e.Kind {
	case graph.Writes, graph.Reads:
		return string(e.Kind)
	case graph.Polls:
		return "polls"
	case graph.FailsTo:
		return firstOf(e.Label, "fails to")
	case graph.Authorizes:
		return "authorizes"
	case graph.Invokes, graph.Routes:
		if e.Label != "" && e.From.Kind != graph.StateMachine {
			return e.Label
		}
	}
	return ""
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func severity(s string) int {
	for i, name := range []string{"critical", "high", "medium", "low", "info"} {
		if s == name {
			return i
		}
	}
	return 5
}

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

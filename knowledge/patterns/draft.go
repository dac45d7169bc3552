package patterns

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// draft is a description on its way to a graph: nodes and edges that completion still may change.
type draft struct {
	blueprint  *Blueprint
	parameters map[string]Parameter
	nodes      []*node
	byID       map[string]*node
	taken      map[string]bool // names in lower case
	edges      []*edge
	notes      []string
}

// node holds CloudFormation properties by their own names, and settings that are no property by theirs.
type node struct {
	id       string
	kind     graph.Kind
	typ      string
	at       graph.Evidence
	props    []graph.Field
	extra    []graph.Field
	keep     bool // holds data: kept when the stack goes
	noAlarms bool
	noDLQ    bool
	external graph.Value // the ARN of a thing of another account
}

type edge struct {
	from, to *node
	kind     graph.EdgeKind
	mode     graph.Mode
	label    string
	props    []graph.Field
	at       graph.Evidence
	step     step        // of a workflow
	filter   graph.Value // of a pipe's source
	alias    string      // of the function that is called
}

// Graph completes the description and returns its graph. set gives parameters values; errors are InputErrors.
func (b *Blueprint) Graph(set map[string]string) (*Design, error) {
	chosen, err := b.choose(set)
	if err != nil {
		return nil, err
	}
	d := &draft{blueprint: b, parameters: chosen, byID: map[string]*node{}, taken: map[string]bool{}}
	for _, step := range []func() error{d.readNodes, d.readEdges, d.spreadBuckets, d.orderSteps, d.refuse, d.complete} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &Design{Name: b.Name, Title: b.Title, Summary: b.Summary, Graph: d.finish(), Notes: d.notes}, nil
}

func (d *draft) readNodes() error {
	for _, spec := range d.blueprint.Nodes {
		if d.taken[strings.ToLower(spec.ID)] {
			return wrong(spec.at, "another name", "the node name %q differs from another one in case only", spec.ID)
		}
		n := d.add(spec.ID, spec.Kind, language().kinds[spec.Kind].typ, spec.at)
		for _, s := range spec.settings {
			v, err := d.value(s.node, s.at)
			if err != nil {
				return err
			}
			if err := language().kinds[spec.Kind].read(d, n, s.name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *draft) add(id string, kind graph.Kind, typ string, at graph.Evidence) *node {
	// Names that differ in case only would become one construct, or one file.
	for i, base := 2, id; d.taken[strings.ToLower(id)]; i++ {
		id = fmt.Sprintf("%s%d", base, i)
	}
	d.taken[strings.ToLower(id)] = true
	n := &node{id: id, kind: kind, typ: typ, at: at}
	d.byID[id] = n
	d.nodes = append(d.nodes, n)
	return n
}

func (d *draft) connect(from, to *node, kind graph.EdgeKind, mode graph.Mode, at graph.Evidence) *edge {
	e := &edge{from: from, to: to, kind: kind, mode: mode, at: at}
	d.edges = append(d.edges, e)
	return e
}

func (d *draft) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

func (d *draft) in(n *node, kinds ...graph.EdgeKind) []*edge {
	return d.pick(func(e *edge) bool { return e.to == n }, kinds)
}

func (d *draft) out(n *node, kinds ...graph.EdgeKind) []*edge {
	return d.pick(func(e *edge) bool { return e.from == n }, kinds)
}

func (d *draft) pick(ok func(*edge) bool, kinds []graph.EdgeKind) []*edge {
	var out []*edge
	for _, e := range d.edges {
		if !ok(e) {
			continue
		}
		for _, k := range kinds {
			if e.kind == k {
				out = append(out, e)
			}
		}
		if len(kinds) == 0 {
			out = append(out, e)
		}
	}
	return out
}

func (d *draft) ofKind(kinds ...graph.Kind) []*node {
	var out []*node
	for _, n := range d.nodes {
		for _, k := range kinds {
			if n.kind == k {
				out = append(out, n)
			}
		}
	}
	return out
}

func find(fields []graph.Field, name string) graph.Value {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return graph.Value{}
}

func put(fields []graph.Field, name string, v graph.Value) []graph.Field {
	for i := range fields {
		if fields[i].Name == name {
			fields[i].Value = v
			return fields
		}
	}
	return append(fields, graph.Field{Name: name, Value: v})
}

func (n *node) get(name string) graph.Value         { return find(n.props, name) }
func (n *node) has(name string) bool                { return n.get(name).Exists() }
func (n *node) set(name string, v graph.Value)      { n.props = put(n.props, name, v) }
func (n *node) setExtra(name string, v graph.Value) { n.extra = put(n.extra, name, v) }
func (n *node) getExtra(name string) graph.Value    { return find(n.extra, name) }
func (e *edge) get(name string) graph.Value         { return find(e.props, name) }
func (e *edge) set(name string, v graph.Value)      { e.props = put(e.props, name, v) }
func (n *node) truth(name string) bool              { b, _ := n.get(name).Truth(); return b }
func (n *node) number(name string) int              { i, _ := n.get(name).Int(); return i }
func (n *node) setNew(name string, v graph.Value) {
	if !n.has(name) {
		n.set(name, v)
	}
}

func (n *node) setExtraNew(name string, v graph.Value) {
	if !n.getExtra(name).Exists() {
		n.setExtra(name, v)
	}
}

func (e *edge) setNew(name string, v graph.Value) {
	if !e.get(name).Exists() {
		e.set(name, v)
	}
}

// The makers of values take the place of the node that asks for them.

func (n *node) num(i int) graph.Value               { return graph.NewInt(&n.at, i) }
func (n *node) text(s string) graph.Value           { return graph.NewString(&n.at, s) }
func (n *node) bool(b bool) graph.Value             { return graph.NewBool(&n.at, b) }
func (n *node) list(v ...graph.Value) graph.Value   { return graph.NewList(&n.at, v...) }
func (n *node) object(f ...graph.Field) graph.Value { return graph.NewMap(&n.at, f...) }
func (n *node) ref(to *node, attribute string) graph.Value {
	return graph.NewRef(&n.at, to.id, attribute)
}

func field(name string, v graph.Value) graph.Field { return graph.Field{Name: name, Value: v} }

// madeByCode is why a design holds no policies: rules on them are answered by the synthesised template only.
const madeByCode = "the generated code makes policies and permissions from the edges"

// finish makes the graph. Nodes come in the order of the description, with what completion added after them.
func (d *draft) finish() *graph.Graph {
	g := graph.New(len(d.nodes))
	for _, n := range d.nodes {
		at := n.at
		r := &graph.Resource{
			ID: n.id, LogicalID: n.id, File: at.File, Stack: d.blueprint.Name, Type: n.typ, At: &at,
			Properties: graph.NewMap(&at, n.props...),
		}
		if n.keep {
			r.Attributes = n.object(field("DeletionPolicy", n.text("Retain")), field("UpdateReplacePolicy", n.text("Retain")))
		}
		gn := &graph.Node{ID: n.id, Kind: n.kind, Type: n.typ, Resource: r, PolicyUnknown: madeByCode}
		if n.external.Exists() {
			gn.External, gn.ARN = true, n.external
		}
		for _, f := range n.extra {
			gn.SetExtra(f.Name, f.Value)
		}
		g.Add(gn)
	}
	for i, e := range d.edges {
		at := e.at
		if at.Path == "" {
			at.Path = "/edges/" + strconv.Itoa(i)
		}
		from, to := g.Node(e.from.id), g.Node(e.to.id)
		g.Connect(&graph.Edge{
			From: from, To: to, Kind: e.kind, Mode: e.mode, Strength: graph.Certain, Label: e.label, Qualifier: e.alias,
			Via: from.Resource, Settings: graph.NewMap(&at, e.props...), Evidence: []graph.Evidence{at},
		})
	}
	return g
}

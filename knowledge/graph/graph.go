// Package graph holds the architecture graph: serverless resources as nodes with settings, what they do to
// each other as edges, and for every setting where it comes from. Readers of templates, live stacks and
// blueprints make it; rules, printers and drawings look at it and at nothing else.
//
// It is the ground floor: it imports nothing of ours, does no I/O and knows no AWS service. A Graph is built
// by one goroutine and then only read.
package graph

import (
	"slices"
	"sort"
)

// Resource is one resource as a reader found it: a type and its properties, resolved as far as possible.
// It is what knowledge/services turns into nodes and edges.
type Resource struct {
	ID         string // graph id: the logical id, or FILE#LogicalId where the system has it twice
	LogicalID  string
	File       string
	Stack      string // the template or stack it belongs to; resources refer to each other within it
	Type       string // AWS::SQS::Queue
	At         *Evidence
	Condition  string // name of the condition the resource depends on, "" if none
	Properties Value
	Metadata   Value
	Attributes Value  // DeletionPolicy, UpdateReplacePolicy, UpdatePolicy, DependsOn, CreationPolicy, as a map
	Source     string // graph id of the written resource that generated this one (SAM); "" where written itself
	SourceType string // type of that written resource, such as AWS::Serverless::Function; "" likewise
	Event      string // type of the SAM event that generated this one: "SQS", "Kinesis"; "" where none did
	Path       string // construct path (Metadata aws:cdk:path), "" if none
	Physical   string // physical id of a deployed resource, "" if not known
	Unread     bool   // a nested stack whose template is not at hand

	// Drift lists the settings whose deployed value is not the template's, Observed what was seen of a deployed
	// resource beside its settings (metrics, states). Both are empty where a template is read.
	Drift    []Change
	Observed map[string]Value
}

// Change is a setting that is deployed otherwise than it is written. An absent value means that nothing is set.
type Change struct {
	Setting  string // path below Properties: RedrivePolicy/maxReceiveCount
	Template Value
	Live     Value
}

// Seen returns what was observed under a name: absent where it was not looked at, unknown (with the reason) where it
// could not be.
func (r *Resource) Seen(name string) Value {
	if r == nil {
		return Value{}
	}
	return r.Observed[name]
}

// Observe records what was seen of a deployed resource.
func (r *Resource) Observe(name string, v Value) {
	if r.Observed == nil {
		r.Observed = map[string]Value{}
	}
	r.Observed[name] = v
}

// WrittenID is the id of the resource that stands in the file: Source for generated ones, else ID.
func (r *Resource) WrittenID() string {
	if r.Source != "" {
		return r.Source
	}
	return r.ID
}

// Scenario is one way the conditions of a system can fall, with the resources that exist then.
type Scenario struct {
	When      map[string]bool // condition → value; only conditions that are not the same in all scenarios
	Resources []*Resource
	Deciders  Deciders // the same for all scenarios of a system
	Outputs   []Value  // what the templates' outputs tell to the outside
	// Parameters are those that somebody gives who deploys; the same for all scenarios of a system.
	Parameters []TemplateParameter
	// Observed is what was seen of a deployed stack and its account; nil where a template is read.
	Observed map[string]Value
}

// Gap is something that was not understood or not followed: it is listed, never dropped in silence.
type Gap struct {
	Resource string // graph id, "" if it concerns the file
	Evidence Evidence
	Why      string
}

// Node is a thing: a resource with its settings.
type Node struct {
	ID   string
	Kind Kind
	Type string
	Name string // name as written or deployed; "" where generated at deployment
	// Named is the name as written, with references and unknown parts; absent where the deployment makes it.
	Named    Value
	Resource *Resource
	External bool // named by ARN or import only: its settings are not in this system

	// Statements are the role's or policy's own statements (for a Role: all that apply to it);
	// ResourcePolicy those of the policy attached to the thing (queue policy, permissions of a function ...).
	Statements     []Statement
	ResourcePolicy []Statement
	// PolicyUnknown says why statements may be missing (imported role, managed policy not known ...), "" if none.
	PolicyUnknown string
	// MayApply are the policies in the files whose owner is not known: each may be this thing's own.
	MayApply []OpenPolicy
	Boundary *Boundary // roles only; nil without one

	Workflow *Workflow // state machines only; nil where the definition could not be read

	// ARN is the thing's ARN as far as it is known: ${AWS::Region} and the like stay, a name that is made at
	// deployment is ${AWS::StackName}-LogicalId- and an unknown part. Absent where the type has no ARN form;
	// unknown for a thing that only a parameter, an import or the like names.
	ARN Value
	// StandIns are the ids of resources that mean this thing when they are referred to: versions and aliases
	// of a function, stages of an API.
	StandIns []string

	// Framework is "" for the user's own resources, else the framework part it belongs to
	// ("CDK log retention"): findings on it are folded.
	Framework string

	defaults defaults
	extra    map[string]Value
	out, in  []*Edge // of the graph that the node is in
	place    int     // among the nodes of a sealed graph
}

// SetDefault records AWS's default for a setting (name with small first letter).
func (n *Node) SetDefault(name string, v Value) { n.SetDefaults([]Field{{name, v}}) }

// SetDefaults records AWS's defaults for several settings. The list may be shared; it is not changed.
func (n *Node) SetDefaults(settings []Field) { n.defaults = n.defaults.and(settings) }

// defaults are AWS's defaults of settings. The things of one type share them.
type defaults []Field

func (d defaults) and(more []Field) defaults {
	if len(d) == 0 {
		return slices.Clip(more)
	}
	return append(d, more...)
}

// of returns the default of a setting, with the place of what lacks it; absent where none is known.
func (d defaults) of(name string, at func() *Evidence) Value {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i].Name == name {
			return d[i].Value.AsDefault(at())
		}
	}
	return Value{}
}

// SetExtra records a setting that is not a property of the resource itself (a method's, a stage's,
// a mapping's), or overrides one.
func (n *Node) SetExtra(name string, v Value) {
	if n.extra == nil {
		n.extra = map[string]Value{}
	}
	n.extra[name] = v
}

// At is the resource's own line; nil only for nodes without a resource.
func (n *Node) At() *Evidence {
	if n.Resource == nil {
		return nil
	}
	return n.Resource.At
}

// Setting returns a setting by its path: names with a small first letter for the first step (visibilityTimeout),
// as written below it (redrivePolicy, maxReceiveCount). What is not written gives AWS's default where one is
// known (Origin Default), else an absent value whose At is the resource's line.
func (n *Node) Setting(path ...string) Value {
	v, ok := n.extra[path[0]]
	if !ok && n.Resource != nil {
		v = n.Resource.Properties.property(path[0])
	}
	if n.External && !ok {
		return NewUnknown(n.At(), "it is not part of this system")
	}
	if !v.Exists() || v.Kind == Null {
		v = n.defaults.of(path[0], n.At)
	}
	for _, name := range path[1:] {
		if lower := v.Get(name); lower.Exists() {
			v = lower
		} else {
			v = v.property(name)
		}
	}
	if !v.Exists() {
		v.At = n.At()
	}
	return v
}

// SettingNames lists the names of all settings that are written, defaulted or derived, sorted.
func (n *Node) SettingNames() []string {
	set := map[string]bool{}
	if n.Resource != nil {
		for _, f := range n.Resource.Properties.Fields() {
			set[LowerFirst(f.Name)] = true
		}
	}
	for _, f := range n.defaults {
		set[f.Name] = true
	}
	for k := range n.extra {
		set[k] = true
	}
	names := make([]string, 0, len(set))
	for k := range set {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

// Edge says what one node does to another. Via is the resource that makes it, where it has one of its own
// (an event source mapping, a subscription, a permission), else the resource that carries the property.
type Edge struct {
	From, To *Node
	Kind     EdgeKind
	Mode     Mode
	Strength Strength
	Label    string // what a reader of a drawing wants beside the arrow: "POST /orders", a filter, a state's name
	Via      *Resource
	Settings Value // the mapping's, subscription's or target's properties as written
	Evidence []Evidence
	Notes    []string // what may stand in the way or must be known beside: a permissions boundary, another account

	// Qualifier is the alias or version through which a function is called ("live", "1"), "" for $LATEST.
	Qualifier string

	defaults defaults
}

// SetDefault records AWS's default for a setting of the edge.
func (e *Edge) SetDefault(name string, v Value) { e.SetDefaults([]Field{{name, v}}) }

// SetDefaults records AWS's defaults for several settings of the edge. The list may be shared; it is not changed.
func (e *Edge) SetDefaults(settings []Field) { e.defaults = e.defaults.and(settings) }

func (e *Edge) at() *Evidence {
	switch {
	case len(e.Evidence) > 0:
		return &e.Evidence[0]
	case e.Via != nil:
		return e.Via.At
	}
	return nil
}

// Setting returns a setting of the edge, as Node.Setting does.
func (e *Edge) Setting(path ...string) Value {
	v := e.Settings.property(path[0])
	if !v.Exists() || v.Kind == Null {
		v = e.Settings.Get(path[0])
	}
	if !v.Exists() || v.Kind == Null {
		v = e.defaults.of(path[0], e.at)
	}
	for _, name := range path[1:] {
		if lower := v.Get(name); lower.Exists() {
			v = lower
		} else {
			v = v.property(name)
		}
	}
	if !v.Exists() {
		v.At = e.at()
	}
	return v
}

// SettingNames lists the edge's settings, written or defaulted, sorted.
func (e *Edge) SettingNames() []string {
	set := map[string]bool{}
	for _, f := range e.Settings.Fields() {
		set[LowerFirst(f.Name)] = true
	}
	for _, f := range e.defaults {
		set[f.Name] = true
	}
	names := make([]string, 0, len(set))
	for k := range set {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

// Graph is the architecture of one system in one scenario.
type Graph struct {
	When  map[string]bool // the scenario's conditions
	Nodes []*Node         // in the order of the files
	Edges []*Edge
	Gaps  []Gap
	// Resources are all that the graph was made of, those without a node of their own (mappings, permissions) among them.
	Resources []*Resource
	// Deciders are the conditions of the written resources.
	Deciders Deciders
	// Outputs is what the templates' outputs tell to the outside: things named there may be used from elsewhere.
	Outputs []Value
	// Parameters are those of the templates that are nested in none.
	Parameters []TemplateParameter
	// Observed is what was seen of a deployed stack and its account beside its resources; nil for a template.
	Observed map[string]Value

	byID map[string]*Node

	resources  resourceIndex
	mentioning mentioning
	sealed     *index
}

// New makes an empty graph for about as many nodes.
func New(nodes int) *Graph {
	return &Graph{byID: make(map[string]*Node, nodes), Nodes: make([]*Node, 0, nodes)}
}

// Add puts a node in: it belongs to this graph from now on, and to no other. A second node of the same id replaces none: the first stays, and is returned.
func (g *Graph) Add(n *Node) *Node {
	if old, ok := g.byID[n.ID]; ok {
		return old
	}
	g.byID[n.ID] = n
	g.Nodes = append(g.Nodes, n)
	return n
}

// Connect puts an edge in. Where the same two nodes are already joined by an edge of the same kind, label and
// Via, the stronger of the two strengths and all evidence are kept on the first, which is returned.
func (g *Graph) Connect(e *Edge) *Edge {
	for _, old := range e.From.out {
		if old.To == e.To && old.Kind == e.Kind && old.Label == e.Label && old.Via == e.Via && old.Qualifier == e.Qualifier && old.Mode == e.Mode {
			if rank(e.Strength) < rank(old.Strength) {
				old.Strength = e.Strength
			}
			old.Evidence = append(old.Evidence, e.Evidence...)
			return old
		}
	}
	g.Edges = append(g.Edges, e)
	e.From.out = append(e.From.out, e)
	e.To.in = append(e.To.in, e)
	return e
}

func rank(s Strength) int {
	switch s {
	case Certain:
		return 0
	case Likely:
		return 1
	}
	return 2
}

// Node returns the node of an id, or nil.
func (g *Graph) Node(id string) *Node { return g.byID[id] }

// Out returns the edges that leave n, of the given kinds or, with none given, all; none of nil.
func (g *Graph) Out(n *Node, kinds ...EdgeKind) []*Edge {
	if n == nil {
		return nil
	}
	return pick(n.out, kinds)
}

// In returns the edges that reach n, of the given kinds or, with none given, all; none of nil.
func (g *Graph) In(n *Node, kinds ...EdgeKind) []*Edge {
	if n == nil {
		return nil
	}
	return pick(n.in, kinds)
}

func pick(edges []*Edge, kinds []EdgeKind) []*Edge {
	if len(kinds) == 0 {
		return edges
	}
	var out []*Edge
	for _, e := range edges {
		for _, k := range kinds {
			if e.Kind == k {
				out = append(out, e)
			}
		}
	}
	return out
}

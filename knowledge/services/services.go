// Package services turns resources into the architecture graph: one file per AWS service says which node a
// resource type is, what AWS puts where nothing is written, and how it connects to others. It knows services,
// not templates: the same code reads SAM, CloudFormation, CDK output and a deployed stack, because all of them
// arrive as graph.Resource with resolved Values.
//
// A type that is a thing becomes a node. A type that only says how two things belong together (a method, a
// mapping, a permission, a version) becomes an edge, a setting or a statement of the things it joins. A type
// that no file here knows becomes a node of kind other, so that nothing of a template is lost; of its references
// only the key and the role are followed, which all types name alike.
//
// Build works in passes over flat indexes (by id, by ARN, by name), so that its cost grows with the number of
// resources and edges, not with their product.
package services

import (
	"context"
	"fmt"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// resourceType is what this package knows about one CloudFormation type. One literal each, in the file of
// its service.
type resourceType struct {
	Type string
	Kind graph.Kind // "" where the resource has no node of its own

	// ARN is how the thing's ARN names it: service, colon, and what stands before the name: "lambda:function:".
	// Name is the property that holds the name.
	ARN  string
	Name string

	// Of is the property that names the thing a resource without a node stands for: a stage stands for its API.
	Of string

	Defaults []setting

	// Variables are what the code of a thing that works under a role is told: the values of its environment.
	// Set for what runs code, or does what no property says.
	Variables func(n *graph.Node) []graph.Value

	// Connect adds what the resource contributes: edges, settings, statements. n is the resource's node, or nil.
	Connect func(b *builder, r *graph.Resource, n *graph.Node)
}

// setting is a default: the value AWS uses where nothing is written.
type setting = graph.Field

func number(name string, n int) setting { return setting{Name: name, Value: graph.NewInt(nil, n)} }
func text(name, s string) setting       { return setting{Name: name, Value: graph.NewString(nil, s)} }
func truth(name string, b bool) setting { return setting{Name: name, Value: graph.NewBool(nil, b)} }

// added are the types as their files add them at start-up.
var added []*resourceType

// add registers a type.
func add(t resourceType) bool {
	added = append(added, &t)
	return true
}

// types finds a type by its name. One registered twice is a mistake in our own tables.
var types = sync.OnceValue(func() map[string]*resourceType {
	out := make(map[string]*resourceType, len(added))
	for _, t := range added {
		if out[t.Type] != nil {
			panic(fmt.Sprintf("services: %s is registered twice", t.Type))
		}
		out[t.Type] = t
	}
	return out
})

// Known tells whether a resource type has its own registration here; others become nodes of kind other.
func Known(typ string) bool { return types()[typ] != nil }

// DefaultOf returns what AWS puts where a property is not written, absent where none is known here.
func DefaultOf(typ, property string) graph.Value {
	t := types()[typ]
	if t == nil {
		return graph.Value{}
	}
	for _, s := range t.Defaults {
		if graph.UpperFirst(s.Name) == property {
			return s.Value
		}
	}
	return graph.Value{}
}

// Build makes the architecture graph of one scenario. It never fails: what cannot be followed is listed in
// the graph's Gaps.
func Build(s graph.Scenario) *graph.Graph {
	return build(s, &shared{})
}

func build(s graph.Scenario, m *shared) *graph.Graph {
	b := newBuilder(s, m)
	b.g.Resources, b.g.Deciders, b.g.Outputs, b.g.Parameters, b.g.Observed = s.Resources, s.Deciders, s.Outputs, s.Parameters, s.Observed
	for i := range b.all {
		b.addNode(&b.all[i])
	}
	for i := range b.all {
		b.nameNode(&b.all[i])
	}
	for i := range b.all {
		b.standIn(&b.all[i])
	}
	for i := range b.all {
		r := b.all[i].resource
		if t := types()[r.Type]; t == nil {
			b.unfamiliar(r)
		} else if t.Connect != nil {
			t.Connect(b, r, b.all[i].node)
		}
		if isCustom(r.Type) {
			b.customResource(r)
		}
	}
	b.leaveOpen()
	b.attachPolicies()
	b.sends()
	for _, kind := range []graph.Kind{graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI} {
		for _, api := range b.byKind[kind] {
			b.fromPermissions(api)
		}
	}
	b.stageVariables()
	b.foldFramework()
	return b.g
}

// Builder makes the graphs of several scenarios of one system, on as many processors as there are, while others are
// still being read. The zero value is ready; its methods belong to one goroutine.
type Builder struct {
	once   shared
	tasks  graph.Tasks
	graphs []**graph.Graph
}

// Add begins with the graph of a scenario. Nothing of the scenario may change from now on. Where ctx has ended by the
// time the graph's turn comes, it is left out.
func (m *Builder) Add(ctx context.Context, s graph.Scenario) {
	made := new(*graph.Graph)
	m.graphs = append(m.graphs, made)
	m.tasks.Go(func() {
		if ctx.Err() == nil {
			*made = build(s, &m.once)
		}
	})
}

// Graphs waits for the graphs and returns them in the order in which their scenarios were added.
func (m *Builder) Graphs(ctx context.Context) ([]*graph.Graph, error) {
	m.tasks.Wait()
	graphs := make([]*graph.Graph, len(m.graphs))
	for i, made := range m.graphs {
		graphs[i] = *made
	}
	return graphs, ctx.Err()
}

// unfamiliar joins a resource of a type that is not registered with its key and its role.
func (b *builder) unfamiliar(r *graph.Resource) {
	n := b.g.Node(r.ID)
	b.encrypted(n, r, first(r.Properties, "KmsKeyId", "KmsKeyArn", "KMSKeyId", "KmsKeyID", "KmsMasterKeyId", "KmsKeyIdentifier"))
	v := first(r.Properties, "RoleArn", "RoleARN", "ExecutionRoleArn", "ServiceRoleArn", "Role")
	if to := b.find(v, "iam:role/"); to.node != nil && to.node.Kind == graph.Role {
		b.edge(graph.Edge{From: n, Kind: graph.Assumes, Via: r}, to, v)
	}
}

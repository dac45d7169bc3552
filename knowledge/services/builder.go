package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// builder holds the indexes of one Build.
type builder struct {
	g        *graph.Graph
	shared   *shared
	all      []written
	written  map[string]*written    // by graph id
	names    map[string]*graph.Node // by ARN form without partition, region and account: "sqs:orders"
	physical map[string]*graph.Node // by physical id of a deployed resource
	byKind   map[graph.Kind][]*graph.Node
	edges    []graph.Edge // room for the next ones
	nodes    []graph.Node // the resources' own, made at once; never grows beyond its capacity

	environments map[*graph.Node]*environment  // what actors are told
	allowed      map[*graph.Node][]allowance   // what roles allow, once asked for
	trustedBy    map[string][]*graph.Node      // role's id → roles whose trust names it
	later        []func()                      // what waits for the statements of all roles
	told         map[string]bool               // gaps listed once
	providers    map[*graph.Node]bool          // functions behind custom resources
	aliases      map[string][]*graph.Resource  // aliases by the deployment group that shifts their traffic
	attachments  []attachment                  // policies on roles, joined when all are read
	nameless     []nameless                    // policies on things that an open parameter names
	boundaries   map[*graph.Node]graph.Value   // role → permissions boundary
	rolePolicy   map[*graph.Node][]*graph.Node // role → managed policies of this system
	lists        map[*graph.Node]map[string][]graph.Value
	resourceKey  map[string]string // path of an API Gateway resource, by id
}

func newBuilder(s graph.Scenario, m *shared) *builder {
	b := &builder{
		g:          graph.New(len(s.Resources)),
		shared:     m,
		written:    make(map[string]*written, len(s.Resources)),
		names:      make(map[string]*graph.Node, len(s.Resources)),
		physical:   map[string]*graph.Node{},
		byKind:     map[graph.Kind][]*graph.Node{},
		nodes:      make([]graph.Node, 0, len(s.Resources)),
		rolePolicy: map[*graph.Node][]*graph.Node{},
		providers:  map[*graph.Node]bool{},
		allowed:    map[*graph.Node][]allowance{},
		boundaries: map[*graph.Node]graph.Value{},

		environments: map[*graph.Node]*environment{},
		lists:        map[*graph.Node]map[string][]graph.Value{},
		resourceKey:  map[string]string{},
	}
	b.g.When = s.When
	b.all = make([]written, len(s.Resources))
	for i, r := range s.Resources {
		b.all[i].resource = r
		b.written[r.ID] = &b.all[i]
	}
	return b
}

// written is a resource of the system, with the node it has, if it is a thing, and with the thing that it means to others
// once that was asked.
type written struct {
	resource *graph.Resource
	node     *graph.Node
	stands   target
	asked    bool
}

// resource finds a resource by its id; nil if there is none.
func (b *builder) resource(id string) *graph.Resource {
	if w := b.written[id]; w != nil {
		return w.resource
	}
	return nil
}

// addNode makes the node of a resource that is a thing.
func (b *builder) addNode(w *written) {
	r := w.resource
	t := types()[r.Type]
	if t != nil && t.Kind == "" {
		return
	}
	b.nodes = append(b.nodes, graph.Node{ID: r.ID, Kind: graph.Other, Type: r.Type, Resource: r})
	n := &b.nodes[len(b.nodes)-1]
	if t != nil {
		n.Kind = t.Kind
		if r.Type == "AWS::ApiGatewayV2::Api" {
			n.Kind = apiKind(r)
		}
		if name := r.Properties.Get(t.Name); t.Name != "" {
			n.Name, _ = name.Str()
			n.Named = name
		}
		n.SetDefaults(t.Defaults)
		n.ARN = b.shared.arn(r, t)
	}
	w.node = b.g.Add(n)
	if w.node == n {
		b.byKind[n.Kind] = append(b.byKind[n.Kind], n)
	}
}

// nameNode enters a node under its names.
func (b *builder) nameNode(w *written) {
	r, n, t := w.resource, w.node, types()[w.resource.Type]
	if n == nil || t == nil || t.ARN == "" {
		return
	}
	if name := r.Properties.Get(t.Name); t.Name != "" && name.Exists() {
		b.name(t.ARN+strings.TrimPrefix(spell(name), "/"), n)
	}
	if title := r.Properties.Get("Body", "info", "title"); r.Type == "AWS::ApiGateway::RestApi" && !r.Properties.Get("Name").Exists() && title.Exists() {
		b.name(t.ARN+spell(title), n) // an API without a name is called what its definition is called
	}
	if r.Physical == "" {
		return
	}
	b.physical[r.Physical] = n
	// A queue's physical id is its URL, a topic's or machine's its ARN: the last step is the name.
	last := r.Physical[strings.LastIndexAny(r.Physical, "/:")+1:]
	b.name(t.ARN+last, n)
}

func (b *builder) name(key string, n *graph.Node) {
	if _, taken := b.names[key]; !taken {
		b.names[key] = n
	}
}

// edge puts an edge in, unless one of its ends is missing. Its evidence is the places of the given values, or
// where those are absent the line of the resource that makes the edge.
func (b *builder) edge(e graph.Edge, to target, evidence ...graph.Value) *graph.Edge {
	if to.node != nil {
		e.To, e.Qualifier = to.node, to.qualifier
	}
	if e.From == nil || e.To == nil {
		return &graph.Edge{}
	}
	if e.Strength == "" {
		e.Strength = graph.Certain
	}
	if to.byName {
		e.Strength = graph.Likely
	}
	for i, v := range evidence {
		if v.Exists() && v.At != nil {
			if e.Evidence == nil {
				e.Evidence = make([]graph.Evidence, 0, len(evidence)-i)
			}
			e.Evidence = append(e.Evidence, *v.At)
		}
	}
	if len(e.Evidence) == 0 && e.Via != nil && e.Via.At != nil {
		e.Evidence = []graph.Evidence{*e.Via.At}
	}
	if len(b.edges) == cap(b.edges) {
		b.edges = make([]graph.Edge, 0, edgesAtOnce)
	}
	b.edges = append(b.edges, e)
	made := &b.edges[len(b.edges)-1]
	kept := b.g.Connect(made)
	if kept != made {
		b.edges = b.edges[:len(b.edges)-1] // joined with one that was there
	}
	return kept
}

// edgesAtOnce is for how many edges room is made in one piece: there are thousands.
const edgesAtOnce = 128

// gap lists what could not be followed.
func (b *builder) gap(r *graph.Resource, v graph.Value, why string) {
	g := graph.Gap{Resource: r.ID, Why: why}
	if at := firstPlace(v.At, r.At); at != nil {
		g.Evidence = *at
	}
	b.g.Gaps = append(b.g.Gaps, g)
}

func firstPlace(places ...*graph.Evidence) *graph.Evidence {
	for _, p := range places {
		if p != nil {
			return p
		}
	}
	return nil
}

// collect appends an entry to a list setting of a node: routes, stages.
func (b *builder) collect(n *graph.Node, setting string, v graph.Value) {
	if n == nil {
		return
	}
	m := b.lists[n]
	if m == nil {
		m = map[string][]graph.Value{}
		b.lists[n] = m
	}
	m[setting] = append(m[setting], v)
	n.SetExtra(setting, graph.NewList(n.At(), m[setting]...))
}

// role connects an actor to the role it works under.
func (b *builder) role(n *graph.Node, r *graph.Resource, v graph.Value) {
	b.edge(graph.Edge{From: n, Kind: graph.Assumes, Via: r}, b.reach(v, graph.Role, "iam:role/"), v)
}

// encrypted connects the key of a resource to it. Names of AWS's own keys (alias/aws/sqs) make no edge.
func (b *builder) encrypted(n *graph.Node, r *graph.Resource, v graph.Value) {
	if s, ok := v.Str(); ok && (strings.Contains(s, "alias/aws/") || s == "") {
		return
	}
	to := b.reach(v, graph.Key, "kms:key/", "kms:alias/")
	if to.node == nil {
		return
	}
	b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Encrypts, Via: r}, target{byName: to.byName}, v)
}

// failure connects a thing to where its failures go.
func (b *builder) failure(from *graph.Node, r *graph.Resource, arn graph.Value, e graph.Edge) *graph.Edge {
	e.From, e.Kind, e.Mode, e.Via = from, graph.FailsTo, graph.Async, r
	q := e.Qualifier
	to := b.reach(arn, graph.Queue, "sqs:")
	got := b.edge(e, to, arn)
	if got.From != nil {
		got.Qualifier = q
	}
	return got
}

// record makes a mapping from settings, leaving out absent ones.
func record(at *graph.Evidence, fields ...graph.Field) graph.Value {
	var kept []graph.Field
	for _, f := range fields {
		if f.Value.Exists() {
			kept = append(kept, f)
		}
	}
	return graph.NewMap(at, kept...)
}

// arnOf spells the ARN of a resource as far as it is known.
func arnOf(r *graph.Resource, t *resourceType) graph.Value {
	if t.ARN == "" {
		return graph.Value{}
	}
	service, resource, _ := strings.Cut(t.ARN, ":")
	head := "arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + resource
	switch service {
	case "s3":
		head = "arn:${AWS::Partition}:s3:::"
	case "iam":
		head = "arn:${AWS::Partition}:iam::${AWS::AccountId}:" + resource
	}
	parts := []graph.Part{{Literal: head}}
	name := r.Properties.Get(t.Name)
	switch {
	case service == "execute-api", service == "kms", service == "cognito-idp", service == "appsync", service == "rds":
		parts = append(parts, graph.Part{Unknown: policy.Generated})
	case t.Name != "" && name.Exists() && name.Kind != graph.Null:
		parts = append(parts, name.Parts()...)
		if service == "secretsmanager" { // six random characters follow
			parts = append(parts, graph.Part{Literal: "-"}, graph.Part{Unknown: "the end of a secret's ARN is made at deployment"})
		}
	default:
		id := r.LogicalID
		if service == "s3" {
			id = strings.ToLower(id)
		}
		parts = append(parts, graph.Part{Literal: "${AWS::StackName}-" + id + "-"}, graph.Part{Unknown: policy.Generated})
	}
	return graph.NewText(r.At, parts...)
}

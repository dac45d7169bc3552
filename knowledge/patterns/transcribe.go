package patterns

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Transcript is an existing system written down as a description, and what the description cannot say of it.
type Transcript struct {
	Sketch *Blueprint
	Design *Design           // the description completed
	Names  map[string]string // node of the system → node of the description, for what is carried
	Lost   []Loss
	Added  []string // what completion put beside it, named in the words of the description
}

// LossOf is the part of a system that is lost.
type LossOf string

// The parts of a system. Plumbing is what the generator writes anew from the connections: roles, policies, log groups.
const (
	LostResource   LossOf = "resource"
	LostConnection LossOf = "connection"
	LostSetting    LossOf = "setting"
	LostPlumbing   LossOf = "plumbing"
)

// Loss is something of a system that its description does not hold, or holds otherwise.
type Loss struct {
	Of       LossOf
	Resource string // graph id; of a connection the end that it starts at
	What     string // type of the resource, the connection in words, or the path of the setting
	Why      string // completes "What ...": "is not carried", "is 10 instead of 5"
	// Foreign marks resources of kinds that descriptions have no word for.
	Foreign bool
}

// ErrNothingToCarry says that a system holds nothing that descriptions have a word for.
var ErrNothingToCarry = errors.New("it has no resource that the generator can write")

// Transcribe writes a graph down as a description and completes it. What cannot be said, or is refused, is left out
// and named; it never is an error, unless nothing remains.
func Transcribe(g *graph.Graph, name string, o Options) (*Transcript, error) {
	t := &transcriber{g: g, b: &Blueprint{Name: name, Title: graph.UpperFirst(strings.ReplaceAll(name, "-", " ")), Options: o},
		names: map[*graph.Node]string{}, taken: map[string]bool{}, left: map[string]string{}, ends: map[string]*graph.Edge{}}
	for _, n := range g.Nodes {
		if sayable(n) && len(t.names) < maxNodes {
			t.names[n] = t.name(n)
		}
	}
	t.writeNodes()
	t.writeEdges()
	design, err := t.settle()
	if err != nil {
		return nil, err
	}
	out := &Transcript{Sketch: t.b, Design: design, Names: map[string]string{}}
	for n, id := range t.names {
		if design.Graph.Node(id) != nil {
			out.Names[n.ID] = id
		}
	}
	c := comparison{transcriber: t, out: out}
	c.compare()
	return out, nil
}

// transcriber writes a description. Its pieces are found again by the paths that errors name.
type transcriber struct {
	g     *graph.Graph
	b     *Blueprint
	names map[*graph.Node]string
	taken map[string]bool        // names in lower case
	left  map[string]string      // path of what was refused → why
	ends  map[string]*graph.Edge // path of a written edge → the system's
}

// sameThing are types that a description writes as another type of the same kind.
var sameThing = map[string]string{
	"AWS::DynamoDB::Table": "AWS::DynamoDB::GlobalTable",
	"AWS::Events::Rule":    "AWS::Scheduler::Schedule",
}

// saidAs is the kind that a description gives a node: rules that run by the clock are schedules.
func saidAs(n *graph.Node) graph.Kind {
	if n.Kind == graph.Rule && n.Setting("scheduleExpression").Exists() && !n.Setting("eventPattern").Exists() {
		return graph.Schedule
	}
	return n.Kind
}

// sayable tells whether descriptions have a word for a node.
func sayable(n *graph.Node) bool {
	k, ok := language().kinds[saidAs(n)]
	return ok && !n.External && n.Resource != nil && (n.Type == k.typ || sameThing[n.Type] == k.typ)
}

func (t *transcriber) writeNodes() {
	for _, n := range t.g.Nodes {
		id := t.names[n]
		if id == "" {
			continue
		}
		path := "/nodes/" + id
		if why := unsayable(n); why != "" {
			t.left[path] = why
			continue
		}
		spec := NodeSpec{ID: id, Kind: saidAs(n), at: place(n.At(), path)}
		for _, f := range sayings(n) {
			v := f.Value
			if f.Name == "authorizer" && t.pooled(n) {
				continue
			}
			if f.Name == "environment" {
				v = t.environment(v)
			}
			if node := yamlOf(v); node != nil {
				spec.settings = append(spec.settings, setting{f.Name, node, place(f.Value.At, path+"/"+f.Name)})
			}
		}
		t.b.Nodes = append(t.b.Nodes, spec)
	}
}

// unsayable is why a node would be another thing without what cannot be said of it, "" for all others.
func unsayable(n *graph.Node) string {
	if v := n.Setting("eventPattern"); n.Kind == graph.Rule && v.Exists() && yamlOf(v) == nil {
		return "a part of its event pattern is not known here: without that it would take more events"
	}
	return ""
}

// pooled tells whether an API's callers are checked by a user pool that is carried: that says how they are let in.
func (t *transcriber) pooled(api *graph.Node) bool {
	for _, e := range t.g.Out(api, graph.Authorizes) {
		if e.To.Kind == graph.UserPool && t.names[e.To] != "" {
			return true
		}
	}
	return false
}

// environment writes the variables that can be said: texts, and handles of what is carried.
func (t *transcriber) environment(v graph.Value) graph.Value {
	var fields []graph.Field
	for _, f := range v.Fields() {
		if ref, ok := f.Value.Ref(); ok {
			if id := t.names[t.g.Node(ref.Resource)]; id != "" {
				said := []graph.Field{field("ref", graph.NewString(f.Value.At, id))}
				if ref.Attribute != "" {
					said = append(said, field("attribute", graph.NewString(f.Value.At, ref.Attribute)))
				}
				fields = append(fields, field(f.Name, graph.NewMap(f.Value.At, said...)))
			}
			continue
		}
		if _, plain := f.Value.Str(); plain && yamlOf(f.Value) != nil && variableForm().MatchString(f.Name) {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return graph.Value{}
	}
	return graph.NewMap(v.At, fields...)
}

// place is where the system says it, under the path by which the description's errors name it.
func place(at *graph.Evidence, path string) graph.Evidence {
	ev := graph.Evidence{Path: path}
	if at != nil {
		ev.File, ev.Line, ev.Column = at.File, at.Line, at.Column
	}
	return ev
}

// maxName bounds names, so that lines of code with them can be read.
const maxName = 26

var hashed = lazy.Regexp(`[0-9A-F]{8}$`)

// name makes a node's name from its logical id: letters and digits, a small first letter, no other of its like.
func (t *transcriber) name(n *graph.Node) string {
	_, logical, inFile := strings.Cut(n.ID, "#")
	if !inFile {
		logical = n.ID
	}
	var b strings.Builder
	if n.Resource.Path != "" { // CDK ends its ids in eight digits that tell equal ones apart
		logical = hashed().ReplaceAllString(logical, "")
	}
	for _, r := range logical {
		if r < 128 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') && b.Len() < maxName {
			b.WriteRune(r)
		}
	}
	id := graph.LowerFirst(b.String())
	if id == "" || id[0] <= '9' {
		id = string(n.Kind) + id
	}
	for i, base := 2, id; t.taken[strings.ToLower(id)]; i++ {
		id = fmt.Sprintf("%s%d", base, i)
	}
	t.taken[strings.ToLower(id)] = true
	return id
}

func (t *transcriber) writeEdges() {
	seen := map[string]bool{}
	for _, e := range t.g.Edges {
		from, to := t.names[e.From], t.names[e.To]
		if from == "" || to == "" || t.left["/nodes/"+from]+t.left["/nodes/"+to] != "" || e.Strength == graph.Wildcard || len(t.b.Edges) == maxEdges {
			continue
		}
		if _, ok := writtenKinds[e.Kind]; !ok {
			continue
		}
		path := "/edges/" + strconv.Itoa(len(t.b.Edges))
		spec := EdgeSpec{From: from, To: to, Kind: e.Kind, at: place(edgePlace(e), path)}
		if e.From.Kind == graph.HTTPAPI || e.From.Kind == graph.RestAPI || e.From.Kind == graph.WebSocketAPI {
			spec.Label = routeOf(e)
		}
		if m, ok := language().arrows[[2]graph.Kind{saidAs(e.From), saidAs(e.To)}]; spec.Label != "" || ok && m.kind == e.Kind {
			spec.Kind = ""
		}
		key := spec.Text()
		if seen[key] {
			continue
		}
		seen[key] = true
		for _, f := range edgeSayings(e) {
			if node := yamlOf(f.Value); node != nil {
				spec.settings = append(spec.settings, setting{f.Name, node, place(f.Value.At, path+"/"+f.Name)})
			}
		}
		if v, node := filtersSaid(e); node != nil && e.Kind == graph.Polls && e.To.Kind == graph.Function {
			spec.settings = append(spec.settings, setting{"filters", node, place(v.At, path+"/filters")})
		}
		t.b.Edges = append(t.b.Edges, spec)
		t.ends[path] = e
	}
}

func edgePlace(e *graph.Edge) *graph.Evidence {
	if len(e.Evidence) > 0 {
		return &e.Evidence[0]
	}
	return nil
}

// routeOf is the label of an API's edge as descriptions spell it; "" for what is no route.
func routeOf(e *graph.Edge) string {
	if e.Kind == graph.Authorizes {
		return ""
	}
	return e.Label
}

// settle completes the description, and leaves out what is refused until the rest is taken. Each round takes at least
// one piece away, so it ends.
func (t *transcriber) settle() (*Design, error) {
	for {
		if len(t.b.Nodes) == 0 {
			return nil, ErrNothingToCarry
		}
		design, err := t.b.Graph(nil)
		var refused *InputError
		switch {
		case err == nil:
			return design, nil
		case !errors.As(err, &refused) || !t.leaveOut(refused):
			return nil, err
		}
	}
}

// leaveOut takes away the piece of the description that an error is about: a setting, an edge or a node.
func (t *transcriber) leaveOut(refused *InputError) bool {
	words := strings.SplitN(strings.TrimPrefix(refused.path, "/"), "/", 4)
	if len(words) < 2 {
		return false
	}
	why := refused.Message
	if refused.Nearest != "" {
		why += "; the nearest that works: " + refused.Nearest
	}
	t.left[refused.path] = why
	switch {
	case words[0] == "nodes" && len(words) > 2:
		for i := range t.b.Nodes {
			if spec := &t.b.Nodes[i]; spec.ID == words[1] {
				return without(&spec.settings, words[2])
			}
		}
	case words[0] == "nodes":
		return t.leaveOutNode(words[1])
	case words[0] == "edges":
		for i := range t.b.Edges {
			spec := &t.b.Edges[i]
			if spec.at.Path != "/edges/"+words[1] {
				continue
			}
			if len(words) > 2 {
				return without(&spec.settings, words[2])
			}
			t.b.Edges = append(t.b.Edges[:i], t.b.Edges[i+1:]...)
			return true
		}
	}
	return false
}

func without(settings *[]setting, name string) bool {
	for i, s := range *settings {
		if s.name == name {
			*settings = append((*settings)[:i], (*settings)[i+1:]...)
			return true
		}
	}
	return false
}

func (t *transcriber) leaveOutNode(id string) bool {
	found := false
	var nodes []NodeSpec
	for _, spec := range t.b.Nodes {
		if spec.ID == id {
			found = true
			continue
		}
		nodes = append(nodes, spec)
	}
	var edges []EdgeSpec
	for _, spec := range t.b.Edges {
		if spec.From != id && spec.To != id {
			edges = append(edges, spec)
		}
	}
	t.b.Nodes, t.b.Edges = nodes, edges
	return found
}

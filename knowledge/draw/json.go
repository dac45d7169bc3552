// Package draw writes an architecture graph down: as JSON (the graph itself, graph/1), as a Mermaid flowchart
// and as an SVG picture that needs no other program. The two drawings show flows, not inventories: what
// carries data or control is drawn, roles, alarms and the like are counted, long tails of alike things are
// folded into one box with a number. The JSON leaves nothing out.
package draw

import (
	"encoding/json"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Schema is the name of the JSON form.
const Schema = "graph/1"

// Document is the JSON form of a graph. Its lists are never nil.
type Document struct {
	Schema  string          `json:"schema"`
	When    map[string]bool `json:"when,omitempty"` // the conditions this graph holds under
	Nodes   []Node          `json:"nodes"`
	Edges   []Edge          `json:"edges"`
	Unknown []Unknown       `json:"unknown"`
}

// Node is a node of a Document.
type Node struct {
	ID        string             `json:"id"`
	Kind      graph.Kind         `json:"kind"`
	Type      string             `json:"type,omitempty"`
	Name      string             `json:"name,omitempty"`
	File      string             `json:"file,omitempty"`
	Line      int                `json:"line,omitempty"`
	Condition string             `json:"condition,omitempty"`
	Source    string             `json:"source,omitempty"` // id of the SAM resource that generated it
	Path      string             `json:"path,omitempty"`   // CDK construct path
	External  bool               `json:"external,omitempty"`
	Framework string             `json:"framework,omitempty"`
	Settings  map[string]Setting `json:"settings"`
}

// Setting is one setting with where it comes from.
type Setting struct {
	Value  any    `json:"value"`
	Origin string `json:"origin"`
	Reason string `json:"reason,omitempty"`
}

// Edge is an edge of a Document.
type Edge struct {
	From      string             `json:"from"`
	To        string             `json:"to"`
	Kind      graph.EdgeKind     `json:"kind"`
	Mode      graph.Mode         `json:"mode,omitempty"`
	Strength  graph.Strength     `json:"strength"`
	Label     string             `json:"label,omitempty"`
	Qualifier string             `json:"qualifier,omitempty"`
	Via       string             `json:"via,omitempty"` // the resource that makes the edge, where it is not one of the ends
	Settings  map[string]Setting `json:"settings"`
	Evidence  []Place            `json:"evidence"`
	Notes     []string           `json:"notes,omitempty"` // what may stand in the way: a permissions boundary, another account
}

// Place is a place in a file.
type Place struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Path string `json:"path,omitempty"`
}

// Unknown is something the files leave open.
type Unknown struct {
	Resource string `json:"resource,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Path     string `json:"path,omitempty"`
	Why      string `json:"why"`
}

// Describe turns a graph into its JSON form. Values of environment variables and parameters whose names speak
// of secrets are not shown.
func Describe(g *graph.Graph) Document {
	d := Document{Schema: Schema, When: g.When, Nodes: []Node{}, Edges: []Edge{}, Unknown: []Unknown{}}
	for _, n := range g.Nodes {
		d.Nodes = append(d.Nodes, node(n))
		d.Unknown = append(d.Unknown, unknowns(n)...)
	}
	for _, e := range g.Edges {
		d.Edges = append(d.Edges, edge(e))
	}
	for _, gap := range g.Gaps {
		d.Unknown = append(d.Unknown, Unknown{gap.Resource, gap.Evidence.File, gap.Evidence.Line, gap.Evidence.Path, gap.Why})
	}
	return d
}

// JSON writes the graph as indented JSON text.
func JSON(g *graph.Graph) ([]byte, error) { return Marshal(Describe(g)) }

// Marshal writes a Document indented.
func Marshal(d Document) ([]byte, error) { return json.MarshalIndent(d, "", "  ") }

func node(n *graph.Node) Node {
	out := Node{ID: n.ID, Kind: n.Kind, Type: n.Type, Name: n.Name, External: n.External, Framework: n.Framework, Settings: map[string]Setting{}}
	if at := n.At(); at != nil {
		out.File, out.Line = at.File, at.Line
	}
	if r := n.Resource; r != nil {
		out.Condition, out.Source, out.Path = r.Condition, r.Source, r.Path
	}
	for _, name := range n.SettingNames() {
		out.Settings[name] = setting(name, n.Setting(name))
	}
	return out
}

func edge(e *graph.Edge) Edge {
	out := Edge{
		From: e.From.ID, To: e.To.ID, Kind: e.Kind, Mode: e.Mode, Strength: e.Strength, Label: e.Label, Qualifier: e.Qualifier, Notes: e.Notes,
		Settings: map[string]Setting{}, Evidence: []Place{},
	}
	if e.Via != nil && e.Via.ID != e.From.ID && e.Via.ID != e.To.ID {
		out.Via = e.Via.ID
	}
	for _, name := range e.SettingNames() {
		out.Settings[name] = setting(name, e.Setting(name))
	}
	for _, at := range e.Evidence {
		out.Evidence = append(out.Evidence, Place{at.File, at.Line, at.Path})
	}
	return out
}

func setting(name string, v graph.Value) Setting {
	return Setting{Value: plain(name, v), Origin: v.Origin.String(), Reason: v.Reason()}
}

// secretName is what names of secrets have in common.
var secretName = lazy.Regexp(`(?i)(secret|passw(or)?d|passwd|credential|private_?key|api_?key|access_?key|auth_?token|_token$|^token$)`)

// plain turns a value into JSON's types, with secrets left out. A reference is no secret: it only names one.
func plain(name string, v graph.Value) any {
	switch v.Kind {
	case graph.Map:
		out := make(map[string]any, len(v.Fields()))
		for _, f := range v.Fields() {
			out[f.Name] = plain(f.Name, f.Value)
		}
		return out
	case graph.List:
		out := make([]any, len(v.Items()))
		for i, it := range v.Items() {
			out[i] = plain(name, it)
		}
		return out
	case graph.String:
		if s, literal := v.Str(); literal && s != "" && secretName().MatchString(name) {
			return "(redacted)"
		}
	case graph.Unknown:
		return nil
	}
	return v.Plain()
}

// unknowns lists the settings of a node that are not known, each at the first place below it that is open.
func unknowns(n *graph.Node) []Unknown {
	if n.External || n.Resource == nil {
		return nil
	}
	var out []Unknown
	for _, f := range n.Resource.Properties.Fields() {
		f.Value.Walk(func(v graph.Value) {
			why := v.Reason()
			if why == "" {
				return
			}
			u := Unknown{Resource: n.ID, Why: why}
			if v.At != nil {
				u.File, u.Line, u.Path = v.At.File, v.At.Line, v.At.Path
			}
			out = append(out, u)
		})
	}
	return out
}

// Package asl reads state machine definitions in the Amazon States Language: JSONPath and JSONata, written as
// a mapping, as JSON text, or as text that Fn::Sub and Fn::Join put together, where references to resources
// stand inside the JSON. It flattens nested states and says for each task how it calls its service.
//
// It reads and does not judge: whether a definition is valid is not its question, and states it does not know
// are kept as they are written.
package asl

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// maxStates bounds how many states of one definition are kept; the rest is named in Workflow.Unknown.
const maxStates = 10000

// The ways a task calls its service.
const (
	RequestResponse  = "requestResponse"
	Sync             = "sync"
	WaitForTaskToken = "waitForTaskToken"
)

// Parse reads a definition. It never returns nil: where the definition cannot be read, the workflow has no
// states and Unknown says why.
func Parse(definition graph.Value) *graph.Workflow {
	w := &graph.Workflow{}
	tree := definition
	switch definition.Kind {
	case graph.Absent, graph.Null:
		w.Unknown = "no definition is written"
		return w
	case graph.Unknown:
		w.Unknown = definition.Reason()
		return w
	case graph.String:
		var err error
		if tree, err = decode(definition); err != nil {
			w.Unknown = err.Error()
			if why := definition.Reason(); why != "" {
				w.Unknown = why
			}
			return w
		}
	}
	w.StartAt, _ = tree.Get("StartAt").Str()
	w.Timeout = tree.Get("TimeoutSeconds")
	language, _ := tree.Get("QueryLanguage").Str()
	w.JSONata = language == "JSONata"
	collect(w, tree.Get("States"), "", 0)
	return w
}

func collect(w *graph.Workflow, states graph.Value, parent string, depth int) {
	if states.IsUnknown() {
		w.Unknown = states.Reason()
		return
	}
	if depth > maxDepth {
		w.Unknown = errDepth.Error()
		return
	}
	for _, f := range states.Fields() {
		if len(w.States) >= maxStates {
			w.Unknown = "the definition has more states than are looked at"
			return
		}
		w.States = append(w.States, state(f, parent))
		for _, name := range []string{"Iterator", "ItemProcessor"} {
			collect(w, f.Value.Get(name, "States"), f.Name, depth+1)
		}
		for _, branch := range f.Value.Get("Branches").Items() {
			collect(w, branch.Get("States"), f.Name, depth+1)
		}
	}
}

func state(f graph.Field, parent string) graph.State {
	s := graph.State{Name: f.Name, Parent: parent, Definition: f.Value, At: f.Value.At}
	s.Type, _ = f.Value.Get("Type").Str()
	if s.Type == "Task" {
		s.Resource = f.Value.Get("Resource")
		s.Pattern = pattern(s.Resource.String())
	}
	return s
}

// pattern reads the ending of a task's resource. A function or activity named directly is called and waited
// for, which is request-response in the words of the Step Functions guide.
func pattern(resource string) string {
	switch {
	case strings.HasSuffix(resource, ".waitForTaskToken"):
		return WaitForTaskToken
	case strings.HasSuffix(resource, ".sync"), strings.HasSuffix(resource, ".sync:2"):
		return Sync
	}
	return RequestResponse
}

// Arguments returns what a task passes to its service: Parameters in JSONPath, Arguments in JSONata. Names
// lose JSONPath's ".$".
func Arguments(s graph.State) graph.Value {
	if v := s.Definition.Get("Arguments"); v.Exists() {
		return v
	}
	return s.Definition.Get("Parameters")
}

// Argument returns one argument by name, whether it is a constant or a path ("FunctionName.$").
func Argument(s graph.State, name string) graph.Value {
	args := Arguments(s)
	if v := args.Get(name); v.Exists() {
		return v
	}
	return args.Get(name + ".$")
}

// Substitute replaces ${Name} in a definition by the values of DefinitionSubstitutions. Names that are not
// among them stay as they are: they may be literal text.
func Substitute(definition graph.Value, substitutions graph.Value) graph.Value {
	if len(substitutions.Fields()) == 0 {
		return definition
	}
	by := map[string]graph.Value{}
	for _, f := range substitutions.Fields() {
		by[f.Name] = f.Value
	}
	return substitute(definition, by)
}

func substitute(v graph.Value, by map[string]graph.Value) graph.Value {
	switch v.Kind {
	case graph.Map:
		fields := make([]graph.Field, len(v.Fields()))
		for i, f := range v.Fields() {
			fields[i] = graph.Field{Name: f.Name, Value: substitute(f.Value, by)}
		}
		return graph.NewMap(v.At, fields...)
	case graph.List:
		items := make([]graph.Value, len(v.Items()))
		for i, it := range v.Items() {
			items[i] = substitute(it, by)
		}
		return graph.NewList(v.At, items...)
	case graph.String:
		var parts []graph.Part
		for _, p := range v.Parts() {
			parts = append(parts, substitutePart(p, by)...)
		}
		return graph.NewText(v.At, parts...)
	}
	return v
}

func substitutePart(p graph.Part, by map[string]graph.Value) []graph.Part {
	if p.Ref != nil || p.Unknown != "" || !strings.Contains(p.Literal, "${") {
		return []graph.Part{p}
	}
	var out []graph.Part
	s := p.Literal
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			return append(out, graph.Part{Literal: s})
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return append(out, graph.Part{Literal: s})
		}
		v, ok := by[s[i+2:i+end]]
		if !ok {
			out = append(out, graph.Part{Literal: s[:i+end+1]})
		} else {
			out = append(append(out, graph.Part{Literal: s[:i]}), v.Parts()...)
		}
		s = s[i+end+1:]
	}
}

package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// importValue resolves Fn::ImportValue by the exports of all templates that are read together.
func (w *world) importValue(s *stack, n *node) graph.Value {
	name := w.eval(s, n.arg())
	if name.Kind == graph.Unknown {
		return graph.NewUnknown(n.at, "import ?: its name is not known: "+name.Reason())
	}
	text := name.String()
	if from, out, ok := w.export(text); ok {
		v, ok := w.output(from, out, n.at)
		if ok {
			v.At = n.at
			return v
		}
	}
	return graph.NewUnknown(n.at, "import "+text+": no template here exports it")
}

// export finds the stack and output that export a name.
func (w *world) export(name string) (*stack, *node, bool) {
	for _, s := range w.loader.stacks {
		for _, e := range s.t.outputs {
			exported := e.node.get("Export").get("Name")
			if exported == nil {
				continue
			}
			key := s.name + "\x00export\x00" + e.name
			if w.active[key] {
				continue
			}
			w.enter(key)
			got := w.eval(s, exported)
			delete(w.active, key)
			if got.Kind == graph.String && got.String() == name && w.stackExists(s) {
				if c, ok := e.node.get("Condition").text(); ok && !w.condition(s, c, e.at) {
					continue
				}
				return s, e.node, true
			}
		}
	}
	return nil, nil, false
}

// output evaluates an output, unless that is going on already: outputs of two stacks can refer to each other.
func (w *world) output(s *stack, out *node, at *graph.Evidence) (graph.Value, bool) {
	key := s.name + "\x00output\x00" + out.at.Path
	if w.active[key] {
		return graph.NewUnknown(at, "the outputs refer to each other in a circle"), true
	}
	w.enter(key)
	defer delete(w.active, key)
	v := w.eval(s, out.get("Value"))
	return v, v.Exists()
}

// nestedOutput is the output of a nested stack that is read here.
func (w *world) nestedOutput(s *stack, resource, name string, at *graph.Evidence) (graph.Value, bool) {
	for _, child := range w.loader.stacks {
		if child.parent != s || child.resource != resource {
			continue
		}
		for _, e := range child.t.outputs {
			if e.name != name {
				continue
			}
			v, ok := w.output(child, e.node, at)
			v.At = at
			return v, ok
		}
		w.loader.gapAt("", at, "the nested stack %s has no output %s", resource, name)
		return graph.NewUnknown(at, "the nested stack "+resource+" has no output "+name), true
	}
	return graph.Value{}, false
}

// ssm gives the value of an SSM parameter that a template of the system sets, else an unknown value.
func (w *world) ssm(from *stack, name string, at *graph.Evidence, reason string) graph.Value {
	name, _, _ = strings.Cut(name, ":") // a version may follow the name
	for _, s := range w.loader.stacks {
		for _, d := range s.t.resources {
			if d.typ != "AWS::SSM::Parameter" || name == "" {
				continue
			}
			key := s.name + "\x00ssm\x00" + d.name
			if w.active[key] {
				continue
			}
			w.enter(key)
			v, found := w.ssmValue(s, d, name)
			delete(w.active, key)
			if found {
				v.At = at
				return v
			}
		}
	}
	return graph.NewUnknown(at, reason)
}

func (w *world) ssmValue(s *stack, d *declared, name string) (graph.Value, bool) {
	props := d.body.get("Properties")
	got, ok := w.eval(s, props.get("Name")).Str()
	if !ok || strings.TrimPrefix(got, "/") != strings.TrimPrefix(name, "/") {
		return graph.Value{}, false
	}
	if d.condition != "" && !w.condition(s, d.condition, d.at) || !w.stackExists(s) {
		return graph.Value{}, false
	}
	v := w.eval(s, props.get("Value"))
	return v, v.Exists()
}

package cfn

import (
	"path"
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
	if value, ok := w.loader.options.Imports[text]; ok {
		return graph.NewString(n.at, value)
	}
	return graph.NewUnknown(n.at, "import "+text+": no template here exports it")
}

// stackOutput resolves Fn::GetStackOutput where the other stack is among those that are read together: its name is
// the name of its file.
func (w *world) stackOutput(s *stack, n *node) graph.Value {
	stackName, output := w.eval(s, n.arg().get("StackName")), w.eval(s, n.arg().get("OutputName"))
	from, ok := stackName.Str()
	name, okName := output.Str()
	if !ok || !okName {
		return w.wrong(n, "{StackName: name, OutputName: name}")
	}
	for _, other := range w.loader.stacks {
		base, _, _ := strings.Cut(path.Base(other.t.file), ".")
		if base != from || !w.stackExists(other) {
			continue
		}
		for _, e := range other.t.outputs {
			if e.name != name {
				continue
			}
			if v, ok := w.output(other, e.node, n.at); ok {
				v.At = n.at
				return v
			}
		}
	}
	return graph.NewUnknown(n.at, "it is output "+name+" of stack "+from+", which is not here")
}

// index holds what templates offer by name. It is made once in a scenario; used is what its names depend on.
type index[T any] struct {
	byName map[string][]T
	used   map[string]string
}

// build fills an index, once. While it is built, names that need the index itself find nothing.
func (x *index[T]) build(w *world, fill func(put func(name string, value T))) {
	if x.byName == nil {
		x.byName = map[string][]T{}
		outer := w.used
		w.used = map[string]string{}
		fill(func(name string, value T) { x.byName[name] = append(x.byName[name], value) })
		x.used, w.used = w.used, outer
	}
	for k, v := range x.used {
		w.note(k, v)
	}
}

// exported is an output with a name for other stacks; set is an SSM parameter that a template sets.
type exported struct {
	s   *stack
	out *node
}

type set struct {
	s *stack
	d *declared
}

// export finds the stack and output that export a name.
func (w *world) export(name string) (*stack, *node, bool) {
	w.exports.build(w, func(put func(string, exported)) {
		for _, s := range w.loader.stacks {
			for _, e := range s.t.outputs {
				if n := e.node.get("Export").get("Name"); n != nil {
					if got := w.eval(s, n); got.Kind == graph.String {
						put(got.String(), exported{s, e.node})
					}
				}
			}
		}
	})
	for _, e := range w.exports.byName[name] {
		c, conditional := e.out.get("Condition").text()
		if w.stackExists(e.s) && (!conditional || w.condition(e.s, c, e.out.at)) {
			return e.s, e.out, true
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
func (w *world) ssm(name string, at *graph.Evidence, reason string) graph.Value {
	name, _, _ = strings.Cut(name, ":") // a version may follow the name
	w.settings.build(w, func(put func(string, set)) {
		for _, s := range w.loader.stacks {
			for _, d := range s.t.resources {
				if d.typ != "AWS::SSM::Parameter" {
					continue
				}
				if got, ok := w.eval(s, d.body.get("Properties").get("Name")).Str(); ok {
					put(strings.TrimPrefix(got, "/"), set{s, d})
				}
			}
		}
	})
	for _, p := range w.settings.byName[strings.TrimPrefix(name, "/")] {
		key := p.s.name + "\x00ssm\x00" + p.d.name
		if name == "" || w.active[key] || !w.stackExists(p.s) || p.d.condition != "" && !w.condition(p.s, p.d.condition, p.d.at) {
			continue
		}
		w.enter(key)
		v := w.eval(p.s, p.d.body.get("Properties").get("Value"))
		delete(w.active, key)
		if v.Exists() {
			v.At = at
			return v
		}
	}
	return graph.NewUnknown(at, reason)
}

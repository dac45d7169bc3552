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
	from, out, ok := w.export(text)
	if _, given := w.loader.options.Imports[text]; !ok && !given {
		from, out, ok = w.exportLike(s, name)
	}
	if ok {
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
	for _, e := range w.exported().byName[name] {
		if w.offers(e) {
			return e.s, e.out, true
		}
	}
	return nil, nil, false
}

// exported is the index of all exports. What is not known of a name, that of its stack for one, is a * in it.
func (w *world) exported() *index[exported] {
	w.exports.build(w, func(put func(string, exported)) {
		for _, s := range w.loader.stacks {
			for _, e := range s.t.outputs {
				n := e.node.get("Export").get("Name")
				if n == nil {
					continue
				}
				name := starred(w.eval(s, n))
				put(strings.ReplaceAll(name, "${AWS::StackName}", "*"), exported{s, e.node})
			}
		}
	})
	return &w.exports
}

// offers tells whether an output is there in this scenario.
func (w *world) offers(e exported) bool {
	c, conditional := e.out.get("Condition").text()
	return w.stackExists(e.s) && (!conditional || w.condition(e.s, c, e.out.at))
}

// exportLike finds the one output of another stack whose name, as far as both are known, may be that of an import: templates
// put the name of their stack before it, and others take that as a parameter. Where several may be meant none is.
func (w *world) exportLike(s *stack, name graph.Value) (*stack, *node, bool) {
	e, ok := onlyOne(w.exported().like(starred(name)), func(e exported) bool { return e.s != s && w.offers(e) })
	return e.s, e.out, ok
}

// like gives what is offered under names that may be the wanted one, as far as both are known.
func (x *index[T]) like(wanted string) []T {
	if !telling(wanted) {
		return nil
	}
	var out []T
	for name, all := range x.byName {
		if (name == wanted || fits(name, wanted) || fits(wanted, name)) && telling(name) {
			out = append(out, all...)
		}
	}
	return out
}

// onlyOne is the only one of those that count.
func onlyOne[T any](all []T, counts func(T) bool) (one T, ok bool) {
	n := 0
	for _, x := range all {
		if counts(x) {
			one = x
			n++
		}
	}
	return one, n == 1
}

// starred spells a text with a * for each part that is not known.
func starred(v graph.Value) string {
	var b strings.Builder
	for _, part := range v.Parts() {
		if part.Ref != nil || part.Unknown != "" {
			b.WriteByte('*')
			continue
		}
		b.WriteString(part.Literal)
	}
	return b.String()
}

// telling tells whether enough is known of a name to know it by that.
func telling(name string) bool { return len(strings.Trim(name, "*:-_/.")) >= 4 }

// fits tells whether a name that is known in full fits one that is known in part.
func fits(part, name string) bool {
	if !strings.Contains(part, "*") || strings.ContainsAny(name, "*$") {
		return false
	}
	pieces := strings.Split(part, "*")
	if !strings.HasPrefix(name, pieces[0]) {
		return false
	}
	rest := name[len(pieces[0]):]
	for _, piece := range pieces[1 : len(pieces)-1] {
		_, after, ok := strings.Cut(rest, piece)
		if !ok {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, pieces[len(pieces)-1])
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

// sets tells whether a parameter is set in this scenario.
func (w *world) sets(p set) bool {
	return w.stackExists(p.s) && (p.d.condition == "" || w.condition(p.s, p.d.condition, p.d.at))
}

// ssm gives the value of an SSM parameter that a template of the system sets, else an unknown value. What is not known of its
// name is a *.
func (w *world) ssm(name string, at *graph.Evidence, reason string) graph.Value {
	name, _, _ = strings.Cut(name, ":") // a version may follow the name
	w.settings.build(w, func(put func(string, set)) {
		for _, s := range w.loader.stacks {
			for _, d := range s.t.resources {
				if d.typ != "AWS::SSM::Parameter" {
					continue
				}
				if got := starred(w.eval(s, d.body.get("Properties").get("Name"))); got != "" {
					put(strings.TrimPrefix(got, "/"), set{s, d})
				}
			}
		}
	})
	name = strings.TrimPrefix(name, "/")
	candidates := w.settings.byName[name]
	if len(candidates) == 0 || strings.Contains(name, "*") {
		candidates = nil
		if p, ok := onlyOne(w.settings.like(name), w.sets); ok {
			candidates = []set{p}
		}
	}
	for _, p := range candidates {
		key := p.s.name + "\x00ssm\x00" + p.d.name
		if name == "" || w.active[key] || !w.sets(p) {
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

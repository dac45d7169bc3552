package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// rainTag opens the tags that the tool rain resolves when it packages a template.
const rainTag = "!Rain::"

// rain resolves a directive of rain: constants of the template and files at hand. What rain takes from elsewhere
// (uploads, the environment, modules) is not known before it has packaged the template.
func (w *world) rain(s *stack, n *node) graph.Value {
	name, literal := n.arg().text()
	switch strings.TrimPrefix(n.fn, rainTag) {
	case "Constant":
		if literal {
			return w.rainConstant(s, name, n.at)
		}
	case "Include":
		if v, ok := w.include(s, graph.NewString(n.at, name)); ok {
			return v
		}
	case "Embed":
		if data, _, ok := w.loader.local(s.t.file, name); ok {
			return graph.NewString(n.at, string(data))
		}
	}
	why := "rain fills in " + n.fn + " when it packages the template: review what rain pkg writes"
	w.loader.gapAt("", n.at, "%s", why)
	return graph.NewUnknown(n.at, why)
}

// rainConstant gives a constant of the section Rain. Constants may be built from each other.
func (w *world) rainConstant(s *stack, name string, at *graph.Evidence) graph.Value {
	constant := s.t.constants.get(name)
	key := s.name + "\x00rain\x00" + name
	if constant == nil || w.active[key] {
		w.loader.gapAt("", at, "the constant %s is not defined under Rain, or by itself", name)
		return graph.NewUnknown(at, "the constant "+name+" is not defined under Rain, or by itself")
	}
	w.enter(key)
	defer delete(w.active, key)
	return w.eval(s, constant)
}

// rainVariable tells the constant that ${Rain::Name} or ${Const::Name} in a text stands for.
func rainVariable(name string) (constant string, ok bool) {
	for _, prefix := range []string{"Rain::", "Const::"} {
		if constant, ok = strings.CutPrefix(name, prefix); ok {
			return constant, true
		}
	}
	return "", false
}

package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// parameter gives what a parameter resolves to in this scenario.
func (w *world) parameter(s *stack, p *parameter, at *graph.Evidence) graph.Value {
	if s.parent != nil {
		if arg, ok := s.args[p.name]; ok {
			return w.argument(s, p, arg)
		}
	}
	key := s.paramKey(p.name)
	b, bound := w.choice.params[key]
	if bound && w.loader.varies[key] {
		w.note(key, b.value+"\x00"+b.reason)
	}
	given, isGiven := w.loader.given(s, p)
	switch {
	case strings.HasPrefix(p.typ, "AWS::SSM::Parameter::Value"):
		name := given
		if !isGiven && p.def != nil {
			name, _ = p.def.text()
		}
		return w.ssm(name, at, "parameter "+p.name+" is read from SSM parameter "+name)
	case bound && b.reason != "":
		return graph.NewUnknown(at, b.reason)
	case p.noEcho && !w.trial:
		return graph.NewUnknown(at, "parameter "+p.name+" is a secret (NoEcho)")
	case bound:
		return p.typed(at, b.value)
	case isGiven:
		return p.typed(at, given)
	case p.def == nil:
		return graph.NewUnknown(at, "parameter "+p.name+" has no default")
	}
	text, ok := p.def.text()
	if !ok {
		return w.eval(s, p.def)
	}
	return p.typed(at, text)
}

// from is the place of a Ref to a parameter, which says where the parameter's value is written.
func (w *world) from(s *stack, p *parameter, v graph.Value, at *graph.Evidence) *graph.Evidence {
	if s.parent != nil || at == nil || v.IsUnknown() {
		return at
	}
	from := &graph.Given{Name: p.name, AllowedValues: p.allowed}
	if p.allowedAt != nil {
		from.Allowed = p.allowedAt.Path
	}
	if text, ok := p.def.text(); ok && text == v.String() {
		if _, given := w.loader.given(s, p); !given {
			from.Default = p.def.at.Path
		}
	}
	place := *at
	place.From = from
	return &place
}

// argument is what the parent stack hands to a parameter of a nested one.
func (w *world) argument(s *stack, p *parameter, arg *node) graph.Value {
	key := s.name + "\x00argument\x00" + p.name
	if w.active[key] {
		return graph.NewUnknown(arg.at, "parameter "+p.name+" of the nested stack refers to itself")
	}
	w.enter(key)
	defer delete(w.active, key)
	v := w.eval(s.parent, arg)
	if text, ok := v.Str(); ok {
		return p.typed(v.At, text)
	}
	if p.isList() && v.Parts() != nil {
		if items, ok := pieces(v.At, v, ","); ok {
			return graph.NewList(v.At, items...)
		}
	}
	return v
}

func (w *world) enter(key string) {
	if w.active == nil {
		w.active = map[string]bool{}
	}
	w.active[key] = true
}

// typed turns a parameter's text into a value of its type.
func (p *parameter) typed(at *graph.Evidence, text string) graph.Value {
	switch {
	case p.typ == "Number":
		return graph.NewNumber(at, strings.TrimSpace(text))
	case p.isList():
		var items []graph.Value
		for _, s := range strings.Split(text, ",") {
			items = append(items, graph.NewString(at, strings.TrimSpace(s)))
		}
		return graph.NewList(at, items...)
	}
	return graph.NewString(at, text)
}

func (p *parameter) isList() bool {
	return p.typ == "CommaDelimitedList" || strings.HasPrefix(p.typ, "List<")
}

// given is the value that the caller gave for a parameter of a top-level template.
func (l *loader) given(s *stack, p *parameter) (string, bool) {
	if s.parent != nil {
		return "", false
	}
	v, ok := l.options.Parameters[p.name]
	return v, ok
}

// paramKey names a parameter among those of all stacks. Top-level templates that are read together are deployed
// together: their parameters of one name are one.
func (s *stack) paramKey(name string) string {
	if s.parent == nil {
		return name
	}
	return s.name + "#" + name
}

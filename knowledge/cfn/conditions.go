package cfn

import (
	"strconv"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// condition tells how a condition falls in this scenario. at is where it is used.
func (w *world) condition(s *stack, name string, at *graph.Evidence) bool {
	key := s.condKey(name)
	if w.choice.conds != nil {
		if b, ok := w.choice.conds[key]; ok {
			if w.loader.varies[key] {
				w.note(key, strconv.FormatBool(b))
			}
			return b
		}
	}
	if b, ok := w.conds[key]; ok {
		return b
	}
	n := s.t.conditions[name]
	if n == nil {
		w.loader.gapAt("", at, "condition %s is not defined: it is taken as true", name)
		return true
	}
	if w.active[key] {
		w.loader.gapAt("", n.at, "condition %s refers to itself: it is taken as false", name)
		return false
	}
	w.enter(key)
	b := w.holds(s, n)
	delete(w.active, key)
	if w.conds == nil {
		w.conds = map[string]bool{}
	}
	w.conds[key] = b
	return b
}

// condKey names a condition among those of all stacks.
func (s *stack) condKey(name string) string { return s.name + "\x00condition\x00" + name }

// truth is a condition function used as a value.
func (w *world) truth(s *stack, n *node) graph.Value {
	return graph.NewBool(n.at, w.holds(s, n))
}

// holds decides a condition's expression. What the files do not decide is asked of the scenario.
func (w *world) holds(s *stack, n *node) bool {
	if n.shape == mapping && len(n.entries) == 1 && n.entries[0].name == "Condition" {
		if name, ok := n.entries[0].node.text(); ok {
			return w.condition(s, name, n.at)
		}
	}
	if n.shape == scalar {
		if b, ok := n.value.Truth(); ok {
			return b
		}
		if name, ok := n.text(); ok && s.t.conditions[name] != nil {
			return w.condition(s, name, n.at)
		}
	}
	if n.shape != call {
		w.loader.gapAt("", n.at, "%s stands where a condition was expected", n.describe())
		return w.atom(s, n)
	}
	arg := n.arg()
	switch n.fn {
	case "Condition":
		if name, ok := arg.text(); ok {
			return w.condition(s, name, n.at)
		}
	case "Fn::Not":
		if args, ok := n.args(1, 1); ok {
			return !w.holds(s, args[0])
		}
	case "Fn::And", "Fn::Or":
		if args, ok := n.args(1, 64); ok {
			and := n.fn == "Fn::And"
			result := and
			for _, a := range args { // all are looked at, so that every question they raise is known
				b := w.holds(s, a)
				result = and && result && b || !and && (result || b)
			}
			return result
		}
	case "Fn::Equals":
		if args, ok := n.args(2, 2); ok {
			return w.equals(s, n, args)
		}
	}
	w.loader.gapAt("", n.at, "%s is malformed or no condition function", n.fn)
	return w.atom(s, n)
}

func (w *world) equals(s *stack, n *node, args []*node) bool {
	a, b := w.eval(s, args[0]), w.eval(s, args[1])
	if !decidable(a) || !decidable(b) {
		return w.atom(s, n)
	}
	return a.String() == b.String()
}

// decidable tells whether a value can be compared: nothing in it is unknown or known only when deployed.
func decidable(v graph.Value) bool {
	ok := v.Exists()
	v.Walk(func(w graph.Value) {
		if w.Kind == graph.Unknown {
			ok = false
		}
		for _, p := range w.Parts() {
			if p.Ref != nil || p.Unknown != "" {
				ok = false
			}
		}
	})
	return ok
}

// atom is a question that the files do not answer: the scenario does.
func (w *world) atom(s *stack, n *node) bool {
	key := s.name + "\x00atom\x00" + n.at.Path + ":" + strconv.Itoa(n.at.Line) + ":" + strconv.Itoa(n.at.Column)
	if b, ok := w.choice.atoms[key]; ok {
		return b
	}
	if w.asked != nil {
		w.asked(key)
	}
	return false
}

package cfn

import (
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// maxNeighbours is the number of conditions around one resource up to which each two of them are combined. A hub
// with more (a role or a bucket that everything refers to) would ask for combinations that no defect depends on.
const maxNeighbours = 6

// neighbours adds the sets of conditions that decide how a resource stands to those it refers to and those that
// refer to it. A defect between two resources needs both, and the branch of a finding can only be named where
// its condition does not fall the same way as another one nearby in every scenario.
func neighbours(s *stack, add func(*stack, map[string]bool)) {
	own := make(map[string]map[string]bool, len(s.t.resources))
	around := make(map[string]map[string]bool, len(s.t.resources))
	for _, d := range s.t.resources {
		own[d.name] = conditionsIn(d.body)
		if d.condition != "" {
			own[d.name] = join(own[d.name], map[string]bool{d.condition: true})
		}
	}
	for _, d := range s.t.resources {
		around[d.name] = join(around[d.name], own[d.name])
		eachReference(d.body, func(name string) {
			if s.t.index[name] != nil {
				around[d.name] = join(around[d.name], own[name])
				around[name] = join(around[name], own[d.name])
			}
		})
	}
	for _, d := range s.t.resources {
		names := around[d.name]
		switch {
		case len(names) < 2 || len(names) > maxNeighbours:
		case len(names) <= maxTogether:
			add(s, names)
		default:
			pairs(names, func(a, b string) { add(s, map[string]bool{a: true, b: true}) })
		}
	}
}

// join adds the names of from to into, which is made where it is nil and there are any.
func join(into, from map[string]bool) map[string]bool {
	if into == nil && len(from) > 0 {
		into = make(map[string]bool, len(from))
	}
	for name := range from {
		into[name] = true
	}
	return into
}

func pairs(names map[string]bool, visit func(a, b string)) {
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	for i, a := range sorted {
		for _, b := range sorted[i+1:] {
			visit(a, b)
		}
	}
}

// eachReference visits the logical names that Ref, Fn::GetAtt and Fn::Sub mention below a node, parameters among them.
func eachReference(n *node, visit func(name string)) {
	if n == nil || n.fixed {
		return
	}
	if n.shape == call {
		first := n.arg()
		if len(first.items) > 0 {
			first = first.items[0]
		}
		text, _ := first.text()
		switch n.fn {
		case "Ref":
			visit(text)
		case "Fn::GetAtt":
			name, _, _ := strings.Cut(text, ".")
			visit(name)
		case "Fn::Sub":
			for _, name := range subNames(text) {
				name, _, _ = strings.Cut(name, ".")
				visit(name)
			}
		}
	}
	for _, it := range n.items {
		eachReference(it, visit)
	}
	for _, e := range n.entries {
		eachReference(e.node, visit)
	}
}

// deciders notes the conditions that decide resources and their parts.
func (l *loader) deciders() graph.Deciders {
	out := graph.Deciders{}
	for _, s := range l.stacks {
		for _, d := range s.t.resources {
			if d.condition != "" {
				out.Add(d.at.File, d.at.Path, d.condition)
			}
			eachIf(d.body, func(n *node, condition string) {
				out.Add(n.at.File, n.at.Path+"/Fn::If", condition)
			})
		}
	}
	return out
}

// eachIf visits the Fn::If below a node that name their condition.
func eachIf(n *node, visit func(n *node, condition string)) {
	if n.fixed {
		return
	}
	if n.shape == call && n.fn == "Fn::If" && len(n.arg().items) > 0 {
		if name, ok := n.arg().items[0].text(); ok {
			visit(n, name)
		}
	}
	for _, it := range n.items {
		eachIf(it, visit)
	}
	for _, e := range n.entries {
		eachIf(e.node, visit)
	}
}

package cfn

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// choice is what a scenario decides.
type choice struct {
	conds  map[string]bool    // by stack.condKey; nil while conditions are still tried
	params map[string]binding // by stack.paramKey
	atoms  map[string]bool    // questions that the files do not answer
	facts  map[string]string  // all of the above that differs between scenarios, for comparing
	when   map[string]bool
}

// binding is what a condition makes of a parameter in a scenario: a value, or the reason why it is not known.
type binding struct{ value, reason string }

const (
	// maxAssignments bounds the combinations of parameter values that are tried for one group of conditions.
	maxAssignments = 4096
	// maxAtoms bounds the undecided questions of one group: each doubles the combinations.
	maxAtoms = 6
	// maxPerUnit bounds the combinations that one property may ask for.
	maxPerUnit = 64
)

// conditionRef names a condition of a stack.
type conditionRef struct {
	s    *stack
	name string
}

func (c conditionRef) key() string { return c.s.condKey(c.name) }

// group is a set of conditions that hang together, with the ways in which they can fall.
type group struct {
	conds   []conditionRef
	vars    []*variable
	vectors []*vector
}

// vector is one way in which the conditions of a group can fall.
type vector struct {
	values []bool // as group.conds
	// reached holds, for each variable of the group, the values that lead here.
	reached []map[string]bool
	atoms   map[string]bool
}

// scenarios finds the combinations of conditions that must be looked at: every combination on which one property
// of one resource depends occurs in at least one scenario. Conditions that no property joins are varied side by
// side. The first scenario is that of the defaults.
func (l *loader) scenarios() []choice {
	units, refs := l.units()
	groups, of := l.groups(refs)
	picks := l.pack(units, groups, of)
	if len(picks) > l.options.MaxScenarios {
		l.gapAt("", nil, "too many combinations of conditions: %d are needed, the first %d were looked at; give values for parameters to choose others",
			len(picks), l.options.MaxScenarios)
		picks = picks[:l.options.MaxScenarios]
	}
	out := make([]choice, len(picks))
	for i, pick := range picks {
		out[i] = choiceOf(groups, pick)
	}
	l.compare(out, groups)
	return out
}

func choiceOf(groups []*group, pick []int) choice {
	c := choice{conds: map[string]bool{}, params: map[string]binding{}, atoms: map[string]bool{}, facts: map[string]string{}, when: map[string]bool{}}
	for g, grp := range groups {
		v := grp.vectors[pick[g]]
		for i, ref := range grp.conds {
			c.conds[ref.key()] = v.values[i]
		}
		for i, x := range grp.vars {
			if x.p != nil {
				c.params[x.key] = x.bind(v.reached[i])
			}
		}
		for k, b := range v.atoms {
			c.atoms[k] = b
		}
	}
	return c
}

// bind says what is known of a parameter when any of the reached values leads to the scenario.
func (v *variable) bind(reached map[string]bool) binding {
	def, hasDefault := v.p.def.text()
	switch {
	case hasDefault && reached[def]:
		return binding{value: def}
	case len(reached) == 1:
		for value := range reached {
			if !strings.HasPrefix(value, other) {
				return binding{value: value}
			}
		}
	}
	if hasDefault {
		return binding{reason: fmt.Sprintf("parameter %s is not its default %q here", v.p.name, def)}
	}
	return binding{reason: "parameter " + v.p.name + " has no default"}
}

// compare fills in what differs between the scenarios.
func (l *loader) compare(choices []choice, groups []*group) {
	l.varies = map[string]bool{}
	for _, c := range choices[1:] {
		for k, b := range c.conds {
			l.varies[k] = l.varies[k] || b != choices[0].conds[k]
		}
		for k, b := range c.params {
			l.varies[k] = l.varies[k] || b != choices[0].params[k]
		}
	}
	names := map[string]conditionRef{}
	for _, g := range groups {
		for _, ref := range g.conds {
			if !l.varies[ref.key()] {
				continue
			}
			name := ref.name
			if first, ok := names[name]; ok && !alike(choices, first.key(), ref.key()) {
				name = ref.s.name + "#" + name
			} else if !ok {
				names[name] = ref
			}
			for _, c := range choices {
				c.when[name] = c.conds[ref.key()]
			}
		}
	}
	for _, c := range choices {
		for k, differs := range l.varies {
			if !differs {
				continue
			}
			if b, ok := c.conds[k]; ok {
				c.facts[k] = strconv.FormatBool(b)
			} else if p, ok := c.params[k]; ok {
				c.facts[k] = p.value + "\x00" + p.reason
			}
		}
	}
}

func alike(choices []choice, a, b string) bool {
	for _, c := range choices {
		if c.conds[a] != c.conds[b] {
			return false
		}
	}
	return true
}

// unit is a set of conditions on which one property depends; keys are sorted.
type unit []string

// units lists the sets of conditions that must be looked at together, and all conditions in them.
func (l *loader) units() ([]unit, []conditionRef) {
	var units []unit
	seen := map[string]bool{}
	known := map[string]bool{}
	add := func(s *stack, names map[string]bool) {
		var u unit
		for name := range names {
			if s.t.conditions[name] != nil {
				u = append(u, s.condKey(name))
			}
		}
		if len(u) == 0 {
			return
		}
		sort.Strings(u)
		if id := strings.Join(u, "\n"); !seen[id] {
			seen[id] = true
			units = append(units, u)
		}
		for _, key := range u {
			known[key] = true
		}
	}
	for _, s := range l.stacks {
		if g := s.t.globals; g != nil {
			eachPart(g, func(n *node) {
				for _, names := range together(n) {
					add(s, names)
				}
			})
		}
		for _, d := range s.t.resources {
			own := map[string]bool{}
			if d.condition != "" {
				own[d.condition] = true
			}
			add(s, own)
			for _, e := range d.body.entries {
				eachPart(e.node, func(n *node) {
					for _, names := range together(n) {
						if d.condition != "" {
							names[d.condition] = true
						}
						add(s, names)
					}
				})
			}
		}
		neighbours(s, add)
		for _, e := range s.t.outputs {
			if s.parent == nil && e.node.get("Export") == nil {
				continue
			}
			names := conditionsIn(e.node)
			if c, ok := e.node.get("Condition").text(); ok {
				names = join(names, map[string]bool{c: true})
			}
			add(s, names)
		}
	}
	var refs []conditionRef
	for _, s := range l.stacks {
		for _, name := range s.t.conditionN {
			if known[s.condKey(name)] {
				refs = append(refs, conditionRef{s, name})
			}
		}
	}
	return units, refs
}

// eachPart visits the values of a mapping, or the node itself where it is none.
func eachPart(n *node, visit func(*node)) {
	if n.shape != mapping {
		visit(n)
		return
	}
	for _, e := range n.entries {
		visit(e.node)
	}
}

// maxTogether is the number of conditions in one property up to which all their combinations are looked at. With
// more, only conditions inside each other's Fn::If are combined: eight optional elements of a list are eight
// questions, not 256.
const maxTogether = 3

// together lists the sets of conditions of a property that must be combined.
func together(n *node) []map[string]bool {
	all := conditionsIn(n)
	switch {
	case len(all) == 0:
		return nil
	case len(all) <= maxTogether:
		return []map[string]bool{all}
	}
	var out []map[string]bool
	var walk func(n *node, outer []string)
	walk = func(n *node, outer []string) {
		if n.fixed {
			return
		}
		if n.shape == call && n.fn == "Fn::If" && len(n.arg().items) > 0 {
			if name, ok := n.arg().items[0].text(); ok {
				outer = append(outer[:len(outer):len(outer)], name)
				set := map[string]bool{}
				for _, o := range outer {
					set[o] = true
				}
				out = append(out, set)
			}
		}
		for _, it := range n.items {
			walk(it, outer)
		}
		for _, e := range n.entries {
			walk(e.node, outer)
		}
	}
	walk(n, nil)
	return out
}

// conditionsIn lists the conditions that Fn::If names in a node, nil where there are none.
func conditionsIn(n *node) map[string]bool {
	var out map[string]bool
	eachIf(n, func(_ *node, name string) { out = join(out, map[string]bool{name: true}) })
	return out
}

package cfn

import (
	"fmt"
	"sort"
	"strings"
)

// groups joins the conditions that depend on the same parameters or on each other, and finds for each group the
// ways in which its conditions can fall. of tells the group of a condition by its key.
func (l *loader) groups(refs []conditionRef) (groups []*group, of map[string]int) {
	v := &survey{l: l, vars: map[string]*variable{}, visited: map[string]bool{}}
	of = map[string]int{}
	owner := map[string]int{} // variable or condition passed → group
	var members []map[string]bool
	for _, ref := range refs {
		deps := v.condition(ref.s, ref.name).vars
		g := len(groups)
		groups = append(groups, &group{conds: []conditionRef{ref}})
		members = append(members, deps)
		for dep := range deps {
			old, ok := owner[dep]
			if ok && old != g && groups[old] != nil {
				g = mergeGroups(groups, members, owner, old, g)
			}
			owner[dep] = g
		}
	}
	var out []*group
	for i, g := range groups {
		if g == nil {
			continue
		}
		sort.SliceStable(g.conds, func(a, b int) bool { return g.conds[a].key() < g.conds[b].key() })
		for dep := range members[i] {
			if x := v.vars[dep]; x != nil {
				g.vars = append(g.vars, x)
			}
		}
		sort.Slice(g.vars, func(a, b int) bool { return g.vars[a].key < g.vars[b].key })
		for _, c := range g.conds {
			of[c.key()] = len(out)
		}
		out = append(out, g)
	}
	for _, g := range out {
		l.enumerate(g)
	}
	return out, of
}

// mergeGroups puts group b into group a and returns a.
func mergeGroups(groups []*group, members []map[string]bool, owner map[string]int, a, b int) int {
	groups[a].conds = append(groups[a].conds, groups[b].conds...)
	for dep := range members[b] {
		members[a][dep] = true
		if owner[dep] == b {
			owner[dep] = a
		}
	}
	groups[b] = nil
	return a
}

// enumerate tries the values of a group's variables and keeps the different ways in which the conditions fall.
func (l *loader) enumerate(g *group) {
	var atoms []string
	for {
		asked := l.tryAll(g, atoms)
		if len(asked) == 0 {
			return
		}
		if len(atoms)+len(asked) > maxAtoms {
			l.gapAt("", g.conds[0].s.t.conditions[g.conds[0].name].at,
				"more than %d comparisons around condition %s cannot be decided: some are taken as false", maxAtoms, g.conds[0].name)
			return
		}
		atoms = append(atoms, asked...)
	}
}

// tryAll fills g.vectors and returns the questions that came up and are not among atoms.
func (l *loader) tryAll(g *group, atoms []string) []string {
	g.vectors = nil
	index := map[string]*vector{}
	var asked []string
	isAsked := map[string]bool{}
	for _, assignment := range l.assignments(g, len(atoms)) {
		w := &world{loader: l, trial: true}
		w.choice.params, w.choice.atoms = map[string]binding{}, map[string]bool{}
		for i, x := range g.vars {
			w.choice.params[x.key] = binding{value: assignment.values[i]}
		}
		for i, a := range atoms {
			w.choice.atoms[a] = assignment.bits&(1<<i) != 0
		}
		w.asked = func(key string) {
			if !isAsked[key] {
				isAsked[key] = true
				asked = append(asked, key)
			}
		}
		values := make([]bool, len(g.conds))
		for i, ref := range g.conds {
			values[i] = w.condition(ref.s, ref.name, nil)
		}
		id := fmt.Sprint(values)
		vec := index[id]
		if vec == nil {
			vec = &vector{values: values, atoms: w.choice.atoms, reached: make([]map[string]bool, len(g.vars))}
			for i := range vec.reached {
				vec.reached[i] = map[string]bool{}
			}
			index[id] = vec
			g.vectors = append(g.vectors, vec)
		}
		for i := range g.vars {
			vec.reached[i][assignment.values[i]] = true
		}
	}
	return asked
}

type assignment struct {
	values []string
	bits   int
}

// assignments lists the combinations to try, that of the defaults first. Where the product is too large, each
// variable is varied alone.
func (l *loader) assignments(g *group, atoms int) []assignment {
	domains := make([][]string, len(g.vars))
	product := 1 << atoms
	base := make([]string, len(g.vars))
	for i, x := range g.vars {
		domains[i] = x.domain()
		base[i] = domains[i][0]
		if product <= maxAssignments {
			product *= len(domains[i])
		}
	}
	if product > maxAssignments {
		l.gapAt("", g.conds[0].s.t.conditions[g.conds[0].name].at,
			"the conditions around %s depend on too many parameters: their values are varied one at a time", g.conds[0].name)
		return oneAtATime(domains, base, atoms)
	}
	out := []assignment{}
	for bits := 0; bits < 1<<atoms; bits++ {
		digits := make([]int, len(domains))
		for {
			values := make([]string, len(domains))
			for i, d := range digits {
				values[i] = domains[i][d]
			}
			out = append(out, assignment{values, bits})
			i := len(digits) - 1
			for ; i >= 0; i-- {
				if digits[i]++; digits[i] < len(domains[i]) {
					break
				}
				digits[i] = 0
			}
			if i < 0 {
				break
			}
		}
	}
	return out
}

func oneAtATime(domains [][]string, base []string, atoms int) []assignment {
	out := []assignment{{values: base}}
	for i, d := range domains {
		for _, value := range d[1:] {
			values := append([]string(nil), base...)
			values[i] = value
			out = append(out, assignment{values: values})
		}
	}
	for i := range atoms {
		out = append(out, assignment{values: base, bits: 1 << i})
	}
	return out
}

// need is a combination that must occur: for some groups, the vectors that will do.
type need map[int][]int

// pack chooses the scenarios: for each a vector of every group. Each need is put into the first scenario it fits.
func (l *loader) pack(units []unit, groups []*group, of map[string]int) [][]int {
	needs := []need{}
	for _, u := range units {
		needs = append(needs, l.needs(u, groups, of)...)
	}
	sort.SliceStable(needs, func(i, j int) bool { return len(needs[i]) > len(needs[j]) })
	scenarios := []need{{}}
	for g := range groups {
		scenarios[0][g] = []int{0}
	}
	for _, n := range needs {
		placed := false
		for _, s := range scenarios {
			if placed = s.join(n); placed {
				break
			}
		}
		if !placed {
			scenarios = append(scenarios, n.copy())
		}
	}
	picks := make([][]int, len(scenarios))
	for i, s := range scenarios {
		picks[i] = make([]int, len(groups))
		for g, candidates := range s {
			picks[i][g] = candidates[0]
		}
	}
	return picks
}

func (n need) copy() need {
	out := need{}
	for g, c := range n {
		out[g] = c
	}
	return out
}

// join narrows a scenario so that it meets a need, if that is possible.
func (n need) join(m need) bool {
	narrowed := need{}
	for g, candidates := range m {
		have, ok := n[g]
		if !ok {
			narrowed[g] = candidates
			continue
		}
		var both []int
		for _, c := range have {
			for _, d := range candidates {
				if c == d {
					both = append(both, c)
				}
			}
		}
		if len(both) == 0 {
			return false
		}
		narrowed[g] = both
	}
	for g, c := range narrowed {
		n[g] = c
	}
	return true
}

// needs lists the combinations of a unit's conditions: within a group those that can occur, across groups all.
func (l *loader) needs(u unit, groups []*group, of map[string]int) []need {
	byGroup := map[int]map[string]bool{}
	for _, key := range u {
		g, ok := of[key]
		if !ok {
			continue
		}
		if byGroup[g] == nil {
			byGroup[g] = map[string]bool{}
		}
		byGroup[g][key] = true
	}
	order := make([]int, 0, len(byGroup))
	for g := range byGroup {
		order = append(order, g)
	}
	sort.Ints(order)
	out := []need{{}}
	for _, g := range order {
		classes := groups[g].classes(byGroup[g])
		if len(out)*len(classes) > maxPerUnit {
			ref := groups[g].conds[0]
			l.gapAt("", ref.s.t.conditions[ref.name].at, "too many combinations of conditions in one property (more than %d): not all were looked at", maxPerUnit)
			classes = classes[:1]
		}
		var next []need
		for _, n := range out {
			for _, class := range classes {
				m := n.copy()
				m[g] = class
				next = append(next, m)
			}
		}
		out = next
	}
	return out
}

// classes splits a group's vectors by how they decide the given conditions.
func (g *group) classes(keys map[string]bool) [][]int {
	index := map[string]int{}
	var out [][]int
	for i, v := range g.vectors {
		var b strings.Builder
		for j, ref := range g.conds {
			if keys[ref.key()] {
				fmt.Fprint(&b, v.values[j])
			}
		}
		k, ok := index[b.String()]
		if !ok {
			k = len(out)
			index[b.String()] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

package rules

import (
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// literal is a condition that is true, or false where not is set.
type literal struct {
	name string
	not  bool
}

func (l literal) String() string {
	if l.not {
		return "not " + l.name
	}
	return l.name
}

func (l literal) holds(when map[string]bool) bool { return when[l.name] != l.not }

// branch describes, in as few conditions as possible, the scenarios of a set: "IsProd", "not IsProd and IsEU",
// "IsDev or IsTest". It is "" where all scenarios are in the set. prefer names conditions that are known to
// bear on the matter, the likeliest first: scenarios vary independent conditions side by side, so that several may
// seem to fit. cures names conditions under which what the set lacks is there: they are spelt, too, where no scenario
// has tried them together with the rest.
func branch(scenarios []map[string]bool, in []bool, prefer, cures []string) string {
	if !partly(in) || len(scenarios) == 0 {
		return ""
	}
	literals := literalsOf(scenarios, prefer)
	if term := shortest(literals, scenarios, in, func(matched []bool) bool { return covers(matched, in) }); term != nil {
		return spell(append(term, untried(term, scenarios, in, cures)...))
	}
	var terms []string
	left := append([]bool{}, in...)
	for i := range left {
		if !left[i] {
			continue
		}
		term := shortest(literals, scenarios, in, func(matched []bool) bool { return matched[i] })
		if term == nil {
			term = exact(scenarios[i])
		}
		for j := range left {
			left[j] = left[j] && !matches(term, scenarios[j])
		}
		terms = append(terms, spell(term))
	}
	sort.Strings(terms) // which scenario comes first does not matter
	return strings.Join(terms, " or ")
}

func partly(in []bool) bool {
	for _, ok := range in {
		if !ok {
			return true
		}
	}
	return false
}

func literalsOf(scenarios []map[string]bool, prefer []string) []literal {
	names := map[string]bool{}
	for _, s := range scenarios {
		for name := range s {
			names[name] = true
		}
	}
	rank := map[string]int{}
	for i, name := range prefer {
		if _, ok := rank[name]; !ok {
			rank[name] = i - len(prefer)
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Slice(sorted, func(i, j int) bool {
		if rank[sorted[i]] != rank[sorted[j]] {
			return rank[sorted[i]] < rank[sorted[j]]
		}
		return sorted[i] < sorted[j]
	})
	var out []literal
	for _, name := range sorted {
		out = append(out, literal{name, false}, literal{name, true})
	}
	return out
}

// shortest finds the shortest conjunction that holds in no scenario outside the set and satisfies enough. It
// looks at conjunctions of up to two conditions; longer ones are spelt out by exact.
func shortest(literals []literal, scenarios []map[string]bool, in []bool, enough func(matched []bool) bool) []literal {
	fits := func(term []literal) bool {
		matched := make([]bool, len(scenarios))
		for i, s := range scenarios {
			matched[i] = matches(term, s)
			if matched[i] && !in[i] {
				return false
			}
		}
		return enough(matched)
	}
	for _, a := range literals {
		if fits([]literal{a}) {
			return []literal{a}
		}
	}
	for i, a := range literals {
		for _, b := range literals[i+1:] {
			if a.name != b.name && fits([]literal{a, b}) {
				return []literal{a, b}
			}
		}
	}
	return nil
}

// untried lists the conditions of cures that are false in each scenario of the set, though none of the term's conditions
// makes them so.
func untried(term []literal, scenarios []map[string]bool, in []bool, cures []string) []literal {
	var out []literal
	seen := map[string]bool{}
	for _, l := range term {
		seen[l.name] = true
	}
	for _, name := range cures {
		no := literal{name, true}
		if seen[name] || !always(no, scenarios, func(i int) bool { return in[i] }) {
			continue
		}
		seen[name] = true
		implied := false
		for _, l := range term {
			implied = implied || always(no, scenarios, func(i int) bool { return l.holds(scenarios[i]) })
		}
		if !implied {
			out = append(out, no)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// always tells whether a literal holds in each of some scenarios, all of which know its condition.
func always(l literal, scenarios []map[string]bool, some func(i int) bool) bool {
	for i, when := range scenarios {
		if _, known := when[l.name]; some(i) && (!known || !l.holds(when)) {
			return false
		}
	}
	return true
}

func matches(term []literal, when map[string]bool) bool {
	for _, l := range term {
		if !l.holds(when) {
			return false
		}
	}
	return true
}

func covers(matched, in []bool) bool {
	for i := range in {
		if in[i] && !matched[i] {
			return false
		}
	}
	return true
}

func exact(when map[string]bool) []literal {
	var term []literal
	for name, value := range when {
		term = append(term, literal{name, !value})
	}
	sort.Slice(term, func(i, j int) bool { return term[i].name < term[j].name })
	return term
}

func spell(term []literal) string {
	words := make([]string, len(term))
	for i, l := range term {
		words[i] = l.String()
	}
	return strings.Join(words, " and ")
}

// deciding lists the conditions that may have made a finding: likely those that the places it shows and the resources it
// names stand in, perhaps what else is decided in these.
func deciding(g *graph.Graph, shown []Evidence, h Hit) (likely, perhaps []string) {
	var places []graph.Evidence
	for _, e := range shown {
		places = append(places, graph.Evidence{File: e.File, Path: e.Path})
	}
	for _, n := range append([]*graph.Node{h.Node}, h.Related...) {
		if n != nil && n.At() != nil {
			places = append(places, *n.At())
		}
	}
	for _, r := range h.RelatedResources {
		if r != nil && r.At != nil {
			places = append(places, *r.At)
		}
	}
	for _, at := range places {
		around, beside := g.Deciders.Of(at)
		likely, perhaps = append(likely, around...), append(perhaps, beside...)
	}
	return likely, perhaps
}

// lacking lists the nodes to which an edge is missing, where that is the defect.
func (h Hit) lacking() []string {
	if h.Lacks == nil {
		return nil
	}
	var out []string
	for _, n := range append([]*graph.Node{h.Node}, h.Related...) {
		if n != nil {
			out = append(out, n.ID)
		}
	}
	return out
}

// cures lists the conditions in which the far ends of edges stand that are missing to some nodes, and there in other
// scenarios: under them the finding is cured.
func cures(graphs []*graph.Graph, nodes []string, missing func(*graph.Edge) bool) []string {
	if missing == nil {
		return nil
	}
	var out []string
	for _, g := range graphs {
		for _, id := range nodes {
			n := g.Node(id)
			if n == nil {
				continue
			}
			for _, e := range g.In(n) {
				if at := e.From.At(); at != nil && missing(e) {
					around, _ := g.Deciders.Of(*at)
					out = append(out, around...)
				}
			}
		}
	}
	return out
}

// beside lists the conditions of what stands next to a node in any scenario, of what joins them, and of the policies on it.
func beside(graphs []*graph.Graph, id string) []string {
	var out []string
	add := func(g *graph.Graph, at *graph.Evidence) {
		if at != nil {
			around, others := g.Deciders.Of(*at)
			out = append(append(out, around...), others...)
		}
	}
	for _, g := range graphs {
		n := g.Node(id)
		if n == nil {
			continue
		}
		for _, s := range append(append([]graph.Statement{}, n.ResourcePolicy...), n.Statements...) {
			if s.Via != nil {
				add(g, s.Via.At)
			}
		}
		for _, e := range append(append([]*graph.Edge{}, g.In(n)...), g.Out(n)...) {
			if e.Via != nil {
				add(g, e.Via.At)
			}
			add(g, e.From.At())
			add(g, e.To.At())
		}
	}
	return out
}

package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// absorb keeps the worse of two findings of one rule at one place, with the related resources of both.
func (f *merged) absorb(other *merged) {
	related := f.Related
	for _, p := range other.Related {
		if !contains(related, p) {
			related = append(related, p)
		}
	}
	worse := other.Severity.rank() < f.Severity.rank() ||
		other.Severity == f.Severity && f.Confidence == Likely && other.Confidence == Certain
	if worse {
		f.Finding = other.Finding
	}
	f.Related = related
	f.likely, f.perhaps = append(f.likely, other.likely...), append(f.perhaps, other.perhaps...)
	f.lacking = append(f.lacking, other.lacking...)
}

// said is what a finding that stands for several things says in some scenarios.
type said struct {
	*merged
	in []bool
}

// say notes what is found in a scenario.
func (f *merged) say(what *merged, scenario int) {
	for i := range f.says {
		if f.says[i].Message == what.Message {
			f.says[i].in[scenario] = true
			return
		}
	}
	copied := *what
	in := make([]bool, len(f.in))
	in[scenario] = true
	f.says = append(f.says, said{&copied, in})
}

func (s said) places() []Place { return append([]Place{s.Resource}, s.Related...) }

// holdsIn adds the scenarios of those of others that say the same of all its places and of more, and tells whether
// there are any.
func (s said) holdsIn(others []said) bool {
	wider := false
	for _, other := range others {
		theirs := other.places()
		if slices.ContainsFunc(s.places(), func(p Place) bool { return !contains(theirs, p) }) {
			continue
		}
		wider = true
		for i, in := range other.in {
			s.in[i] = s.in[i] || in
		}
	}
	return wider
}

// mostBranches is how many branches the message of one finding names.
const mostBranches = 3

// nameBranches gives a finding that says different things in different scenarios the place of the worst and a message
// that tells which when. What wakes nobody on trial is left out where other branches remain: they hold on trial too
// where all that they name is named there.
func (f *merged) nameBranches(graphs []*graph.Graph, scenarios []map[string]bool) {
	if len(f.says) < 2 {
		return
	}
	prefer := slices.Concat(f.likely, f.perhaps)
	names := map[string]string{}
	var kept, dropped []said
	for _, s := range f.says {
		names[s.Message] = branch(scenarios, s.in, prefer, cures(graphs, s.lacking, s.lacks))
		if f.rule.Wakes && trialBranch(names[s.Message]) {
			dropped = append(dropped, s)
		} else {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		kept, dropped = dropped, nil
	}
	for _, s := range kept {
		if s.holdsIn(dropped) {
			names[s.Message] = branch(scenarios, s.in, prefer, cures(graphs, s.lacking, s.lacks))
		}
	}
	slices.SortFunc(kept, func(a, b said) int { return strings.Compare(names[a.Message], names[b.Message]) }) // scenarios come in no order
	worst, places, parts := kept[0], []Place{}, []string{}
	f.in, f.lacking = make([]bool, len(f.in)), nil
	for i, s := range kept {
		if a, b := s.Severity.rank(), worst.Severity.rank(); a < b || a == b && s.Evidence[0].Line < worst.Evidence[0].Line {
			worst = s
		}
		for _, p := range s.places() {
			if !contains(places, p) {
				places = append(places, p)
			}
		}
		for j, in := range s.in {
			f.in[j] = f.in[j] || in
		}
		f.lacking = append(f.lacking, s.lacking...)
		if i < mostBranches {
			parts = append(parts, fmt.Sprintf("when %s: %s", names[s.Message], s.Message))
		}
	}
	if len(kept) > mostBranches {
		parts = append(parts, "and the like in other branches")
	}
	f.Finding, f.node, f.framework, f.construct = worst.Finding, worst.node, worst.framework, worst.construct
	f.Related = slices.DeleteFunc(places, func(p Place) bool { return p == f.Resource })
	if len(kept) > 1 {
		f.Message = strings.Join(parts, "; ")
	}
}

// absorbOther takes in what bears on what is found, in another scenario, about another resource.
func (f *merged) absorbOther(other *merged) {
	f.metadata = append(f.metadata, other.metadata...)
	f.likely, f.perhaps = append(f.likely, other.likely...), append(f.perhaps, other.perhaps...)
	f.lacking = append(f.lacking, other.lacking...)
}

// gravity is the severity of a hit before its surroundings change it.
func (h hit) gravity(r *Rule) Severity { return cmp.Or(h.Severity, r.Severity) }

// noteGravity notes that a finding has a severity in a scenario.
func (f *merged) noteGravity(s Severity, scenario int) {
	if f.gravity == nil {
		f.gravity = map[Severity][]bool{}
	}
	if f.gravity[s] == nil {
		f.gravity[s] = make([]bool, len(f.in))
	}
	f.gravity[s][scenario] = true
}

// nameGravity has a finding that is as grave as it says in some branches only tell in which.
func (f *merged) nameGravity(scenarios []map[string]bool) {
	worst := f.gravity[f.Severity]
	if len(f.gravity) < 2 || len(f.says) > 1 || worst == nil || f.When != "" { // a branch of a branch would be guesswork
		return
	}
	if when := branch(scenarios, worst, slices.Concat(f.likely, f.perhaps), nil); when != "" {
		f.Message += fmt.Sprintf(" (%s when %s, less in other branches)", f.Severity, when)
	}
}

func contains(places []Place, p Place) bool {
	for _, q := range places {
		if p == q {
			return true
		}
	}
	return false
}

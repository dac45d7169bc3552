package rules

import (
	"sort"
	"strings"
)

// outranked drops the findings that a more exact rule also makes about the same defect, and notes their codes
// on the one that stays. Two findings are about the same defect where the resources of one are all among those
// of the other.
func outranked(fs []*merged) []*merged {
	codes := map[string][]*merged{}
	for _, f := range fs {
		codes[f.Code] = append(codes[f.Code], f)
	}
	gone := map[*merged]bool{}
	for _, f := range fs {
		for _, code := range f.rule.Outranks {
			for _, lesser := range codes[code] {
				if lesser == f || gone[f] || !within(f, lesser) && !within(lesser, f) {
					continue
				}
				gone[lesser] = true
				if !containsWord(f.Aliases, code) {
					f.Aliases = append(f.Aliases, code)
				}
			}
		}
	}
	var out []*merged
	for _, f := range fs {
		if !gone[f] {
			out = append(out, f)
		}
	}
	return out
}

// within tells whether all resources of a are also resources of b.
func within(a, b *merged) bool {
	places := append([]Place{b.Resource}, b.Related...)
	for _, p := range append([]Place{a.Resource}, a.Related...) {
		if !contains(places, p) {
			return false
		}
	}
	return true
}

func containsWord(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// group names root causes that several findings of one rule share: one line of Globals, or one construct.
func group(fs []*merged) {
	byRoot := map[string][]*merged{}
	for _, f := range fs {
		if root := f.root(); root != "" {
			byRoot[root] = append(byRoot[root], f)
		}
	}
	for root, members := range byRoot {
		if len(members) < 2 {
			continue
		}
		for _, f := range members {
			f.Group = root
		}
	}
}

func (f *merged) root() string {
	first := f.Evidence[0]
	switch {
	case strings.HasPrefix(first.Path, "/Globals/"):
		return f.Rule + " at " + first.File + "#" + first.Path
	case f.construct != "":
		return f.Rule + " in " + f.construct
	}
	return ""
}

// fold takes out the findings on what a framework brings along and counts them.
func fold(fs []*merged) (own []*merged, folded []Folded) {
	folded = []Folded{}
	parts := map[string]*Folded{}
	for _, f := range fs {
		if f.framework == "" {
			own = append(own, f)
			continue
		}
		part := parts[f.framework]
		if part == nil {
			part = &Folded{Framework: f.framework, Resources: []string{}, Rules: []string{}}
			parts[f.framework] = part
		}
		part.Findings++
		if !containsWord(part.Resources, f.Resource.ID) {
			part.Resources = append(part.Resources, f.Resource.ID)
		}
		if !containsWord(part.Rules, f.Rule) {
			part.Rules = append(part.Rules, f.Rule)
		}
	}
	for _, part := range parts {
		folded = append(folded, *part)
	}
	sort.Slice(folded, func(i, j int) bool { return folded[i].Framework < folded[j].Framework })
	return own, folded
}

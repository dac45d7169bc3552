package graph

import "strings"

// Decider is a condition that decides a part of a resource: the resource itself, or what an Fn::If in it gives.
type Decider struct {
	Path      string // pointer to the resource or to the Fn::If
	Condition string
}

// Deciders are the conditions that each written resource depends on.
type Deciders map[string][]Decider

// Add notes that a condition decides what stands at a place of a file.
func (d Deciders) Add(file, path, condition string) {
	key := deciderKey(file, path)
	d[key] = append(d[key], Decider{path, condition})
}

// Of lists the conditions that may have made what stands at a place: around are those of the resource and of the Fn::If
// that it stands in (the innermost before the outer), beside are the others of the same resource.
func (d Deciders) Of(e Evidence) (around, beside []string) {
	for _, x := range d[deciderKey(e.File, e.Path)] {
		if e.Path == x.Path || strings.HasPrefix(e.Path, x.Path+"/") {
			around = append([]string{x.Condition}, around...)
		} else {
			beside = append(beside, x.Condition)
		}
	}
	return around, beside
}

// deciderKey names the resource that a pointer leads into.
func deciderKey(file, path string) string {
	steps := strings.SplitN(path, "/", 4)
	if len(steps) < 3 || steps[1] != "Resources" {
		return file
	}
	return file + "#" + steps[2]
}

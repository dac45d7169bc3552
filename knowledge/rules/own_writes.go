package rules

import (
	"encoding/json"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// stopsOwnWrites tells whether the filters of a mapping are taken to stop what its function writes to the source. They are
// not where one of a table's stream asks for no more than that items are changed, or new and changed, and the function may
// change items: then what it writes passes.
func stopsOwnWrites(g *graph.Graph, e *graph.Edge, fn *graph.Node) bool {
	criteria := e.Setting("filterCriteria")
	if !criteria.Exists() {
		return false
	}
	if e.From.Kind != graph.Table || e.To != fn {
		return true
	}
	puts, updates := mayDo(g, fn, "dynamodb:PutItem"), mayDo(g, fn, "dynamodb:UpdateItem")
	return !slices.ContainsFunc(criteria.Get("Filters").Each(), func(filter graph.Value) bool {
		added, changed := takenEvents(filter)
		return changed && (updates || puts && added)
	})
}

// takenEvents tells whether a filter lets each new, and each changed, item pass.
func takenEvents(filter graph.Value) (added, changed bool) {
	text, known := filter.Get("Pattern").Str()
	var pattern map[string]any
	if !known || json.Unmarshal([]byte(text), &pattern) != nil {
		return false, false
	}
	for name := range pattern {
		if name != "eventName" {
			return false, false
		}
	}
	names, _ := pattern["eventName"].([]any)
	return len(pattern) == 0 || slices.Contains(names, any("INSERT")), len(pattern) == 0 || slices.Contains(names, any("MODIFY"))
}

// mayDo tells whether a role of a function allows an action on some resource.
func mayDo(g *graph.Graph, fn *graph.Node, action string) bool {
	for _, role := range rolesOf(g, fn) {
		for _, s := range role.Statements {
			if isAllow(s) && allowsAction(s, action) {
				return true
			}
		}
	}
	return false
}

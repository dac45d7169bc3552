package rules

import (
	"encoding/json"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// stopsOwnWrites tells whether the filters of a mapping are taken to stop what its function writes to the source. They are
// not where one of a table's stream asks for no more than that items are new or changed, and the function may write items: then
// each of its writes passes.
func stopsOwnWrites(g *graph.Graph, e *graph.Edge, fn *graph.Node) bool {
	criteria := e.Setting("filterCriteria")
	if !criteria.Exists() {
		return false
	}
	if e.From.Kind != graph.Table || e.To != fn || !maySave(g, fn) {
		return true
	}
	return !slices.ContainsFunc(criteria.Get("Filters").Each(), takesAllSaved)
}

// takesAllSaved tells whether a filter lets each new and each changed item pass.
func takesAllSaved(filter graph.Value) bool {
	text, known := filter.Get("Pattern").Str()
	var pattern map[string]any
	if !known || json.Unmarshal([]byte(text), &pattern) != nil {
		return false
	}
	for name := range pattern {
		if name != "eventName" {
			return false
		}
	}
	names, asked := pattern["eventName"].([]any)
	return len(pattern) == 0 || asked && slices.Contains(names, any("INSERT")) && slices.Contains(names, any("MODIFY"))
}

// maySave tells whether a function may put or update an item of some table.
func maySave(g *graph.Graph, fn *graph.Node) bool {
	for _, role := range rolesOf(g, fn) {
		for _, s := range role.Statements {
			if isAllow(s) && (allowsAction(s, "dynamodb:PutItem") || allowsAction(s, "dynamodb:UpdateItem")) {
				return true
			}
		}
	}
	return false
}

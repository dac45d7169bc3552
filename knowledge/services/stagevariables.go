package services

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// stageVariable opens a qualifier that each stage of an API decides for itself: fn:${stageVariables.alias}.
const stageVariable = "${stageVariables."

// stageVariables puts the aliases that stages name in place of the variables in an API's integrations. Stages
// that name different ones give an edge each. A variable that no stage sets, or one sets to something unknown,
// stays as it is: which alias is called is not known.
func (b *builder) stageVariables() {
	for _, e := range slices.Clone(b.g.Edges) {
		name, found := strings.CutPrefix(e.Qualifier, stageVariable)
		if !found {
			continue
		}
		aliases, known := stageValues(e.From, strings.TrimSuffix(name, "}"))
		if !known {
			continue
		}
		e.Qualifier = aliases[0]
		for _, alias := range aliases[1:] {
			other := *e
			other.Qualifier = alias
			b.g.Connect(&other)
		}
	}
}

// stageValues are the values that an API's stages give a variable, each once.
func stageValues(api *graph.Node, name string) (values []string, known bool) {
	if api.External { // it may have more of them than are here
		return nil, false
	}
	for _, stage := range api.Setting("stages").Each() {
		v, ok := first(stage, "Variables", "StageVariables").Get(name).Str()
		if !ok {
			return nil, false
		}
		if v == "$LATEST" {
			v = ""
		}
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values, len(values) > 0
}

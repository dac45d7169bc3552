package patterns

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

const wantFilters = "patterns for the records that the function is to get, such as {filters: [{body: {type: [Paid]}}]}"

// readFilters reads which records of a queue or stream a function gets: patterns, of which one has to fit.
func (e *edge) readFilters(v graph.Value) error {
	if v.Kind != graph.List || len(v.Items()) == 0 || len(v.Items()) > facts.Int("esm.filters") {
		return wrong(*v.At, wantFilters, "filters of %s -> %s is %s", e.from.id, e.to.id, clip(v.String()))
	}
	var filters []graph.Value
	for _, pattern := range v.Items() {
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false) // < and > compare numbers
		if pattern.Kind != graph.Map || len(pattern.Fields()) == 0 || encoder.Encode(plainOf(pattern)) != nil {
			return wrong(*v.At, wantFilters, "a filter of %s -> %s is %s", e.from.id, e.to.id, clip(pattern.String()))
		}
		filters = append(filters, graph.NewMap(v.At, field("Pattern", graph.NewString(v.At, strings.TrimSpace(text.String())))))
	}
	e.set("FilterCriteria", graph.NewMap(v.At, field("Filters", graph.NewList(v.At, filters...))))
	return nil
}

// plainOf is a value as JSON knows it. Patterns hold no references.
func plainOf(v graph.Value) any {
	switch v.Kind {
	case graph.Map:
		out := map[string]any{}
		for _, f := range v.Fields() {
			out[f.Name] = plainOf(f.Value)
		}
		return out
	case graph.List:
		out := []any{}
		for _, item := range v.Items() {
			out = append(out, plainOf(item))
		}
		return out
	case graph.Number:
		return json.Number(v.String())
	case graph.Bool:
		on, _ := v.Truth()
		return on
	case graph.Null:
		return nil
	}
	text, _ := v.Str()
	return text
}

// filtersSaid are the filters of a mapping as a description has them: JSON is YAML, too. Nothing where a part of them
// is not known.
func filtersSaid(e *graph.Edge) (graph.Value, *yaml.Node) {
	criteria := e.Setting("filterCriteria", "Filters")
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	for _, f := range criteria.Each() {
		text, _ := f.Get("Pattern").Str()
		var doc yaml.Node
		if yamlOf(f.Get("Pattern")) == nil || !json.Valid([]byte(text)) || yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) != 1 {
			return criteria, nil
		}
		list.Content = append(list.Content, doc.Content[0])
	}
	if len(list.Content) == 0 {
		return criteria, nil
	}
	return criteria, list
}

// sameFilters tells whether two mappings have the same filters, however their JSON is spaced.
func sameFilters(a, b graph.Value) bool {
	spelled := func(v graph.Value) (out []string) {
		for _, f := range v.Get("Filters").Each() {
			text, _ := f.Get("Pattern").Str()
			var pattern any
			if json.Unmarshal([]byte(text), &pattern) != nil {
				return []string{v.String()}
			}
			out = append(out, fmt.Sprint(pattern)) // which sorts the fields
		}
		return out
	}
	return slices.Equal(spelled(a), spelled(b))
}

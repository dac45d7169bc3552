package patterns

import (
	"encoding/json"
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// SketchSchema is the JSON Schema of sketches, for editors and for assistants that write one. It is made from the
// same tables that read sketches, so the two cannot differ.
func SketchSchema() []byte {
	var variants []any
	var names []string
	for k := range language().kinds {
		names = append(names, string(k))
	}
	sort.Strings(names)
	for _, name := range names {
		properties := map[string]any{
			"kind":            map[string]any{"const": name},
			"alarms":          map[string]any{"type": "boolean", "description": "false leaves the node's alarms out"},
			"deadLetterQueue": map[string]any{"type": "boolean", "description": "false leaves the node's dead-letter queue out"},
		}
		for s := range language().kinds[graph.Kind(name)].settings {
			properties[s] = map[string]any{}
		}
		variants = append(variants, map[string]any{"type": "object", "properties": properties, "required": []string{"kind"}, "additionalProperties": false})
	}
	options := map[string]any{}
	for i, word := range (Options{true, true, true}).spelled().Content {
		if i%2 == 0 {
			options[word.Value] = map[string]any{"type": "boolean"}
		}
	}
	edge := map[string]any{
		"description": `"orders -> worker", "api POST /orders -> intake", "worker reads table", or one of them with settings: {"orders -> worker": {"batchSize": 10}}`,
		"oneOf":       []any{map[string]any{"type": "string"}, map[string]any{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": map[string]any{"type": "object"}}},
	}
	out, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Sketch of a serverless architecture", "type": "object",
		"required": []string{"name", "nodes"}, "additionalProperties": false,
		"properties": map[string]any{
			"name": map[string]any{"type": "string", "pattern": nameForm().String()}, "title": map[string]any{"type": "string"}, "summary": map[string]any{"type": "string"},
			"nodes":      map[string]any{"type": "object", "propertyNames": map[string]any{"pattern": idForm().String()}, "additionalProperties": map[string]any{"oneOf": append(variants, map[string]any{"enum": names})}},
			"edges":      map[string]any{"type": "array", "items": edge},
			"options":    map[string]any{"type": "object", "properties": options, "additionalProperties": false},
			"parameters": map[string]any{"type": "object"},
		},
	}, "", "  ")
	if err != nil {
		panic("patterns: the schema does not marshal: " + err.Error()) // texts and maps always marshal
	}
	return append(out, '\n')
}

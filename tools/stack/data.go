package stack

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// opened reads a text that holds JSON where the template has the tree itself.
func opened(t graph.Value, l any) any {
	s, ok := l.(string)
	if !ok || t.Kind != graph.Map && t.Kind != graph.List {
		return l
	}
	if tree, ok := document(s); ok {
		return tree
	}
	return l
}

func document(s string) (any, bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var tree any
	if d.Decode(&tree) != nil {
		return nil, false
	}
	return tree, true
}

// sameData compares two trees of JSON.
func sameData(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		return false
	}
	return bytes.Equal(x, y) || strings.Trim(strings.ToLower(string(x)), `"`) == strings.Trim(strings.ToLower(string(y)), `"`)
}

// nothing tells what says nothing: missing, empty, or made of such.
func nothing(l any) bool {
	switch l := l.(type) {
	case nil:
		return true
	case string:
		return l == ""
	case []any:
		for _, x := range l {
			if !nothing(x) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, x := range l {
			if !nothing(x) {
				return false
			}
		}
		return true
	}
	return false
}

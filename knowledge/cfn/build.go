package cfn

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// The functions here build values for resources that SAM generates. Absent values are left out.

func str(at *graph.Evidence, s string) graph.Value { return graph.NewString(at, s) }

func f(name string, v graph.Value) graph.Field { return graph.Field{Name: name, Value: v} }

func obj(at *graph.Evidence, fields ...graph.Field) graph.Value {
	kept := make([]graph.Field, 0, len(fields))
	for _, fl := range fields {
		if fl.Value.Exists() {
			kept = append(kept, fl)
		}
	}
	return graph.NewMap(at, kept...)
}

func lst(at *graph.Evidence, items ...graph.Value) graph.Value { return graph.NewList(at, items...) }

func strs(at *graph.Evidence, texts ...string) graph.Value {
	items := make([]graph.Value, len(texts))
	for i, t := range texts {
		items[i] = str(at, t)
	}
	return graph.NewList(at, items...)
}

// text joins strings and values to one text.
func text(at *graph.Evidence, pieces ...any) graph.Value {
	var parts []graph.Part
	for _, p := range pieces {
		switch p := p.(type) {
		case string:
			parts = append(parts, graph.Part{Literal: p})
		case graph.Value:
			parts = append(parts, textParts(p)...)
		}
	}
	return graph.NewText(at, parts...)
}

// pass copies properties under the same names.
func pass(from graph.Value, names ...string) []graph.Field {
	var out []graph.Field
	for _, n := range names {
		if v := from.Get(n); v.Exists() {
			out = append(out, f(n, v))
		}
	}
	return out
}

// with returns v with the value below path set to x. Mappings on the way are made where they are missing.
func with(v graph.Value, at *graph.Evidence, x graph.Value, path ...string) graph.Value {
	if len(path) == 0 {
		return x
	}
	if v.Kind == graph.Unknown {
		return v
	}
	fields := make([]graph.Field, 0, len(v.Fields())+1)
	found := false
	for _, fl := range v.Fields() {
		if fl.Name == path[0] {
			found = true
			fl.Value = with(fl.Value, at, x, path[1:]...)
		}
		fields = append(fields, fl)
	}
	if !found {
		fields = append(fields, f(path[0], with(graph.Value{}, at, x, path[1:]...)))
	}
	if v.At != nil {
		at = v.At
	}
	return graph.NewMap(at, fields...)
}

// appended returns the list v with items added; a single value counts as a list of one.
func appended(v graph.Value, at *graph.Evidence, items ...graph.Value) graph.Value {
	if v.At != nil {
		at = v.At
	}
	all := append([]graph.Value(nil), v.Each()...)
	return graph.NewList(at, append(all, items...)...)
}

// literal is the text of a value, "" where it is not literal.
func literal(v graph.Value) string {
	s, ok := v.Str()
	if !ok {
		return ""
	}
	return s
}

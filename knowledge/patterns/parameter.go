package patterns

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// check tells whether a text is a value of the parameter.
func (p Parameter) check(text string) error {
	switch p.Type {
	case "integer":
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return fmt.Errorf("parameter %s is %q, not a whole number", p.Name, clip(text))
		case p.Min != nil && n < *p.Min, p.Max != nil && n > *p.Max:
			return fmt.Errorf("parameter %s is %d, outside %s", p.Name, n, p.Range())
		}
	case "boolean":
		if text != "true" && text != "false" {
			return fmt.Errorf("parameter %s is %q, neither true nor false", p.Name, clip(text))
		}
	case "text":
		if len(text) > 256 {
			return fmt.Errorf("parameter %s has %d characters, more than 256", p.Name, len(text))
		}
	default:
		return fmt.Errorf("parameter %s has the type %q: integer, boolean and text are known", p.Name, clip(p.Type))
	}
	if len(p.Values) == 0 {
		return nil
	}
	for _, v := range p.Values {
		if v == text {
			return nil
		}
	}
	return fmt.Errorf("parameter %s is %q, not one of %s", p.Name, clip(text), strings.Join(p.Values, ", "))
}

// Range spells the parameter's bounds with their unit, "" where it has none.
func (p Parameter) Range() string {
	unit := ""
	if p.Unit != "" {
		unit = " " + p.Unit
	}
	switch {
	case p.Min != nil && p.Max != nil:
		return fmt.Sprintf("%d to %d%s", *p.Min, *p.Max, unit)
	case p.Min != nil:
		return fmt.Sprintf("at least %d%s", *p.Min, unit)
	case p.Max != nil:
		return fmt.Sprintf("at most %d%s", *p.Max, unit)
	}
	return strings.Join(p.Values, ", ")
}

// choose gives every parameter its value: what the user set, else the default.
func (b *Blueprint) choose(set map[string]string) (map[string]Parameter, error) {
	chosen := map[string]Parameter{}
	var names []string
	for _, p := range b.Parameters {
		if text, ok := set[p.Name]; ok {
			if err := p.check(text); err != nil {
				return nil, &InputError{Message: err.Error(), Want: p.Range()}
			}
			p.Default = text
		}
		chosen[p.Name] = p
		names = append(names, p.Name)
	}
	var given []string
	for name := range set {
		given = append(given, name)
	}
	sort.Strings(given)
	for _, name := range given {
		if _, ok := chosen[name]; !ok {
			e := &InputError{Message: fmt.Sprintf("%s has no parameter %q", b.Name, clip(name)), Want: "one of " + strings.Join(names, ", ")}
			if len(names) == 0 {
				e.Want = "no parameter: it has none"
			}
			if near := nearest(name, names, 1); len(near) > 0 {
				e.Nearest = near[0]
			}
			return nil, e
		}
	}
	return chosen, nil
}

// value turns YAML into a Value, with parameters put in for texts like $workerTimeout.
func (d *draft) value(n *yaml.Node, at graph.Evidence) (graph.Value, error) {
	place := at
	switch n.Kind {
	case yaml.MappingNode:
		var fields []graph.Field
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, c := n.Content[i], n.Content[i+1]
			v, err := d.value(c, graph.Evidence{File: at.File, Line: c.Line, Column: c.Column, Path: at.Path + "/" + k.Value})
			if err != nil {
				return graph.Value{}, err
			}
			fields = append(fields, graph.Field{Name: k.Value, Value: v})
		}
		return graph.NewMap(&place, fields...), nil
	case yaml.SequenceNode:
		var items []graph.Value
		for i, c := range n.Content {
			v, err := d.value(c, graph.Evidence{File: at.File, Line: c.Line, Column: c.Column, Path: at.Path + "/" + strconv.Itoa(i)})
			if err != nil {
				return graph.Value{}, err
			}
			items = append(items, v)
		}
		return graph.NewList(&place, items...), nil
	}
	name, isParameter := strings.CutPrefix(n.Value, "$")
	if !isParameter || len(d.parameters) == 0 {
		return scalar(n.ShortTag(), n.Value, &place), nil
	}
	p, ok := d.parameters[name]
	if !ok {
		return graph.Value{}, wrong(at, "a declared parameter", "the parameter $%s is not declared", clip(name))
	}
	tag := map[string]string{"integer": "!!int", "boolean": "!!bool"}[p.Type]
	return scalar(tag, p.Default, &place), nil
}

func scalar(tag, text string, at *graph.Evidence) graph.Value {
	switch tag {
	case "!!int", "!!float":
		return graph.NewNumber(at, text)
	case "!!bool":
		b, err := strconv.ParseBool(text)
		if err == nil {
			return graph.NewBool(at, b)
		}
	case "!!null":
		return graph.NewNull(at)
	}
	return graph.NewString(at, text)
}

package patterns

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// yamlOf spells a value that is wholly known; nil where a part of it refers to something or is known at deployment only.
func yamlOf(v graph.Value) *yaml.Node {
	switch v.Kind {
	case graph.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: v.String()}
	case graph.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: map[bool]string{true: "!!float", false: "!!int"}[strings.ContainsAny(v.String(), ".eE")], Value: v.String()}
	case graph.String:
		if text, ok := v.Str(); ok && !strings.Contains(text, "${AWS::") && !strings.Contains(text, "{{resolve:") {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
		}
	case graph.List:
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, item := range v.Items() {
			n := yamlOf(item)
			if n == nil {
				return nil
			}
			list.Content = append(list.Content, n)
		}
		return list
	case graph.Map:
		fields := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
		for _, f := range v.Fields() {
			n := yamlOf(f.Value)
			if n == nil {
				return nil
			}
			fields.Content = append(fields.Content, word(f.Name), n)
		}
		return fields
	}
	return nil
}

func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// Text spells the edge as sketches do, without its settings.
func (e EdgeSpec) Text() string {
	switch {
	case e.Kind != "":
		return e.From + " " + string(e.Kind) + " " + e.To
	case e.Label != "":
		return e.From + " " + e.Label + " -> " + e.To
	}
	return e.From + " -> " + e.To
}

// Text spells the description as a sketch that ParseSketch reads.
func (b *Blueprint) Text() (string, error) {
	nodes := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, spec := range b.Nodes {
		fields := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle, Content: []*yaml.Node{word("kind"), word(string(spec.Kind))}}
		for _, s := range spec.settings {
			fields.Content = append(fields.Content, word(s.name), s.node)
		}
		nodes.Content = append(nodes.Content, word(spec.ID), fields)
	}
	edges := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, spec := range b.Edges {
		if len(spec.settings) == 0 {
			edges.Content = append(edges.Content, word(spec.Text()))
			continue
		}
		fields := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
		for _, s := range spec.settings {
			fields.Content = append(fields.Content, word(s.name), s.node)
		}
		edges.Content = append(edges.Content, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{word(spec.Text()), fields}})
	}
	root := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{word("name"), word(b.Name)}}
	if options := b.Options.spelled(); len(options.Content) > 0 {
		root.Content = append(root.Content, word("options"), options)
	}
	root.Content = append(root.Content, word("nodes"), nodes, word("edges"), edges)
	text, err := yaml.Marshal(root)
	return string(text), err
}

func (o Options) spelled() *yaml.Node {
	fields := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
	for _, option := range []struct {
		name string
		off  bool
	}{{"alarms", o.NoAlarms}, {"idempotency", o.NoIdempotency}, {"additions", o.NoAdditions}} {
		if option.off {
			fields.Content = append(fields.Content, word(option.name), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"})
		}
	}
	return fields
}

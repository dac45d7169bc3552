package patterns

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Limits of a description. They are far above what a person writes, and keep a stranger's file from costing
// more than a few milliseconds.
const (
	maxBytes = 256 << 10
	maxNodes = 100
	maxEdges = 400
	maxDepth = 20
)

var idForm = lazy.Regexp(`^[A-Za-z][A-Za-z0-9]{0,39}$`)

// ParseSketch reads a description, YAML or JSON. file is the name that errors and evidence give it.
func ParseSketch(file string, data []byte) (*Blueprint, error) {
	p := parser{file: file}
	if len(data) > maxBytes {
		return nil, wrong(p.at(nil, ""), fmt.Sprintf("at most %d KiB", maxBytes>>10), "the sketch has %d KiB", len(data)>>10)
	}
	var doc yaml.Node
	err := yaml.Unmarshal(data, &doc)
	if err != nil {
		if again := quoteArrows(string(data)); yaml.Unmarshal([]byte(again), &doc) == nil {
			err = nil
		}
	}
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, wrong(p.at(nil, ""), "a mapping with name, nodes and edges", "the sketch is empty")
		}
		return nil, wrong(p.at(nil, ""), "YAML or JSON", "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, wrong(p.at(nil, ""), "a mapping with name, nodes and edges", "the sketch is empty")
	}
	root := doc.Content[0]
	if err := p.plain(root, 0); err != nil {
		return nil, err
	}
	return p.blueprint(root)
}

type parser struct{ file string }

func (p parser) at(n *yaml.Node, path string) graph.Evidence {
	ev := graph.Evidence{File: p.file, Path: path}
	if n != nil {
		ev.Line, ev.Column = n.Line, n.Column
	}
	return ev
}

// plain refuses what a description does not need and a stranger could misuse: aliases, tags, great depth.
func (p parser) plain(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return wrong(p.at(n, ""), fmt.Sprintf("at most %d levels", maxDepth), "the nesting is too deep")
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return wrong(p.at(n, ""), "the text written out", "an anchor or alias")
	}
	for _, c := range n.Content {
		if err := p.plain(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (p parser) blueprint(root *yaml.Node) (*Blueprint, error) {
	if root.Kind != yaml.MappingNode {
		return nil, wrong(p.at(root, ""), "a mapping with name, nodes and edges", "the sketch is %s", shape(root))
	}
	b := &Blueprint{file: p.file}
	err := p.each(root, "", func(key string, k, v *yaml.Node) error {
		switch key {
		case "name":
			return p.name(b, v)
		case "title":
			b.Title = v.Value
		case "summary":
			b.Summary = v.Value
		case "parameters":
			return p.parameters(b, v)
		case "nodes":
			return p.nodes(b, v)
		case "edges":
			return p.edges(b, v)
		case "options":
			return p.options(b, v)
		default:
			return wrong(p.at(k, ""), "name, title, summary, parameters, nodes, edges or options", "unknown key %q", key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	switch {
	case b.Name == "":
		return nil, wrong(p.at(root, ""), "name: a short name such as orders", "the sketch has no name")
	case len(b.Nodes) == 0:
		return nil, wrong(p.at(root, ""), "nodes: a mapping such as {orders: {kind: queue}}", "the sketch has no nodes")
	}
	if b.Title == "" {
		b.Title = graph.UpperFirst(strings.ReplaceAll(b.Name, "-", " "))
	}
	return b, nil
}

var nameForm = lazy.Regexp(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (p parser) name(b *Blueprint, v *yaml.Node) error {
	if !nameForm().MatchString(v.Value) || len(v.Value) > 60 {
		return wrong(p.at(v, "/name"), "lower-case words joined by dashes, at most 60 letters, such as order-intake", "the name %q", clip(v.Value))
	}
	b.Name = v.Value
	return nil
}

func (p parser) options(b *Blueprint, v *yaml.Node) error {
	return p.each(v, "/options", func(key string, k, v *yaml.Node) error {
		on, err := strconv.ParseBool(v.Value)
		if err != nil {
			return wrong(p.at(v, "/options/"+key), "true or false", "option %s is %q", key, clip(v.Value))
		}
		switch key {
		case "alarms":
			b.Options.NoAlarms = !on
		case "idempotency":
			b.Options.NoIdempotency = !on
		case "additions":
			b.Options.NoAdditions = !on
		default:
			return wrong(p.at(k, "/options"), "alarms, idempotency or additions", "unknown option %q", clip(key))
		}
		return nil
	})
}

func (p parser) parameters(b *Blueprint, v *yaml.Node) error {
	return p.each(v, "/parameters", func(key string, k, v *yaml.Node) error {
		var raw struct {
			Type, Unit, Default, Meaning string
			Min, Max                     *int
			Values                       []string
		}
		if !idForm().MatchString(key) {
			return wrong(p.at(k, "/parameters"), "letters and digits, such as workerTimeout", "the parameter name %q", clip(key))
		}
		if err := v.Decode(&raw); err != nil {
			return wrong(p.at(v, "/parameters/"+key), "type, unit, min, max, values, default and meaning", "parameter %s: %v", key, err)
		}
		b.Parameters = append(b.Parameters, Parameter{
			Name: key, Type: raw.Type, Unit: raw.Unit, Min: raw.Min, Max: raw.Max, Values: raw.Values, Default: raw.Default, Meaning: raw.Meaning,
		})
		if err := b.Parameters[len(b.Parameters)-1].check(raw.Default); err != nil {
			return wrong(p.at(v, "/parameters/"+key), "a default that fits the parameter", "%v", err)
		}
		return nil
	})
}

func (p parser) nodes(b *Blueprint, v *yaml.Node) error {
	err := p.each(v, "/nodes", func(key string, k, v *yaml.Node) error {
		path := "/nodes/" + key
		if !idForm().MatchString(key) {
			return wrong(p.at(k, "/nodes"), "a letter, then up to 39 letters and digits, such as orderQueue", "the node name %q", clip(key))
		}
		spec := NodeSpec{ID: key, at: p.at(k, path)}
		if v.Kind == yaml.ScalarNode && v.Value != "" {
			v = &yaml.Node{Kind: yaml.MappingNode, Line: v.Line, Column: v.Column, Content: []*yaml.Node{
				{Kind: yaml.ScalarNode, Value: "kind", Line: v.Line, Column: v.Column}, v}}
		}
		if v.Kind != yaml.MappingNode {
			return wrong(p.at(v, path), "a mapping such as {kind: queue}", "node %s is %s", key, shape(v))
		}
		err := p.each(v, path, func(name string, k, v *yaml.Node) error {
			if name == "kind" {
				spec.Kind = kindOf(v.Value)
				return nil
			}
			spec.settings = append(spec.settings, setting{name, v, p.at(v, path+"/"+name)})
			return nil
		})
		if err != nil {
			return err
		}
		if _, ok := language().kinds[spec.Kind]; !ok {
			return wrong(p.at(v, path), "one of "+kindList(), "node %s has the kind %q", key, clip(string(spec.Kind)))
		}
		b.Nodes = append(b.Nodes, spec)
		return nil
	})
	if err == nil && len(b.Nodes) > maxNodes {
		return wrong(p.at(v, "/nodes"), fmt.Sprintf("at most %d; split the system into stacks", maxNodes), "the sketch has %d nodes", len(b.Nodes))
	}
	return err
}

func (p parser) edges(b *Blueprint, v *yaml.Node) error {
	if v.Kind != yaml.SequenceNode {
		return wrong(p.at(v, "/edges"), `a list such as [api POST /orders -> intake]`, "edges is %s", shape(v))
	}
	if len(v.Content) > maxEdges {
		return wrong(p.at(v, "/edges"), fmt.Sprintf("at most %d", maxEdges), "the sketch has %d edges", len(v.Content))
	}
	for i, item := range v.Content {
		path := "/edges/" + strconv.Itoa(i)
		text, spec := item, EdgeSpec{at: p.at(item, path)}
		if item.Kind == yaml.MappingNode && len(item.Content) == 2 {
			text = item.Content[0]
			err := p.each(item.Content[1], path, func(name string, k, v *yaml.Node) error {
				spec.settings = append(spec.settings, setting{name, v, p.at(v, path+"/"+name)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		if text.Kind != yaml.ScalarNode {
			return wrong(p.at(item, path), `"orders -> worker" or "orders -> worker: {batchSize: 10}"`, "edge %d is %s", i+1, shape(item))
		}
		if err := spec.parse(text.Value); err != nil {
			return err
		}
		b.Edges = append(b.Edges, spec)
	}
	return nil
}

// parse reads "FROM -> TO", "FROM LABEL -> TO" or "FROM VERB TO".
func (e *EdgeSpec) parse(text string) error {
	words := strings.Fields(text)
	form := `"orders -> worker", "api POST /orders -> intake" or "worker reads table"`
	switch {
	case len(words) == 3 && words[1] != "->":
		e.Kind = graph.EdgeKind(words[1])
		if _, ok := writtenKinds[e.Kind]; !ok {
			return wrong(e.at, "->, polls, invokes, routes, writes, reads, failsTo or authorizes", "edge %q joins with %q", clip(text), clip(words[1]))
		}
	case len(words) < 3 || words[len(words)-2] != "->":
		return wrong(e.at, form, "the edge %q", clip(text))
	default:
		e.Label = strings.Join(words[1:len(words)-2], " ")
	}
	e.From, e.To = words[0], words[len(words)-1]
	return nil
}

// each calls f for the entries of a mapping, and refuses anything else and doubled keys.
func (p parser) each(n *yaml.Node, path string, f func(key string, k, v *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return wrong(p.at(n, path), "a mapping", "%s is %s", strings.TrimPrefix(path, "/"), shape(n))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || seen[k.Value] {
			return wrong(p.at(k, path), "every key once, as a plain text", "the key %q", clip(k.Value))
		}
		seen[k.Value] = true
		if err := f(k.Value, k, v); err != nil {
			return err
		}
	}
	return nil
}

func shape(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if n.Value == "" {
			return "empty"
		}
		return fmt.Sprintf("the text %q", clip(n.Value))
	}
	return "neither mapping, list nor text"
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// Package cfntest makes large templates for benchmarks out of small real ones. It is used by tests only.
package cfntest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Names lists the templates that the composed one is made of, in order: paths below .ci/templates. They are plain
// CloudFormation, SAM and CDK output from small to large; the list is walked round until the size is reached.
//
//go:embed names.txt
var names embed.FS

// Names returns the list.
func Names() []string {
	data, err := names.ReadFile("names.txt")
	if err != nil { // it is embedded
		panic(err)
	}
	return strings.Fields(string(data))
}

// Compose joins templates into one of at least so many resources. read gives a template's text by its name in the
// list. The parts stay apart: every parameter, mapping, condition and resource gets the prefix of its part, and so
// do all references to it. Sections that only one template can have (Globals, Outputs) are left out. The result is
// given as YAML and as JSON, with the number of resources.
func Compose(read func(name string) ([]byte, error), atLeast int) (asYAML, asJSON []byte, resources int, err error) {
	c := &composer{root: mapping()}
	scalar := func(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
	c.root.Content = append(c.root.Content, scalar("AWSTemplateFormatVersion"), scalar("2010-09-09"), scalar("Transform"), scalar("AWS::Serverless-2016-10-31"))
	for _, section := range []string{"Parameters", "Mappings", "Conditions", "Resources"} {
		m := mapping()
		c.sections = append(c.sections, section)
		c.into = append(c.into, m)
		c.root.Content = append(c.root.Content, scalar(section), m)
	}
	list := Names()
	for part := 0; len(c.into[3].Content)/2 < atLeast; part++ {
		name := list[part%len(list)]
		data, err := read(name)
		if err != nil {
			return nil, nil, 0, fmt.Errorf("composing a template: %w", err)
		}
		if err := c.add(fmt.Sprintf("P%d", part), data); err != nil {
			return nil, nil, 0, fmt.Errorf("composing %s: %w", name, err)
		}
	}
	var b bytes.Buffer
	writeJSON(&b, c.root, 0) // before Dump, which takes the tags of plain scalars away
	if asYAML, err = yaml.Dump(c.root); err != nil {
		return nil, nil, 0, fmt.Errorf("composing a template: %w", err)
	}
	return asYAML, b.Bytes(), len(c.into[3].Content) / 2, nil
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

type composer struct {
	root     *yaml.Node
	sections []string
	into     []*yaml.Node
}

func (c *composer) add(prefix string, data []byte) error {
	var doc yaml.Node
	if err := yaml.Load(data, &doc, yaml.WithUniqueKeys(false)); err != nil {
		return err
	}
	top := doc.Content[0]
	known := map[string]bool{}
	for _, section := range c.sections {
		if n := value(top, section); n != nil && n.Kind == yaml.MappingNode {
			for k := 0; k+1 < len(n.Content); k += 2 {
				known[n.Content[k].Value] = true
			}
		}
	}
	r := &renamer{prefix: prefix, known: known}
	for i, section := range c.sections {
		n := value(top, section)
		if n == nil || n.Kind != yaml.MappingNode {
			continue
		}
		for k := 0; k+1 < len(n.Content); k += 2 {
			key := *n.Content[k]
			key.Value = prefix + key.Value
			key.HeadComment, key.FootComment, key.LineComment = "", "", ""
			r.walk(n.Content[k+1], "")
			c.into[i].Content = append(c.into[i].Content, &key, n.Content[k+1])
		}
	}
	return nil
}

func value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// renamer puts the prefix before the names of one part.
type renamer struct {
	prefix string
	known  map[string]bool
}

var placeholder = regexp.MustCompile(`\$\{[A-Za-z0-9]+`)

// walk renames the references in n; fn is the function or key that n is the argument of.
func (r *renamer) walk(n *yaml.Node, fn string) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		fn = strings.TrimPrefix(n.Tag, "!")
	}
	switch n.Kind {
	case yaml.ScalarNode:
		switch fn {
		case "Ref", "GetAtt", "Condition", "DependsOn", "first":
			if head, _, _ := strings.Cut(n.Value, "."); r.known[head] {
				n.Value = r.prefix + n.Value
			}
		case "Sub":
			n.Value = placeholder.ReplaceAllStringFunc(n.Value, func(s string) string {
				if r.known[s[2:]] {
					return "${" + r.prefix + s[2:]
				}
				return s
			})
		}
	case yaml.SequenceNode:
		for i, it := range n.Content {
			switch {
			case fn == "DependsOn", fn == "Sub":
				r.walk(it, fn)
			case i == 0 && (fn == "If" || fn == "FindInMap" || fn == "GetAtt"):
				r.walk(it, "first")
			default:
				r.walk(it, "")
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			n.Content[i].HeadComment, n.Content[i].LineComment, n.Content[i].FootComment = "", "", ""
			r.walk(n.Content[i+1], strings.TrimPrefix(key, "Fn::"))
		}
	}
}

// writeJSON writes a node with short tags in their long form.
func writeJSON(b *bytes.Buffer, n *yaml.Node, depth int) {
	pad := func(d int) { b.WriteString("\n" + strings.Repeat(" ", d)) }
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if tag := n.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		name := "Fn::" + tag[1:]
		if tag == "!Ref" || tag == "!Condition" {
			name = tag[1:]
		}
		plain := *n
		plain.Tag = ""
		b.WriteString(`{"` + name + `": `)
		if head, attr, ok := strings.Cut(n.Value, "."); tag == "!GetAtt" && ok {
			fmt.Fprintf(b, "[%s, %s]", quote(head), quote(attr))
		} else {
			writeJSON(b, &plain, depth)
		}
		b.WriteByte('}')
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			pad(depth + 1)
			b.WriteString(quote(n.Content[i].Value) + ": ")
			writeJSON(b, n.Content[i+1], depth+1)
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, it := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			pad(depth + 1)
			writeJSON(b, it, depth+1)
		}
		b.WriteByte(']')
	default:
		writeScalar(b, n)
	}
}

func writeScalar(b *bytes.Buffer, n *yaml.Node) {
	switch n.ShortTag() {
	case "!!null":
		b.WriteString("null")
		return
	case "!!bool":
		b.WriteString(strings.ToLower(n.Value))
		return
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			b.WriteString(n.Value)
			return
		}
	}
	b.WriteString(quote(n.Value))
}

func quote(s string) string {
	data, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return `""`
	}
	return string(data)
}

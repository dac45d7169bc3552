package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Templates have no constructs: a graph is lowered to resources, once for plain CloudFormation and for SAM. A kind of
// node is composed in one file, compose_<kind>.go; print_yaml.go spells the result.

// tree is a value in a template: a string, int, bool, number, or one of the types below.
type tree any

type (
	// mapping has its entries in the order in which they are written.
	mapping []item
	// item is a named value. Comment stands above it and says why.
	item struct {
		Name    string
		Value   tree
		Comment string
	}
	sequence []tree
	// flat is a mapping that is written in braces, on one line.
	flat mapping
	// reference is !Ref: a resource's, a parameter's or a pseudo parameter's name.
	reference string
	// getAtt is !GetAtt.
	getAtt struct{ ID, Attribute string }
	// substituted is !Sub: ${Name} stands for a reference. Texts that are data go through plainSub.
	substituted string
	// block is a text of several lines that ends in a line break and begins with no space: a file within the template.
	block string
	// staged is one value in production and another in all other stages.
	staged struct{ Production, Other tree }
	// equals is a condition's !Equals.
	equals struct{ A, B tree }
)

// resource is one resource of a template.
type resource struct {
	ID, Type   string
	Comment    string
	Heading    string  // begins a paragraph of the template
	Attributes mapping // DependsOn, DeletionPolicy, Metadata
	Properties mapping
}

// templateText is a whole template.
type templateText struct {
	Parameters mapping
	Globals    mapping // SAM's settings for all functions
	Resources  []*resource
	Outputs    mapping
}

// with adds an entry; a nil value adds nothing.
func (m mapping) with(name string, v tree) mapping { return m.because(name, v, "") }

// because adds an entry with a comment that says why it has this value.
func (m mapping) because(name string, v tree, comment string) mapping {
	if v == nil {
		return m
	}
	return append(m, item{name, v, comment})
}

// put sets an entry, where it stands already or at the end.
func (m mapping) put(name string, v tree) mapping {
	for i := range m {
		if m[i].Name == name {
			m[i].Value = v
			return m
		}
	}
	return append(m, item{name, v, ""})
}

// plainSub is a text inside of !Sub that names nothing.
func plainSub(s string) string { return strings.ReplaceAll(s, "${", "${!") }

// tree turns a setting into the value that spells it. References name resources of the graph.
func (c *composer) tree(v graph.Value) tree {
	switch v.Kind {
	case graph.Map:
		m := mapping{}
		for _, f := range v.Fields() {
			m = m.with(f.Name, c.tree(f.Value))
		}
		return m
	case graph.List:
		s := sequence{}
		for _, it := range v.Items() {
			s = append(s, c.tree(it))
		}
		return s
	case graph.Number:
		s, _ := v.Str()
		return number(s)
	case graph.Bool:
		return isTrue(v)
	}
	if s, ok := v.Str(); ok {
		return s
	}
	if ref, ok := v.Ref(); ok {
		return c.refersTo(ref)
	}
	return c.subOf(v)
}

func (c *composer) refersTo(ref graph.Ref) tree {
	id := graph.UpperFirst(ref.Resource)
	if n := c.g.Node(ref.Resource); n != nil {
		id = c.ids[n]
	}
	if ref.Attribute == "" {
		return reference(id)
	}
	return getAtt{id, ref.Attribute}
}

func (c *composer) subOf(v graph.Value) tree {
	var b strings.Builder
	for _, p := range v.Parts() {
		switch {
		case p.Ref == nil:
			b.WriteString(plainSub(p.Literal))
		default:
			switch r := c.refersTo(*p.Ref).(type) {
			case reference:
				b.WriteString("${" + string(r) + "}")
			case getAtt:
				b.WriteString("${" + r.ID + "." + r.Attribute + "}")
			}
		}
	}
	return substituted(b.String())
}

// intOf is a whole number that is set, else nil.
func intOf(v graph.Value) tree {
	if n, ok := v.Int(); ok && v.Origin != graph.Default {
		return n
	}
	return nil
}

// stringOf is a text that is set, else nil.
func stringOf(v graph.Value) tree {
	if s, ok := v.Str(); ok && v.Origin != graph.Default {
		return s
	}
	return nil
}

// treeOf is a setting that is set, else nil.
func (c *composer) treeOf(v graph.Value) tree {
	if !v.Exists() || v.Origin == graph.Default {
		return nil
	}
	return c.tree(v)
}

// asTree turns JSON text of our own into the value that spells it.
func asTree(s string) tree { return literalTree(jsonLiteral(s)) }

func literalTree(e expression) tree {
	switch x := e.(type) {
	case text:
		return string(x)
	case truth:
		return bool(x)
	case list:
		s := sequence{}
		for _, it := range x.Items {
			s = append(s, literalTree(it))
		}
		return s
	case dict:
		m := mapping{}
		for _, f := range x.Fields {
			m = m.with(f.Name, literalTree(f.Value))
		}
		return m
	}
	return e // a number
}

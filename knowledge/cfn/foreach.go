package cfn

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// forEachPrefix begins the keys of loops (transform AWS::LanguageExtensions).
const forEachPrefix = "Fn::ForEach::"

// unroller writes out the loops of a template.
type unroller struct {
	l    *loader
	s    *stack
	left int
	err  *SyntaxError
}

// unroll replaces every Fn::ForEach by what it yields. Collections are read with the parameters' given or default
// values, as CloudFormation does before it looks at conditions.
func (l *loader) unroll(t *template, root *node) (*node, *SyntaxError) {
	u := &unroller{l: l, s: &stack{t: t, name: t.file, l: l}, left: maxNodes}
	t.mappings = root.get("Mappings")
	if !loops(root) {
		return root, nil
	}
	out := u.walk(root)
	return out, u.err
}

// loops tells whether a loop stands anywhere in n: most templates have none, and are taken as they are.
func loops(n *node) bool {
	if n.fixed {
		return false
	}
	for _, it := range n.items {
		if loops(it) {
			return true
		}
	}
	for _, e := range n.entries {
		if strings.HasPrefix(e.name, forEachPrefix) || loops(e.node) {
			return true
		}
	}
	return false
}

func (u *unroller) walk(n *node) *node {
	if n.fixed || u.err != nil {
		return n
	}
	out, changed := *n, false
	if len(n.items) > 0 {
		out.items = make([]*node, len(n.items))
		for i, it := range n.items {
			out.items[i] = u.walk(it)
			changed = changed || out.items[i] != it
		}
	}
	if len(n.entries) > 0 {
		out.entries = make([]entry, 0, len(n.entries))
		for _, e := range n.entries {
			if strings.HasPrefix(e.name, forEachPrefix) {
				out.entries = append(out.entries, u.loop(e)...)
				changed = true
				continue
			}
			walked := u.walk(e.node)
			changed = changed || walked != e.node
			out.entries = append(out.entries, entry{e.name, e.at, walked})
		}
	}
	if !changed {
		return n
	}
	if out.shape != call {
		out.seal()
	}
	return &out
}

// loop writes out one Fn::ForEach::Name: [identifier, collection, {key: value}].
func (u *unroller) loop(e entry) []entry {
	args := e.node.items
	if e.node.shape != list || len(args) != 3 || args[2].shape != mapping {
		u.l.gapAt("", e.at, "%s is malformed: expected [identifier, collection, {key: value}]", e.name)
		return nil
	}
	id, ok := args[0].text()
	if !ok {
		u.l.gapAt("", args[0].at, "the identifier of %s is %s, expected a text", e.name, args[0].describe())
		return nil
	}
	w := &world{loader: u.l}
	collection := w.eval(u.s, args[1])
	if collection.Kind != graph.List {
		why := collection.Reason()
		if why == "" {
			why = "it is no list"
		}
		u.l.gapAt("", args[1].at, "the collection of %s is not known: %s; what the loop makes is left out", e.name, why)
		return nil
	}
	var out []entry
	for _, item := range collection.Items() {
		value, ok := item.Str()
		if !ok {
			u.l.gapAt("", args[1].at, "an element of the collection of %s is not known: %s", e.name, item.Reason())
			continue
		}
		for _, inner := range args[2].entries {
			r := replacer{u: u, id: id, value: value}
			made := entry{name: r.text(inner.name), at: inner.at, node: r.node(inner.node)}
			if strings.HasPrefix(made.name, forEachPrefix) {
				out = append(out, u.loop(made)...)
			} else {
				out = append(out, entry{made.name, made.at, u.walk(made.node)})
			}
			if u.err != nil {
				return nil
			}
		}
	}
	return out
}

// replacer puts a loop's value in the place of its identifier.
type replacer struct {
	u         *unroller
	id, value string
}

func (r replacer) text(s string) string {
	if !strings.Contains(s, "{"+r.id+"}") {
		return s
	}
	alnum := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, r.value)
	return strings.NewReplacer("${"+r.id+"}", r.value, "&{"+r.id+"}", alnum).Replace(s)
}

func (r replacer) node(n *node) *node {
	if r.u.left--; r.u.left < 0 {
		if r.u.err == nil {
			r.u.err = &SyntaxError{File: n.at.File, Line: n.at.Line, Column: n.at.Column,
				Message: fmt.Sprintf("the loops (Fn::ForEach) come to more than %d values", maxNodes), Want: "loops over shorter collections"}
		}
		return n
	}
	out := *n
	if n.shape == scalar {
		if s, ok := n.text(); ok && n.value.Kind == graph.String {
			out.value = graph.NewString(n.at, r.text(s))
		}
		return &out
	}
	if name, ok := n.refName(); ok && name == r.id {
		return &node{at: n.at, fixed: true, value: graph.NewString(n.at, r.value)}
	}
	out.items = make([]*node, len(n.items))
	for i, it := range n.items {
		out.items[i] = r.node(it)
	}
	out.entries = make([]entry, len(n.entries))
	for i, e := range n.entries {
		out.entries[i] = entry{r.text(e.name), e.at, r.node(e.node)}
	}
	if out.shape != call {
		out.seal()
	}
	return &out
}

// refName is the name where the node is a Ref.
func (n *node) refName() (string, bool) {
	if n.shape != call || n.fn != "Ref" {
		return "", false
	}
	return n.arg().text()
}

package cfn

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// shape is what a node is.
type shape uint8

const (
	scalar  shape = iota // value holds it
	list                 // items
	mapping              // entries
	call                 // an intrinsic function: fn, with its argument in items[0]
)

// node is a piece of a template. Nodes are not changed once built.
type node struct {
	shape   shape
	fixed   bool // nothing in it depends on anything: value holds the whole
	value   graph.Value
	at      *graph.Evidence
	fn      string // Ref, Fn::Sub, Condition ...; "!Tag" for a tag that is not CloudFormation's; dynamicRef
	items   []*node
	entries []entry
}

// entry is one key of a mapping with its value.
type entry struct {
	name string
	at   *graph.Evidence // of the key
	node *node
}

// dynamicRef is the fn of a text that holds {{resolve:...}}.
const dynamicRef = "{{resolve}}"

// arg is the argument of a call.
func (n *node) arg() *node { return n.items[0] }

// get returns the value of a key, or nil. n may be nil.
func (n *node) get(name string) *node {
	if n == nil || n.shape != mapping {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].name == name {
			return n.entries[i].node
		}
	}
	return nil
}

// text returns the literal text of a scalar. n may be nil.
func (n *node) text() (string, bool) {
	if n == nil || n.shape != scalar {
		return "", false
	}
	return n.value.Str()
}

// builder makes nodes of what the YAML library gives.
type builder struct {
	file  string
	left  int // nodes that may still be made
	gaps  []graph.Gap
	err   *SyntaxError
	alias []*yaml.Node // aliases that are being followed

	nodes  room[node]
	places room[graph.Evidence]
}

// room makes things in pieces that grow: a template has tens of thousands of nodes, which live as long as each other.
type room[T any] struct {
	free []T
	size int
}

func (r *room[T]) make(v T) *T {
	if len(r.free) == 0 {
		r.size = min(max(2*r.size, 8), 512)
		r.free = make([]T, r.size)
	}
	p := &r.free[0]
	r.free = r.free[1:]
	*p = v
	return p
}

func (b *builder) fail(at *yaml.Node, message, want string) *node {
	if b.err == nil {
		b.err = &SyntaxError{File: b.file, Line: at.Line, Column: at.Column, Message: message, Want: want}
	}
	return &node{at: &graph.Evidence{File: b.file, Line: at.Line, Column: at.Column}}
}

func (b *builder) place(y *yaml.Node, path string) *graph.Evidence {
	return b.places.make(graph.Evidence{File: b.file, Line: y.Line, Column: y.Column, Path: path})
}

func (b *builder) gap(at *graph.Evidence, format string, args ...any) {
	b.gaps = append(b.gaps, graph.Gap{Evidence: *at, Why: fmt.Sprintf(format, args...)})
}

// shortTags are the tags of intrinsic functions whose long form is not Fn::Tag.
var shortTags = map[string]string{"!Ref": "Ref", "!Condition": "Condition"}

// functions are the intrinsic functions that have a short tag.
var functions = lazy.Words(`Base64 Cidr FindInMap GetAtt GetAZs If ImportValue Join Select Split Sub Transform And Equals
	Not Or Length ToJsonString ForEach Contains EachMemberEquals EachMemberIn RefAll ValueOf ValueOfAll GetStackOutput`)

func (b *builder) node(y *yaml.Node, path string, depth int) *node {
	if b.err != nil {
		return &node{at: b.place(y, path)}
	}
	if b.left--; b.left < 0 {
		return b.fail(y, fmt.Sprintf("the file comes to more than %d values once aliases are followed", maxNodes), "a template of usual size, without nested aliases")
	}
	if depth > maxDepth {
		return b.fail(y, fmt.Sprintf("the nesting is deeper than %d levels", maxDepth), "a template, whose nesting seldom goes beyond 30 levels")
	}
	if fn := tagFunction(y); fn != "" {
		plain := *y
		plain.Tag = ""
		n := b.nodes.make(node{shape: call, fn: fn, at: b.place(y, path)})
		n.items = []*node{b.untagged(&plain, pointer(path, fn), depth+1)}
		if strings.HasPrefix(fn, "!") && !strings.HasPrefix(fn, rainTag) {
			b.gap(n.at, "the tag %s is not one of CloudFormation's: its value is not known", fn)
		}
		return n
	}
	return b.untagged(y, path, depth)
}

// tagFunction is the intrinsic function that a tag stands for, "" where the tag is YAML's own or there is none.
func tagFunction(y *yaml.Node) string {
	tag := y.Tag
	if y.Kind == yaml.AliasNode || tag == "" || tag == "!" || strings.HasPrefix(tag, "!!") || strings.HasPrefix(tag, "tag:") {
		return ""
	}
	if fn, ok := shortTags[tag]; ok {
		return fn
	}
	if name := strings.TrimPrefix(tag, "!"); functions()[name] {
		return "Fn::" + name
	}
	return tag
}

func (b *builder) untagged(y *yaml.Node, path string, depth int) *node {
	switch y.Kind {
	case yaml.ScalarNode:
		return b.scalar(y, path)
	case yaml.SequenceNode:
		n := b.nodes.make(node{shape: list, at: b.place(y, path), fixed: true})
		n.items = make([]*node, 0, len(y.Content))
		for i, c := range y.Content {
			n.items = append(n.items, b.node(c, path+"/"+strconv.Itoa(i), depth+1))
		}
		return n.seal()
	case yaml.MappingNode:
		return b.mapping(y, path, depth)
	case yaml.AliasNode:
		return b.follow(y, path, depth)
	}
	return b.fail(y, "a value of no known kind", "a scalar, list or mapping")
}

func (b *builder) follow(y *yaml.Node, path string, depth int) *node {
	for _, a := range b.alias {
		if a == y.Alias {
			return b.fail(y, "the alias *"+y.Value+" stands inside what it refers to", "aliases that end")
		}
	}
	b.alias = append(b.alias, y.Alias)
	n := b.node(y.Alias, path, depth+1)
	b.alias = b.alias[:len(b.alias)-1]
	return n
}

func (b *builder) scalar(y *yaml.Node, path string) *node {
	at := b.place(y, path)
	n := b.nodes.make(node{at: at, fixed: true})
	switch y.ShortTag() {
	case "!!null":
		n.value = graph.NewNull(at)
	case "!!bool":
		n.value = graph.NewBool(at, strings.EqualFold(y.Value, "true"))
	case "!!int", "!!float":
		n.value = number(at, y.Value)
	default:
		n.value = graph.NewString(at, y.Value)
		if strings.Contains(y.Value, "{{resolve:") {
			inner := *n
			return &node{shape: call, fn: dynamicRef, at: at, items: []*node{&inner}}
		}
	}
	return n
}

// number keeps the spelling: 012345678901 may be an account id, and 0644 a file mode that CloudFormation hands on
// as text. YAML 1.1's 1_000 is 1000.
func number(at *graph.Evidence, s string) graph.Value {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' || strings.HasPrefix(digits, ".") && len(digits) > 1 && digits[1] > '9' {
		return graph.NewString(at, s)
	}
	return graph.NewNumber(at, strings.ReplaceAll(s, "_", ""))
}

func (b *builder) mapping(y *yaml.Node, path string, depth int) *node {
	n := b.nodes.make(node{shape: mapping, at: b.place(y, path)})
	if len(y.Content) == 2 && y.Content[0].Kind == yaml.ScalarNode {
		if key := y.Content[0].Value; key == "Ref" || strings.HasPrefix(key, "Fn::") && !strings.HasPrefix(key, forEachPrefix) {
			n.shape, n.fn = call, key
			n.items = []*node{b.node(y.Content[1], pointer(path, key), depth+1)}
			return n
		}
	}
	n.entries = make([]entry, 0, len(y.Content)/2)
	known := keys{n: n}
	for i := 0; i+1 < len(y.Content); i += 2 {
		b.entry(&known, y.Content[i], y.Content[i+1], path, depth)
	}
	return n.seal()
}

// keys finds the entries of a mapping by their names while it is built.
type keys struct {
	n  *node
	by map[string]int // nil while there are so few that looking at each is quicker
}

// quickly is up to how many entries are looked at one by one.
const quickly = 8

func (k *keys) find(name string) (int, bool) {
	if k.by != nil {
		i, ok := k.by[name]
		return i, ok
	}
	for i := range k.n.entries {
		if k.n.entries[i].name == name {
			return i, true
		}
	}
	return 0, false
}

func (k *keys) add(e entry) {
	k.n.entries = append(k.n.entries, e)
	if k.by != nil {
		k.by[e.name] = len(k.n.entries) - 1
	} else if len(k.n.entries) > quickly {
		k.by = make(map[string]int, cap(k.n.entries))
		for i := range k.n.entries {
			k.by[k.n.entries[i].name] = i
		}
	}
}

func (b *builder) entry(known *keys, key, value *yaml.Node, path string, depth int) {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	if key.Kind != yaml.ScalarNode {
		b.gap(b.place(key, path), "a key that is a list or mapping is left out")
		return
	}
	if key.ShortTag() == "!!merge" {
		b.merge(known, value, path, depth)
		return
	}
	at := b.place(key, pointer(path, key.Value))
	e := entry{name: key.Value, at: at, node: b.node(value, at.Path, depth+1)}
	if i, ok := known.find(e.name); ok {
		before := &known.n.entries[i]
		if !before.merged() {
			b.gap(at, "the key %s is written twice, in lines %d and %d: the later one counts", e.name, before.at.Line, at.Line)
		}
		*before = e
		return
	}
	known.add(e)
}

// merged tells whether the entry came by a merge key: it has no place of its own.
func (e entry) merged() bool { return e.at == nil }

// merge takes the entries of <<: *anchor, which yield to those that are written.
func (b *builder) merge(known *keys, value *yaml.Node, path string, depth int) {
	from := b.node(value, path, depth+1)
	sources := []*node{from}
	if from.shape == list {
		sources = from.items
	}
	for _, src := range sources {
		for _, e := range src.entries {
			if _, ok := known.find(e.name); !ok {
				known.add(entry{name: e.name, node: e.node})
			}
		}
	}
}

// seal computes the value of a list or mapping in which all is fixed, and gives merged entries a place.
func (n *node) seal() *node {
	n.fixed = true
	for i := range n.entries {
		if n.entries[i].at == nil {
			n.entries[i].at = n.entries[i].node.at
		}
		if !n.entries[i].node.fixed || strings.HasPrefix(n.entries[i].name, "Fn::") {
			n.fixed = false
		}
	}
	for _, it := range n.items {
		n.fixed = n.fixed && it.fixed
	}
	if !n.fixed {
		return n
	}
	if n.shape == list {
		items := make([]graph.Value, len(n.items))
		for i, it := range n.items {
			items[i] = it.value
		}
		n.value = graph.NewList(n.at, items...)
		return n
	}
	fields := make([]graph.Field, len(n.entries))
	for i, e := range n.entries {
		fields[i] = graph.Field{Name: e.name, Value: e.node.value}
	}
	n.value = graph.NewMap(n.at, fields...)
	return n
}

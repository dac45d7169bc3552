package cfn

import (
	"fmt"
	"path"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

const (
	maxNesting = 8   // stacks within stacks; CloudFormation itself has no published limit
	maxStacks  = 200 // all stacks of a system
)

// nest finds the templates of nested stacks: among the files that were given, else through Options.Files. A given
// file that another one nests is no top-level template.
func (l *loader) nest() {
	given := map[string]*stack{}
	for _, s := range l.stacks {
		given[path.Clean(s.t.file)] = s
	}
	children := map[*stack][]*stack{}
	queue := append([]*stack(nil), l.stacks...)
	total := len(queue)
	names := map[string]bool{}
	for _, s := range queue {
		names[s.name] = true
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, d := range s.t.resources {
			file, ok := nestedFile(d)
			if l.options.Nested != nil {
				if known := l.options.Nested(s.t.file, d.name); known != "" {
					file, ok = known, true
				}
			}
			if !ok {
				continue
			}
			if s.depth() >= maxNesting || total >= maxStacks {
				l.gapAt(s.t.file, d.at, "stack %s is not followed: more than %d levels or %d stacks", d.name, maxNesting, maxStacks)
				continue
			}
			child, fresh := l.child(s, d, file, given, names)
			if child == nil {
				continue
			}
			children[s] = append(children[s], child)
			if fresh {
				total++
				queue = append(queue, child)
			}
		}
	}
	var order []*stack
	var walk func(*stack)
	walk = func(s *stack) {
		order = append(order, s)
		for _, c := range children[s] {
			walk(c)
		}
	}
	for _, s := range l.stacks {
		if s.parent == nil {
			walk(s)
		}
	}
	l.stacks = order
}

// depth counts the stacks around s.
func (s *stack) depth() int {
	n := 0
	for p := s.parent; p != nil; p = p.parent {
		n++
	}
	return n
}

// nestedFile is the local path of a nested stack's template.
func nestedFile(d *declared) (string, bool) {
	props := d.body.get("Properties")
	var n *node
	switch d.typ {
	case "AWS::CloudFormation::Stack":
		n = props.get("TemplateURL")
		if kind, ok := d.body.get("Metadata").get("aws:asset:property").text(); ok && kind == "TemplateURL" {
			n = d.body.get("Metadata").get("aws:asset:path") // CDK's output: the file lies beside the template
		}
	case "AWS::Serverless::Application":
		n = props.get("Location")
	}
	file, ok := n.text()
	if !ok || strings.Contains(file, "://") && !strings.HasPrefix(file, "file://") {
		return "", false
	}
	return strings.TrimPrefix(file, "file://"), true
}

// child makes the stack of a nested template; fresh tells whether it is new or one of the given files.
func (l *loader) child(s *stack, d *declared, file string, given map[string]*stack, names map[string]bool) (child *stack, fresh bool) {
	full := path.Join(path.Dir(s.t.file), file)
	if g := given[full]; g != nil {
		if g.above(s) {
			l.gapAt(s.id(d.name), d.at, "stack %s nests itself: it is not followed", d.name)
			return nil, false
		}
		if g.parent == nil {
			g.adopt(s, d)
			return g, false
		}
		child = &stack{t: g.t, l: l}
	} else {
		data, evidence, ok := l.local(s.t.file, file)
		if !ok {
			return nil, false
		}
		for p := s; p != nil; p = p.parent {
			if p.t.file == evidence {
				l.gapAt(s.id(d.name), d.at, "stack %s nests itself: it is not followed", d.name)
				return nil, false
			}
		}
		t, err := l.read(evidence, data)
		if err != nil {
			l.sys.Unreadable = append(l.sys.Unreadable, err)
			return nil, false
		}
		child = &stack{t: t, l: l}
	}
	child.name = child.t.file
	for i := 2; names[child.name]; i++ {
		child.name = fmt.Sprintf("%s@%s", child.t.file, d.name)
		if names[child.name] {
			child.name = fmt.Sprintf("%s@%s@%d", child.t.file, d.name, i)
		}
	}
	names[child.name] = true
	child.adopt(s, d)
	return child, true
}

// above tells whether s lies in g, or is g.
func (g *stack) above(s *stack) bool {
	for ; s != nil; s = s.parent {
		if s == g {
			return true
		}
	}
	return false
}

func (s *stack) adopt(parent *stack, d *declared) {
	s.parent, s.resource, s.args = parent, d.name, map[string]*node{}
	for _, e := range d.body.get("Properties").get("Parameters").fields() {
		s.args[e.name] = e.node
	}
}

// uploads are the properties that name a file before packaging, and where its content belongs.
var uploads = map[string]struct{ from, to string }{
	"AWS::StepFunctions::StateMachine": {"DefinitionS3Location", "Definition"},
	"AWS::ApiGateway::RestApi":         {"BodyS3Location", "Body"},
	"AWS::ApiGatewayV2::Api":           {"BodyS3Location", "Body"},
}

// local puts the content of a file beside the template in the place of its path.
func (w *world) local(s *stack, r *graph.Resource) {
	u, ok := uploads[r.Type]
	v := r.Properties.Get(u.from)
	name, isText := v.Str()
	if !ok || !isText || strings.Contains(name, "://") {
		return
	}
	content, found := w.loader.plain(s.t.file, name)
	if !found {
		content = graph.NewUnknown(v.At, "it is in "+name+", which is not here")
	}
	var kept []graph.Field
	for _, fl := range r.Properties.Fields() {
		if fl.Name != u.from {
			kept = append(kept, fl)
		}
	}
	r.Properties = obj(r.Properties.At, append(kept, f(u.to, content))...)
}

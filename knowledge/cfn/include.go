package cfn

import (
	"io/fs"
	"path"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// readable are the kinds of file that a template may make us read: what else it names, be it /etc/passwd by way of
// many .., is none of a review's business. What lies within reach is for Options.Files to say.
var readable = map[string]bool{".json": true, ".yaml": true, ".yml": true, ".template": true, ".txt": true, ".asl": true}

// local reads a file that a template points to: beside the template, then from the root of Options.Files. It returns
// the name that evidence uses.
func (l *loader) local(from, name string) (data []byte, evidence string, ok bool) {
	name = strings.TrimPrefix(name, "file://")
	if l.options.Files == nil || strings.Contains(name, "://") || strings.HasPrefix(name, "/") || !readable[strings.ToLower(path.Ext(name))] {
		return nil, "", false
	}
	beside := path.Join(path.Dir(from), name)
	for _, try := range []string{beside, strings.TrimPrefix(beside, "/"), path.Clean(name)} {
		info, err := fs.Stat(l.options.Files, try)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxBytes {
			continue
		}
		if data, err := fs.ReadFile(l.options.Files, try); err == nil {
			return data, beside, true
		}
	}
	return nil, "", false
}

// include resolves Fn::Transform of AWS::Include where the file is at hand.
func (w *world) include(s *stack, location graph.Value) (graph.Value, bool) {
	name, ok := location.Str()
	if !ok {
		return graph.Value{}, false
	}
	n, ok := w.loader.included(s.t.file, name)
	if !ok {
		return graph.Value{}, false
	}
	key := s.name + "\x00include\x00" + name
	if w.active[key] {
		return graph.Value{}, false
	}
	w.enter(key)
	defer delete(w.active, key)
	return w.eval(s, n), true
}

// includedKeys are the entries that Fn::Transform of AWS::Include adds to the mapping it stands in.
func (w *world) includedKeys(s *stack, e entry) ([]graph.Field, bool) {
	if name, _ := e.node.get("Name").text(); e.name != "Fn::Transform" || name != "AWS::Include" {
		return nil, false
	}
	v, ok := w.include(s, w.eval(s, e.node.get("Parameters").get("Location")))
	return v.Fields(), ok && v.Kind == graph.Map
}

// plain reads a file beside a template that is no template: nothing in it is resolved.
func (l *loader) plain(from, name string) (graph.Value, bool) {
	n, ok := l.included(from, name)
	if !ok {
		return graph.Value{}, false
	}
	return n.plain(), true
}

// plain is the value of a node with intrinsic functions as the mappings they are written as.
func (n *node) plain() graph.Value {
	switch {
	case n.fixed:
		return n.value
	case n.shape == call && n.fn == dynamicRef:
		return n.arg().plain()
	case n.shape == call:
		return graph.NewMap(n.at, graph.Field{Name: n.fn, Value: n.arg().plain()})
	case n.shape == list:
		items := make([]graph.Value, len(n.items))
		for i, it := range n.items {
			items[i] = it.plain()
		}
		return graph.NewList(n.at, items...)
	}
	fields := make([]graph.Field, len(n.entries))
	for i, e := range n.entries {
		fields[i] = graph.Field{Name: e.name, Value: e.node.plain()}
	}
	return graph.NewMap(n.at, fields...)
}

// included reads and parses a file beside a template, once.
func (l *loader) included(from, name string) (*node, bool) {
	key := from + "\x00" + name
	if n, ok := l.includes[key]; ok {
		return n, n != nil
	}
	if l.includes == nil {
		l.includes = map[string]*node{}
	}
	l.includes[key] = nil
	data, evidence, ok := l.local(from, name)
	if !ok {
		return nil, false
	}
	n, gaps, err := parse(evidence, data)
	if err != nil {
		l.gap(graph.Gap{Evidence: graph.Evidence{File: evidence, Line: err.Line, Column: err.Column}, Why: err.Message + "; expected " + err.Want})
		return nil, false
	}
	l.gap(gaps...)
	l.includes[key] = n
	return n, true
}

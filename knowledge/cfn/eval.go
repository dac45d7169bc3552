package cfn

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// world is one scenario while it is evaluated.
type world struct {
	loader *loader
	choice choice
	// used collects what the values computed at the moment depend on, of what differs between scenarios.
	used map[string]string
	// active guards against parameters, conditions and outputs that refer to themselves.
	active map[string]bool
	// trial: values are computed to decide conditions, not to be shown (see scenarios.go).
	trial    bool
	conds    map[string]bool // conditions decided so far that the scenario does not
	exports  index[exported]
	settings index[set] // SSM parameters
	// asked is told of questions that nothing answers.
	asked func(key string)
}

// memo is a resource with what it depended on when it was resolved.
type memo struct {
	used     map[string]string
	resource *graph.Resource
}

func (w *world) note(key, value string) {
	if w.used != nil {
		w.used[key] = value
	}
}

// resources resolves every resource that exists in this scenario, in the order of the files.
func (w *world) resources() []*graph.Resource {
	var out []*graph.Resource
	for _, s := range w.loader.stacks {
		if !w.stackExists(s) {
			continue
		}
		var of []*graph.Resource
		for _, d := range s.t.resources {
			if d.condition != "" && !w.condition(s, d.condition, d.at) {
				continue
			}
			of = append(of, w.resource(s, d))
		}
		if s.t.sam {
			of = w.whole(s, of)
		}
		out = append(out, of...)
	}
	return out
}

// wholeMemo is what the resources of a SAM stack came to.
type wholeMemo struct{ raw, expanded []*graph.Resource }

// whole expands a SAM stack, or finds the expansion of the same resources in an earlier scenario.
func (w *world) whole(s *stack, raw []*graph.Resource) []*graph.Resource {
	for _, m := range s.whole {
		if slices.Equal(m.raw, raw) {
			return m.expanded
		}
	}
	expanded := w.expand(s, raw)
	s.whole = append(s.whole, wholeMemo{raw, expanded})
	return expanded
}

func (w *world) stackExists(s *stack) bool {
	for ; s.parent != nil; s = s.parent {
		d := s.parent.t.index[s.resource]
		if d.condition != "" && !w.condition(s.parent, d.condition, d.at) {
			return false
		}
	}
	return true
}

// resource resolves one resource, or finds it among those of earlier scenarios.
func (w *world) resource(s *stack, d *declared) *graph.Resource {
	for _, m := range s.memo[d.name] {
		if w.agrees(m.used) {
			return m.resource
		}
	}
	w.used = map[string]string{}
	r := w.resolve(s, d)
	if s.memo == nil {
		s.memo = map[string][]memo{}
	}
	s.memo[d.name] = append(s.memo[d.name], memo{used: w.used, resource: r})
	w.used = nil
	return r
}

func (w *world) agrees(used map[string]string) bool {
	for k, v := range used {
		if w.choice.facts[k] != v {
			return false
		}
	}
	return true
}

// attributes are the keys of a resource beside Type, Properties, Metadata and Condition.
var attributes = lazy.Words(`DeletionPolicy UpdateReplacePolicy UpdatePolicy CreationPolicy DependsOn Connectors IgnoreGlobals
	Transform`)

func (w *world) resolve(s *stack, d *declared) *graph.Resource {
	r := &graph.Resource{ID: s.id(d.name), LogicalID: d.name, File: s.t.file, Stack: s.name, Type: d.typ, At: d.at, Condition: d.condition}
	var extra []graph.Field
	for _, e := range d.body.entries {
		switch {
		case e.name == "Properties":
			r.Properties = w.eval(s, e.node)
			if k := r.Properties.Kind; k != graph.Map && k != graph.Null && k != graph.Unknown && k != graph.Absent {
				w.loader.gapAt(r.ID, e.at, "Properties is %s, expected a mapping", e.node.describe())
				r.Properties = graph.Value{}
			}
			if r.Properties.Kind == graph.Null {
				r.Properties = graph.Value{}
			}
		case e.name == "Metadata":
			r.Metadata = w.eval(s, e.node)
			r.Path, _ = r.Metadata.Get("aws:cdk:path").Str()
		case e.name == "Type" || e.name == "Condition":
		case attributes()[e.name]:
			extra = append(extra, graph.Field{Name: e.name, Value: w.eval(s, e.node)})
		case e.name == "Version" || e.name == "Description" || e.name == "Comment":
		default:
			w.loader.gapAt(r.ID, e.at, "%s is no attribute of a resource: it is left out", e.name)
		}
	}
	w.local(s, r)
	r.Unread = (d.typ == "AWS::CloudFormation::Stack" || d.typ == "AWS::Serverless::Application") && !slices.ContainsFunc(w.loader.stacks, func(c *stack) bool {
		return c.parent == s && c.resource == d.name
	})
	if extra != nil {
		r.Attributes = graph.NewMap(d.at, extra...)
	}
	return r
}

// eval resolves a node. n may be nil, which is absent.
func (w *world) eval(s *stack, n *node) graph.Value {
	switch {
	case n == nil:
		return graph.Value{}
	case n.fixed:
		return n.value
	case n.shape == list:
		items := make([]graph.Value, 0, len(n.items))
		for _, it := range n.items {
			if v := w.eval(s, it); v.Exists() {
				items = append(items, v)
			}
		}
		return graph.NewList(n.at, items...)
	case n.shape == mapping:
		return w.evalMap(s, n)
	}
	return w.call(s, n)
}

func (w *world) evalMap(s *stack, n *node) graph.Value {
	fields := make([]graph.Field, 0, len(n.entries))
	for _, e := range n.entries {
		if strings.HasPrefix(e.name, "Fn::") {
			if functions()[strings.TrimPrefix(e.name, "Fn::")] && e.name != "Fn::Transform" {
				w.loader.gapAt("", e.at, "%s stands beside other keys: a function must be alone in its mapping", e.name)
				return graph.NewUnknown(n.at, e.name+" stands beside other keys")
			}
			if included, ok := w.includedKeys(s, e); ok {
				for _, fl := range included {
					if n.get(fl.Name) == nil {
						fields = append(fields, fl)
					}
				}
				continue
			}
			w.loader.gapAt("", e.at, "%s adds keys here that are not known", e.name)
			fields = append(fields, graph.Field{Name: e.name, Value: graph.NewUnknown(e.at, e.name+" adds keys when the template is deployed")})
			continue
		}
		if v := w.eval(s, e.node); v.Exists() {
			fields = append(fields, graph.Field{Name: e.name, Value: v})
		}
	}
	return graph.NewMap(n.at, fields...)
}

// describe records parameters and outputs, as they are in this scenario.
func (w *world) describe() {
	for _, s := range w.loader.stacks {
		for _, p := range s.t.parameters {
			out := Parameter{Name: p.name, Type: p.typ, File: s.t.file, Stack: s.name, NoEcho: p.noEcho, At: p.at, Value: w.parameter(s, p, p.at)}
			if p.def != nil {
				out.Default = p.def.value
			}
			w.loader.sys.Parameters = append(w.loader.sys.Parameters, out)
		}
	}
	w.loader.sys.Outputs = w.outputs()
}

// outputs are what the stacks that exist tell to the outside, in this scenario.
func (w *world) outputs() []Output {
	var all []Output
	for _, s := range w.loader.stacks {
		if !w.stackExists(s) {
			continue
		}
		for _, e := range s.t.outputs {
			if c, ok := e.node.get("Condition").text(); ok && !w.condition(s, c, e.at) {
				continue
			}
			out := Output{Name: e.name, File: s.t.file, Stack: s.name, At: e.at, Value: w.eval(s, e.node.get("Value"))}
			if name := e.node.get("Export").get("Name"); name != nil {
				out.Export = w.eval(s, name).String()
			}
			all = append(all, out)
		}
	}
	return all
}

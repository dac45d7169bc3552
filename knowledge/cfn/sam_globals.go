package cfn

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// mergeGlobals writes the Globals section into the SAM resources of a template, and adds the APIs that events may
// use without naming one. It works on the text, before functions are resolved, as SAM does: a function such as
// Fn::If counts as one value.
func (l *loader) mergeGlobals(t *template) {
	if !t.sam {
		return
	}
	t.addImplicit()
	for _, d := range t.resources {
		if !strings.HasPrefix(d.typ, samPrefix) {
			continue
		}
		section := t.globals.get(strings.TrimPrefix(d.typ, samPrefix))
		if section == nil || section.shape != mapping {
			continue
		}
		section = ignoreGlobals(section, d.body.get("IgnoreGlobals"))
		props := d.body.get("Properties")
		if props == nil || props.shape != mapping {
			props = &node{shape: mapping, at: d.body.at}
		}
		body := *d.body
		body.entries = nil
		for _, e := range d.body.entries {
			if e.name != "Properties" {
				body.entries = append(body.entries, e)
			}
		}
		merged := mergeNodes(section, props, strings.TrimPrefix(d.typ, samPrefix))
		body.entries = append(body.entries, entry{"Properties", props.at, merged})
		d.body = (&body).seal()
	}
	l.checkGlobals(t)
}

// globalTypes are the resource types that Globals may name.
var globalTypes = lazy.Words("Function Api HttpApi SimpleTable StateMachine LayerVersion CapacityProvider MicroVMImage NetworkConnector WebSocketApi")

func (l *loader) checkGlobals(t *template) {
	for _, e := range t.globals.fields() {
		if !globalTypes()[e.name] {
			l.gapAt("", e.at, "Globals has no section %s: it is left out", e.name)
		}
	}
}

// ignoreGlobals drops what a resource does not want: "*" or a list of properties.
func ignoreGlobals(section, ignore *node) *node {
	out := &node{shape: mapping, at: section.at}
	dropped := map[string]bool{}
	for _, name := range texts(ignore) {
		if name == "*" {
			return out
		}
		dropped[name] = true
	}
	for _, e := range section.entries {
		if !dropped[e.name] {
			out.entries = append(out.entries, e)
		}
	}
	return out
}

// replaced are the properties for which the resource's own value stands alone. Source: aws-sam-translator 1.115.0,
// plugins/globals/globals.py, checked 2026-11-23.
var replaced = map[string]bool{
	"Function.Architectures":                              true,
	"CapacityProvider.InstanceRequirements.Architectures": true,
}

// mergeNodes merges a global value into a resource's own: mappings by key, lists one after the other, else the
// resource's own value wins.
func mergeNodes(global, own *node, path string) *node {
	if global.shape != own.shape || own.shape == scalar || own.shape == call || replaced[path] {
		return own
	}
	out := &node{shape: own.shape, at: own.at}
	if own.shape == list {
		out.items = append(append(out.items, global.items...), own.items...)
		return out.seal()
	}
	if path == "CapacityProvider.ManagedResourceTags" && len(own.entries) > 0 {
		for _, e := range own.entries {
			if g := global.get(e.name); g != nil {
				e.node = mergeNodes(g, e.node, path+"."+e.name)
			}
			out.entries = append(out.entries, e)
		}
		return out.seal()
	}
	for _, e := range global.entries {
		if mine := own.get(e.name); mine != nil {
			e.node = mergeNodes(e.node, mine, path+"."+e.name)
		}
		out.entries = append(out.entries, e)
	}
	for _, e := range own.entries {
		if global.get(e.name) == nil {
			out.entries = append(out.entries, e)
		}
	}
	return out.seal()
}

// addImplicit declares the APIs that SAM makes for events without an API of their own. Whether a scenario has such
// an event is seen when it is expanded; at is nil as nobody wrote them.
func (t *template) addImplicit() {
	add := func(id, typ string, props ...entry) {
		if t.index[id] != nil {
			return
		}
		at := &graph.Evidence{File: t.file}
		body := &node{shape: mapping, at: at, entries: []entry{
			{"Properties", at, (&node{shape: mapping, at: at, entries: props}).seal()}}}
		d := &declared{name: id, typ: samPrefix + typ, body: body.seal()}
		t.resources = append(t.resources, d)
		t.index[id] = d
	}
	var rest, http bool
	for _, d := range t.resources {
		if d.typ != samPrefix+"Function" && d.typ != samPrefix+"StateMachine" {
			continue
		}
		events := d.body.get("Properties").get("Events")
		rest = rest || events.anyImplicit("Api", "RestApiId")
		http = http || events.anyImplicit("HttpApi", "ApiId")
	}
	at := &graph.Evidence{File: t.file}
	if rest {
		add(implicitRest, "Api", entry{"StageName", at, &node{fixed: true, at: at, value: str(at, "Prod")}})
	}
	if http {
		add(implicitHTTP, "HttpApi")
	}
}

// anyImplicit tells whether events, or what a function in their place may give, hold one of a type without an API.
func (n *node) anyImplicit(typ, property string) bool {
	if n == nil {
		return false
	}
	if t, ok := n.get("Type").text(); ok && t == typ && n.get("Properties").get(property) == nil {
		return true
	}
	for _, it := range n.items {
		if it.anyImplicit(typ, property) {
			return true
		}
	}
	for _, e := range n.entries {
		if e.node.anyImplicit(typ, property) {
			return true
		}
	}
	return false
}

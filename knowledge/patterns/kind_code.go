package patterns

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// Functions with code of their own: the generator writes no handler for them, so what they do with an event, and what
// they are called by, is theirs. They have their own runtime and environment.
var _ = learn(func(g *grammar) {
	settings := g.settings(graph.Function)
	settings["code"] = extraWords("code", "own")
	settings["handler"] = words("Handler")
	settings["runtime"] = readRuntime
	settings["architecture"] = func(d *draft, n *node, name string, v graph.Value) error {
		if text, _ := v.Str(); text != "arm64" && text != "x86_64" {
			return wrong(*v.At, "arm64 or x86_64", "%s of %s is %s", name, n.id, clip(v.String()))
		}
		n.set("Architectures", graph.NewList(v.At, v))
		return nil
	}
	settings["environment"] = readEnvironment
})

// own tells whether a function's code is the user's.
func (n *node) own() bool {
	code, _ := n.getExtra("code").Str()
	return n.kind == graph.Function && code == "own"
}

// handled are the runtimes that the generator writes handlers for.
var handled = []string{"nodejs24.x", "nodejs22.x"}

func readRuntime(d *draft, n *node, name string, v graph.Value) error {
	text, _ := v.Str()
	r, ok := facts.FindRuntime(text)
	switch {
	case !ok:
		return wrong(*v.At, "nodejs24.x, nodejs22.x, or with code: own any other runtime of Lambda", "%s of %s is %s", name, n.id, clip(v.String()))
	case blocked(r):
		return refusal(*v.At, "runtime: "+r.Successor, "%s of %s is %s: Lambda makes no new functions with it", name, n.id, text)
	}
	n.set("Runtime", v)
	return nil
}

// blocked tells whether functions with a runtime can no longer be made, as far as was known when that was last looked up.
func blocked(r facts.Runtime) bool {
	return r.CreateBlock != "" && r.CreateBlock <= facts.RuntimesSource.Checked
}

var variableForm = lazy.Regexp(`^[A-Za-z][A-Za-z0-9_]{0,127}$`)

// readEnvironment reads what the code is told: texts, or {ref: node} with an attribute such as Arn where it is not the
// thing's usual handle.
func readEnvironment(d *draft, n *node, name string, v graph.Value) error {
	want := "names with texts or {ref: node, attribute: Arn}, such as {LEVEL: info, TABLE: {ref: orders}}"
	if v.Kind != graph.Map {
		return wrong(*v.At, want, "%s of %s is %s", name, n.id, clip(v.String()))
	}
	var fields []graph.Field
	for _, f := range v.Fields() {
		value := f.Value
		_, plain := value.Str()
		id, named := value.Get("ref").Str()
		attribute, _ := value.Get("attribute").Str()
		switch {
		case !variableForm().MatchString(f.Name), !plain && !named:
			return wrong(*value.At, want, "the variable %q of %s is %s", clip(f.Name), n.id, clip(value.String()))
		case named:
			value = graph.NewRef(value.At, id, attribute)
		}
		fields = append(fields, field(f.Name, value))
	}
	n.set("Environment", graph.NewMap(v.At, field("Variables", graph.NewMap(v.At, fields...))))
	return nil
}

// refuseCode finds settings of own code on functions that have handlers of the generator, and the other way about.
func (d *draft) refuseCode() error {
	for _, fn := range d.ofKind(graph.Function) {
		runtime := fn.get("Runtime")
		text, _ := runtime.Str()
		switch {
		case !fn.own() && runtime.Exists() && !contains(handled, text):
			return wrong(*runtime.At, "nodejs24.x, nodejs22.x, or code: own", "the runtime of %s is %s", fn.id, clip(text))
		case !fn.own() && (fn.has("Handler") || fn.has("Architectures") || fn.has("Environment")):
			return refusal(fn.at, "code: own", "%s has a handler of the generator, which knows its own name, architecture and environment", fn.id)
		}
		for _, f := range fn.get("Environment").Get("Variables").Fields() {
			if ref, ok := f.Value.Ref(); ok && d.byID[ref.Resource] == nil {
				return wrong(*f.Value.At, "a node of the sketch", "the variable %s of %s names %q, which is no node", f.Name, fn.id, clip(ref.Resource))
			} else if ok && d.byID[ref.Resource].typ == customBus && ref.Attribute != busByARN {
				return wrong(*f.Value.At, "attribute: "+busByARN, "the variable %s of %s: publishers name %s by its ARN", f.Name, fn.id, ref.Resource)
			}
		}
	}
	return nil
}

// completeCode sets what AWS needs to know of own code.
func completeCode(fn *node) {
	fn.setNew("Runtime", fn.text(handled[0]))
	fn.setNew("Handler", fn.text("index.handler"))
	fn.setNew("Architectures", fn.list(fn.text("x86_64")))
}

// readMapping reads the settings of a mapping that the generator decides for its own handlers.
func (e *edge) readMapping(name string, v graph.Value) (known bool, err error) {
	if e.kind != graph.Polls || !e.to.own() {
		return false, nil
	}
	switch name {
	case "reportBatchItemFailures", "bisectBatchOnFunctionError":
		on, ok := v.Truth()
		switch {
		case !ok:
			return true, wrong(*v.At, "true or false", "%s of %s -> %s is %s", name, e.from.id, e.to.id, clip(v.String()))
		case name == "bisectBatchOnFunctionError" && isStream(e.from):
			e.set("BisectBatchOnFunctionError", graph.NewBool(v.At, on))
		case name == "bisectBatchOnFunctionError":
			return true, wrong(*v.At, "a stream", "%s of %s -> %s: a queue has no such setting", name, e.from.id, e.to.id)
		case on:
			e.set("FunctionResponseTypes", graph.NewList(v.At, graph.NewString(v.At, "ReportBatchItemFailures")))
		}
		return true, nil
	case "startingPosition":
		if text, _ := v.Str(); !isStream(e.from) || text != "LATEST" && text != "TRIM_HORIZON" {
			return true, wrong(*v.At, "LATEST or TRIM_HORIZON", "%s of %s -> %s is %s", name, e.from.id, e.to.id, clip(v.String()))
		}
		e.set("StartingPosition", v)
		return true, nil
	}
	return false, nil
}

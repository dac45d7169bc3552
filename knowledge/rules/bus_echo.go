package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// reportEchoes finds functions that a rule calls and that may put events on the rule's own bus, where the pattern asks
// for a source or a kind of event only: what the code emits is not in the template, and may match.
func reportEchoes(p *Pass, fn *graph.Node, known map[*graph.Node]bool) {
	for _, in := range p.Graph.In(fn, graph.Routes) {
		rule := in.From
		if rule.Kind != graph.Rule || rule.External || known[rule] || !looselyMatched(rule) || emitsOther(rule, fn) || emissionLimited(p.Graph, fn) {
			continue
		}
		if v := mayDoOnAnything(p.Graph, fn, "events:PutEvents"); v.Exists() {
			p.Unknown(fn, v)
		}
		for _, bus := range p.Graph.In(rule, graph.Routes) {
			for _, back := range p.Graph.Out(fn, graph.Writes) {
				if back.To != bus.From || bus.From.Kind != graph.EventBus || back.Strength == graph.Wildcard {
					continue
				}
				p.Report(Hit{Node: fn, Severity: Medium, Confidence: Likely, Aliases: []string{"GRF003"}, Related: []*graph.Node{rule, bus.From}, Values: append([]graph.Value{{}}, edgePlace(in, back)...),
					Message: fmt.Sprintf("%s works off events of %s that rule %s picks by only one of source and detail-type, and puts events on the same bus: if what it emits matches, events go round in a circle",
						nameOf(fn), nameOf(bus.From), nameOf(rule))})
				return
			}
		}
	}
}

// looselyMatched tells whether a pattern asks for a source or a detail-type alone. One that excludes some leaves out what
// its author thought of.
func looselyMatched(rule *graph.Node) bool {
	pattern := rule.Setting("eventPattern")
	source, kind := pattern.Get("source"), pattern.Get("detail-type")
	if pattern.Kind != graph.Map || open(pattern) || pattern.Get("detail").Exists() || pattern.Get("resources").Exists() || source.Exists() == kind.Exists() {
		return false
	}
	for _, v := range append(source.Each(), kind.Each()...) {
		text, literal := v.Str()
		if strings.HasPrefix(text, "aws.") || !literal && v.Get("anything-but").Exists() || open(v) {
			return false
		}
	}
	return true
}

// emitsOther tells whether a function's environment or Metadata says what it emits, and the pattern takes none of it.
func emitsOther(rule, fn *graph.Node) bool {
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		if strings.Contains(strings.ToLower(f.Name), "source") && rule.Setting("eventPattern", "source").Exists() {
			return true // takesOwnEvents compares it
		}
	}
	if fn.Resource == nil {
		return false
	}
	emits := fn.Resource.Metadata.Get("serverless-review", "emits")
	if !emits.Exists() {
		return false
	}
	pattern := rule.Setting("eventPattern")
	for _, event := range emits.Each() {
		for _, name := range []string{"source", "detail-type"} {
			said, _ := event.Get(name).Str()
			for _, wanted := range literals(pattern.Get(name).Each()) {
				if wanted == said {
					return false
				}
			}
		}
	}
	return true
}

// emissionLimited tells whether a function's right to put events depends on what they say or on the bus: events:source,
// events:detail-type.
func emissionLimited(g *graph.Graph, fn *graph.Node) bool {
	for _, role := range rolesOf(g, fn) {
		for _, s := range role.Statements {
			if isAllow(s) && allowsAction(s, "events:PutEvents") && (len(s.Conditions.Fields()) > 0 || s.Conditions.IsUnknown()) {
				return true
			}
		}
	}
	return false
}

// reportWorkflowEchoes finds state machines that a rule starts and whose tasks put an event on the rule's own bus that
// the pattern takes: their definition says what they emit.
func reportWorkflowEchoes(p *Pass, machine *graph.Node) {
	for _, in := range p.Graph.In(machine, graph.Routes, graph.Invokes) {
		rule := in.From
		if rule.Kind != graph.Rule || rule.External || machine.External {
			continue
		}
		for _, bus := range p.Graph.In(rule, graph.Routes) {
			for _, back := range p.Graph.Out(machine, graph.Writes) {
				entry := emitted(p.Graph, rule, back)
				if back.To != bus.From || bus.From.Kind != graph.EventBus || !entry.Exists() {
					continue
				}
				p.Report(Hit{Node: machine, Severity: High, Confidence: Likely, Aliases: []string{"GRF003"}, Related: []*graph.Node{rule, bus.From}, Values: append([]graph.Value{entry}, edgePlace(in, back)...),
					Message: fmt.Sprintf("%s works off events of %s that rule %s picks, and its state %s puts an event on the same bus that the rule picks again: executions start each other without end",
						nameOf(machine), nameOf(bus.From), nameOf(rule), back.Label)})
				return
			}
		}
	}
}

// emitted finds an entry of a task whose source and detail-type, both written out, a rule's pattern takes. Patterns that
// look at more, or that do not list plain texts, may leave it out.
func emitted(g *graph.Graph, rule *graph.Node, back *graph.Edge) graph.Value {
	pattern := rule.Setting("eventPattern")
	if pattern.Kind != graph.Map || open(pattern) {
		return graph.Value{}
	}
	for _, f := range pattern.Fields() {
		if f.Name != "source" && f.Name != "detail-type" {
			return graph.Value{}
		}
	}
	for _, name := range []string{"Arguments", "Parameters"} {
		for _, entry := range back.Settings.Get(name, "Entries").Each() {
			if listed(pattern.Get("source"), entry.Get("Source")) && listed(pattern.Get("detail-type"), entry.Get("DetailType")) && onBus(g, entry, back.To) {
				return entry
			}
		}
	}
	return graph.Value{}
}

// listed tells whether a pattern's list is absent or holds a text.
func listed(list, v graph.Value) bool {
	text, known := v.Str()
	return !list.Exists() || known && slices.Contains(literals(list.Each()), text)
}

// onBus tells whether an entry names a bus: no name is the default one.
func onBus(g *graph.Graph, entry graph.Value, bus *graph.Node) bool {
	v := entry.Get("EventBusName")
	for _, ref := range v.Refs() {
		return g.Node(ref.Resource) == bus
	}
	text, known := v.Str()
	return !v.Exists() || known && (text == bus.Name || strings.HasSuffix(text, "/"+bus.Name))
}

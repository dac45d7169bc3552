package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// reportEchoes finds functions that a rule calls and that may put events on the rule's own bus, where the pattern asks
// for sources and kinds of events only: what the code emits is not in the template, and may match.
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
				if bus.From.Kind != graph.EventBus || back.To.Kind != graph.EventBus || back.Strength == graph.Wildcard {
					continue
				}
				severity, picks := Medium, "only one of source and detail-type"
				if pattern := rule.Setting("eventPattern"); pattern.Get("source").Exists() && pattern.Get("detail-type").Exists() {
					severity, picks = Low, "source and detail-type"
				}
				related, where := []*graph.Node{rule, bus.From}, "the same bus"
				if back.To != bus.From {
					forward := forwarder(p.Graph, back.To, bus.From)
					if forward == nil {
						continue
					}
					related = append(related, forward, back.To)
					where = fmt.Sprintf("%s, from where rule %s forwards them to the same bus", nameOf(back.To), nameOf(forward))
				}
				p.Report(Hit{Node: fn, Severity: severity, Confidence: Likely, Aliases: []string{"GRF003"}, Related: related, Values: append([]graph.Value{{}}, edgePlace(in, back)...),
					Message: fmt.Sprintf("%s works off events of %s that rule %s picks by %s, and puts events on %s: if what it emits matches, events go round in a circle",
						nameOf(fn), nameOf(bus.From), nameOf(rule), picks, where)})
				return
			}
		}
	}
}

// forwarder finds a rule that hands events of one bus on to another, events of applications too.
func forwarder(g *graph.Graph, from, to *graph.Node) *graph.Node {
	for _, e := range g.Out(from, graph.Routes) {
		rule := e.To
		if rule.Kind != graph.Rule || rule.External || open(rule.Setting("eventPattern")) {
			continue
		}
		sources := rule.Setting("eventPattern", "source").Each()
		if slices.ContainsFunc(sources, func(v graph.Value) bool {
			text, literal := v.Str()
			return open(v) || literal && strings.HasPrefix(text, "aws.")
		}) {
			continue
		}
		for _, on := range g.Out(rule, graph.Routes) {
			if on.To == to {
				return rule
			}
		}
	}
	return nil
}

// looselyMatched tells whether a pattern asks for sources and detail-types alone. One that excludes some leaves out what
// its author thought of.
func looselyMatched(rule *graph.Node) bool {
	pattern := rule.Setting("eventPattern")
	source, kind := pattern.Get("source"), pattern.Get("detail-type")
	if pattern.Kind != graph.Map || open(pattern) || pattern.Get("detail").Exists() || pattern.Get("resources").Exists() || !source.Exists() && !kind.Exists() {
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
		if wanted := rule.Setting("eventPattern", "source"); strings.Contains(strings.ToLower(f.Name), "source") && wanted.Exists() && !taken(wanted, f.Value) {
			return true
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
	return !slices.ContainsFunc(emits.Each(), func(event graph.Value) bool {
		return taken(pattern.Get("source"), event.Get("source")) && taken(pattern.Get("detail-type"), event.Get("detail-type"))
	})
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
// look at more than those and at the account may leave it out.
func emitted(g *graph.Graph, rule *graph.Node, back *graph.Edge) graph.Value {
	pattern := rule.Setting("eventPattern")
	if pattern.Kind != graph.Map || open(pattern) {
		return graph.Value{}
	}
	for _, f := range pattern.Fields() {
		switch f.Name {
		case "source", "detail-type", "account":
		default:
			return graph.Value{}
		}
	}
	for _, name := range []string{"Arguments", "Parameters"} {
		for _, entry := range back.Settings.Get(name, "Entries").Each() {
			if taken(pattern.Get("source"), entry.Get("Source")) && taken(pattern.Get("detail-type"), entry.Get("DetailType")) && onBus(g, entry, back.To) {
				return entry
			}
		}
	}
	return graph.Value{}
}

// taken tells whether a pattern's list is absent or surely takes a text.
func taken(list, v graph.Value) bool {
	text, known := v.Str()
	return !list.Exists() || known && slices.ContainsFunc(list.Each(), func(item graph.Value) bool { return takes(item, text) })
}

// takes tells whether one entry of a pattern's list surely takes a text: the same text, or a filter of one kind.
func takes(item graph.Value, text string) bool {
	if s, ok := item.Str(); ok {
		return s == text
	}
	if anythingBut := item.Get("anything-but"); anythingBut.Exists() {
		return !slices.ContainsFunc(anythingBut.Each(), func(v graph.Value) bool {
			s, ok := v.Str()
			return !ok || s == text
		})
	}
	for name, holds := range map[string]func(text, s string) bool{
		"prefix":             strings.HasPrefix,
		"suffix":             strings.HasSuffix,
		"equals-ignore-case": strings.EqualFold,
		"wildcard":           func(text, s string) bool { return policy.Glob(s, text) },
	} {
		if s, ok := item.Get(name).Str(); ok {
			return holds(text, s)
		}
	}
	exists, _ := item.Get("exists").Str()
	return exists == "true"
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

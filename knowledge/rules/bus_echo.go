package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// reportEchoes finds functions that a rule calls and that may put events on the rule's own bus, where the pattern asks
// for a source or a kind of event only: what the code emits is not in the template, and may match.
func reportEchoes(p *Pass, fn *graph.Node, known map[*graph.Node]bool) {
	for _, in := range p.Graph.In(fn, graph.Routes) {
		rule := in.From
		if rule.Kind != graph.Rule || rule.External || known[rule] || !looselyMatched(rule) || emitsOther(rule, fn) {
			continue
		}
		if v := mayDoOnAnything(p.Graph, fn, "events:PutEvents"); v.Exists() {
			p.Unknown(fn, v)
		}
		for _, bus := range p.Graph.In(rule, graph.Routes) {
			for _, back := range p.Graph.Out(fn, graph.Writes) {
				if back.To != bus.From || bus.From.Kind != graph.EventBus || back.Strength != graph.Certain {
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

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// reportEchoes finds functions that a rule calls, at once or through queues, topics and workflows, and that may put events
// on the rule's own bus, where the pattern asks for sources and kinds of events only: what the code emits is not in the
// template, and may match.
func reportEchoes(p *Pass, fn *graph.Node, known map[*graph.Node]bool) {
	for _, way := range waysFromRules(p.Graph, fn) {
		rule := way[0].From
		if rule.External || known[rule] || !looselyMatched(rule) || emitsOther(rule, fn) || emissionLimited(p.Graph, fn) {
			continue
		}
		if v := mayDoOnAnything(p.Graph, fn, "events:PutEvents"); v.Exists() {
			p.Unknown(fn, v)
		}
		for _, bus := range p.Graph.In(rule, graph.Routes) {
			for _, back := range p.Graph.Out(fn, graph.Writes) {
				if bus.From.Kind != graph.EventBus || back.To.Kind != graph.EventBus {
					continue
				}
				if back.Strength == graph.Wildcard && (explained(p.Graph, back) || p.choosesBus(fn)) {
					continue
				}
				if reportEcho(p, way, bus.From, back) {
					return
				}
			}
		}
	}
}

// choosesBus tells whether the environment of a function that may put events on any bus speaks of one: it is another than
// those of the template, or not known, which is recorded.
func (p *Pass) choosesBus(fn *graph.Node) bool {
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		if strings.Contains(strings.ToLower(f.Name), "bus") {
			if v := firstWithin(f.Value); v.Exists() {
				p.Unknown(fn, v)
			}
			return true
		}
	}
	return false
}

// reportEcho reports an event that comes back to the bus it came from. It is false where it does not.
func reportEcho(p *Pass, way []*graph.Edge, bus *graph.Node, back *graph.Edge) bool {
	rule, fn := way[0].From, back.From
	severity, picks := Medium, "only one of source and detail-type"
	pattern := rule.Setting("eventPattern")
	switch {
	case back.Label == "on success" && !takesResults(pattern):
		return false
	case pattern.Get("detail").Exists():
		severity, picks = Info, "what is in their detail"
	case pattern.Get("source").Exists() && pattern.Get("detail-type").Exists():
		severity, picks = Low, "source and detail-type"
	}
	related, where, through := []*graph.Node{rule, bus}, "the same bus", ""
	for i, e := range way[1:] {
		related = append(related, e.From)
		if i == 0 {
			through = " through " + nameOf(e.From)
		} else {
			through += ", " + nameOf(e.From)
		}
	}
	if back.To != bus {
		forward := forwarder(p.Graph, back.To, bus)
		if forward == nil {
			return false
		}
		related = append(related, forward, back.To)
		where = fmt.Sprintf("%s, from where rule %s forwards them to the same bus", nameOf(back.To), nameOf(forward))
	}
	p.Report(Hit{Node: fn, Severity: severity, Confidence: Likely, Aliases: []string{"GRF003"}, Related: related, Values: append([]graph.Value{{}}, edgePlace(append(way, back)...)...),
		Message: fmt.Sprintf("%s works off events of %s that rule %s picks by %s%s, and puts events on %s: if what it emits matches, events go round in a circle",
			nameOf(fn), nameOf(bus), nameOf(rule), picks, through, where)})
	return true
}

// takesResults tells whether a pattern takes what Lambda itself puts on a bus that is the destination of a function.
// Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", checked 2026-12-01.
func takesResults(pattern graph.Value) bool {
	return taken(pattern.Get("source"), graph.NewString(nil, "lambda")) &&
		taken(pattern.Get("detail-type"), graph.NewString(nil, "Lambda Function Invocation Result - Success"))
}

// longestWay bounds how many edges are followed back from a function to the rule that its events come from.
const longestWay = 4

// waysFromRules are the ways of events from rules to fn, each beginning with the rule's own edge: at once, or through
// queues, topics, pipes and workflows that filter nothing.
func waysFromRules(g *graph.Graph, fn *graph.Node) [][]*graph.Edge {
	var out [][]*graph.Edge
	been := map[*graph.Node]bool{fn: true}
	frontier := [][]*graph.Edge{nil}
	for depth := 0; depth < longestWay && len(frontier) > 0; depth++ {
		var next [][]*graph.Edge
		for _, way := range frontier {
			at := fn
			if len(way) > 0 {
				at = way[0].From
			}
			for _, in := range g.In(at, graph.Routes, graph.Polls, graph.Invokes) {
				longer := append([]*graph.Edge{in}, way...)
				switch {
				case in.From.Kind == graph.Rule:
					out = append(out, longer)
				case unfiltered(in) && !been[in.From]:
					been[in.From] = true
					next = append(next, longer)
				}
			}
		}
		frontier = next
	}
	return out
}

// unfiltered tells whether all that comes to the start of an edge goes along it.
func unfiltered(e *graph.Edge) bool {
	switch e.From.Kind {
	case graph.Queue:
		return e.Kind == graph.Polls && !e.Setting("filterCriteria").Exists()
	case graph.Topic:
		return !e.Settings.Get("FilterPolicy").Exists()
	case graph.Pipe:
		return !e.From.Setting("sourceParameters", "filterCriteria").Exists()
	case graph.StateMachine:
		return e.Kind == graph.Invokes
	}
	return false
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

// looselyMatched tells whether events of an application may match a pattern: it asks for sources or detail-types, and for
// none of AWS's. A pattern that excludes some of an application's leaves out what its author thought of.
func looselyMatched(rule *graph.Node) bool {
	pattern := rule.Setting("eventPattern")
	source, kind := pattern.Get("source"), pattern.Get("detail-type")
	if pattern.Kind != graph.Map || open(pattern) || firstWithin(pattern.Get("detail")).Exists() || pattern.Get("resources").Exists() || !source.Exists() && !kind.Exists() {
		return false
	}
	for _, v := range append(source.Each(), kind.Each()...) {
		text, literal := v.Str()
		if strings.HasPrefix(text, "aws.") || !literal && excludesOwn(v.Get("anything-but")) || open(v) {
			return false
		}
	}
	return true
}

// excludesOwn tells whether an anything-but filter excludes more than sources of AWS.
func excludesOwn(v graph.Value) bool {
	if !v.Exists() {
		return false
	}
	excluded := append(v.Each(), v.Get("prefix").Each()...)
	return slices.ContainsFunc(excluded, func(item graph.Value) bool {
		text, _ := item.Str()
		return !strings.HasPrefix(text, "aws.")
	})
}

// emitsOther tells whether a function's environment or Metadata says what it emits, and the pattern takes none of it.
func emitsOther(rule, fn *graph.Node) bool {
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		if wanted := rule.Setting("eventPattern", "source"); namesSource(f) && wanted.Exists() && !taken(wanted, f.Value) {
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

// namesSource tells whether a variable of the environment may be a source of events, and not a bucket or table that is
// the source of something.
func namesSource(f graph.Field) bool {
	name := strings.ToLower(f.Name)
	return strings.Contains(strings.ReplaceAll(name, "resource", ""), "source") && len(f.Value.Refs()) == 0
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
				if back.To != bus.From || bus.From.Kind != graph.EventBus {
					continue
				}
				entry, sure := emitted(p.Graph, rule, back)
				if !entry.Exists() {
					continue
				}
				severity, again := High, "that the rule picks again: executions start each other without end"
				if !sure {
					severity, again = Medium, "whose source or detail-type the input tells: where the rule picks it again, executions start each other without end"
				}
				p.Report(Hit{Node: machine, Severity: severity, Confidence: Likely, Aliases: []string{"GRF003"}, Related: []*graph.Node{rule, bus.From}, Values: append([]graph.Value{entry}, edgePlace(in, back)...),
					Message: fmt.Sprintf("%s works off events of %s that rule %s picks, and its state %s puts an event on the same bus %s",
						nameOf(machine), nameOf(bus.From), nameOf(rule), back.Label, again)})
				return
			}
		}
	}
}

// emitted finds an entry of a task that a rule's pattern takes by its source and detail-type; sure is false where the
// input of the task tells one of them. Patterns that look at more than those and at the account may leave it out.
func emitted(g *graph.Graph, rule *graph.Node, back *graph.Edge) (entry graph.Value, sure bool) {
	pattern := rule.Setting("eventPattern")
	if pattern.Kind != graph.Map || open(pattern) {
		return graph.Value{}, false
	}
	for _, f := range pattern.Fields() {
		switch f.Name {
		case "source", "detail-type", "account":
		default:
			return graph.Value{}, false
		}
	}
	for _, name := range []string{"Arguments", "Parameters"} {
		for _, entry := range back.Settings.Get(name, "Entries").Each() {
			if !onBus(g, entry, back.To) {
				continue
			}
			source, sourceSure := takenOrTold(pattern.Get("source"), entry, "Source")
			kind, kindSure := takenOrTold(pattern.Get("detail-type"), entry, "DetailType")
			if source && kind {
				return entry, sourceSure && kindSure
			}
		}
	}
	return graph.Value{}, false
}

// takenOrTold tells whether a pattern's list takes, or may take, a field of an entry: it may where the input of the task
// tells what it is.
func takenOrTold(list, entry graph.Value, field string) (may, sure bool) {
	if taken(list, entry.Get(field)) {
		return true, true
	}
	text, _ := entry.Get(field).Str()
	return entry.Get(field+".$").Exists() || strings.HasPrefix(text, "{%"), false
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

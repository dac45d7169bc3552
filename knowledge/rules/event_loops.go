package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// reportOwnLogs finds functions that a subscription calls with all lines of their own log: each call writes new ones.
func reportOwnLogs(p *Pass, fn *graph.Node) {
	for _, in := range p.Graph.In(fn, graph.Routes) {
		group, pattern := in.From, in.Settings.Get("FilterPattern")
		if text, known := pattern.Str(); group.Kind != graph.LogGroup || pattern.Exists() && (!known || strings.TrimSpace(text) != "") {
			continue
		}
		for _, own := range p.Graph.Out(group, graph.Logs) {
			if own.To == fn {
				p.Report(Hit{Node: fn, Confidence: weaker(in, own), Related: []*graph.Node{group}, RelatedResources: []*graph.Resource{in.Via}, Values: append([]graph.Value{{}}, edgePlace(in)...),
					Message: fmt.Sprintf("%s is subscribed to its own log group %s, whatever the lines say: each run logs, and so calls it again", nameOf(fn), nameOf(group)),
					Fix:     "Subscribe the function to the log groups of others, or take its own lines out by FilterPattern."})
				return
			}
		}
	}
}

// loopsThrough finds for each way events reach fn the shortest way back to where they came from. A loop begins
// with the edge that reaches fn.
func loopsThrough(g *graph.Graph, fn *graph.Node) [][]*graph.Edge {
	var out [][]*graph.Edge
	for _, in := range g.In(fn, graph.Polls, graph.Routes, graph.Invokes) {
		if !carries(g, in, fn) || in.From == fn || in.Strength == graph.Wildcard && explained(g, in) {
			continue
		}
		if back := wayTo(g, fn, in); back != nil {
			out = append(out, append([]*graph.Edge{in}, back...))
		}
	}
	return out
}

// longestLoop bounds the search: longer loops are not made by mistake in one system.
const longestLoop = 8

// wayTo is the shortest way of events from fn to the start of in.
func wayTo(g *graph.Graph, fn *graph.Node, in *graph.Edge) []*graph.Edge {
	came := map[*graph.Node]*graph.Edge{fn: nil}
	frontier := []*graph.Node{fn}
	for depth := 0; depth < longestLoop && len(frontier) > 0; depth++ {
		var next []*graph.Node
		for _, n := range frontier {
			for _, e := range g.Out(n, graph.Polls, graph.Routes, graph.Invokes, graph.Writes, graph.FailsTo) {
				if _, been := came[e.To]; been || e.Kind == graph.FailsTo && !failsBack(e, in) || !carries(g, e, fn) || e.Strength == graph.Wildcard && (e.To != in.From || explained(g, e)) {
					continue
				}
				if overwritten(g, n, e, in) || came[n] != nil && overwritten(g, came[n].From, came[n], e) {
					continue
				}
				came[e.To] = e
				if e.To == in.From {
					return pathBack(came, e.To)
				}
				next = append(next, e.To)
			}
		}
		frontier = next
	}
	return nil
}

// failsBack tells whether e is where a function's failed events go, and it is what calls the function with them: by in.
func failsBack(e, in *graph.Edge) bool {
	return e.From == in.To && e.To == in.From && in.Kind == graph.Routes && e.To.Kind == graph.Topic
}

// explained tells whether a wildcard grant is there for another thing of the kind, which the writer names.
func explained(g *graph.Graph, e *graph.Edge) bool {
	for _, other := range g.Out(e.From, graph.Writes, graph.Invokes) {
		if other.To != e.To && other.To.Kind == e.To.Kind && other.Strength != graph.Wildcard {
			return true
		}
	}
	return false
}

func pathBack(came map[*graph.Node]*graph.Edge, to *graph.Node) []*graph.Edge {
	var path []*graph.Edge
	for e := came[to]; e != nil; e = came[e.From] {
		path = append([]*graph.Edge{e}, path...)
	}
	return path
}

// carries tells whether events of fn may go along the edge. What is filtered is taken to stop there.
func carries(g *graph.Graph, e *graph.Edge, fn *graph.Node) bool {
	switch e.To.Kind {
	case graph.StateMachine:
		return !runsTask(g, e.To, e.From) // a function that starts its own workflow anew ends the history of the old one
	case graph.Firehose:
		return false
	case graph.WebSocketAPI: // posting to a connection causes no event
		return false
	}
	switch e.Kind {
	case graph.Polls:
		return !stopsOwnWrites(g, e, fn) && !e.To.Setting("sourceParameters", "filterCriteria").Exists()
	case graph.Routes:
		switch e.From.Kind {
		case graph.Topic:
			return !e.Settings.Get("FilterPolicy").Exists()
		case graph.EventBus:
			return e.To.Kind == graph.Rule && takesOwnEvents(e.To, fn)
		case graph.Bucket:
			return e.To.Kind != graph.EventBus // the rule that names the bucket has an edge of its own
		case graph.LogGroup, graph.Secret:
			return false
		}
	case graph.Writes:
		switch e.Label {
		case "access logs", "replication", "file system":
			return false
		}
	}
	return true
}

// runsTask tells whether a state machine calls a function.
func runsTask(g *graph.Graph, machine, fn *graph.Node) bool {
	for _, e := range g.Out(machine, graph.Invokes) {
		if e.To == fn {
			return true
		}
	}
	return false
}

// takesOwnEvents tells whether a rule surely takes what fn puts on its bus: it takes everything, or its source
// is among the values of fn's environment.
func takesOwnEvents(rule, fn *graph.Node) bool {
	pattern := rule.Setting("eventPattern")
	if pattern.Kind != graph.Map {
		return false
	}
	if !pattern.Get("source").Exists() {
		return !pattern.Get("detail-type").Exists() && !pattern.Get("detail").Exists() && !pattern.Get("resources").Exists()
	}
	own := map[string]bool{}
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		if s, ok := f.Value.Str(); ok && s != "" {
			own[s] = true
		}
	}
	for _, s := range literals(pattern.Get("source").Each()) {
		if own[s] && !pattern.Get("detail-type").Exists() && !pattern.Get("detail").Exists() {
			return true
		}
	}
	return false
}

func loopKey(loop []*graph.Edge) string {
	least := 0
	for i, e := range loop {
		if e.From.ID < loop[least].From.ID {
			least = i
		}
	}
	var ids []string
	for i := range loop {
		ids = append(ids, loop[(least+i)%len(loop)].From.ID)
	}
	return strings.Join(ids, "\x00")
}

package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// The checks of this file keep what is written from vanishing: a part of a description that the generated code
// could not hold is refused rather than left out.

// nearestJoin names the arrows that leave or reach the two kinds, for refusals that nobody wrote words for.
func nearestJoin(from, to *node) string {
	if m, ok := language().arrows[[2]graph.Kind{from.kind, to.kind}]; ok {
		return from.id + " -> " + to.id + ", which means " + string(m.kind)
	}
	if _, ok := language().arrows[[2]graph.Kind{to.kind, from.kind}]; ok {
		return to.id + " -> " + from.id
	}
	var targets []string
	for pair := range language().arrows {
		if pair[0] == from.kind {
			targets = append(targets, string(from.kind)+" -> "+string(pair[1]))
		}
	}
	if len(targets) == 0 {
		for pair := range language().arrows {
			if pair[1] == from.kind {
				targets = append(targets, string(pair[0])+" -> "+string(from.kind))
			}
		}
	}
	none := len(targets) == 0
	for verb, pairs := range language().verbs {
		for _, p := range pairs {
			if none && (p[0] == from.kind || p[1] == from.kind) {
				targets = append(targets, string(p[0])+" "+string(verb)+" "+string(p[1]))
			}
		}
	}
	return strings.Join(sorted(targets), ", ")
}

func (d *draft) refuseDoubled() error {
	type key struct {
		from, to *node
		kind     graph.EdgeKind
		label    string
	}
	seen := map[key]bool{}
	for _, e := range d.edges {
		k := key{e.from, e.to, e.kind, e.label}
		if seen[k] && e.kind != graph.Invokes { // routes have words of their own
			return refusal(e.at, "write it once", "%s %s %s is written twice", e.from.id, e.kind, e.to.id)
		}
		seen[k] = true
	}
	return nil
}

// maxTargets is how many targets EventBridge lets a rule have. Source: EventBridge quotas, "Targets per rule",
// checked 2026-11-23.
const maxTargets = 5

func (d *draft) refuseRules() error {
	for _, r := range d.ofKind(graph.Rule) {
		if buses := d.in(r, graph.Routes); len(buses) > 1 {
			return refusal(buses[1].at, "one rule for each bus", "the rule %s listens on %d buses", r.id, len(buses))
		}
		if !r.has("EventPattern") {
			return refusal(r.at, "source and detailType of the events, such as {kind: rule, source: orders, detailType: OrderPlaced}", "the rule %s says for no event that it is meant", r.id)
		}
		targets := d.out(r, graph.Routes)
		if len(targets) > maxTargets {
			return refusal(targets[maxTargets].at, "a second rule with the same pattern", "the rule %s has %d targets; EventBridge allows %d", r.id, len(targets), maxTargets)
		}
		if len(targets) == 0 {
			return refusal(r.at, r.id+" -> function", "the rule %s leads nowhere", r.id)
		}
		for _, e := range targets {
			if e.to.truth("FifoQueue") || e.to.truth("FifoTopic") {
				return refusal(e.at, "a standard "+string(e.to.kind), "%s -> %s: the generator writes no message groups for events", r.id, e.to.id)
			}
		}
	}
	return nil
}

// refuseCallers finds functions whose events would come in two forms: a handler reads one.
func (d *draft) refuseCallers() error {
	for _, fn := range d.ofKind(graph.Function) {
		var first *edge
		if fn.own() {
			continue
		}
		for _, e := range d.in(fn, graph.Invokes, graph.Polls, graph.Routes) {
			if first != nil && e.from.kind != first.from.kind {
				return refusal(e.at, "one function for each kind of caller", "%s is called by %s and by %s, whose events differ in form", fn.id, first.from.id, e.from.id)
			}
			if first == nil {
				first = e
			}
		}
	}
	return nil
}

// refuseForms finds queues and topics whose messages are partly EventBridge events and partly the plain thing that a
// function sends: the handler behind them reads one form.
func (d *draft) refuseForms() error {
	if d.bare() { // what exists reads the forms that it gets
		return nil
	}
	for _, n := range d.ofKind(graph.Queue, graph.Topic) {
		if readers := d.out(n, graph.Polls); n.kind == graph.Queue && len(readers) > 1 {
			return refusal(readers[1].at, "a queue for each reader, behind a topic or rule", "%s has two readers, %s and %s: each message would reach one of them only", n.id, readers[0].to.id, readers[1].to.id)
		}
		var first *edge
		for _, e := range d.feeds(n, map[*node]bool{}) {
			if first != nil && (first.from.kind == graph.Rule) != (e.from.kind == graph.Rule) {
				return refusal(e.at, "a "+string(n.kind)+" for each, or the function puts events on the rule's bus",
					"%s gets events from rules and plain messages from functions (%s and %s)", n.id, first.from.id, e.from.id)
			}
			if first == nil {
				first = e
			}
		}
	}
	return nil
}

// feeds lists the edges by which rules and functions fill a queue or topic, through topics too.
func (d *draft) feeds(n *node, seen map[*node]bool) []*edge {
	if seen[n] {
		return nil
	}
	seen[n] = true
	var out []*edge
	for _, e := range d.in(n, graph.Routes, graph.Writes) {
		if e.from.kind == graph.Topic {
			out = append(out, d.feeds(e.from, seen)...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// refuseFailures finds failure targets that nothing would ever use.
func (d *draft) refuseFailures() error {
	for _, n := range d.ofKind(graph.Function, graph.Rule, graph.Topic, graph.Schedule) {
		fails := d.out(n, graph.FailsTo)
		if len(fails) > 1 {
			return refusal(fails[1].at, "one failure queue", "%s has %d failure queues", n.id, len(fails))
		}
		if n.kind != graph.Function && len(fails) > 0 && len(d.out(n, graph.Routes)) == 0 {
			return refusal(fails[0].at, n.id+" -> function", "%s failsTo %s, but %s has no target that could fail", n.id, fails[0].to.id, n.id)
		}
		if n.kind != graph.Function || n.own() || len(fails) == 0 || len(d.in(n, graph.Routes)) > 0 || d.readsStream(n) {
			continue
		}
		nearest := "leave it out: the caller sees the failure"
		if len(d.in(n, graph.Polls)) > 0 {
			nearest = "the source queue failsTo " + fails[0].to.id
		}
		return refusal(fails[0].at, nearest, "%s failsTo %s cannot work: nothing calls %s asynchronously, and only such calls have a failure destination", n.id, fails[0].to.id, n.id)
	}
	return nil
}

func (d *draft) refusePools() error {
	for _, api := range d.ofKind(graph.HTTPAPI, graph.RestAPI, graph.GraphQLAPI) {
		pools := d.out(api, graph.Authorizes)
		if len(pools) > 1 {
			return refusal(pools[1].at, "one user pool with groups", "%s has %d user pools", api.id, len(pools))
		}
		if way, ok := api.getExtra("authorizer").Str(); ok && way != "cognito" && len(pools) > 0 {
			return refusal(pools[0].at, "leave authorizer out of "+api.id, "%s has the user pool %s, but its authorizer is %s", api.id, pools[0].to.id, way)
		}
	}
	return nil
}

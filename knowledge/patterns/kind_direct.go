package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Direct integrations: an API that hands a request to a queue, a table or an Express workflow without a function
// between. Their edges carry a route, as calls of functions do.
var _ = learn(func(g *grammar) {
	g.arrows[[2]graph.Kind{graph.HTTPAPI, graph.Queue}] = sends
	g.arrows[[2]graph.Kind{graph.RestAPI, graph.Table}] = sends
	g.arrows[[2]graph.Kind{graph.RestAPI, graph.StateMachine}] = calls
	g.impossible[[2]graph.Kind{graph.RestAPI, graph.Queue}] = [2]string{"the generator writes direct integrations with SQS for HTTP APIs", "httpApi POST /path -> queue"}
	g.impossible[[2]graph.Kind{graph.HTTPAPI, graph.StateMachine}] = [2]string{
		"an HTTP API answers 200 also where the workflow failed", "restApi POST /path -> stateMachine, or httpApi POST /path -> function -> stateMachine"}
})

// routed tells whether an edge is a route of an API.
func (e *edge) routed() bool {
	return (e.from.kind == graph.HTTPAPI || e.from.kind == graph.RestAPI) && e.kind != graph.Authorizes
}

// streams tells whether a route hands a function's answer on while it is still being written.
func (e *edge) streams() bool {
	on, _ := e.get("Integration").Get("ResponseTransferMode").Str()
	return on == "STREAM"
}

// refuseStreams finds streamed answers that the generator has no handler for.
func (d *draft) refuseStreams() error {
	for _, e := range d.pick(func(e *edge) bool { return e.streams() }, nil) {
		method, _, _ := strings.Cut(e.label, " ")
		if e.to.own() {
			continue
		}
		if method != "GET" || !namesOne(e.label) || len(d.out(e.to, graph.Reads)) == 0 {
			return refusal(e.at, e.from.id+" GET /reports/{id} -> "+e.to.id+", "+e.to.id+" reads table", "%s %s -> %s: the generator streams the items of a table", e.from.id, e.label, e.to.id)
		}
	}
	return nil
}

// namesOne tells whether a route's path ends in the name of one thing: /orders/{id}.
func namesOne(label string) bool {
	return strings.HasSuffix(label, "}") && !strings.HasSuffix(label, "+}")
}

// routesOf lists the routes of an API, whatever they lead to.
func (d *draft) routesOf(api *node) []*edge {
	return d.pick(func(e *edge) bool { return e.from == api && e.routed() }, nil)
}

// methodsOf are the methods that a direct integration is written for, by what it leads to.
var methodsOf = map[graph.Kind][]string{graph.Queue: {"POST", "PUT"}, graph.Table: {"POST", "GET", "DELETE"}, graph.StateMachine: {"POST", "PUT"}}

// readMethod makes a direct integration read where its method asks, and refuses methods that it has no meaning for.
func (e *edge) readMethod() error {
	allowed := methodsOf[e.to.kind]
	if !e.routed() || allowed == nil {
		return nil
	}
	method, path, _ := strings.Cut(e.label, " ")
	if !contains(allowed, method) {
		return refusal(e.at, strings.Join(allowed, ", ")+", or a function between them", "%s %s -> %s: the generator writes no direct integration of %s with a %s", e.from.id, e.label, e.to.id, method, e.to.kind)
	}
	if e.to.kind != graph.Table {
		return nil
	}
	named := namesOne(e.label)
	switch {
	case method == "POST" && named:
		return refusal(e.at, "POST "+path[:strings.LastIndex(path, "/")], "%s %s -> %s: the key of a new item comes from the body", e.from.id, e.label, e.to.id)
	case method != "POST" && !named:
		return refusal(e.at, method+" "+strings.TrimSuffix(path, "/")+"/{id}", "%s %s -> %s: the path does not say which item is meant", e.from.id, e.label, e.to.id)
	case method == "GET":
		e.kind = graph.Reads
	}
	return nil
}

// refuseDirect finds direct integrations that AWS would refuse, or that the generator could not write whole.
func (d *draft) refuseDirect() error {
	for _, e := range d.pick(func(e *edge) bool { return e.routed() }, nil) {
		switch {
		case e.to.kind == graph.Queue && e.to.truth("FifoQueue"):
			return refusal(e.at, "a standard queue, or a function between them", "%s -> %s: the generator writes no message groups for requests", e.from.id, e.to.id)
		case e.to.kind == graph.Table && e.to.getExtra("sortKey").Exists():
			return refusal(e.at, "a table without sortKey, or a function between them", "%s -> %s: the path names one key, but the table has two", e.from.id, e.to.id)
		case e.to.kind == graph.Table && e.to.getExtra("key").Exists() && !idForm().MatchString(e.to.getExtra("key").String()):
			return refusal(e.at, "a key of letters and digits such as itemId", "%s -> %s: a mapping template cannot name the key %q", e.from.id, e.to.id, clip(e.to.getExtra("key").String()))
		case e.to.kind == graph.StateMachine:
			t, _ := e.to.getExtra("type").Str()
			if t != "express" {
				return refusal(e.at, "{kind: stateMachine, type: express}, or a function that starts "+e.to.id, "%s -> %s cannot work: only an Express workflow can be waited for", e.from.id, e.to.id)
			}
			if limit, ok := e.to.getExtra("timeout").Int(); ok && limit > apiLongest {
				return refusal(e.at, "timeout: 29 or less", "%s may run %d s, but %s gives up after 29 s", e.to.id, limit, e.from.id)
			}
		}
	}
	return nil
}

// apiLongest is how long an API waits at least for what it calls, in seconds. Source: API Gateway developer guide,
// "Quotas for configuring and running a REST API", checked 2026-11-23.
const apiLongest = 29

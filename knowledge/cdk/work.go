package cdk

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// trigger is how a function is called: it decides the handler's shape.
type trigger string

const (
	triggerHTTP    trigger = "http"    // HTTP API, payload version 2
	triggerREST    trigger = "rest"    // REST API, proxy integration
	triggerQueue   trigger = "queue"   // SQS batch
	triggerEvent   trigger = "event"   // EventBridge event
	triggerTopic   trigger = "topic"   // SNS event with one record
	triggerStream  trigger = "stream"  // batch of a Kinesis stream
	triggerTable   trigger = "table"   // batch of a table's stream
	triggerAnswer  trigger = "answer"  // REST API, answer streamed
	triggerSocket  trigger = "socket"  // route of a WebSocket API
	triggerObjects trigger = "objects" // step of a workflow, for some objects of a bucket
	triggerEnrich  trigger = "enrich"  // enrichment of a pipe
	triggerDurable trigger = "durable" // EventBridge event, its steps remembered
	triggerPlain   trigger = "plain"   // anything else: the event as it is
)

// work is what a handler does, read off the graph: what calls it, what it gets, where that goes. It is the same for
// every language of handlers.
type work struct {
	fn            *graph.Node
	file          string // name without ending
	trigger       trigger
	service       string
	event         string  // name of the thing that is worked on: Work, OrderPlaced
	key           string  // the field that names one piece of work, or the group it belongs to
	second        string  // with key, names one piece of work; "" where key alone does
	fifo          bool    // the queue keeps the order of each group
	fields        []field // fields of the thing, the key first
	envelope      string  // what wraps the thing in a queue message: "", "event" (a rule's) or "topic"
	routes        []route
	url           bool // called by an address of its own
	writes        []*graph.Node
	reads         []*graph.Node
	memory        *graph.Node // the idempotency table, nil if none
	crowded       bool        // several calls run in one environment at the same time
	waits         bool        // a workflow waits for an answer: the work has a token
	undoes        bool        // the step takes back what an earlier one did
	answers       *graph.Node // the workflow that the handler answers, nil if none
	due           string      // the field that says when a schedule starts the work, "" where none is made
	parksFailures bool        // such a schedule leaves what could not be started in a queue
	tenant        string      // the key field that the caller's tenant fills, "" where tenants are not told apart
	deposits      *graph.Node // the bucket that keeps the thing while a message names it
	collects      *graph.Node // the bucket that has the thing which a message names
	pipe          *graph.Node // the pipe whose records the handler adds to
	object        bool        // the thing is an object that came into a bucket
	keep          int         // seconds for which a piece of work is remembered
	source        string      // source of the events it publishes
	kind          string      // detail type of the events it publishes
}

type field struct{ name, typ string }

// jsonType is the field's type in a JSON schema.
func (f field) jsonType() string {
	switch f.typ {
	case "number", "integer", "boolean":
		return f.typ
	}
	return "string"
}

type route struct{ method, path string }

// param is the name of the route's last path parameter, "" if it has none.
func (r route) param() string {
	i, j := strings.LastIndexByte(r.path, '{'), strings.LastIndexByte(r.path, '}')
	if i < 0 || j < i {
		return ""
	}
	return strings.TrimSuffix(r.path[i+1:j], "+")
}

// body tells whether the route brings a thing to work on; else it asks for one.
func (r route) body() bool {
	return r.method != "GET" && r.method != "DELETE" && r.method != "HEAD" && r.method != "OPTIONS"
}

// takesBody tells whether one of the routes brings a thing to work on.
func (w work) takesBody() bool { return slices.ContainsFunc(w.routes, route.body) }

// creates tells whether the handler answers POST requests with a new item.
func (w work) creates() bool {
	return slices.ContainsFunc(w.routes, func(r route) bool { return r.method == "POST" })
}

// works lists the handlers of a graph, in its order.
func works(g *graph.Graph, service string) []work {
	var out []work
	for _, fn := range g.OfKind(graph.Function) {
		if !fn.External && !ownCode(fn) {
			out = append(out, workOf(g, fn, service))
		}
	}
	return out
}

func workOf(g *graph.Graph, fn *graph.Node, service string) work {
	w := work{fn: fn, file: kebab(fn.ID), service: service, trigger: triggerPlain, event: "Work", key: "id", keep: 86400}
	for _, e := range g.In(fn) {
		switch {
		case e.Kind == graph.Invokes && (e.From.Kind == graph.HTTPAPI || e.From.Kind == graph.RestAPI):
			w.trigger = triggerHTTP
			switch {
			case streams(e):
				w.trigger = triggerAnswer
			case e.From.Kind == graph.RestAPI:
				w.trigger = triggerREST
			}
			method, path, _ := strings.Cut(e.Label, " ")
			w.routes = append(w.routes, route{method, path})
		case e.Kind == graph.Invokes && e.From.Kind == graph.FunctionURL:
			w.trigger, w.url, w.routes = triggerHTTP, true, append(w.routes, route{"POST", "/"})
		case e.Kind == graph.Invokes && e.From.Kind == graph.WebSocketAPI:
			w.trigger, w.routes = triggerSocket, append(w.routes, route{"", e.Label})
		case e.Kind == graph.Invokes && e.From.Kind == graph.Pipe:
			w.enriches(g, e.From)
		case e.Kind == graph.Invokes && e.From.Kind == graph.StateMachine:
			w.asStep(e.From)
			w.undoes = undoes(g, fn)
		case e.Kind == graph.Polls && e.From.Kind == graph.Queue:
			w.trigger = triggerQueue
			w.fifo = isTrue(e.From.Setting("fifoQueue"))
			if kept, ok := e.From.Setting("messageRetentionPeriod").Int(); ok {
				w.keep = kept
			}
			for _, feed := range g.In(e.From, graph.Routes) {
				w.envelope = envelopeOf(g, feed)
			}
		case e.Kind == graph.Polls && e.From.Kind == graph.Stream:
			w.trigger = triggerStream
		case e.Kind == graph.Polls && e.From.Kind == graph.Table:
			w.trigger = triggerTable
		case e.Kind == graph.Routes && e.From.Kind == graph.Rule:
			w.trigger = triggerEvent
		case e.Kind == graph.Routes && e.From.Kind == graph.Topic:
			w.trigger, w.envelope = triggerTopic, fedByRule(g, e.From)
		}
	}
	w.outputs(g)
	w.thing(g)
	w.stepFields()
	w.asStarter()
	w.asPlanner(g)
	w.claims(g)
	w.crowded = fn.Setting("capacityProviderConfig").Exists()
	if fn.Setting("durableConfig").Exists() {
		w.trigger = triggerDurable
	}
	if isolated(fn) && w.second != "" {
		w.tenant, w.key, w.second, w.fields = w.key, w.second, "", w.fields[1:]
	}
	return w
}

func (w *work) outputs(g *graph.Graph) {
	seen := map[*graph.Node]bool{}
	for _, e := range g.Out(w.fn, graph.Writes, graph.Reads, graph.Invokes) {
		switch {
		case e.Kind == graph.Invokes && e.To.Kind != graph.StateMachine:
		case e.Kind == graph.Writes && e.To.Kind == graph.StateMachine:
			w.answers = e.To
		case spelled(e.To.Setting("role")) == "idempotency":
			w.memory = e.To
		case spelled(e.To.Setting("role")) == "connections" && pushes(g, w.fn):
			w.reads = append(w.reads, e.To) // written only to forget who is gone
		case e.Kind == graph.Reads:
			w.reads = append(w.reads, e.To)
		case !seen[e.To]:
			seen[e.To] = true
			w.writes = append(w.writes, e.To)
		}
	}
	// What keeps the thing comes first: nobody is told of what could not be kept.
	slices.SortStableFunc(w.writes, func(a, b *graph.Node) int { return announces(a) - announces(b) })
}

// announces is 0 for a node that keeps what is written to it, and 1 for one that passes it on.
func announces(n *graph.Node) int {
	if n.Kind == graph.Table || n.Kind == graph.Bucket {
		return 0
	}
	return 1
}

// pushes tells whether a function sends to those who are connected to a WebSocket API.
func pushes(g *graph.Graph, fn *graph.Node) bool {
	for _, e := range g.Out(fn, graph.Writes) {
		if e.To.Kind == graph.WebSocketAPI {
			return true
		}
	}
	return false
}

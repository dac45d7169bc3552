package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// writtenKinds are the words a description may join two nodes with.
var writtenKinds = map[graph.EdgeKind]graph.Mode{
	graph.Polls: graph.Poll, graph.Invokes: graph.Sync, graph.Routes: graph.Async, graph.Writes: "", graph.Reads: "",
	graph.FailsTo: graph.Async, graph.Authorizes: "",
}

// meaning is what an arrow between two kinds of node says.
type meaning struct {
	kind graph.EdgeKind
	mode graph.Mode
}

var (
	calls    = meaning{graph.Invokes, graph.Sync}
	polls    = meaning{graph.Polls, graph.Poll}
	routes   = meaning{graph.Routes, graph.Async}
	sends    = meaning{graph.Writes, ""}
	looksUp  = meaning{graph.Reads, ""}
	sureness = meaning{graph.Authorizes, ""}
)

func basicArrows() map[[2]graph.Kind]meaning {
	return map[[2]graph.Kind]meaning{
		{graph.HTTPAPI, graph.Function}:  calls,
		{graph.RestAPI, graph.Function}:  calls,
		{graph.RestAPI, graph.UserPool}:  sureness,
		{graph.Function, graph.Queue}:    sends,
		{graph.Function, graph.Topic}:    sends,
		{graph.Function, graph.EventBus}: sends,
		{graph.Function, graph.Table}:    sends,
		{graph.Queue, graph.Function}:    polls,
		{graph.HTTPAPI, graph.UserPool}:  sureness,
		{graph.Topic, graph.Queue}:       routes,
		{graph.Topic, graph.Function}:    routes,
		{graph.EventBus, graph.Rule}:     routes,
		{graph.Rule, graph.Function}:     routes,
		{graph.Rule, graph.Queue}:        routes,
		{graph.Rule, graph.Topic}:        routes,
	}
}

func basicVerbs() map[graph.EdgeKind][][2]graph.Kind {
	return map[graph.EdgeKind][][2]graph.Kind{
		graph.Reads:   {{graph.Function, graph.Table}},
		graph.Writes:  {{graph.Function, graph.Table}, {graph.Function, graph.Queue}, {graph.Function, graph.Topic}, {graph.Function, graph.EventBus}},
		graph.FailsTo: {{graph.Queue, graph.Queue}, {graph.Function, graph.Queue}, {graph.Rule, graph.Queue}, {graph.Topic, graph.Queue}},
	}
}

func (d *draft) readEdges() error {
	for _, spec := range d.blueprint.Edges {
		from, to := d.byID[spec.From], d.byID[spec.To]
		if from == nil {
			return d.unknownNode(spec, spec.From)
		}
		if to == nil {
			return d.unknownNode(spec, spec.To)
		}
		m, err := join(spec, from, to)
		if err != nil {
			return err
		}
		e := d.connect(from, to, m.kind, m.mode, spec.at)
		if err := e.readLabel(spec); err != nil {
			return err
		}
		for _, s := range spec.settings {
			v, err := d.value(s.node, s.at)
			if err != nil {
				return err
			}
			if err := e.read(s.name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *draft) unknownNode(spec EdgeSpec, name string) error {
	var ids []string
	for _, n := range d.nodes {
		ids = append(ids, n.id)
	}
	err := wrong(spec.at, "a node of the sketch", "the edge names %q, which is no node", clip(name)).(*InputError)
	if near := nearest(name, ids, 1); len(near) > 0 {
		err.Nearest = near[0]
	}
	return err
}

func join(spec EdgeSpec, from, to *node) (meaning, error) {
	pair := [2]graph.Kind{from.kind, to.kind}
	m, ok := language().arrows[pair]
	if spec.Kind == graph.Invokes && from.own() && to.kind == graph.Function { // its code waits for the other, whatever we think of it
		return calls, nil
	}
	if spec.Kind == "" {
		if !ok {
			return m, cannotJoin(spec, from, to)
		}
		return m, nil
	}
	if ok && m.kind == spec.Kind {
		return m, nil
	}
	for _, p := range language().verbs[spec.Kind] {
		if p == pair {
			return meaning{spec.Kind, writtenKinds[spec.Kind]}, nil
		}
	}
	return m, cannotJoin(spec, from, to)
}

var routeForm = lazy.Regexp(`^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (/[A-Za-z0-9._~{}+/-]*)$`)

// readLabel checks what stands between the nodes: a route for an API, nothing for the rest.
func (e *edge) readLabel(spec EdgeSpec) error {
	if e.from.kind == graph.WebSocketAPI {
		return e.readSocketRoute(spec)
	}
	if e.from.kind == graph.GraphQLAPI {
		return e.readField(spec)
	}
	isRoute := e.routed()
	switch {
	case isRoute && !routeForm().MatchString(spec.Label):
		return wrong(spec.at, `a method and a path, such as "api POST /orders -> intake"`, "the route %q", clip(spec.Label))
	case !isRoute && spec.Label != "":
		return wrong(spec.at, `an edge such as "orders -> worker"`, "%q between %s and %s", clip(spec.Label), e.from.id, e.to.id)
	}
	e.label = spec.Label
	return e.readMethod()
}

// bounds are the property a setting is written to and the values it may have.
type bounds struct {
	property  string
	low, high int
}

func basicEdgeSettings() map[graph.EdgeKind]map[string]bounds {
	return map[graph.EdgeKind]map[string]bounds{
		graph.Polls: {
			"batchSize":                      {"BatchSize", 1, 10000},
			"maximumBatchingWindowInSeconds": {"MaximumBatchingWindowInSeconds", 0, 300},
			"maximumConcurrency":             {"MaximumConcurrency", 2, 1000},
			"maximumRetryAttempts":           {"MaximumRetryAttempts", 0, 10000},
		},
		graph.FailsTo: {"maxReceiveCount": {"maxReceiveCount", 1, 1000}},
		graph.Routes: {
			"maximumEventAgeInSeconds": {"MaximumEventAgeInSeconds", 60, 86400},
			"maximumRetryAttempts":     {"MaximumRetryAttempts", 0, 185},
		},
	}
}

// takes tells whether the two ends of an edge let it have a setting that others of its kind have.
func (e *edge) takes(name string) bool {
	if e.to.kind == graph.Pipe && !isStream(e.from) {
		return false
	}
	switch name {
	case "maxReceiveCount":
		return e.from.kind == graph.Queue
	case "maximumEventAgeInSeconds":
		return e.from.kind == graph.Rule || e.from.kind == graph.Schedule
	case "maximumRetryAttempts":
		return e.from.kind == graph.Rule || e.from.kind == graph.Schedule || isStream(e.from)
	case "maximumRecordAgeInSeconds", "parallelizationFactor":
		return isStream(e.from)
	case "maximumConcurrency":
		return e.from.kind == graph.Queue
	}
	return true
}

func (e *edge) read(name string, v graph.Value) error {
	if name == "filter" && e.to.kind == graph.Pipe {
		return e.readPipeFilter(v)
	}
	if name == "filters" && e.kind == graph.Polls && e.to.kind == graph.Function {
		return e.readFilters(v)
	}
	if name == "filter" && e.from.kind == graph.Topic && e.kind == graph.Routes {
		return e.readFilter(v)
	}
	if name == "rawMessageDelivery" && e.from.kind == graph.Topic && e.to.kind == graph.Queue {
		if on, ok := v.Truth(); ok {
			e.set("RawMessageDelivery", graph.NewBool(v.At, on))
			return nil
		}
		return wrong(*v.At, "true or false", "%s of %s -> %s is %s", name, e.from.id, e.to.id, clip(v.String()))
	}
	if name == "transform" && e.from.kind == graph.Rule && e.kind == graph.Routes {
		return e.readTransform(v)
	}
	if name == "stream" && e.from.kind == graph.RestAPI && e.to.kind == graph.Function {
		on, ok := v.Truth()
		if !ok {
			return wrong(*v.At, "true or false", "stream of %s -> %s is %s", e.from.id, e.to.id, clip(v.String()))
		}
		if on {
			e.set("Integration", graph.NewMap(v.At, field("ResponseTransferMode", graph.NewString(v.At, "STREAM"))))
		}
		return nil
	}
	if e.from.kind == graph.StateMachine && e.kind == graph.Invokes {
		if known, err := e.readStep(name, v); known {
			return err
		}
	}
	if known, err := e.readMapping(name, v); known {
		return err
	}
	allowed := language().edgeSettings[e.kind]
	s, ok := allowed[name]
	if !ok || !e.takes(name) {
		var names []string
		for n := range allowed {
			if e.takes(n) {
				names = append(names, n)
			}
		}
		if e.from.kind == graph.Topic && e.kind == graph.Routes || e.to.kind == graph.Pipe {
			names = append(names, "filter")
		}
		if e.kind == graph.Polls && e.to.kind == graph.Function {
			names = append(names, "filters")
		}
		if len(names) == 0 {
			return wrong(*v.At, "no settings", "the edge %s -> %s has no setting %q", e.from.id, e.to.id, clip(name))
		}
		return wrong(*v.At, "one of "+strings.Join(sorted(names), ", "), "the edge %s -> %s has no setting %q", e.from.id, e.to.id, clip(name))
	}
	i, isNumber := v.Int()
	if !isNumber || i < s.low || i > s.high {
		return wrong(*v.At, graph.NewInt(nil, s.low).String()+" to "+graph.NewInt(nil, s.high).String(), "%s is %s", name, clip(v.String()))
	}
	e.set(s.property, v)
	return nil
}

// readFilter reads which messages a subscriber gets: fields of the message's body with the texts they may have.
func (e *edge) readFilter(v graph.Value) error {
	fields, err := e.chosen(v, "fields of the message with the texts they may have, such as {type: [OrderPlaced]}", 5) // SNS takes five names in a policy
	if err != nil {
		return err
	}
	e.set("FilterPolicy", graph.NewMap(v.At, fields...))
	e.set("FilterPolicyScope", graph.NewString(v.At, "MessageBody"))
	return nil
}

// chosen reads fields with the texts they may have: one to most of them.
func (e *edge) chosen(v graph.Value, want string, most int) ([]graph.Field, error) {
	if v.Kind != graph.Map || len(v.Fields()) == 0 || len(v.Fields()) > most {
		return nil, wrong(*v.At, want, "the filter of %s -> %s is %s", e.from.id, e.to.id, clip(v.String()))
	}
	var fields []graph.Field
	for _, f := range v.Fields() {
		for _, item := range f.Value.Each() {
			if _, ok := item.Str(); !ok || item.Kind != graph.String {
				return nil, wrong(*f.Value.At, want, "the filter's field %q is %s", clip(f.Name), clip(f.Value.String()))
			}
		}
		fields = append(fields, field(f.Name, graph.NewList(f.Value.At, f.Value.Each()...)))
	}
	return fields, nil
}

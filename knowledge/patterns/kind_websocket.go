package patterns

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = learn(func(g *grammar) {
	g.kind(graph.WebSocketAPI, "AWS::ApiGatewayV2::Api", map[string]reader{
		"authorizer":           extraWords("authorizer", "iam", "none"),
		"throttlingRateLimit":  extraWhole(1, 10000),
		"throttlingBurstLimit": extraWhole(1, 5000),
	})
	g.arrows[[2]graph.Kind{graph.WebSocketAPI, graph.Function}] = calls
	g.arrows[[2]graph.Kind{graph.Function, graph.WebSocketAPI}] = sends
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.WebSocketAPI, graph.Queue}:    {"the generator writes no service integrations of WebSocket APIs", "socket ROUTE -> function -> queue"},
		{graph.WebSocketAPI, graph.Table}:    {"the generator writes no service integrations of WebSocket APIs", "socket ROUTE -> function -> table"},
		{graph.WebSocketAPI, graph.UserPool}: {"a WebSocket API has no user pool authorizer", "authorizer: iam"},
		{graph.Topic, graph.WebSocketAPI}:    {"SNS does not know who is connected", "topic -> function -> webSocketApi"},
		{graph.Queue, graph.WebSocketAPI}:    {"SQS does not know who is connected", "queue -> function -> webSocketApi"},
		{graph.Rule, graph.WebSocketAPI}:     {"EventBridge does not know who is connected", "rule -> function -> webSocketApi"},
	} {
		g.impossible[pair] = words
	}
})

// socketRoute is what a WebSocket API chooses by: one of its own words, or the action of a message.
var socketRoute = lazy.Regexp(`^(\$connect|\$disconnect|\$default|[A-Za-z][A-Za-z0-9_-]{0,63})$`)

// readSocketRoute checks the route of a WebSocket API.
func (e *edge) readSocketRoute(spec EdgeSpec) error {
	if !socketRoute().MatchString(spec.Label) {
		return wrong(spec.at, `$connect, $disconnect, $default or the action of a message, such as "socket sendMessage -> handler"`, "the route %q", clip(spec.Label))
	}
	e.label = spec.Label
	return nil
}

// refuseSockets finds WebSocket APIs that nobody can connect to, and pushers that do not know whom to push to.
func (d *draft) refuseSockets() error {
	for _, api := range d.ofKind(graph.WebSocketAPI) {
		routes := map[string]bool{}
		for _, e := range d.out(api, graph.Invokes) {
			if routes[e.label] {
				return refusal(e.at, "one function for each route", "%s has the route %s twice", api.id, e.label)
			}
			routes[e.label] = true
			if (e.label == "$connect" || e.label == "$disconnect") && len(d.out(e.to, graph.Writes)) == 0 && !e.to.own() {
				return refusal(e.at, e.to.id+" -> table", "%s %s -> %s keeps nothing: who is connected has to be remembered in a table", api.id, e.label, e.to.id)
			}
		}
		if d.bare() {
			continue
		}
		if !routes["$connect"] || !routes["$disconnect"] {
			return refusal(api.at, api.id+" $connect -> function, "+api.id+" $disconnect -> function", "%s has no routes for those who come and go", api.id)
		}
		for _, e := range d.in(api, graph.Writes) {
			if len(d.connections(e.from)) == 0 {
				return refusal(e.at, e.from.id+" reads the table that "+api.id+" $connect writes", "%s -> %s: %s reads no table that says who is connected", e.from.id, api.id, e.from.id)
			}
		}
	}
	return nil
}

// connections are the tables that a function reads and in which a WebSocket API's functions remember who is connected.
func (d *draft) connections(fn *node) []*node {
	var out []*node
	for _, e := range d.out(fn, graph.Reads) {
		if d.remembersConnections(e.to) {
			out = append(out, e.to)
		}
	}
	return out
}

func (d *draft) remembersConnections(table *node) bool {
	for _, w := range d.in(table, graph.Writes) {
		for _, r := range d.in(w.from, graph.Invokes) {
			if r.from.kind == graph.WebSocketAPI && r.label == "$connect" {
				return true
			}
		}
	}
	return false
}

func (d *draft) completeSockets() {
	for _, api := range d.ofKind(graph.WebSocketAPI) {
		api.set("ProtocolType", api.text("WEBSOCKET"))
		api.set("RouteSelectionExpression", api.text("$request.body.action"))
		api.setExtraNew("authorizer", api.text("iam"))
		api.setExtraNew("throttlingRateLimit", api.num(throttleRate))
		api.setExtraNew("throttlingBurstLimit", api.num(throttleBurst))
		group := d.logGroup(api, "AccessLogs")
		api.setExtra("accessLogs", api.ref(group, "Arn"))
		d.connect(group, api, graph.Logs, "", api.at)
	}
	for _, t := range d.ofKind(graph.Table) {
		if d.remembersConnections(t) {
			t.setExtra("role", t.text("connections"))
			t.setExtraNew("key", t.text("connectionId"))
			t.setExtraNew("ttl", t.text("expiration"))
		}
	}
}

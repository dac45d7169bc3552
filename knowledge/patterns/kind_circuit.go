package patterns

import (
	"net/url"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = learn(func(g *grammar) {
	g.settings(graph.Function)["calls"] = func(d *draft, n *node, name string, v graph.Value) error {
		text, ok := v.Str()
		u, err := url.Parse(text)
		if !ok || err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(text) > 500 {
			return wrong(*v.At, "an address such as https://partner.example.com/payments", "calls of %s is %s", n.id, clip(v.String()))
		}
		n.setExtra("calls", v)
		return nil
	}
	g.settings(graph.Table)["purpose"] = func(d *draft, n *node, name string, v graph.Value) error {
		if text, _ := v.Str(); text != "circuit" {
			return wrong(*v.At, "circuit", "purpose of %s is %s", n.id, clip(v.String()))
		}
		n.setExtra("role", n.text("circuit"))
		n.setExtra("key", n.text("service"))
		n.setExtra("ttl", n.text("expiration"))
		return nil
	}
})

// refuseCircuits finds circuits that guard nothing, and calls that nothing guards.
func (d *draft) refuseCircuits() error {
	for _, fn := range d.ofKind(graph.Function) {
		calls := fn.getExtra("calls").Exists()
		var circuit *node
		for _, e := range d.out(fn, graph.Writes) {
			if role, _ := e.to.getExtra("role").Str(); role == "circuit" {
				circuit = e.to
			}
		}
		reads := false
		for _, e := range d.out(fn, graph.Reads) {
			reads = reads || e.to == circuit
		}
		in := d.in(fn, graph.Invokes)
		switch {
		case calls && (circuit == nil || !reads):
			return refusal(fn.at, "circuit: {kind: table, purpose: circuit}, "+fn.id+" -> circuit, "+fn.id+" reads circuit", "%s calls another system, but remembers nowhere that it is down", fn.id)
		case circuit != nil && !calls:
			return refusal(fn.at, "calls: https://partner.example.com on "+fn.id, "%s keeps the circuit %s, but calls nothing", fn.id, circuit.id)
		case calls && (len(in) == 0 || in[0].from.kind != graph.HTTPAPI || len(d.out(fn, graph.Writes)) > 1):
			return refusal(fn.at, "httpApi POST /payments -> "+fn.id+" with the circuit as its only table", "%s: the generator guards calls of functions behind an HTTP API", fn.id)
		}
	}
	for _, t := range d.ofKind(graph.Table) {
		if role, _ := t.getExtra("role").Str(); role == "circuit" && (len(d.in(t, graph.Writes)) == 0 || len(d.out(t, graph.Polls)) > 0) {
			return refusal(t.at, "function -> "+t.id+", function reads "+t.id, "%s is a circuit that no function keeps, or whose changes are read", t.id)
		}
	}
	return nil
}

package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// How long Lambda keeps what it knows of a finished durable execution, in days: its own default.
const durableDays = 14

var _ = learn(func(g *grammar) {
	g.settings(graph.Function)["durable"] = func(d *draft, n *node, name string, v graph.Value) error {
		if err := extraWhole(1, 31622400)(d, n, name, v); err != nil {
			return err
		}
		n.set("DurableConfig", n.object(field("ExecutionTimeout", v), field("RetentionPeriodInDays", n.num(durableDays))))
		return nil
	}
	g.settings(graph.Function)["pause"] = extraWhole(1, 31622400)
})

// refuseDurable finds durable functions that are called in a way that ends before they do.
func (d *draft) refuseDurable() error {
	for _, fn := range d.ofKind(graph.Function) {
		whole, durable := fn.getExtra("durable").Int()
		pause, pauses := fn.getExtra("pause").Int()
		if fn.own() {
			continue
		}
		switch {
		case pauses && !durable:
			return refusal(fn.at, "durable: 86400, the longest time for the whole", "%s pauses, but only a durable function can wait without running", fn.id)
		case !durable:
			continue
		case pause >= whole:
			return refusal(fn.at, "a pause shorter than durable", "%s pauses %d s, but the whole of it may take %d s only", fn.id, pause, whole)
		case len(d.out(fn, graph.Writes)) == 0:
			return refusal(fn.at, fn.id+" -> table", "%s is durable, but has no step that does anything", fn.id)
		}
		for _, e := range d.in(fn, graph.Invokes, graph.Polls, graph.Routes) {
			if e.from.kind != graph.Rule {
				return refusal(e.at, "rule -> "+fn.id, "%s -> %s: the generator starts durable functions by events: who calls one and waits gets no answer after 15 minutes", e.from.id, fn.id)
			}
		}
		if len(d.in(fn, graph.Routes)) == 0 {
			return refusal(fn.at, "rule -> "+fn.id, "nothing starts the durable function %s", fn.id)
		}
	}
	return nil
}

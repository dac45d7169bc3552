package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// eventPath is a place in an event that a transform may take a value from; any other word is a text.
var eventPath = lazy.Regexp(`^(detail(\.[A-Za-z][A-Za-z0-9_-]*)+|id|time|account|region|source|detail-type)$`)

// maxPaths is how many places a transform may take values from. Source: EventBridge user guide, "Amazon EventBridge
// input transformation", checked 2026-11-29.
const maxPaths = 100

// readTransform reads what a rule makes of an event before the target gets it: names with a place in the event or a
// plain text.
func (e *edge) readTransform(v graph.Value) error {
	want := "names with places in the event or texts, such as {orderId: detail.orderId, at: time, kind: order}"
	if v.Kind != graph.Map || len(v.Fields()) == 0 || len(v.Fields()) > maxPaths {
		return wrong(*v.At, want, "the transform of %s -> %s is %s", e.from.id, e.to.id, clip(v.String()))
	}
	paths, template := []graph.Field{}, ""
	for i, f := range v.Fields() {
		text, ok := f.Value.Str()
		if !ok || f.Value.Kind != graph.String || !idForm().MatchString(f.Name) || strings.ContainsAny(text, "<>\"\\\n$") {
			return wrong(*f.Value.At, want, "the transform's %q is %s", clip(f.Name), clip(f.Value.String()))
		}
		if i > 0 {
			template += ","
		}
		template += `"` + f.Name + `":`
		if !eventPath().MatchString(text) {
			template += `"` + text + `"`
			continue
		}
		// The name that the construct library gives a place, too.
		key := strings.ReplaceAll(text, ".", "-")
		paths = append(paths, field(key, graph.NewString(f.Value.At, "$."+text)))
		template += "<" + key + ">"
	}
	e.set("InputTransformer", graph.NewMap(v.At, field("InputPathsMap", graph.NewMap(v.At, paths...)), field("InputTemplate", graph.NewString(v.At, "{"+template+"}"))))
	return nil
}

// readAccounts reads the accounts that may put events on a bus.
func readAccounts(d *draft, n *node, name string, v graph.Value) error {
	for _, item := range v.Each() {
		if s, ok := item.Str(); !ok || !accountForm().MatchString(s) {
			return wrong(*v.At, `account ids of twelve digits, in quotes: ["111122223333"]`, "%s of %s is %s", name, n.id, clip(v.String()))
		}
	}
	if len(v.Each()) == 0 {
		return wrong(*v.At, `account ids of twelve digits, in quotes: ["111122223333"]`, "%s of %s is empty", name, n.id)
	}
	n.setExtra("acceptsFrom", graph.NewList(v.At, v.Each()...))
	return nil
}

var (
	accountForm = lazy.Regexp(`^[0-9]{12}$`)
	busARN      = lazy.Regexp(`^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._/-]+$`)
)

var _ = learn(func(g *grammar) {
	g.settings(graph.EventBus)["acceptsFrom"] = readAccounts
	g.settings(graph.EventBus)["arn"] = readBusARN
	g.arrows[[2]graph.Kind{graph.Rule, graph.EventBus}] = routes
})

// readBusARN makes a bus one of another account: it is named, and not made.
func readBusARN(d *draft, n *node, name string, v graph.Value) error {
	text, ok := v.Str()
	if !ok || !busARN().MatchString(text) {
		return wrong(*v.At, "arn:aws:events:REGION:ACCOUNT:event-bus/NAME", "arn of %s is %s", n.id, clip(v.String()))
	}
	n.external = v
	return nil
}

// refuseBuses finds events that would go round, or end at a bus that is not there.
func (d *draft) refuseBuses() error {
	for _, bus := range d.ofKind(graph.EventBus) {
		if bus.external.Exists() {
			for _, e := range d.edges {
				if e.from == bus || e.to == bus && e.kind != graph.Routes {
					return refusal(e.at, "rule -> "+bus.id, "%s %s %s: a bus of another account takes events from rules only", e.from.id, e.kind, e.to.id)
				}
			}
			if len(bus.extra)+len(bus.props) > 0 {
				return refusal(bus.at, "arn only", "%s is a bus of another account: its settings are made there", bus.id)
			}
			continue
		}
		for _, e := range d.in(bus, graph.Routes) {
			for _, from := range d.in(e.from, graph.Routes) {
				if from.from == bus {
					return refusal(e.at, "another bus", "%s sends the events of %s back to it", e.from.id, bus.id)
				}
			}
			if e.from.kind == graph.Rule {
				for _, out := range d.out(bus, graph.Routes) {
					if out.to.kind != graph.Rule {
						continue
					}
					for _, on := range d.out(out.to, graph.Routes) {
						if on.to.kind == graph.EventBus {
							return refusal(on.at, "one rule that leads to "+on.to.id, "%s -> %s -> %s: EventBridge hands an event on from bus to bus once only", e.from.id, bus.id, on.to.id)
						}
					}
				}
			}
		}
	}
	for _, e := range d.pick(func(e *edge) bool { return e.get("InputTransformer").Exists() }, nil) {
		if e.to.kind == graph.EventBus || e.to.kind == graph.Topic {
			return refusal(e.at, "leave transform out", "%s -> %s: the generator transforms events for functions, queues and workflows", e.from.id, e.to.id)
		}
	}
	return nil
}

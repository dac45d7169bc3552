package patterns

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// An API for events: clients listen to channels, which exist as soon as somebody speaks of them. A namespace says who may
// do what on the channels below it: "own" channels belong to one user each, and the back end publishes there; on "shared"
// ones all users publish and listen.
var _ = learn(func(g *grammar) {
	g.kind(graph.EventAPI, "AWS::AppSync::Api", map[string]reader{"namespaces": readNamespaces})
	g.arrows[[2]graph.Kind{graph.EventAPI, graph.UserPool}] = sureness
	g.arrows[[2]graph.Kind{graph.Function, graph.EventAPI}] = sends
	for _, from := range []graph.Kind{graph.Rule, graph.Queue} {
		g.impossible[[2]graph.Kind{from, graph.EventAPI}] = [2]string{"only who signs requests publishes on an API for events", string(from) + " -> function with code: own -> eventApi"}
	}
})

var namespaceForm = lazy.Regexp(`^[a-z][a-z0-9]{0,39}$`)

func readNamespaces(_ *draft, n *node, name string, v graph.Value) error {
	want := "names with who uses their channels, such as {inbox: own, rooms: shared}"
	if v.Kind != graph.Map || len(v.Fields()) == 0 {
		return wrong(*v.At, want, "%s of %s is %s", name, n.id, clip(v.String()))
	}
	for _, f := range v.Fields() {
		if who, _ := f.Value.Str(); !namespaceForm().MatchString(f.Name) || who != "own" && who != "shared" {
			return wrong(*v.At, want, "%s of %s has %q: %s", name, n.id, clip(f.Name), clip(f.Value.String()))
		}
	}
	n.setExtra("namespaces", v)
	return nil
}

// refuseEventAPIs finds APIs on which there is nothing to listen to.
func (d *draft) refuseEventAPIs() error {
	for _, api := range d.ofKind(graph.EventAPI) {
		pools := d.out(api, graph.Authorizes)
		switch {
		case !api.getExtra("namespaces").Exists():
			return refusal(api.at, "namespaces: {inbox: own}", "%s has no channel namespaces: nothing could be published on it", api.id)
		case len(pools) > 1:
			return refusal(pools[1].at, "one user pool with groups", "%s has %d user pools", api.id, len(pools))
		}
		for _, e := range d.in(api, graph.Writes) {
			switch {
			case !e.from.own():
				return refusal(e.at, "code: own on "+e.from.id+", or "+e.from.id+" -> a webSocketApi",
					"%s -> %s: the AWS SDKs have no call that publishes on an API for events: it takes a request that is signed for the service appsync, and the generator writes none", e.from.id, api.id)
			case !api.hasOwnChannels():
				return refusal(e.at, "a namespace with own channels, such as namespaces: {inbox: own}", "%s -> %s: on shared channels users publish, and no back end", e.from.id, api.id)
			}
		}
	}
	return nil
}

// hasOwnChannels tells whether an API has channels on which the back end publishes.
func (n *node) hasOwnChannels() bool {
	for _, f := range n.getExtra("namespaces").Fields() {
		if who, _ := f.Value.Str(); who == "own" {
			return true
		}
	}
	return false
}

// completeEventAPIs gives an API for events its users, and logs of what fails.
func (d *draft) completeEventAPIs() {
	for _, api := range d.ofKind(graph.EventAPI) {
		name := d.blueprint.Name
		if len(d.ofKind(graph.EventAPI)) > 1 {
			name += "-" + api.id
		}
		// A name has at most 50 characters, the stage's among them.
		api.set("Name", api.text(name[:min(len(name), 40)]+"-prod"))
		d.completeAuthorizer(api)
		d.connect(d.logGroup(api, "Logs"), api, graph.Logs, "", api.at)
		for _, e := range d.in(api, graph.Writes) {
			d.note("%s publishes on %s: by POST to the address in its variable that ends in _URL, with channel and events, signed for the service appsync.", e.from.id, api.id)
		}
		d.note("Back ends publish on %s by requests that are signed with IAM: give them appsync:EventPublish on the namespace they write to.", api.id)
	}
}

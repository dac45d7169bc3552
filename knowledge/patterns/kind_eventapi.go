package patterns

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// An API for events: clients listen to channels, which exist as soon as somebody speaks of them. A namespace says who may
// do what on the channels below it: "own" channels belong to one user each, and the back end publishes there; on "shared"
// ones all users publish and listen.
func init() {
	kinds[graph.EventAPI] = kind{"AWS::AppSync::Api", map[string]reader{"namespaces": readNamespaces}}
	arrows[[2]graph.Kind{graph.EventAPI, graph.UserPool}] = sureness
	for _, from := range []graph.Kind{graph.Function, graph.Rule, graph.Queue} {
		impossible[[2]graph.Kind{from, graph.EventAPI}] = [2]string{"the generator has no client that signs what is published", "function -> webSocketApi, or publish by a signed request to the API's address"}
	}
}

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
	}
	return nil
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
		d.note("Back ends publish on %s by requests that are signed with IAM: give them appsync:EventPublish on the namespace they write to.", api.id)
	}
}

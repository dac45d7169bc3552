package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = learn(func(g *grammar) {
	g.settings(graph.Function)["tenantIsolation"] = truth(func(n *node, on bool) {
		if on {
			n.set("TenancyConfig", n.object(field("TenantIsolationMode", n.text("PER_TENANT"))))
		}
	})
})

// refuseTenants finds functions with an environment for each tenant that nobody could tell the tenant. Source: AWS
// Lambda developer guide, "Tenant isolation", checked 2026-11-23: of the managed triggers only API Gateway can.
func (d *draft) refuseTenants() error {
	for _, fn := range d.ofKind(graph.Function) {
		if !fn.has("TenancyConfig") || fn.own() {
			continue
		}
		in := d.in(fn, graph.Invokes, graph.Polls, graph.Routes)
		if len(in) == 0 {
			return refusal(fn.at, "restApi POST /things -> "+fn.id, "%s is isolated by tenant, but nothing calls it with a tenant", fn.id)
		}
		for _, e := range in {
			way, _ := e.from.getExtra("authorizer").Str()
			if e.from.kind != graph.RestAPI || way == "iam" || way == "none" || e.streams() {
				return refusal(e.at, "restApi with a user pool -> "+e.to.id, "%s -> %s: the generator takes the tenant from the token that a REST API's user pool checks", e.from.id, e.to.id)
			}
		}
		for _, e := range d.out(fn, graph.Writes, graph.Reads) {
			if e.to.kind == graph.Table && !e.to.getExtra("sortKey").Exists() {
				return refusal(e.to.at, "{kind: table, key: tenantId, sortKey: thingId}", "%s holds the items of many tenants, but its key names none", e.to.id)
			}
		}
	}
	return nil
}

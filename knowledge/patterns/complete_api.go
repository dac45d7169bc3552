package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// completeAPIs gives every API an authorizer, throttling and an access log, and a REST API a web ACL.
func (d *draft) completeAPIs() {
	for _, api := range d.ofKind(graph.HTTPAPI, graph.RestAPI) {
		if !d.bare() {
			api.setExtraNew("throttlingRateLimit", api.num(throttleRate))
			api.setExtraNew("throttlingBurstLimit", api.num(throttleBurst))
		}
		d.completeAuthorizer(api)
		group := d.logGroup(api, "AccessLogs")
		api.setExtra("accessLogs", api.ref(group, "Arn"))
		d.connect(group, api, graph.Logs, "", api.at)
		if api.kind == graph.HTTPAPI {
			api.set("ProtocolType", api.text("HTTP"))
			continue
		}
		name := d.blueprint.Name
		if len(d.ofKind(graph.RestAPI)) > 1 {
			name += "-" + api.id // metrics of a REST API are kept by its name: two of one name would be counted together
		}
		api.setNew("Name", api.text(name+"-prod"))
		if v := api.getExtra("webAcl"); !v.Exists() && !d.bare() || v.String() == "true" {
			d.webACL(api)
		}
	}
	for _, pool := range d.ofKind(graph.UserPool) {
		if !d.bare() && !pool.get("MfaConfiguration").Exists() {
			d.completePool(pool) // no API of the sketch asks it
		}
	}
}

func (d *draft) completeAuthorizer(api *node) {
	pools := d.out(api, graph.Authorizes)
	if len(pools) > 0 {
		api.setExtra("authorizer", api.text("cognito"))
		d.completePool(pools[0].to)
		return
	}
	kind, written := api.getExtra("authorizer").Str()
	switch {
	case !written && d.bare():
		api.setExtra("authorizer", api.text("none"))
	case !written && api.kind == graph.HTTPAPI:
		api.setExtra("authorizer", api.text("jwt"))
		d.note("%s checks JSON web tokens: set issuer and audience of your identity provider. Choose another way with authorizer: iam.", api.id)
	case !written || kind == "cognito":
		api.setExtra("authorizer", api.text("cognito"))
		pool := d.add(api.id+"Users", graph.UserPool, language().kinds[graph.UserPool].typ, api.at)
		d.completePool(pool)
		d.connect(api, pool, graph.Authorizes, "", api.at)
		d.note("Added the user pool %s: %s lets in its users only. Choose another way with authorizer: iam.", pool.id, api.id)
	}
}

// completePool makes sign-in strong: long passwords, a second factor, no self-registration, no deletion.
func (d *draft) completePool(pool *node) {
	pool.set("MfaConfiguration", pool.text("ON"))
	pool.set("EnabledMfas", pool.list(pool.text("SOFTWARE_TOKEN_MFA")))
	pool.set("DeletionProtection", pool.text("ACTIVE"))
	pool.set("UserPoolTier", pool.text("PLUS"))
	pool.keep = true
}

func (d *draft) webACL(api *node) {
	acl := d.add(api.id+"WebAcl", graph.Other, "AWS::WAFv2::WebACL", api.at)
	acl.set("Scope", acl.text("REGIONAL"))
	api.setExtra("webAcl", api.ref(acl, "Arn"))
	d.note("Added the web ACL %s with AWS's common rules and a limit on each address. Turn it off with webAcl: false on %s.", acl.id, api.id)
}

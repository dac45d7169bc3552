package rules

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// maybeClosed records that it decides a rule, where it matters, whether an API is closed, and that this is not known. It is
// false where it is.
func (p *Pass) maybeClosed(api *graph.Node, matters bool) bool {
	if api.PolicyUnknown != "" {
		if matters {
			p.Unclear(api, api.PolicyUnknown)
		}
		return true
	}
	v := firstOpen(openEndpoint(api), api.Setting("disableExecuteApiEndpoint"), api.Setting("policy"), api.Setting("body", "x-amazon-apigateway-policy"))
	if v.Exists() && matters {
		p.Unknown(api, v)
	}
	if !v.Exists() && definedElsewhere(api) {
		if matters {
			p.Unclear(api, "its definition is in S3 and was not read: it may hold a resource policy")
		}
		return true
	}
	return v.Exists()
}

// definedElsewhere tells whether the definition of an API is in a file that is not at hand, and nothing here is its policy.
func definedElsewhere(api *graph.Node) bool {
	return api.Setting("bodyS3Location").Exists() && !api.Setting("body").Exists() && !api.Setting("policy").Exists()
}

// closedAPI tells whether an API cannot be reached from the internet directly, or by some callers only.
func closedAPI(g *graph.Graph, api *graph.Node) bool {
	if len(api.ResourcePolicy) > 0 && !admitsEveryone(api) {
		return true
	}
	for _, v := range api.Setting("endpointConfiguration", "types").Each() {
		if s, ok := v.Str(); !ok || s == "PRIVATE" {
			return true
		}
	}
	off, ok := api.Setting("disableExecuteApiEndpoint").Truth()
	return off && !openDomain(g, api) || !ok && open(api.Setting("disableExecuteApiEndpoint"))
}

// admitsEveryone tells whether an API's resource policy lets everyone call something: a statement allows it, and none
// refuses all but some callers.
func admitsEveryone(api *graph.Node) bool {
	admits := false
	for _, s := range api.ResourcePolicy {
		if !isAllow(s) && keepsOthersOut(s) {
			return false
		}
		admits = admits || openToWorld(s)
	}
	return admits
}

// keepsOthersOut tells whether a denial holds for everyone but some, on the whole API or a stage of it. Who some are is
// said by one of the condition keys, any that names callers where none is given.
func keepsOthersOut(s graph.Statement, keys ...string) bool {
	whole := len(s.Resources) == 0
	for _, r := range s.Resources {
		text, known := r.Str()
		steps := strings.Split(text, "/") // execute-api:/STAGE/METHOD/PATH
		whole = whole || !known || !slices.ContainsFunc(steps[min(2, len(steps)):], func(step string) bool { return step != "*" })
	}
	if s.Conditions.IsUnknown() || !whole {
		return whole
	}
	for _, operator := range s.Conditions.Fields() {
		for _, key := range operator.Value.Fields() {
			name, _, _ := strings.Cut(strings.ToLower(key.Name), "/")
			names := narrowing[name] || name == "aws:vpcsourceip"
			if len(keys) > 0 {
				names = slices.Contains(keys, name)
			}
			if strings.Contains(operator.Name, "Not") && names {
				return true
			}
		}
	}
	return false
}

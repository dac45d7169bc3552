package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "private-api-without-policy",
	Code:     "API016",
	Title:    `Private API has no resource policy that names its VPC endpoints`,
	Severity: High,
	Pillar:   Security,
	Why:      `Without a policy a private API cannot be deployed and nobody can call it; with one that allows everyone, the VPC endpoints of every account can.`,
	Fix:      `Set Policy: allow execute-api:Invoke, and deny it where aws:SourceVpce is not one of your endpoints; then deploy the API anew (another AWS::ApiGateway::Deployment).`,
	SAM:      `Set Auth: {ResourcePolicy: {IntrinsicVpceWhitelist: [the ids of your endpoints]}}: SAM writes a policy that allows, and denies where aws:SourceVpce is another.`,
	CDK:      `policy: an iam.PolicyDocument with a condition on aws:SourceVpce`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "API Gateway resource policy examples"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Create a private API"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html", Checked: "2026-11-30"},
	},
	Gaps: `Where the body of the API is a file that was not given, its policy is not seen.`,
	Bad: `Resources:
  Api: # want "no resource policy"
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      EndpointConfiguration: {Types: [PRIVATE]}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      EndpointConfiguration: {Types: [PRIVATE]}
      Policy:
        Statement:
          - {Effect: Allow, Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*"}
          - {Effect: Deny, Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*", Condition: {StringNotEquals: {"aws:SourceVpce": vpce-0123456789abcdef0}}}
`,
	MoreBad: []string{`Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      EndpointConfiguration: {Types: [PRIVATE]}
      Policy:
        Statement:
          - Effect: Allow # want "every VPC endpoint"
            Principal: "*"
            Action: execute-api:Invoke
            Resource: execute-api:/*
`},
	Check: checkPrivateAPIs,
})

func checkPrivateAPIs(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI) {
		private := false
		for _, v := range api.Setting("endpointConfiguration", "types").Each() {
			if !api.External && open(v) {
				p.Unknown(api, v)
			}
		}
		for _, s := range literals(api.Setting("endpointConfiguration", "types").Each()) {
			private = private || s == "PRIVATE"
		}
		if api.External || !private {
			continue
		}
		policy := api.Setting("policy")
		if !policy.Exists() {
			policy = api.Setting("body", "x-amazon-apigateway-policy")
		}
		if !policy.Exists() {
			if !policyInBody(api) {
				p.Report(Hit{Node: api, Values: []graph.Value{policy}, Message: fmt.Sprintf("private API %s has no resource policy: nobody can call it", nameOf(api))})
			}
			continue
		}
		if open(policy) {
			p.Unknown(api, policy)
			continue
		}
		if deniesForeignEndpoints(api) {
			continue
		}
		for _, s := range api.ResourcePolicy {
			if v := openDenial(policy); admitsEveryEndpoint(s) && v.Exists() {
				p.Unknown(api, v)
				continue
			}
			if admitsEveryEndpoint(s) {
				fix := ""
				if spelled(api, "", "SAM") == "" {
					fix = `Add to the policy {Effect: Deny, Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*", Condition: {StringNotEquals: {"aws:SourceVpce": [the ids of your endpoints]}}}, and deploy the API anew (another AWS::ApiGateway::Deployment).`
				}
				p.Report(Hit{Node: api, Fix: fix, Values: []graph.Value{graph.NewString(s.At, "Principal *")}, Message: fmt.Sprintf("policy of private API %s admits every VPC endpoint of any account", nameOf(api))})
			}
		}
	}
}

// openToEveryNetwork tells whether a private API's policy is known to admit callers from every VPC endpoint.
func openToEveryNetwork(api *graph.Node) bool {
	policy := api.Setting("policy")
	if !policy.Exists() {
		policy = api.Setting("body", "x-amazon-apigateway-policy")
	}
	off, known := api.Setting("disableExecuteApiEndpoint").Truth()
	return privateAPI(api) && policy.Exists() && !open(policy) && !openDenial(policy).Exists() && !deniesForeignEndpoints(api) && !off &&
		(known || !api.Setting("disableExecuteApiEndpoint").Exists()) && slices.ContainsFunc(api.ResourcePolicy, admitsEveryEndpoint)
}

// policyInBody tells whether the API's definition may hold the policy.
func policyInBody(api *graph.Node) bool {
	body := api.Setting("body")
	return open(body) || body.Kind == graph.String || api.Setting("bodyS3Location").Exists()
}

// admitsEveryEndpoint tells whether a statement of a private API's policy lets everyone call it from any network. The address
// aws:SourceIp is that of a caller on the internet: it bounds nothing here. Source: Amazon API Gateway Developer Guide, "API
// Gateway resource policy examples" (aws:VpcSourceIp is the key of private APIs), checked 2026-12-01.
func admitsEveryEndpoint(s graph.Statement) bool {
	if s.Conditions.IsUnknown() {
		return false
	}
	var kept []graph.Field
	for _, operator := range s.Conditions.Fields() {
		var keys []graph.Field
		for _, key := range operator.Value.Fields() {
			if !strings.EqualFold(key.Name, "aws:SourceIp") {
				keys = append(keys, key)
			}
		}
		if operator.Value.IsUnknown() {
			kept = append(kept, operator)
		} else if len(keys) > 0 {
			kept = append(kept, graph.Field{Name: operator.Name, Value: graph.NewMap(operator.Value.At, keys...)})
		}
	}
	s.Conditions = graph.NewMap(s.Conditions.At, kept...)
	return openToWorld(s)
}

// deniesForeignEndpoints tells whether a Deny keeps out all but named endpoints or networks.
func deniesForeignEndpoints(api *graph.Node) bool {
	for _, s := range api.ResourcePolicy {
		if !isAllow(s) && keepsOthersOut(s, "aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip") {
			return true
		}
	}
	return false
}

// openDenial finds what is not known of the statements that refuse, or of a statement as a whole.
func openDenial(policy graph.Value) graph.Value {
	for _, s := range policy.Get("Statement").Each() {
		if effect, _ := s.Get("Effect").Str(); effect == "Allow" {
			continue
		}
		if v := firstOpen(append([]graph.Value{s, s.Get("Condition")}, operatorsOf(s.Get("Condition"))...)...); v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

func operatorsOf(condition graph.Value) []graph.Value {
	var out []graph.Value
	for _, f := range condition.Fields() {
		out = append(out, f.Value)
	}
	return out
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "default-endpoint-beside-domain",
	Code:     "API014",
	Title:    "Default endpoint leads around the custom domain",
	Severity: Low,
	Pillar:   Security,
	Why: `The API answers at its execute-api address as well as at its domain. What the domain asks of callers, such as a client certificate (mutual TLS) or a newer TLS version, ` +
		`is not asked there.`,
	Fix: `Set DisableExecuteApiEndpoint: true on the API and deploy it again. What uses that address (outputs, tests, @connections of a WebSocket API) then has to use the domain.`,
	CDK: `disableExecuteApiEndpoint: true (a WebSocketApi has it on its CfnApi only)`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Require client certificates for your API with mutual TLS authentication"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Disable the default endpoint for HTTP APIs"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Supported security policies" (the default of REST APIs)`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html", Checked: "2026-11-30"},
	},
	Gaps: `High where the domain asks for mutual TLS; otherwise low, because a web ACL belongs to the stage, as authorizers and throttles do, and holds at both addresses. Private APIs are left out. A domain of another stack is not seen.`,
	Bad: `Resources:
  Api: # want "mutual TLS"
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: api.example.com
      MutualTlsAuthentication: {TruststoreUri: "s3://trust/store.pem"}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Api, DomainName: !Ref Domain, Stage: prod}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP, DisableExecuteApiEndpoint: true}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: api.example.com
      MutualTlsAuthentication: {TruststoreUri: "s3://trust/store.pem"}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Api, DomainName: !Ref Domain, Stage: prod}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api: # want "also answers"
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Domain: {DomainName: api.example.com, CertificateArn: "arn:aws:acm:eu-west-1:111122223333:certificate/a"}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: post}}
`},
	MoreGood: []string{`Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
`, `Parameters:
  Off: {Type: String}
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP, DisableExecuteApiEndpoint: !Ref Off}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Api, DomainName: api.example.com, Stage: prod}
`},
	Check: checkDefaultEndpoint,
})

func checkDefaultEndpoint(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
		mappings := api.Setting("domainMappings").Each()
		if api.External || len(mappings) == 0 {
			continue
		}
		v := api.Setting("disableExecuteApiEndpoint")
		if off, ok := p.Truth(api, v); off || !ok && open(v) || closedAPI(p.Graph, api) {
			continue
		}
		h := Hit{Node: api, Values: []graph.Value{v}, Patch: SetPatch(api.Resource, v, "DisableExecuteApiEndpoint", true),
			Message: fmt.Sprintf("%s has a domain of its own and also answers at its execute-api address (DisableExecuteApiEndpoint is not true)", nameOf(api))}
		for _, m := range mappings {
			domain := domainOf(p.Graph, m)
			if domain == nil {
				continue
			}
			h.Related = append(h.Related, domain)
			if c := conditionOf(domain); c != "" && c != conditionOf(api) {
				h.Fix = fmt.Sprintf("Set DisableExecuteApiEndpoint: !If [%s, true, !Ref AWS::NoValue] on the API and deploy it again: without the domain that address is the only one.", c)
			}
			if tls := domain.Setting("mutualTlsAuthentication"); tls.Exists() && h.Severity == "" {
				h.Severity, h.Values = High, append(h.Values, tls)
				h.Message += ", where the mutual TLS that " + nameOf(domain) + " asks for is not asked"
			}
		}
		p.Report(h)
	}
}

// conditionOf is the name of the condition that a thing stands under, "" where it stands under none.
func conditionOf(n *graph.Node) string {
	if n.Resource == nil {
		return ""
	}
	return n.Resource.Condition
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "domain-accepts-old-tls",
	Code:     "API015",
	Title:    `Custom domain accepts TLS 1.0`,
	Severity: High,
	Pillar:   Security,
	Why:      `TLS 1.0 lacks the cryptographic algorithms of today, is deprecated (RFC 8996) and ruled out by profiles of states and industries: the domain lets in clients that speak nothing newer.`,
	Fix:      `Set SecurityPolicy: TLS_1_2. A SecurityPolicy_TLS13_* policy, with EndpointAccessMode, is for domains of REST APIs without mutual TLS and without HTTP APIs.`,
	CDK:      `securityPolicy: apigateway.SecurityPolicy.TLS_1_2`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Choose a security policy for your custom domain"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html", Checked: "2026-11-30"},
		{Title: `RFC 8996, "Deprecating TLS 1.0 and TLS 1.1"`, URL: "https://www.rfc-editor.org/rfc/rfc8996", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Supported security policies" (defaults)`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"guard-rules-registry:api_gw_domain_deny_non_tls_traffic", "prowler:apigateway_domain_name_pqc_tls_enabled", "control-tower:api_gw_domain_tls_check"},
	Gaps:        `A domain without SecurityPolicy is not reported: its default is TLS_1_2. The execute-api address of a REST API is another matter: where nothing is set it accepts TLS 1.0, unless the API is private (default-endpoint-beside-domain).`,
	Bad: `Resources:
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      RegionalCertificateArn: arn:aws:acm:eu-west-1:111122223333:certificate/example
      SecurityPolicy: TLS_1_0 # want "TLS_1_0"
`,
	Good: `Resources:
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      RegionalCertificateArn: arn:aws:acm:eu-west-1:111122223333:certificate/example
      SecurityPolicy: TLS_1_2
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Domain:
        DomainName: api.example.com
        CertificateArn: arn:aws:acm:eu-west-1:111122223333:certificate/example
        EndpointConfiguration: REGIONAL
        SecurityPolicy: TLS_1_0 # want "TLS_1_0"
`},
	Check: checkDomains,
})

// oldTLS matches the policies whose least version, which their names hold, is below TLS 1.2.
var oldTLS = lazy.Regexp(`^(SecurityPolicy_)?TLS(1[23])?_1_[01](_|$)`)

func checkDomains(p *Pass) {
	for _, n := range p.Graph.Nodes {
		var values []graph.Value
		var fix, cdk string
		switch n.Type {
		case "AWS::ApiGateway::DomainName":
			values = append(values, n.Setting("securityPolicy"))
		case "AWS::ApiGatewayV2::DomainName":
			fix, cdk = "Set SecurityPolicy: TLS_1_2 in DomainNameConfigurations.", "securityPolicy: apigwv2.SecurityPolicy.TLS_1_2"
			for _, c := range n.Setting("domainNameConfigurations").Each() {
				values = append(values, c.Get("SecurityPolicy"))
			}
		}
		for _, v := range values {
			if s, ok := p.Text(n, v); ok && oldTLS().MatchString(s) {
				p.Report(Hit{Node: n, Fix: fix, CDK: cdk, Values: []graph.Value{v}, Message: fmt.Sprintf("SecurityPolicy of %s is %s", nameOf(n), s), Patch: SetPatch(n.Resource, v, "SecurityPolicy", "TLS_1_2")})
			}
		}
	}
}

package rules

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// domainOf finds the domain that a mapping leads from, by reference or by the name that both write; nil where it is not of
// this system.
func domainOf(g *graph.Graph, mapping graph.Value) *graph.Node {
	name := mapping.Get("DomainName")
	if ref, ok := name.Ref(); ok {
		return g.Node(ref.Resource)
	}
	if !name.Exists() {
		return nil
	}
	for _, n := range g.OfKind(graph.Other) {
		isDomain := n.Type == "AWS::ApiGateway::DomainName" || n.Type == "AWS::ApiGatewayV2::DomainName"
		if isDomain && n.Setting("domainName").String() == name.String() {
			return n
		}
	}
	return nil
}

// openDomain tells whether a domain of this system leads to an API without asking for a client's certificate.
func openDomain(g *graph.Graph, api *graph.Node) bool {
	for _, mapping := range api.Setting("domainMappings").Each() {
		if domain := domainOf(g, mapping); domain != nil && !domain.Setting("mutualTlsAuthentication").Exists() {
			return true
		}
	}
	return false
}

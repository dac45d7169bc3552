package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "graphql-query-without-limits",
	Code:     "APS003",
	Title:    `GraphQL API does not bound both the depth and the resolvers of a query`,
	Severity: Medium,
	Pillar:   Security,
	Why:      `Without limits a query may nest to any depth, and one request can make up to 10,000 resolver calls: whoever may call the API can make it, and what stands behind it, slow and dear.`,
	Fix:      `Set QueryDepthLimit (1 to 75) and ResolverCountLimit (1 to 10,000) to what the clients need.`,
	CDK:      `queryDepthLimit: 10, resolverCountLimit: 100`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::AppSync::GraphQLApi (text in aws-cdk-lib 2.276.0)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-appsync-graphqlapi.html", Checked: "2026-11-29"},
	},
	Gaps: `Low for private APIs with IAM. Introspection for whoever may call the API is low: many APIs mean it. Merged APIs are left out, and so are those whose Metadata or tags say that their stage is dev, test or sandbox.`,
	Bad: `Resources:
  Shop: # want "no QueryDepthLimit and no ResolverCountLimit"
    Type: AWS::AppSync::GraphQLApi
    Properties: {Name: shop, AuthenticationType: AMAZON_COGNITO_USER_POOLS}
  Stock: # want "ResolverCountLimit"
    Type: AWS::AppSync::GraphQLApi
    Properties: {Name: stock, AuthenticationType: AWS_IAM, QueryDepthLimit: 5, ResolverCountLimit: 0}
`,
	Good: `Resources:
  Shop:
    Type: AWS::AppSync::GraphQLApi
    Properties: {Name: shop, AuthenticationType: AWS_IAM, QueryDepthLimit: 5, ResolverCountLimit: 50, IntrospectionConfig: DISABLED}
  Merged:
    Type: AWS::AppSync::GraphQLApi
    Properties: {Name: all, AuthenticationType: AWS_IAM, ApiType: MERGED}
`,
	Check: func(p *Pass) {
		for _, api := range p.Graph.OfKind(graph.GraphQLAPI) {
			if s, _ := api.Setting("apiType").Str(); api.Type == "AWS::AppSync::GraphQLApi" && !api.External && s != "MERGED" && !saysTrial(api) {
				checkQueryLimits(p, api)
			}
		}
	},
})

func checkQueryLimits(p *Pass, api *graph.Node) {
	var missing []string
	for _, name := range []string{"queryDepthLimit", "resolverCountLimit"} {
		limit := api.Setting(name)
		n, known := limit.Int()
		if open(limit) || limit.Exists() && !known {
			p.Unknown(api, limit)
			return
		}
		if n == 0 {
			missing = append(missing, graph.UpperFirst(name))
		}
	}
	if len(missing) == 0 {
		checkIntrospection(p, api)
		return
	}
	if v := api.Setting("apiType"); open(v) {
		p.Unknown(api, v)
		return
	}
	so := "one query may make up to 10,000 resolver calls"
	if missing[len(missing)-1] == "QueryDepthLimit" {
		so = "a query may nest to any depth"
	}
	h := Hit{Node: api, Values: []graph.Value{{}}, Fix: limitFix[strings.Join(missing, " ")], CDK: limitCDK[strings.Join(missing, " ")], Message: fmt.Sprintf("GraphQL API %s sets no %s: %s", nameOf(api), strings.Join(missing, " and no "), so)}
	visibility, _ := api.Setting("visibility").Str()
	auth, _ := api.Setting("authenticationType").Str()
	if visibility == "PRIVATE" && auth == "AWS_IAM" {
		h.Severity = Low
	}
	p.Report(h)
}

// limitFix and limitCDK are the words for an API that sets one limit of two; the rule's own are for both.
var (
	limitFix = map[string]string{
		"QueryDepthLimit":    "Set QueryDepthLimit (1 to 75) to what the clients need.",
		"ResolverCountLimit": "Set ResolverCountLimit (1 to 10,000) to what the clients need.",
	}
	limitCDK = map[string]string{"QueryDepthLimit": "queryDepthLimit: 10", "ResolverCountLimit": "resolverCountLimit: 100"}
)

// checkIntrospection looks at an API whose queries are bounded, but whose whole schema every caller may read.
func checkIntrospection(p *Pass, api *graph.Node) {
	config, visibility := api.Setting("introspectionConfig"), api.Setting("visibility")
	if v := firstOpen(config, visibility, api.Setting("apiType")); v.Exists() {
		p.Unknown(api, v)
		return
	}
	if config.String() == "DISABLED" || visibility.String() == "PRIVATE" {
		return
	}
	p.Report(Hit{Node: api, Severity: Low, Values: []graph.Value{config},
		Fix: "Set IntrospectionConfig: DISABLED, unless callers are meant to read the schema.", CDK: "introspectionConfig: appsync.IntrospectionConfig.DISABLED",
		Message: fmt.Sprintf("GraphQL API %s tells everyone who may call it its schema (IntrospectionConfig is not DISABLED)", nameOf(api))})
}

package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "graphql-api-key-auth",
	Code:     "APS001",
	Title:    `GraphQL API is protected by an API key only`,
	Severity: High,
	Pillar:   Security,
	Why:      `An API key ships with the client and identifies nobody: whoever reads the application has it.`,
	Fix:      `Set AuthenticationType to AWS_IAM, or to AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT or AWS_LAMBDA with UserPoolConfig ({UserPoolId, AwsRegion, DefaultAction: ALLOW}), OpenIDConnectConfig or LambdaAuthorizerConfig beside it.`,
	SAM:      `Set Auth.Type to AWS_IAM, or to AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT or AWS_LAMBDA with UserPool, OpenIDConnect or LambdaAuthorizer beside it.`,
	CDK:      `defaultAuthorization: { authorizationType: appsync.AuthorizationType.USER_POOL, userPoolConfig }`,
	Sources: []Source{
		{Title: `AWS AppSync Developer Guide, "Configuring authorization and authentication to secure your GraphQL APIs"`, URL: "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"security-hub:AppSync.5", "prowler:appsync_graphql_api_no_api_key_authentication", "control-tower:appsync_authorization_check"},
	Gaps:        `As an additional provider an API key is reported as low. Metadata serverless-review public says that the schema is meant for everyone.`,
	Bad: `Resources:
  Api:
    Type: AWS::AppSync::GraphQLApi
    Properties:
      Name: shop
      AuthenticationType: API_KEY # want "API key"
`,
	Good: `Resources:
  Api:
    Type: AWS::AppSync::GraphQLApi
    Properties:
      Name: shop
      AuthenticationType: AWS_IAM
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      SchemaUri: schema.graphql
      Auth:
        Type: API_KEY # want "API key"
`},
	Check: checkGraphQLAuth,
})

func checkGraphQLAuth(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.GraphQLAPI) {
		if api.External || intent(api, "public") != "" {
			continue
		}
		v := api.Setting("authenticationType")
		if s, ok := p.Text(api, v); ok && s == "API_KEY" {
			p.Report(Hit{Node: api, Values: []graph.Value{v}, Message: "everyone who holds the API key, which ships with the client, may use the API"})
			continue
		}
		if more := api.Setting("additionalAuthenticationProviders"); open(more) {
			p.Unknown(api, more)
		}
		for _, more := range api.Setting("additionalAuthenticationProviders").Each() {
			v := more.Get("AuthenticationType")
			if s, ok := p.Text(api, v); ok && s == "API_KEY" {
				p.Report(Hit{Node: api, Severity: Low, Values: []graph.Value{v}, Fix: "Take the provider API_KEY out of " + spelled(api, "AdditionalAuthenticationProviders", "Auth.Additional") + ", unless some fields are meant for everyone.",
					CDK: "authorizationConfig without API_KEY in additionalAuthorizationModes", Message: "an API key, which ships with the client, is admitted as an additional provider"})
			}
		}
	}
}

package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = add(resourceType{
	Type: "AWS::Cognito::UserPool", Kind: graph.UserPool, ARN: "cognito-idp:userpool/", Name: "UserPoolName",
	Defaults: []setting{text("mfaConfiguration", "OFF")}, // CloudFormation reference
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		triggers := r.Properties.Get("LambdaConfig")
		for _, f := range triggers.Fields() {
			v := f.Value
			if v.Kind == graph.Map { // CustomSMSSender, CustomEmailSender, PreTokenGenerationConfig
				v = v.Get("LambdaArn")
			}
			if f.Name == "KMSKeyID" {
				b.encrypted(n, r, v)
				continue
			}
			if v.Exists() {
				b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: graph.LowerFirst(f.Name)}, b.reach(v, graph.Function, "lambda:function:"), v)
			}
		}
		b.role(n, r, r.Properties.Get("SmsConfiguration", "SnsCallerArn"))
	},
})

var _ = add(resourceType{Type: "AWS::Cognito::UserPoolClient", Of: "UserPoolId", ARN: "cognito-idp:userpool/", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.collect(b.reach(r.Properties.Get("UserPoolId"), graph.UserPool, "cognito-idp:userpool/").node, "clients", withID(r)) // also of a pool of another stack
}})
var _ = add(resourceType{Type: "AWS::Cognito::UserPoolDomain", Of: "UserPoolId", ARN: "cognito-idp:userpool/"})
var _ = add(resourceType{Type: "AWS::Cognito::UserPoolGroup", Of: "UserPoolId", ARN: "cognito-idp:userpool/"})
var _ = add(resourceType{Type: "AWS::Cognito::UserPoolResourceServer", Of: "UserPoolId", ARN: "cognito-idp:userpool/"})
var _ = add(resourceType{Type: "AWS::Cognito::UserPoolIdentityProvider", Of: "UserPoolId", ARN: "cognito-idp:userpool/", Connect: collectAs("UserPoolId", "identityProviders")})
var _ = add(resourceType{Type: "AWS::Cognito::UserPoolRiskConfigurationAttachment", Of: "UserPoolId", Connect: collectAs("UserPoolId", "riskConfigurations")})

var _ = add(resourceType{
	Type: "AWS::Cognito::IdentityPool", Kind: graph.IdentityPool, Name: "IdentityPoolName",
	Variables: func(*graph.Node) []graph.Value { return nil }, // its users work under its roles; nothing tells them names
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		for _, p := range r.Properties.Get("CognitoIdentityProviders").Each() {
			for _, ref := range p.Get("ProviderName").Refs() {
				b.edge(graph.Edge{From: n, Kind: graph.Authorizes, Mode: graph.Sync, Via: r}, b.standsFor(ref.Resource), p.Get("ProviderName"))
			}
		}
	},
})

var _ = add(resourceType{Type: "AWS::Cognito::IdentityPoolRoleAttachment", Of: "IdentityPoolId", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	pool := b.find(r.Properties.Get("IdentityPoolId")).node
	for _, f := range r.Properties.Get("Roles").Fields() {
		b.edge(graph.Edge{From: pool, Kind: graph.Assumes, Via: r, Label: f.Name}, b.reach(f.Value, graph.Role, "iam:role/"), f.Value)
	}
}})

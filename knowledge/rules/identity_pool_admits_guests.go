package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "identity-pool-admits-guests",
	Code:     "COG002",
	Title:    `Identity pool hands AWS credentials to guests`,
	Severity: High,
	Pillar:   Security,
	Why:      `Everyone who knows the pool's id, which ships with the client, can ask it for credentials of its unauthenticated role, without signing in, and call AWS with them.`,
	Fix:      `Set AllowUnauthenticatedIdentities: false, unless guests are meant to have exactly what the unauthenticated role grants.`,
	CDK:      `allowUnauthenticatedIdentities: false`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Cognito::IdentityPool`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cognito-identitypool.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-COG7", "cdk-nag:CognitoUserPoolNoUnauthenticatedLogins", "checkov:CKV_AWS_366", "prowler:cognito_identity_pool_guest_access_disabled", "guard-rules-registry:cognito_allow_unauthenticated_identities_rule"},
	Gaps:        `Metadata serverless-review public says that guests are meant. What the unauthenticated role grants, and whether there is one, is not looked at.`,
	Bad: `Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: true # want "without signing in"
`,
	Good: `Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
`,
	Check: checkGuests,
})

func checkGuests(p *Pass) {
	for _, pool := range p.Graph.OfKind(graph.IdentityPool) {
		if pool.External || intent(pool, "public") != "" {
			continue
		}
		v := pool.Setting("allowUnauthenticatedIdentities")
		if on, ok := p.Truth(pool, v); ok && on {
			p.Report(Hit{Node: pool, Values: []graph.Value{v}, Message: "the pool gives AWS credentials to everyone who knows its id, without signing in",
				Patch: SetPatch(pool.Resource, v, "AllowUnauthenticatedIdentities", false)})
		}
	}
}

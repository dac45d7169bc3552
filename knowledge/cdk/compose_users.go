package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.UserPool, composeUserPool)

func composeUserPool(c *composer, pool *graph.Node) {
	p := c.properties(pool)
	for i := range p {
		switch p[i].Name {
		case "DeletionProtection":
			p[i].Value = tree("ACTIVE")
			if !c.snippet() {
				p[i].Value = staged{"ACTIVE", "INACTIVE"}
			}
		case "UserPoolTier":
			p[i].Comment = "brings threat protection; costs more for each active user"
		}
	}
	c.keep(c.node(pool, p.
		with("UserPoolAddOns", mapping{}.with("AdvancedSecurityMode", "ENFORCED")).
		with("AdminCreateUserConfig", mapping{}.with("AllowAdminCreateUserOnly", true)).
		with("UsernameAttributes", sequence{"email"}).
		with("AutoVerifiedAttributes", sequence{"email"}).
		with("AccountRecoverySetting", mapping{}.with("RecoveryMechanisms", sequence{flat{{"Name", "verified_email", ""}, {"Priority", 1, ""}}})).
		with("Policies", mapping{}.with("PasswordPolicy", mapping{}.with("MinimumLength", 12).with("RequireLowercase", true).with("RequireUppercase", true).
			with("RequireNumbers", true).with("RequireSymbols", true)))))
	client := c.name(c.ids[pool] + "Client")
	c.output(c.ids[pool]+"PoolId", reference(c.ids[pool]))
	c.output(c.ids[pool]+"ClientId", reference(client))
	c.add(client, "AWS::Cognito::UserPoolClient", mapping{}.
		with("UserPoolId", reference(c.ids[pool])).
		with("ExplicitAuthFlows", sequence{"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}).
		with("PreventUserExistenceErrors", "ENABLED"))
}

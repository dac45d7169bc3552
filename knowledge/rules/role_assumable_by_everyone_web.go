package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// sharedProviders give tokens to everyone who has an account with them: only the subject tells whose a token is.
var sharedProviders = []string{"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"}

// checkFederation looks at a statement that trusts a provider of web identities: it has to ask for whom the token was
// made out (the subject), or at least for which application (the audience), where the provider is one's own.
func checkFederation(p *Pass, role *graph.Node, s graph.Statement) {
	if !isAllow(s) || s.NotPrincipal || !allowsAction(s, "sts:AssumeRoleWithWebIdentity") {
		return
	}
	for _, who := range s.Principals {
		provider := who.Value.String()
		if ref, ok := who.Value.Ref(); ok {
			if r := p.Graph.Resource(ref.Resource); r != nil && r.Type == "AWS::IAM::OIDCProvider" {
				provider = "oidc-provider/" + r.Properties.Get("Url").String()
			}
		}
		if who.Kind != "Federated" || strings.Contains(provider, ":saml-provider/") {
			continue
		}
		claims := []string{"sub", "aud"}
		if slices.ContainsFunc(sharedProviders, func(name string) bool { return strings.Contains(provider, name) }) {
			claims = claims[:1]
		}
		if asksForClaim(s.Conditions, claims) {
			continue
		}
		if open(who.Value) && !strings.Contains(provider, "oidc-provider/") {
			p.Unknown(role, who.Value)
			continue
		}
		p.Report(Hit{Node: role, Resource: s.Via, Values: []graph.Value{graph.NewString(s.At, provider)},
			Fix: claimFix(provider), CDK: claimCDK(provider),
			Message: fmt.Sprintf("trust policy of %s lets everyone with a token of the provider assume the role: no condition asks for the claim %s", nameOf(role), strings.Join(claims, " or "))})
	}
}

// claimFix says which condition a trust in a provider lacks, in the claims that it gives.
func claimFix(provider string) string {
	switch {
	case strings.Contains(provider, "cognito-identity.amazonaws.com"):
		return `Add Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref IdentityPool}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": authenticated}} (unauthenticated for guests).`
	case strings.Contains(provider, "token.actions.githubusercontent.com"):
		return "Add a Condition on the claims of the provider: StringLike on token.actions.githubusercontent.com:sub (repo:OWNER/REPOSITORY:*), StringEquals on token.actions.githubusercontent.com:aud (sts.amazonaws.com)."
	case strings.Contains(provider, "gitlab.com"):
		return "Add a Condition on the claims of the provider: StringLike on gitlab.com:sub (project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH), StringEquals on gitlab.com:aud."
	case strings.Contains(provider, "app.terraform.io"):
		return "Add a Condition on the claims of the provider: StringLike on app.terraform.io:sub (organization:ORGANIZATION:project:PROJECT:workspace:WORKSPACE:run_phase:*), StringEquals on app.terraform.io:aud."
	}
	return "Add a Condition on the claims of the provider: StringEquals (or StringLike) on PROVIDER:sub, whom the token was made out for, and StringEquals on PROVIDER:aud, your application's id."
}

func claimCDK(provider string) string {
	if strings.Contains(provider, "cognito-identity.amazonaws.com") {
		return "assumedBy: new iam.WebIdentityPrincipal('cognito-identity.amazonaws.com', { StringEquals: { 'cognito-identity.amazonaws.com:aud': identityPool.ref }, 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' } })"
	}
	return "assumedBy: new iam.WebIdentityPrincipal(provider, { StringLike: { 'PROVIDER:sub': ... }, StringEquals: { 'PROVIDER:aud': ... } })"
}

// asksForClaim tells whether a condition asks for one of the claims of a token, or may.
func asksForClaim(conditions graph.Value, claims []string) bool {
	for _, operator := range conditions.Fields() {
		if operator.Value.IsUnknown() {
			return true
		}
		if strings.Contains(operator.Name, "Not") || strings.HasPrefix(operator.Name, "Null") || strings.HasSuffix(operator.Name, "IfExists") {
			continue
		}
		for _, key := range operator.Value.Fields() {
			asked := slices.ContainsFunc(claims, func(claim string) bool { return strings.HasSuffix(strings.ToLower(key.Name), ":"+claim) })
			every := slices.ContainsFunc(literals(key.Value.Each()), func(text string) bool {
				return strings.Trim(text, "*") == "" || text == "repo:*"
			})
			if asked && !every {
				return true
			}
		}
	}
	return conditions.IsUnknown()
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "user-pool-sign-in-weak",
	Code:     "COG001",
	Title:    `Sign-in of a user pool is weak`,
	Severity: Medium,
	Pillar:   Security,
	Why:      `A password that was guessed, or leaked elsewhere, is all it takes to be that user: no second factor can be asked for, or the password may be shorter than 8 characters.`,
	Fix:      `Set MfaConfiguration: OPTIONAL (or "ON") with EnabledMfas: [SOFTWARE_TOKEN_MFA], and Policies.PasswordPolicy.MinimumLength: 12.`,
	CDK:      `mfa: cognito.Mfa.OPTIONAL, mfaSecondFactor: { otp: true, sms: false }, passwordPolicy: { minLength: 12 }`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Cognito::UserPool PasswordPolicy`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cognito-userpool-passwordpolicy.html", Checked: "2026-11-23"},
		{Title: `Amazon Cognito Developer Guide, "TOTP software token MFA"`, URL: "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-COG1", "cdk-nag:AwsSolutions-COG2", "cdk-nag:CognitoUserPoolMFA", "cdk-nag:CognitoUserPoolStrongPasswordPolicy", "prowler:cognito_user_pool_mfa_enabled",
		"prowler:cognito_user_pool_password_policy_minimum_length_14", "guard-rules-registry:cognito_user_pool_mfa_configuration_rule"},
	Gaps: `A pool whose sign-in policy knows no password (passkeys, one-time codes) is left out. Classes of characters are not asked for: length counts. A pool whose users all come from another identity provider, which asks for the second factor itself, may ignore this with a reason.`,
	Bad: `Resources:
  Users: # want "no second factor"
    Type: AWS::Cognito::UserPool
  Short:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: OPTIONAL
      Policies:
        PasswordPolicy:
          MinimumLength: 6 # want "6 characters"
`,
	Good: `Resources:
  Users:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: OPTIONAL
      EnabledMfas: [SOFTWARE_TOKEN_MFA]
      Policies: {PasswordPolicy: {MinimumLength: 12}}
  Passkeys:
    Type: AWS::Cognito::UserPool
    Properties:
      Policies: {SignInPolicy: {AllowedFirstAuthFactors: [WEB_AUTHN, EMAIL_OTP]}}
`,
	Check: checkSignIn,
})

// shortestPassword is what a reviewer lets pass without a word.
const shortestPassword = 8

func checkSignIn(p *Pass) {
	for _, pool := range p.Graph.OfKind(graph.UserPool) {
		if pool.Type != "AWS::Cognito::UserPool" || pool.External || withoutPassword(pool) {
			continue
		}
		mfa := pool.Setting("mfaConfiguration")
		if s, ok := p.Text(pool, mfa); ok && (s == "OFF" || s == "false") { // YAML 1.1 reads a bare OFF as false
			p.Report(Hit{Node: pool, Values: []graph.Value{mfa},
				Message: fmt.Sprintf("user pool %s asks for no second factor, and lets nobody have one (MfaConfiguration is OFF)", nameOf(pool))})
		}
		length := pool.Setting("policies", "PasswordPolicy", "MinimumLength")
		if n, ok := p.Int(pool, length); ok && n < shortestPassword {
			p.Report(Hit{Node: pool, Values: []graph.Value{length},
				Message: fmt.Sprintf("user pool %s takes passwords of %d characters; the least should be %d, better 12", nameOf(pool), n, shortestPassword)})
		}
	}
}

// withoutPassword tells whether a sign-in policy is written that does not admit passwords, or is not known.
func withoutPassword(pool *graph.Node) bool {
	factors := pool.Setting("policies", "SignInPolicy", "AllowedFirstAuthFactors")
	if !factors.Exists() {
		return false
	}
	for _, f := range factors.Each() {
		if s, ok := f.Str(); ok && s == "PASSWORD" {
			return false
		}
	}
	return true
}

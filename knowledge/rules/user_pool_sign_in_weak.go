package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "user-pool-sign-in-weak",
	Code:     "COG001",
	Title:    `Sign-in of a user pool is weak`,
	Severity: Medium,
	Pillar:   Security,
	Why: `A password that was guessed, or leaked elsewhere, is all it takes to be that user: no second factor can be asked for, or the password may be shorter than 8 characters. ` +
		`With USER_PASSWORD_AUTH the request holds the password itself, readable for whatever takes the request apart on the way, such as a proxy or a log; with SRP it does not. The implicit grant puts tokens into addresses. Unless PreventUserExistenceErrors is ENABLED, whoever tries names learns which of them have an account.`,
	Fix: `Set MfaConfiguration: OPTIONAL (or "ON") with EnabledMfas: [SOFTWARE_TOKEN_MFA], and Policies.PasswordPolicy with MinimumLength: 12 and all four of RequireLowercase, RequireUppercase, RequireNumbers and RequireSymbols. Let clients use ALLOW_USER_SRP_AUTH and the code grant, and PreventUserExistenceErrors: ENABLED.`,
	CDK: `mfa: cognito.Mfa.OPTIONAL, mfaSecondFactor: { otp: true, sms: false }, passwordPolicy: { minLength: 12 }; addClient: authFlows: { userSrp: true }, preventUserExistenceErrors: true`,
	Sources: []Source{
		{Title: `Amazon Cognito Developer Guide, "Authentication flows" (plain password and SRP)`, URL: "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::Cognito::UserPoolClient (PreventUserExistenceErrors, ExplicitAuthFlows)`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html", Checked: "2026-12-01"},
		{Title: `CloudFormation reference, AWS::Cognito::UserPool PasswordPolicy`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cognito-userpool-passwordpolicy.html", Checked: "2026-11-30"},
		{Title: `Amazon Cognito Developer Guide, "TOTP software token MFA"`, URL: "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-COG1", "cdk-nag:AwsSolutions-COG2", "cdk-nag:CognitoUserPoolMFA", "cdk-nag:CognitoUserPoolStrongPasswordPolicy", "prowler:cognito_user_pool_mfa_enabled",
		"prowler:cognito_user_pool_password_policy_minimum_length_14", "guard-rules-registry:cognito_user_pool_mfa_configuration_rule"},
	Gaps: `That a client tells who has an account is low. It is asked of clients that sign users in: not of those for machines (client_credentials), with ALLOW_REFRESH_TOKEN_AUTH alone, or with other identity providers alone. A pool whose sign-in policy knows no password (passkeys, one-time codes) is left out. A class of characters that is not asked for is low, and so is a pool without a PasswordPolicy, for which Cognito's own holds. A pool whose users all come from another identity provider, which asks for the second factor itself, may ignore this with a reason.`,
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
      Policies: {PasswordPolicy: {MinimumLength: 12, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true}}
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
		if pool.Type == "AWS::Cognito::UserPool" || pool.External {
			checkClients(p, pool)
		}
		if pool.Type != "AWS::Cognito::UserPool" || pool.External || withoutPassword(pool) {
			continue
		}
		mfa := pool.Setting("mfaConfiguration")
		s, _ := p.Text(pool, mfa)
		if s == "OFF" || s == "false" { // YAML 1.1 reads a bare OFF as false
			p.Report(Hit{Node: pool, Values: []graph.Value{mfa}, Fix: `Set MfaConfiguration: OPTIONAL (or "ON") with EnabledMfas: [SOFTWARE_TOKEN_MFA].`,
				CDK:     "mfa: cognito.Mfa.OPTIONAL, mfaSecondFactor: { otp: true, sms: false }",
				Message: fmt.Sprintf("user pool %s asks for no second factor, and lets nobody have one (MfaConfiguration is OFF)", nameOf(pool))})
		}
		switch policy := pool.Setting("policies", "PasswordPolicy"); {
		case policy.Exists():
			checkPassword(p, pool, policy)
		case s != "OFF" && s != "false" && !open(pool.Setting("policies")):
			p.Report(Hit{Node: pool, Severity: Low, Values: []graph.Value{policy}, Fix: fmt.Sprintf("Set Policies: {PasswordPolicy: {MinimumLength: %d, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true, RequireSymbols: true}}.", longPassword),
				CDK:     fmt.Sprintf("passwordPolicy: { minLength: %d }", longPassword),
				Message: fmt.Sprintf("user pool %s says nothing of its passwords (no PasswordPolicy): what Cognito asks for by itself is short", nameOf(pool))})
		}
	}
}

// longPassword is the length that the fixes name.
const longPassword = 12

func checkPassword(p *Pass, pool *graph.Node, policy graph.Value) {
	length := pool.Setting("policies", "PasswordPolicy", "MinimumLength")
	n, known := p.Int(pool, length)
	if known && n < shortestPassword {
		p.Report(Hit{Node: pool, Values: []graph.Value{length}, Fix: fmt.Sprintf("Set Policies.PasswordPolicy.MinimumLength: %d.", longPassword),
			CDK:     fmt.Sprintf("passwordPolicy: { minLength: %d }", longPassword),
			Message: fmt.Sprintf("user pool %s takes passwords of %d characters; the least should be %d, better %d", nameOf(pool), n, shortestPassword, longPassword)})
		return
	}
	ofLength := ""
	if known {
		ofLength = fmt.Sprintf(" of %d characters", n)
	}
	var lacking []string
	var at graph.Value
	for _, class := range []string{"Lowercase", "Uppercase", "Numbers", "Symbols"} {
		v := policy.Get("Require" + class)
		asked, ok := v.Truth()
		switch {
		case open(v):
			p.Unknown(pool, v)
		case ok && !asked, !v.Exists() && policy.Exists() && (known || !length.Exists()):
			if len(lacking) == 0 {
				at = v
				if !v.Exists() {
					at = policy
				}
			}
			lacking = append(lacking, class)
		}
	}
	if len(lacking) == 0 {
		return
	}
	var settings, options, classes []string
	for _, class := range lacking {
		settings = append(settings, "Require"+class+": true")
		options = append(options, "require"+strings.Replace(class, "Numbers", "Digits", 1)+": true")
		classes = append(classes, strings.ToLower(class))
	}
	fix := "Set Policies.PasswordPolicy." + settings[0] + "."
	if len(settings) > 1 {
		fix = "Set in Policies.PasswordPolicy " + strings.Join(settings, ", ") + "."
	}
	p.Report(Hit{Node: pool, Severity: Low, Values: []graph.Value{at}, Fix: fix, CDK: "passwordPolicy: { " + strings.Join(options, ", ") + " }",
		Message: fmt.Sprintf("user pool %s takes passwords%s without %s", nameOf(pool), ofLength, anyOf(classes))})
}

// anyOf lists words for a message: "a, b or c".
func anyOf(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// checkClients looks at the ways in which the clients of a pool sign in.
func checkClients(p *Pass, pool *graph.Node) {
	for _, client := range pool.Setting("clients").Each() {
		id, _ := client.Get("ResourceId").Str()
		if client.At == nil {
			continue
		}
		report := func(severity Severity, v graph.Value, what, fix, cdk string) {
			p.Report(Hit{Node: pool, Place: &Place{ID: plainID(id), Type: "AWS::Cognito::UserPoolClient", File: client.At.File}, Severity: severity, Fix: fix, CDK: cdk,
				Related: []*graph.Node{pool}, Values: []graph.Value{v}, Message: fmt.Sprintf("client %s of user pool %s %s", plainID(id), nameOf(pool), what)})
		}
		for _, v := range client.Get("ExplicitAuthFlows").Each() {
			if s, _ := p.Text(pool, v); s == "ALLOW_USER_PASSWORD_AUTH" || s == "USER_PASSWORD_AUTH" {
				report(Medium, v, "sends passwords as they are ("+s+")", withoutPasswordFlow(client, s), "addClient: authFlows: { userSrp: true }, without userPassword")
			}
		}
		for _, v := range client.Get("AllowedOAuthFlows").Each() {
			if s, _ := p.Text(pool, v); s == "implicit" {
				report(Medium, v, "gets tokens in the address of a page (the implicit grant)",
					"Set AllowedOAuthFlows: [code] without implicit, and have the app use the code grant with PKCE.", "addClient: oAuth: { flows: { authorizationCodeGrant: true } }")
			}
		}
		v, is := client.Get("PreventUserExistenceErrors"), "is LEGACY"
		if !v.Exists() {
			signs, undecided := signsIn(client)
			if undecided.Exists() {
				p.Unknown(pool, undecided)
			}
			if !signs {
				continue
			}
			v, is = graph.Value{At: client.At}, "is absent, which is LEGACY"
		} else if s, _ := p.Text(pool, v); s != "LEGACY" {
			continue
		}
		report(Low, v, "tells who has an account (PreventUserExistenceErrors "+is+")", "Set PreventUserExistenceErrors: ENABLED.", "addClient: preventUserExistenceErrors: true")
	}
}

// signsIn tells whether users of the pool sign in by a client, or what leaves that open. A client that names no flow has SRP:
// those for machines, or for users of other identity providers, are known by what else they name.
// Source: CloudFormation reference, AWS::Cognito::UserPoolClient ExplicitAuthFlows, checked 2026-12-01.
func signsIn(client graph.Value) (signs bool, undecided graph.Value) {
	flows, grants, providers := client.Get("ExplicitAuthFlows"), client.Get("AllowedOAuthFlows"), client.Get("SupportedIdentityProviders")
	for _, f := range flows.Each() {
		if s, known := f.Str(); known && s != "ALLOW_REFRESH_TOKEN_AUTH" {
			return true, graph.Value{}
		}
	}
	for _, list := range []graph.Value{flows, grants, providers} {
		if v := firstOpen(append([]graph.Value{list}, list.Items()...)...); v.Exists() {
			return false, v
		}
	}
	if len(providers.Each()) > 0 && !holds(providers, "COGNITO") {
		return false, graph.Value{}
	}
	page := holds(grants, "code") || holds(grants, "implicit")
	return page || len(flows.Each()) == 0 && len(grants.Each()) == 0, graph.Value{}
}

// holds tells whether a list has a text.
func holds(list graph.Value, text string) bool {
	return slices.ContainsFunc(list.Each(), func(v graph.Value) bool {
		s, _ := v.Str()
		return s == text
	})
}

// withoutPasswordFlow is the fix for a client that sends passwords. The old names of flows do not stand beside those with
// ALLOW_, and there is none for SRP.
func withoutPasswordFlow(client graph.Value, flow string) string {
	if flow == "USER_PASSWORD_AUTH" {
		return "Set ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH], and have the app sign in by SRP."
	}
	for _, v := range client.Get("ExplicitAuthFlows").Each() {
		if s, _ := v.Str(); s == "ALLOW_USER_SRP_AUTH" {
			return "Take " + flow + " out of ExplicitAuthFlows, and have the app sign in by SRP (ALLOW_USER_SRP_AUTH is there)."
		}
	}
	return "Put ALLOW_USER_SRP_AUTH in the place of " + flow + " in ExplicitAuthFlows, and have the app sign in by SRP. A server of yours may use ALLOW_ADMIN_USER_PASSWORD_AUTH, which asks for IAM rights."
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

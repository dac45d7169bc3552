package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "role-assumable-by-everyone",
	Code:     "IAM005",
	Title:    `Role can be assumed by strangers`,
	Severity: Critical,
	Pillar:   Security,
	Why:      `Whoever the trust policy admits can take the role and has its rights: whoever has an AWS account, whoever another account allows, or whoever has a token of a provider. A service that is not asked for whom it works may be led to take it for a stranger (the confused deputy).`,
	Fix:      `Name the service, the role or the account that takes the role; for a foreign account add sts:ExternalId or aws:PrincipalOrgID.`,
	CDK:      `assumedBy: new iam.ServicePrincipal(...)`,
	Sources: []Source{
		{Title: `AWS IAM User Guide, "AWS JSON policy elements: Principal"`, URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html", Checked: "2026-11-30"},
		{Title: `GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"`, URL: "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws", Checked: "2026-12-01"},
		{Title: `Amazon EventBridge User Guide, "Cross-service confused deputy prevention in Amazon EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge Scheduler User Guide, "Confused deputy prevention in EventBridge Scheduler"`, URL: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"checkov:CKV_AWS_60", "checkov:CKV_AWS_61", "prowler:iam_no_custom_policy_permissive_role_assumption", "guard-rules-registry:iam_role_no_allow_plus_not_action_on_trust_policy", "guard-rules-registry:iam_role_no_allow_plus_not_principal", "guard-rules-registry:iam_role_no_full_access_on_trust_policy", "guard-rules-registry:iam_role_or_policy_no_allow_plus_not_action", "guard-rules-registry:iam_role_or_policy_no_allow_plus_not_resource"},
	Gaps:        `That an account is foreign cannot be seen: one whose number is written out, and that is trusted as a whole and without a condition on who asks (sts:ExternalId, aws:PrincipalOrgID ...), is reported as likely and at Medium. Of providers of web identities that serve everyone (GitHub, GitLab, Terraform Cloud) a condition on the subject is asked for, of others one on subject or audience. Roles for EventBridge rules, pipes and schedules that do not ask for aws:SourceAccount are low, and info where CDK wrote them.`,
	Bad: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow # want "everyone"
            Principal: {AWS: "*"}
            Action: sts:AssumeRole
`,
	Good: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {AWS: "*"}
            Action: sts:AssumeRole
            Condition: {StringEquals: {"aws:PrincipalOrgID": o-exampleorg1}}
`,
	MoreGood: []string{`Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
`},
	Check: checkTrust,
})

func checkTrust(p *Pass) {
	for _, role := range p.Graph.OfKind(graph.Role) {
		for _, s := range role.ResourcePolicy {
			if role.External {
				continue
			}
			if v := mayBeOpen(s); v.Exists() {
				p.Unknown(role, v)
			}
			checkFederation(p, role, s)
			if isAllow(s) && s.NotPrincipal {
				p.Report(Hit{Node: role, Resource: s.Via, Values: []graph.Value{graph.NewString(s.At, "NotPrincipal")},
					Fix:     "Name in Principal the service, the role or the account that takes the role, in place of NotPrincipal.",
					Message: fmt.Sprintf("trust policy of %s lets everyone but those named assume the role", nameOf(role))})
				continue
			}
			if account := trustedAccount(s); account != "" {
				p.Report(Hit{Node: role, Resource: s.Via, Severity: Medium, Confidence: Likely, Values: []graph.Value{graph.NewString(s.At, account)},
					Fix:     fmt.Sprintf(`Add Condition: {StringEquals: {"sts:ExternalId": ...}} to the statement, or aws:PrincipalOrgID where the account is one of your organization; or name the role there that takes this one (arn:aws:iam::%s:role/NAME). If it is the account of this stack, write !Ref AWS::AccountId.`, account),
					CDK:     fmt.Sprintf(`assumedBy: new iam.PrincipalWithConditions(new iam.AccountPrincipal('%s'), { StringEquals: { 'sts:ExternalId': ... } }), or new iam.ArnPrincipal('arn:aws:iam::%s:role/NAME')`, account, account),
					Message: fmt.Sprintf("trust policy of %s lets whoever account %s allows assume the role: a foreign account should prove itself by sts:ExternalId or aws:PrincipalOrgID", nameOf(role), account)})
				continue
			}
			if service := deputy(role, s); service != "" {
				severity := Low
				if role.Resource.Metadata.Get("aws:cdk:path").Exists() {
					severity = Info // CDK writes its roles for these services so
				}
				p.Report(Hit{Node: role, Resource: s.Via, Severity: severity, Values: []graph.Value{graph.NewString(s.At, service)},
					Fix:     `Add Condition: {StringEquals: {"aws:SourceAccount": !Ref AWS::AccountId}} to the statement; aws:SourceArn narrows it to one rule or pipe; for schedules it has to name a schedule group, not a schedule.`,
					CDK:     fmt.Sprintf(`assumedBy: new iam.ServicePrincipal('%s', { conditions: { StringEquals: { 'aws:SourceAccount': this.account } } })`, service),
					Message: fmt.Sprintf("trust policy of %s lets %s assume the role for any account: aws:SourceAccount is not asked for", nameOf(role), service)})
				continue
			}
			if !openToWorld(s) && !anyService(s) {
				continue
			}
			h := Hit{Node: role, Resource: s.Via, Values: []graph.Value{graph.NewString(s.At, "Principal *")},
				CDK:     "assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') or which service takes it, new iam.ArnPrincipal(...) for a role",
				Message: fmt.Sprintf("trust policy of %s lets everyone assume the role, without a condition on who asks", nameOf(role))}
			if !openToWorld(s) {
				h.Fix = "Name the service that takes the role (lambda.amazonaws.com, states.amazonaws.com ...)."
				h.Message = fmt.Sprintf("trust policy of %s lets every service that its pattern covers assume the role", nameOf(role))
			}
			p.Report(h)
		}
	}
}

// deputies are services that work on behalf of whoever set them up, in whatever account.
var deputies = map[string]bool{"scheduler.amazonaws.com": true, "pipes.amazonaws.com": true, "events.amazonaws.com": true}

// deputy is the service that a role of the files trusts without asking for whom it works.
func deputy(role *graph.Node, s graph.Statement) string {
	if !isAllow(s) || narrows(s.Conditions, narrowing) || role.Resource == nil || role.Resource.Source != "" {
		return ""
	}
	for _, who := range s.Principals {
		if text, _ := who.Value.Str(); who.Kind == "Service" && deputies[text] {
			return text
		}
	}
	return ""
}

// anyService tells whether a trust statement admits every service of AWS, or a pattern of them.
func anyService(s graph.Statement) bool {
	for _, who := range s.Principals {
		if text, _ := who.Value.Str(); isAllow(s) && who.Kind == "Service" && strings.Contains(text, "*") {
			return true
		}
	}
	return false
}

var wholeAccount = lazy.Regexp(`^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$`)

// trustedAccount is the number of an account that a trust statement admits as a whole and without a condition on who asks.
func trustedAccount(s graph.Statement) string {
	if !isAllow(s) || narrows(s.Conditions, narrowing) {
		return ""
	}
	for _, who := range s.Principals {
		text, _ := principalText(who)
		if m := wholeAccount().FindStringSubmatch(text); m != nil && who.Kind == "AWS" {
			return m[1]
		}
	}
	return ""
}

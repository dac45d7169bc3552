package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "user-pool-without-deletion-protection",
	Code:     "COG003",
	Title:    `User pool can be deleted by one wrong call`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `A deleted user pool is out of operation at once: nobody can sign in. Only AWS Support may bring it back, within 14 days; passwords cannot be exported, so no backup of yours holds them. DeletionPolicy: Retain binds CloudFormation only.`,
	Fix:      `Set DeletionProtection: ACTIVE.`,
	CDK:      `deletionProtection: true`,
	Sources: []Source{
		{Title: `Amazon Cognito Developer Guide, "User pool deletion protection"`, URL: "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html", Checked: "2026-11-30"},
		{Title: `Amazon Cognito API Reference, DeleteUserPool`, URL: "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserPool.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"prowler:cognito_user_pool_deletion_protection_enabled"},
	Gaps:        `A pool that goes with its stack has one finding for both, that of stateful-resource-without-retention. The threat protection of the Plus plan is not asked for. Info for what exists in trial stages only.`,
	Bad: `Resources:
  Users: # want "deletion protection"
    Type: AWS::Cognito::UserPool
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
`,
	Good: `Resources:
  Users:
    Type: AWS::Cognito::UserPool
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {DeletionProtection: ACTIVE}
`,
	Keeps: true,
	Check: func(p *Pass) {
		for _, pool := range p.Graph.OfKind(graph.UserPool) {
			if pool.External || pool.Resource == nil || pool.Type != "AWS::Cognito::UserPool" {
				continue
			}
			v := pool.Setting("deletionProtection")
			s, known := v.Str()
			if open(v) {
				p.Unknown(pool, v)
			} else if !known || s != "ACTIVE" {
				p.Report(Hit{Node: pool, Values: []graph.Value{v}, Patch: SetPatch(pool.Resource, v, "DeletionProtection", "ACTIVE"),
					Message: fmt.Sprintf("user pool %s has no deletion protection: one wrong call takes the sign-in away from everybody", nameOf(pool))})
			}
		}
	},
})

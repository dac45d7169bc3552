package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "event-bus-open-to-world",
	Code:     "EVT006",
	Title:    `Policy of an event bus admits everyone`,
	Severity: Critical,
	Pillar:   Security,
	Why:      `Every AWS account may put events on the bus: forged events start your workflows as if they were real.`,
	Fix:      `Name the accounts as principals, or add a Condition on aws:PrincipalOrgID (beside Action and Principal of an AWS::Events::EventBusPolicy: {Type: StringEquals, Key: "aws:PrincipalOrgID", Value: o-...}).`,
	CDK:      `bus.addToResourcePolicy(new iam.PolicyStatement({ sid, principals: [new iam.OrganizationPrincipal("o-...")] or [new iam.AccountPrincipal("...")], actions: ["events:PutEvents"], resources: [bus.eventBusArn] }))`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Sending and receiving events between AWS accounts in Amazon EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:EventBusOpenAccess", "prowler:eventbridge_bus_exposed", "prowler:eventbridge_bus_cross_account_access", "cdk-nag:AwsSolutions-EVB1"},
	Bad: `Resources:
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: shop}
  Policy: # want "events:PutEvents to everyone"
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: all
      Action: events:PutEvents
      Principal: "*"
`,
	Good: `Resources:
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: shop}
  Policy:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: organization
      Action: events:PutEvents
      Principal: "*"
      Condition: {Type: StringEquals, Key: "aws:PrincipalOrgID", Value: o-exampleorg1}
`,
	MoreGood: []string{`Resources:
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: shop}
  Policy:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: organization
      Statement:
        Effect: Allow
        Principal: {AWS: "*"}
        Action: events:PutEvents
        Resource: !GetAtt Bus.Arn
        Condition: {StringEquals: {"aws:PrincipalOrgID": o-exampleorg1}}
`},
	Check: checkOpenBuses,
})

func checkOpenBuses(p *Pass) {
	for _, bus := range p.Graph.OfKind(graph.EventBus) {
		reportOpen(p, bus)
	}
}

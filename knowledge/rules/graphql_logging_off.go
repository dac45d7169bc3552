package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "graphql-logging-off",
	Code:     "APS002",
	Title:    `GraphQL API writes no resolver logs`,
	Severity: Medium,
	Pillar:   Operations,
	Why:      `A resolver that fails answers with status 200 and an error in the body: without field logs its cause is not recorded, and the metrics 4XXError and 5XXError are about the status of the whole request.`,
	Fix:      `Set LogConfig: {FieldLogLevel: ERROR, ExcludeVerboseContent: true, CloudWatchLogsRoleArn: a role of appsync.amazonaws.com that may write logs}.`,
	SAM:      `Set Logging: {FieldLogLevel: ERROR, ExcludeVerboseContent: true} (SAM makes the role), or take Logging: false away: SAM's default is level ALL.`,
	CDK:      `logConfig: { fieldLogLevel: appsync.FieldLogLevel.ERROR, excludeVerboseContent: true }`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::AppSync::GraphQLApi LogConfig`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-appsync-graphqlapi-logconfig.html", Checked: "2026-11-30"},
		{Title: `AWS AppSync Developer Guide, "Using CloudWatch to monitor and log GraphQL API data"`, URL: "https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-ASC3", "cdk-nag:AppSyncGraphQLRequestLogging", "checkov:CKV_AWS_193", "checkov:CKV_AWS_194", "security-hub:AppSync.2",
		"prowler:appsync_field_level_logging_enabled", "control-tower:appsync_logging_enabled_check"},
	Gaps: `Each level but NONE passes. Tracing that is off is low.`,
	Bad: `Resources:
  Shop: # want "no resolver logs"
    Type: AWS::AppSync::GraphQLApi
    Properties: {Name: shop, AuthenticationType: AWS_IAM}
  Stock:
    Type: AWS::AppSync::GraphQLApi
    Properties:
      Name: stock
      AuthenticationType: AWS_IAM
      LogConfig:
        CloudWatchLogsRoleArn: arn:aws:iam::111122223333:role/log
        FieldLogLevel: NONE # want "no resolver logs"
`,
	Good: `Resources:
  Shop:
    Type: AWS::AppSync::GraphQLApi
    Properties:
      Name: shop
      AuthenticationType: AWS_IAM
      LogConfig: {CloudWatchLogsRoleArn: "arn:aws:iam::111122223333:role/log", FieldLogLevel: ERROR}
      XrayEnabled: true
`,
	MoreBad: []string{`Resources:
  Untraced: # want "not traced"
    Type: AWS::AppSync::GraphQLApi
    Properties:
      Name: shop
      AuthenticationType: AWS_IAM
      LogConfig: {CloudWatchLogsRoleArn: "arn:aws:iam::111122223333:role/log", FieldLogLevel: ERROR}
`, `Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      SchemaUri: schema.graphql
      Auth: {Type: AWS_IAM}
      Logging:
        CloudWatchLogsRoleArn: arn:aws:iam::111122223333:role/log
        FieldLogLevel: NONE # want "no resolver logs"
`},
	Check: func(p *Pass) {
		for _, api := range p.Graph.OfKind(graph.GraphQLAPI) {
			if api.Type != "AWS::AppSync::GraphQLApi" || api.External {
				continue
			}
			level := api.Setting("logConfig", "FieldLogLevel")
			s, known := level.Str()
			if open(level) {
				p.Unknown(api, level)
			} else if !known || s == "NONE" {
				p.Report(Hit{Node: api, Values: []graph.Value{level}, Message: fmt.Sprintf("GraphQL API %s writes no resolver logs: why a resolver failed is not recorded", nameOf(api))})
			} else if v := api.Setting("xrayEnabled"); open(v) {
				p.Unknown(api, v)
			} else if on, _ := v.Truth(); !on {
				p.Report(Hit{Node: api, Severity: Low, Values: []graph.Value{v}, Fix: "Set XrayEnabled: true.", CDK: "xrayEnabled: true", Message: fmt.Sprintf("GraphQL API %s is not traced (XrayEnabled is not true)", nameOf(api))})
			}
		}
	},
})

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "api-without-access-log",
	Code:     "API003",
	Title:    "API stage has no access log",
	Severity: Medium,
	Pillar:   Operations,
	Why:      `Nothing tells who called what and with which result: failed and refused requests cannot be investigated, and calls that never reach the function leave only a count in the metrics.`,
	Fix:      `Set AccessLogSetting (REST) or AccessLogSettings (HTTP, WebSocket) with DestinationArn of a log group and a JSON Format. For REST and WebSocket the account needs a CloudWatch role for API Gateway (AWS::ApiGateway::Account), or the stage is refused.`,
	CDK:      `deployOptions: { accessLogDestination: new apigateway.LogGroupLogDestination(logs), accessLogFormat: apigateway.AccessLogFormat.jsonWithStandardFields() } of a RestApi; accessLogSettings: { destination: new apigwv2.LogGroupLogDestination(logs), format: apigateway.AccessLogFormat.custom(JSON.stringify({ requestId: '$context.requestId', status: '$context.status' })) } of an HttpStage or WebSocketStage, which write no JSON by default`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Configure logging for HTTP APIs"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-APIG1", "cdk-nag:Serverless-APIGWAccessLogging", "cdk-nag:APIGWAccessLogging", "checkov:CKV_AWS_76", "checkov:CKV_AWS_95", "cfn_nag:W69", "cfn_nag:W46", "serverless-rules:ES2000",
		"security-hub:APIGateway.1", "security-hub:APIGateway.9", "prowler:apigateway_restapi_logging_enabled", "prowler:apigatewayv2_api_access_logging_enabled",
		"guard-rules-registry:api_gw_stage_access_logging_rule", "guard-rules-registry:api_gwv2_access_logs_enabled", "control-tower:api_gw_v2_access_logs_enabled_check"},
	Gaps: `Low for stages named dev, test or sandbox and for APIs with mock integrations alone. A format that is no JSON is info; one with parts that are not known is not judged. Stages that other templates make are not seen.`,
	Bad: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    Properties: {RestApiId: !Ref Api}
  Stage: # want "stage prod of Api"
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    Properties: {RestApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      DeploymentId: !Ref Deployment
      AccessLogSetting: {DestinationArn: !GetAtt Logs.Arn, Format: '{"requestId":"$context.requestId","status":"$context.status"}'}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: 30}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api: # want "stage prod of Api"
    Type: AWS::Serverless::Api
    Properties: {StageName: prod}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: get}}
`, `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP}
  Stage: # want "AccessLogSettings"
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      AccessLogSettings: {DestinationArn: !GetAtt Logs.Arn, Format: '{"requestId":"$context.requestId"}'}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: 30}
`, `Parameters:
  Logs: {Type: String}
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: $default
      AccessLogSettings: !Ref Logs
`},
	Check: checkAccessLogs,
})

func checkAccessLogs(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI) {
		for _, stage := range stagesHere(api) {
			name, property := "AccessLogSettings", stage.Get("AccessLogSettings")
			if api.Kind == graph.RestAPI {
				if !ownResource(p.Graph, stage) {
					continue // a stage that a deployment makes on the side
				}
				name, property = "AccessLogSetting", stage.Get("AccessLogSetting")
			}
			switch {
			case open(property):
				p.Unknown(api, property)
				continue
			case property.Get("DestinationArn").Exists():
				checkLogFormat(p, api, stage, property.Get("Format"))
				continue
			}
			called := stageName(stage)
			h := Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{{At: stage.At}},
				Message: fmt.Sprintf("stage %s of %s has no access log (%s is absent)", called, nameOf(api), name)}
			if property.Exists() {
				h.Message = fmt.Sprintf("stage %s of %s has no access log (%s has no DestinationArn)", called, nameOf(api), name)
			}
			h.Fix, h.CDK = accessLogFix[api.Kind], "accessLogSettings: { destination: new apigwv2.LogGroupLogDestination(logs), "+jsonLines+" }"
			if api.Kind == graph.RestAPI {
				h.CDK = "deployOptions: { accessLogDestination: new apigateway.LogGroupLogDestination(logs), accessLogFormat: apigateway.AccessLogFormat.jsonWithStandardFields() }"
			}
			if api.Kind != graph.HTTPAPI && !accountHasLogRole(p.Graph) {
				h.Fix += " The account needs a CloudWatch role for API Gateway (AWS::ApiGateway::Account), or the stage is refused."
			}
			h.Fix = orInGlobals(api, h.Fix)
			if trialStage().MatchString(called) || mockOnly(api) {
				h.Severity = Low
			}
			p.Report(h)
		}
	}
}

// checkLogFormat looks whether each line of the access log is a JSON object, which CloudWatch Logs Insights reads by itself.
func checkLogFormat(p *Pass, api *graph.Node, stage, format graph.Value) {
	if open(format) {
		p.Unknown(api, format)
		return
	}
	text, known := format.Str()
	if !known || !strings.Contains(text, "$context.") || strings.HasPrefix(strings.TrimSpace(text), "{") {
		return
	}
	cdk := "accessLogFormat: apigateway.AccessLogFormat.jsonWithStandardFields()"
	if api.Kind != graph.RestAPI { // whose variables are others
		cdk = jsonLines + " in accessLogSettings"
	}
	p.Report(Hit{Node: api, Severity: Info, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{format},
		Fix: `Write Format as a JSON object on one line: {"requestId":"$context.requestId","status":"$context.status"} and what else is asked of the log.`, CDK: cdk,
		Message: fmt.Sprintf("the access log of stage %s of %s is no JSON: its fields cannot be queried by name", stageName(stage), nameOf(api))})
}

// jsonLines is the format of an access log in CDK, which writes the Common Log Format where a stage of HTTP and WebSocket
// APIs says nothing. Source: apigatewayv2 of aws-cdk-lib, StageOptions, checked 2026-12-01.
const jsonLines = "format: apigateway.AccessLogFormat.custom(JSON.stringify({ requestId: '$context.requestId', status: '$context.status' }))"

// accessLogFix says what to set by kind: the variables of REST APIs have other names, and their logs and those of
// WebSocket APIs need a role of the account. Source: API Gateway developer guide, "Variables for access logging for API
// Gateway", "Customize HTTP API access logs" and "Configure logging for WebSocket APIs", checked 2026-11-30.
var accessLogFix = map[graph.Kind]string{
	graph.RestAPI:      `Set AccessLogSetting with DestinationArn of a log group and a JSON Format of $context.requestId, httpMethod, resourcePath, status, error.message, integration.error and identity.sourceIp.`,
	graph.HTTPAPI:      `Set AccessLogSettings with DestinationArn of a log group and a JSON Format of $context.requestId, routeKey, status, integrationErrorMessage and identity.sourceIp.`,
	graph.WebSocketAPI: `Set AccessLogSettings with DestinationArn of a log group and a JSON Format of $context.requestId, eventType, routeKey, status, error.message and identity.sourceIp.`,
}

// accountHasLogRole tells whether the system gives API Gateway the role by which it writes logs.
func accountHasLogRole(g *graph.Graph) bool {
	return slices.ContainsFunc(g.Resources, func(r *graph.Resource) bool {
		return r.Type == "AWS::ApiGateway::Account" && r.Properties.Get("CloudWatchRoleArn").Exists()
	})
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "rest-stage-without-execution-log",
	Code:     "API004",
	Title:    `REST stage logs no execution errors`,
	Severity: Low,
	Pillar:   Operations,
	Why:      `When a mapping, an authorizer or the permission of a function is wrong, the client gets a 5xx that does not tell why. The reason stands in the execution log; an access log holds as much of it as its format asks for ($context.integration.error, $context.authorizer.error).`,
	Fix:      `Add MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", LoggingLevel: ERROR}]; the account needs a CloudWatch role for API Gateway (AWS::ApiGateway::Account).`,
	CDK:      `deployOptions: { loggingLevel: apigateway.MethodLoggingLevel.ERROR }`,
	Sources: []Source{
		{Title: `Amazon API Gateway Developer Guide, "Variables for access logging for API Gateway"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-APIG6", "cdk-nag:APIGWExecutionLoggingEnabled", "security-hub:APIGateway.1", "guard-rules-registry:api_gw_execution_logging_enabled"},
	Gaps:        `A level for all methods is asked for; levels of single methods do not count. HTTP APIs have no execution log; of WebSocket stages DefaultRouteSettings is looked at.`,
	Bad: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage: # want "no execution errors"
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment}
  Test: # want "no execution errors"
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: beta
      DeploymentId: !Ref Deployment
      MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", LoggingLevel: "OFF"}]
`,
	Good: `Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: prod, DeploymentId: !Ref Deployment, MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", LoggingLevel: ERROR}]}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api: # want "no execution errors"
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
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: prod, MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", LoggingLevel: INFO}]}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: get}}
`},
	Check: func(p *Pass) {
		checkWebSocketLogs(p)
		eachRestStage(p, func(api *graph.Node, stage graph.Value) {
			settings := stage.Get("MethodSettings")
			if open(settings) {
				p.Unknown(api, settings)
				return
			}
			for _, m := range settings.Each() {
				level := m.Get("LoggingLevel")
				s, known := level.Str()
				switch {
				case !everyMethod(m):
				case open(level) || level.Exists() && !known:
					p.Unknown(api, level)
					return
				case known && s != "OFF":
					return
				}
			}
			p.Report(Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{{At: stage.At}}, Fix: executionLogFix(p.Graph, api, stage), CDK: executionLogCDK(p.Graph),
				Message: fmt.Sprintf("stage %s of %s logs no execution errors: no MethodSettings for /* and * has LoggingLevel ERROR or INFO", stageName(stage), nameOf(api))})
		})
	},
})

// executionLogFix says where the level goes, and what the account needs for it.
func executionLogFix(g *graph.Graph, api *graph.Node, stage graph.Value) string {
	return orInGlobals(api, intoGeneralSettings(api, stage, "LoggingLevel: ERROR")+logRole(g)+".")
}

// executionLogCDK is the same in CDK's words; "" where the account's role is there.
func executionLogCDK(g *graph.Graph) string {
	if accountHasLogRole(g) {
		return ""
	}
	return "deployOptions: { loggingLevel: apigateway.MethodLoggingLevel.ERROR }, with cloudWatchRole: true on one RestApi of the account"
}

// logRole is the word of the role that the account needs, where the system does not make it.
func logRole(g *graph.Graph) string {
	if accountHasLogRole(g) {
		return ""
	}
	return "; the account needs a CloudWatch role for API Gateway (AWS::ApiGateway::Account)"
}

// everyMethod tells whether method settings hold for the whole stage. A path or method that is not known may.
func everyMethod(m graph.Value) bool {
	path, known := m.Get("ResourcePath").Str()
	method, knownMethod := m.Get("HttpMethod").Str()
	return (!known || path == "/*" || path == "*") && (!knownMethod || method == "*")
}

// checkWebSocketLogs looks at the stages of WebSocket APIs, whose level for all routes is a default of its own.
func checkWebSocketLogs(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.WebSocketAPI, graph.HTTPAPI) {
		protocol, known := api.Setting("protocolType").Str()
		if api.External || api.Kind == graph.HTTPAPI && !(known && strings.EqualFold(protocol, "WEBSOCKET")) {
			continue
		}
		for _, stage := range api.Setting("stages").Each() {
			level := stage.Get("DefaultRouteSettings", "LoggingLevel")
			s, known := level.Str()
			switch {
			case open(level) || level.Exists() && !known:
				p.Unknown(api, level)
			case s == "" || s == "OFF":
				at := level
				if !at.Exists() {
					at = graph.Value{At: stage.At}
				}
				p.Report(Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{at}, Fix: executionLogFix(p.Graph, api, stage),
					CDK:     `addPropertyOverride("DefaultRouteSettings.LoggingLevel", "ERROR") on the stage's CfnStage`,
					Message: fmt.Sprintf("stage %s of %s logs no execution errors: DefaultRouteSettings has no LoggingLevel ERROR or INFO", stageName(stage), nameOf(api))})
			}
		}
	}
}

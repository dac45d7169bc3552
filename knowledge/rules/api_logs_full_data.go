package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "api-logs-full-data",
	Code:     "API005",
	Title:    `API logs the contents of requests and responses`,
	Severity: High,
	Pillar:   Security,
	Why:      `Data tracing writes headers and bodies of requests and responses, personal data in them, to the execution log. API Gateway blanks out authorization headers and API keys there, not what else is secret in a body; AWS advises against it in production.`,
	Fix:      `Set DataTraceEnabled: false (or remove it); use access logs with chosen fields instead.`,
	CDK:      `dataTraceEnabled: false in deployOptions`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::ApiGateway::Deployment MethodSetting DataTraceEnabled`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-deployment-methodsetting.html#cfn-apigateway-deployment-methodsetting-datatraceenabled", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Execution logging for REST APIs" (what is blanked out; not for production)`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-execution-logging.html", Checked: "2026-11-30"},
	},
	Gaps: `Low where the stage is named dev, test or sandbox, and for APIs of mock integrations alone that stand in a branch for trial stages. A WebSocket stage without a LoggingLevel is left out: it writes no execution log.`,
	Bad: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      MethodSettings:
        - HttpMethod: "*"
          ResourcePath: /*
          DataTraceEnabled: true # want "DataTraceEnabled"
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      MethodSettings: [{HttpMethod: "*", ResourcePath: "/*", LoggingLevel: INFO}]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      MethodSettings:
        - {HttpMethod: "*", ResourcePath: "/*", DataTraceEnabled: true} # want "DataTraceEnabled"
`},
	Check: checkDataTrace,
})

var trialStage = lazy.Regexp(`(?i)^(dev|test|sandbox)`)

func checkDataTrace(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.WebSocketAPI) {
		for _, stage := range stagesHere(api) {
			for _, m := range tracedSettings(api, stage) {
				v := m.Get("DataTraceEnabled")
				if on, ok := p.Truth(api, v); !ok || !on {
					continue
				}
				severity := High
				name, _ := stage.Get("StageName").Str()
				if trialStage().MatchString(name) || mockOnTrial(api) {
					severity = Low
				}
				cdk := ""
				if api.Kind == graph.WebSocketAPI {
					cdk = "dataTraceEnabled: false in defaultRouteSettings of the stage's CfnStage (stage.node.defaultChild)"
				}
				h := Hit{Node: api, CDK: cdk, Severity: severity, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{v},
					Message: fmt.Sprintf("DataTraceEnabled writes the contents of requests and responses of %s to the log", nameOf(api))}
				p.Report(h)
			}
		}
	}
}

// methodSettings are those of a stage of a REST API, whether a resource or a deployment makes it.
func methodSettings(stage graph.Value) []graph.Value {
	return slices.Concat(stage.Get("MethodSettings").Each(), stage.Get("StageDescription", "MethodSettings").Each())
}

// tracedSettings are the settings of a stage by which data tracing may write to the log. Those of a WebSocket stage write
// nothing without a level of logging, which is off where nothing is said.
func tracedSettings(api *graph.Node, stage graph.Value) []graph.Value {
	if api.Kind == graph.RestAPI {
		return methodSettings(stage)
	}
	all := []graph.Value{stage.Get("DefaultRouteSettings")}
	for _, f := range stage.Get("RouteSettings").Fields() {
		all = append(all, f.Value)
	}
	var out []graph.Value
	for _, s := range all {
		if level, _ := s.Get("LoggingLevel").Str(); level == "ERROR" || level == "INFO" {
			out = append(out, s)
		}
	}
	return out
}

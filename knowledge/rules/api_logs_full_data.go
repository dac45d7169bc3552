package rules

import (
	"fmt"

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
	Gaps: `Low where the stage is named dev, test or sandbox, and for APIs of mock integrations alone that stand in a branch for trial stages.`,
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
	for _, api := range p.Graph.OfKind(graph.RestAPI) {
		if api.External && api.Setting("stages").IsUnknown() { // its stages are another system's
			continue
		}
		for _, stage := range api.Setting("stages").Each() {
			settings := append([]graph.Value{}, stage.Get("MethodSettings").Each()...)
			for _, m := range append(settings, stage.Get("StageDescription", "MethodSettings").Each()...) {
				v := m.Get("DataTraceEnabled")
				if on, ok := p.Truth(api, v); !ok || !on {
					continue
				}
				severity := High
				name, _ := stage.Get("StageName").Str()
				if trialStage().MatchString(name) || mockOnTrial(api) {
					severity = Low
				}
				h := Hit{Node: api, Severity: severity, Related: []*graph.Node{api}, Values: []graph.Value{v},
					Message: fmt.Sprintf("DataTraceEnabled writes the contents of requests and responses of %s to the log", nameOf(api))}
				if id, ok := stage.Get("ResourceId").Str(); ok && api.Resource != nil && api.Resource.Source == "" {
					h.Place = &Place{ID: plainID(id), Type: "AWS::ApiGateway::Stage", File: api.Resource.File}
				}
				p.Report(h)
			}
		}
	}
}

package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "synchronous-start-of-standard-workflow",
	Code:     "API019",
	Title:    `API starts a Standard workflow synchronously`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `StartSyncExecution works with Express state machines only (StateMachineTypeNotSupported): every call of the route fails.`,
	Fix:      `Make the state machine EXPRESS, or use StartExecution and let the client ask for the result.`,
	CDK:      `StepFunctionsIntegration.startExecution (REST) or HttpStepFunctionsIntegration with subtype STEPFUNCTIONS_START_SYNC_EXECUTION (HTTP), each with an Express state machine`,
	Sources: []Source{
		{Title: `AWS Step Functions API reference, StartSyncExecution`, URL: "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html", Checked: "2026-11-30"},
		{Title: `CloudFormation reference, AWS::StepFunctions::StateMachine StateMachineType`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-stepfunctions-statemachine.html#cfn-stepfunctions-statemachine-statemachinetype", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP}
  Start:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: StepFunctions-StartSyncExecution
      CredentialsArn: arn:aws:iam::111122223333:role/start
      PayloadFormatVersion: "1.0"
      RequestParameters: {StateMachineArn: !Ref Flow}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: POST /start, AuthorizationType: AWS_IAM, Target: !Sub "integrations/${Start}"}
  Flow: # want "STANDARD"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
`,
	Good: `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: HTTP}
  Start:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: StepFunctions-StartSyncExecution
      CredentialsArn: arn:aws:iam::111122223333:role/start
      PayloadFormatVersion: "1.0"
      RequestParameters: {StateMachineArn: !Ref Flow}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: POST /start, AuthorizationType: AWS_IAM, Target: !Sub "integrations/${Start}"}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      StateMachineType: EXPRESS
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
`,
	Check: checkSyncStarts,
})

func checkSyncStarts(p *Pass) {
	for _, api := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI) {
		for _, e := range p.Graph.Out(api, graph.Invokes) {
			if e.To.Kind != graph.StateMachine || e.Mode != graph.Sync {
				continue
			}
			if e.To.External {
				p.Unclear(e.To, "state machine "+nameOf(e.To)+" is not part of this system")
				continue
			}
			v := e.To.Setting("stateMachineType")
			if s, ok := p.Text(e.To, v); ok && s != "EXPRESS" {
				p.Report(Hit{Node: e.To, Confidence: weaker(e), Related: []*graph.Node{api}, RelatedResources: []*graph.Resource{e.Via}, Values: append([]graph.Value{v}, edgePlace(e)...),
					Message: fmt.Sprintf("%s starts it synchronously (%s), but it is a %s state machine: every call fails", nameOf(api), e.Label, s)})
			}
		}
	}
}

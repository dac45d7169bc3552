package rules

import (
	"fmt"
	"slices"

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
		routed := map[string]bool{}
		for _, e := range p.Graph.Out(api, graph.Invokes) {
			if e.Via != nil {
				routed[e.Via.ID] = true
			}
			if e.To.Kind == graph.StateMachine && e.Mode == graph.Sync {
				checkSyncStart(p, api, e.To, Hit{Confidence: weaker(e), RelatedResources: []*graph.Resource{e.Via}, Values: edgePlace(e)}, e.Label)
			}
		}
		for _, in := range api.Setting("integrations").Each() { // one that no route here leads to
			id, _ := in.Get("ResourceId").Str()
			machine := in.Get("StateMachine")
			ref, ok := machine.Ref()
			to := p.Graph.Node(ref.Resource)
			if subtype, _ := in.Get("IntegrationSubtype").Str(); subtype != "StepFunctions-StartSyncExecution" || routed[id] || !ok || to == nil || to.Kind != graph.StateMachine {
				continue
			}
			checkSyncStart(p, api, to, Hit{RelatedResources: []*graph.Resource{p.Graph.Resource(id)}, Values: []graph.Value{graph.NewString(machine.At, "invokes "+nameOf(to))}}, "integration "+plainID(id))
		}
	}
}

// checkSyncStart looks at a state machine that an API starts and waits for. h holds what is known of the start itself.
func checkSyncStart(p *Pass, api, machine *graph.Node, h Hit, of string) {
	if machine.External {
		p.Unclear(machine, "state machine "+nameOf(machine)+" is not part of this system")
		return
	}
	v := machine.Setting("stateMachineType")
	if s, ok := p.Text(machine, v); ok && s != "EXPRESS" {
		h.Node, h.Related, h.Values = machine, []*graph.Node{api}, append([]graph.Value{v}, h.Values...)
		h.Fix = fmt.Sprintf("Set %s: EXPRESS on the state machine (that makes a new one), or use StartExecution and let the client ask for the result.", spelled(machine, "StateMachineType", "Type"))
		if machine.Workflow != nil && slices.ContainsFunc(machine.Workflow.States, waits) {
			h.Fix = "Use StartExecution and let the client ask for the result: the workflow has tasks that wait (.sync, .waitForTaskToken, activities), which an EXPRESS one may not have."
			h.CDK = "StepFunctionsIntegration.startExecution is for Express state machines: for this one an apigateway.AwsIntegration with service states and action StartExecution (REST), or HttpStepFunctionsIntegration with subtype STEPFUNCTIONS_START_EXECUTION (HTTP)"
		}
		h.Message = fmt.Sprintf("%s starts it synchronously (%s), but it is a %s state machine: every call fails", nameOf(api), of, s)
		p.Report(h)
	}
}

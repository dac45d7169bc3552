package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "entry-point-without-alarm",
	Code:     "OBS007",
	Title:    `Nobody is told when an API or a workflow fails`,
	Severity: Medium,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `Server errors of an API and failed executions of a workflow are what users feel first: without an alarm they are the ones who report them.`,
	Fix:      `Add an AWS::CloudWatch::Alarm on 5XXError (REST) or 5xx (HTTP API) of an API, or on ExecutionsFailed and ExecutionsTimedOut of a state machine, with AlarmActions that reach a person.`,
	CDK:      `api.metricServerError().createAlarm(...), stateMachine.metricFailed().createAlarm(...), each with .addAlarmAction(new cw_actions.SnsAction(topic))`,
	Sources: []Source{
		{Title: `Amazon CloudWatch User Guide, alarm metrics of API Gateway REST API stages in Application Insights`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/component-configuration-examples-api-gateway.html", Checked: "2026-11-30"},
		{Title: `Amazon API Gateway Developer Guide, "Monitor WebSocket API execution with CloudWatch metrics"`, URL: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html", Checked: "2026-12-01"},
		{Title: `Amazon CloudWatch User Guide, alarm metrics of AWS Step Functions in Application Insights`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/component-configuration-examples-step-functions.html", Checked: "2026-11-30"},
	},
	Gaps: `Info for what stands in a branch for trial stages (IsDev, not IsProd, CreateMock ...) only. One finding in each file for all APIs and one for all state machines: its place is the first of them. Low where no alarm at all stands in the files. A Standard workflow passes with a rule on Step Functions status changes (Express ones send none) or as part of another workflow. Rules are looked at by their dead-letter queues (dlq-without-alarm), and here, low, where these have an alarm, which does not show what the queue refuses, or are of another system. Alarms of other stacks are not seen.`,
	Bad: `Resources:
  Api: # want "no alarm on 5XXError"
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: AWS_IAM
      Integration: {Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Quote: # want "no alarm on ExecutionsFailed"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/quote
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
`,
	Good: `Resources:
  Quote:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/quote
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
  Failing:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/States
      MetricName: ExecutionsFailed
      Dimensions: [{Name: StateMachineArn, Value: !Ref Quote}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: AWS_IAM
      Integration: {Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/ApiGateway
      MetricName: 5XXError
      Dimensions: [{Name: ApiName, Value: shop}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
`,
	Check: func(p *Pass) {
		var apis, sockets, machines []*graph.Node
		for _, n := range p.Graph.OfKind(graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.StateMachine) {
			switch {
			case n.External:
			case p.watches(n, entryMetrics[n.Kind]):
				reportStages(p, n)
			case n.Kind == graph.StateMachine:
				if calledByWorkflow(p.Graph, n) || statusRule(p.Graph, n) {
					continue
				}
				if v := openStatusRule(p.Graph, n); v.Exists() {
					p.Unknown(n, v)
					continue
				}
				machines = append(machines, n)
			case n.Kind == graph.WebSocketAPI:
				if len(p.Graph.Out(n, graph.Invokes, graph.Writes, graph.Reads)) > 0 {
					sockets = append(sockets, n)
				}
			case len(p.Graph.Out(n, graph.Invokes, graph.Writes, graph.Reads)) > 0 || forwards(n):
				apis = append(apis, n)
			}
		}
		reportSilent(p, unwatchedRules(p), ruleFailures, "no alarm on FailedInvocations",
			"Add an AWS::CloudWatch::Alarm on FailedInvocations (and on InvocationsFailedToBeSentToDlq) of each rule, with AlarmActions that reach a person.",
			"new cloudwatch.Metric({ namespace: 'AWS/Events', metricName: 'FailedInvocations', dimensionsMap: { RuleName: rule.ruleName } }).createAlarm(...).addAlarmAction(new cw_actions.SnsAction(topic))")
		metric := serverErrors(apis)
		reportSilent(p, apis, map[string]bool{"5XXError": true, "5xx": true}, "no alarm on "+metric,
			"Add an AWS::CloudWatch::Alarm on "+metric+" of each API, with AlarmActions that reach a person.", "api.metricServerError().createAlarm(...).addAlarmAction(new cw_actions.SnsAction(topic))")
		reportSilent(p, sockets, entryMetrics[graph.WebSocketAPI], "no alarm on IntegrationError or ExecutionError",
			"Add an AWS::CloudWatch::Alarm on IntegrationError and one on ExecutionError of each WebSocket API, with AlarmActions that reach a person.", "webSocketApi.metric(\"IntegrationError\").createAlarm(...).addAlarmAction(new cw_actions.SnsAction(topic))")
		reportSilent(p, machines, entryMetrics[graph.StateMachine], "no alarm on ExecutionsFailed or ExecutionsTimedOut",
			"Add an AWS::CloudWatch::Alarm on ExecutionsFailed and one on ExecutionsTimedOut of each state machine, with AlarmActions that reach a person.",
			"stateMachine.metricFailed().createAlarm(...), stateMachine.metricTimedOut().createAlarm(...), each with .addAlarmAction(new cw_actions.SnsAction(topic))")
	},
})

// reportStages looks at an API with an alarm for stages that it leaves out: those whose names no alarm's dimensions hold,
// where each holds one.
func reportStages(p *Pass, api *graph.Node) {
	metrics, watched := entryMetrics[api.Kind], map[string]bool{}
	for _, e := range p.Graph.In(api, graph.Alarms) {
		if metric, _ := e.Settings.Get("MetricName").Str(); !metrics[metric] {
			continue
		}
		stage := graph.Value{}
		for _, d := range e.Settings.Get("Dimensions").Each() {
			if name, _ := d.Get("Name").Str(); name == "Stage" {
				stage = d.Get("Value")
			}
		}
		name, known := stage.Str()
		if !known {
			return // all stages together, or one that is not known
		}
		watched[name] = true
	}
	for _, stage := range api.Setting("stages").Each() {
		name, known := stage.Get("StageName").Str()
		made := name == "Stage" && api.Resource != nil && api.Resource.Source != "" // by SAM, beside the one that is asked for
		if !known || made || len(watched) == 0 || watched[name] || p.openAlarm(api, metrics) != "" {
			continue
		}
		metric, cdk := serverErrors([]*graph.Node{api}), "stage.metricServerError().createAlarm(...).addAlarmAction(new cw_actions.SnsAction(topic))"
		if api.Kind == graph.WebSocketAPI {
			metric, cdk = "IntegrationError or ExecutionError", "stage.metric(\"IntegrationError\").createAlarm(...).addAlarmAction(new cw_actions.SnsAction(topic))"
		}
		p.Report(Hit{Node: api, Place: stagePlace(api, stage), Related: []*graph.Node{api}, Values: []graph.Value{stage.Get("StageName")},
			Message: fmt.Sprintf("no alarm looks at %s of stage %s of %s: those on the API name other stages", metric, name, nameOf(api)),
			Fix:     fmt.Sprintf("Add an AWS::CloudWatch::Alarm on %s with the dimension Stage %s, or leave the dimension Stage out.", metric, name), CDK: cdk})
	}
}

// unwatchedRules are the rules with a dead-letter queue and without an alarm: on a queue of the files, which shows what
// arrives there and not what does not, or on one of another system. A queue of the files without one has a rule of its own.
func unwatchedRules(p *Pass) []*graph.Node {
	var out []*graph.Node
	for _, r := range p.Graph.OfKind(graph.Rule) {
		if r.External || p.watches(r, ruleFailures) {
			continue
		}
		for _, e := range p.Graph.Out(r, graph.FailsTo) {
			if e.To.Kind == graph.Queue && e.To.External != p.watches(e.To, fillMetrics) {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// entryMetrics are the metrics that show that what a thing is asked for fails.
var entryMetrics = map[graph.Kind]map[string]bool{
	graph.RestAPI:      {"5XXError": true},
	graph.HTTPAPI:      {"5xx": true},
	graph.WebSocketAPI: {"IntegrationError": true, "ExecutionError": true},
	graph.StateMachine: {"ExecutionsFailed": true, "ExecutionsTimedOut": true},
}

// forwards tells whether an API hands requests on to what the files do not have: a URL, a load balancer.
func forwards(api *graph.Node) bool {
	return slices.ContainsFunc(api.Setting("routes").Each(), func(route graph.Value) bool {
		in := route.Get("Integration")
		kind, known := in.Get("Type").Str()
		if !known {
			kind, known = in.Get("type").Str()
		}
		return known && !strings.EqualFold(kind, "MOCK") || api.Kind == graph.HTTPAPI && len(route.Get("Target").Refs()) > 0
	})
}

// serverErrors names the metric of server errors as APIs of these kinds have it.
func serverErrors(apis []*graph.Node) string {
	rest := 0
	for _, n := range apis {
		if n.Kind == graph.RestAPI {
			rest++
		}
	}
	switch rest {
	case len(apis):
		return "5XXError"
	case 0:
		return "5xx"
	}
	return "5XXError (REST) or 5xx (HTTP API)"
}

func calledByWorkflow(g *graph.Graph, machine *graph.Node) bool {
	for _, e := range g.In(machine, graph.Invokes) {
		if e.From.Kind == graph.StateMachine {
			return true
		}
	}
	return false
}

// statusRule tells whether a rule may report failed executions of a Standard workflow.
func statusRule(g *graph.Graph, machine *graph.Node) bool {
	if kind, _ := machine.Setting("stateMachineType").Str(); kind == "EXPRESS" {
		return false
	}
	for _, r := range g.OfKind(graph.Rule) {
		pattern := r.Setting("eventPattern")
		if state, _ := r.Setting("state").Str(); state == "DISABLED" || !tellsOfFailures(pattern) {
			continue
		}
		if meant(g, pattern.Get("detail", "stateMachineArn"), machine) {
			return true
		}
	}
	return false
}

// tellsOfFailures tells whether a pattern may match the status changes of executions that fail.
func tellsOfFailures(pattern graph.Value) bool {
	if types := pattern.Get("detail-type"); types.Exists() || !strings.Contains(pattern.Get("source").String(), "aws.states") {
		if !strings.Contains(pattern.String(), "Step Functions Execution Status Change") {
			return false
		}
	}
	wanted := pattern.Get("detail", "status").Each()
	for _, v := range wanted {
		if s, known := v.Str(); !known || s == "FAILED" || s == "TIMED_OUT" || s == "ABORTED" {
			return true
		}
	}
	return len(wanted) == 0
}

// meant tells whether a pattern's list of state machines is absent or may hold this one.
func meant(g *graph.Graph, arns graph.Value, machine *graph.Node) bool {
	if !arns.Exists() || arns.IsUnknown() {
		return true
	}
	for _, v := range arns.Each() {
		if v.Kind != graph.String || v.IsUnknown() { // {"prefix": ...} and the like
			return true
		}
		refs := v.Refs()
		for _, ref := range refs {
			if g.Node(ref.Resource) == machine {
				return true
			}
		}
		if text := v.String(); len(refs) == 0 && (machine.Name != "" && strings.HasSuffix(text, ":"+machine.Name) || open(v) && !strings.Contains(text, ":stateMachine:")) {
			return true
		}
	}
	return false
}

// openStatusRule finds a rule that may report failed executions: what it matches is not known.
func openStatusRule(g *graph.Graph, n *graph.Node) graph.Value {
	for _, r := range g.OfKind(graph.Rule) {
		pattern := r.Setting("eventPattern")
		if source := pattern.Get("source"); source.Exists() && !open(source) && firstOpen(source.Items()...).Kind == graph.Absent && !strings.Contains(source.String(), "aws.states") {
			continue
		}
		if v := firstOpen(append([]graph.Value{pattern, pattern.Get("detail-type")}, pattern.Get("detail-type").Items()...)...); v.Exists() && sameStack(r.Resource, n) {
			return v
		}
	}
	return graph.Value{}
}

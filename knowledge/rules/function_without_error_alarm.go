package rules

import (
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-without-error-alarm",
	Code:     "OBS004",
	Title:    `Nobody is told when a function fails or is throttled`,
	Severity: Medium,
	Pillar:   Operations,
	Wakes:    true,
	Why:      `Errors of a function that works for a queue, a schedule or an event reach no user who would complain: they are retried, parked or dropped, and without an alarm they only stand in a metric.`,
	Fix:      `Add an AWS::CloudWatch::Alarm on Errors of the function (and on Throttles where ReservedConcurrentExecutions is set) with an action that reaches a person.`,
	CDK:      `fn.metricErrors().createAlarm(this, "Errors", { threshold: 1, evaluationPeriods: 1 }).addAlarmAction(new cw_actions.SnsAction(topic))`,
	Sources: []Source{
		{Title: `Amazon CloudWatch User Guide, alarm metrics of an AWS Lambda function in Application Insights`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/component-configuration-examples-lambda.html", Checked: "2026-11-30"},
		{Title: `Amazon CloudFront Developer Guide, "Test and debug Lambda@Edge functions"`, URL: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-testing-debugging.html", Checked: "2026-11-30"},
	},
	Gaps: `Info for what stands in a branch for trial stages (IsDev, not IsProd, CreateMock ...) only. One finding in each file for all functions without an alarm: its place is the first of them. Low where no alarm at all stands in the files: they may be kept elsewhere. Functions that only an alarmed API or state machine calls pass, and so do those that only CloudFormation calls (custom resources, macros): their errors fail the deployment. Functions that only a distribution calls (Lambda@Edge) pass, too: their errors are counted in the region where each call runs, which an alarm of this stack does not see. Alarms of another stack, and on the log, are not seen.`,
	Bad: `Resources:
  Orders: {Type: AWS::SQS::Queue}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}}
  Worker: # want "no alarm on Errors"
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Old:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      Dimensions: [{Name: QueueName, Value: !GetAtt Orders.QueueName}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 600
      ComparisonOperator: GreaterThanThreshold
`,
	Good: `Resources:
  Orders: {Type: AWS::SQS::Queue}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Unused:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  Failing:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: !Ref Worker}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "no alarm on Errors"
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src, Events: {Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}}}
`},
	Check: func(p *Pass) {
		var silent []*graph.Node
		lack := "no alarm on Errors"
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Framework != "" || !triggered(p, fn) {
				continue
			}
			reserved := fn.Resource != nil && fn.Resource.Properties.Get("ReservedConcurrentExecutions").Exists()
			throttled := reserved && !p.watches(fn, map[string]bool{"Throttles": true})
			if throttled {
				lack = "no alarm on Errors or, with reserved concurrency, on Throttles"
			}
			if throttled || !p.watches(fn, map[string]bool{"Errors": true}) {
				silent = append(silent, fn)
			}
		}
		fix, cdk := "", ""
		switch {
		case lack == "no alarm on Errors":
			fix = "Add an AWS::CloudWatch::Alarm on Errors of each function, with an action that reaches a person."
		case !slices.ContainsFunc(silent, func(fn *graph.Node) bool { return !p.watches(fn, map[string]bool{"Errors": true}) }):
			lack = "no alarm on Throttles, which reserved concurrency brings about (there is one on Errors)"
			fix = "Add an AWS::CloudWatch::Alarm on Throttles of each function, with an action that reaches a person."
			cdk = `fn.metricThrottles().createAlarm(this, "Throttles", { threshold: 1, evaluationPeriods: 1 }).addAlarmAction(new cw_actions.SnsAction(topic))`
		}
		reportSilent(p, silent, map[string]bool{"Errors": true, "Throttles": true}, lack, fix, cdk)
	},
})

// triggered tells whether something starts a function whose failures no alarm of its caller covers.
func triggered(p *Pass, fn *graph.Node) bool {
	if len(p.Graph.In(fn, graph.Polls, graph.Routes)) > 0 {
		return true
	}
	for _, e := range p.Graph.In(fn, graph.Invokes) {
		if !byCloudFormation(e) && !callsAtEdge(e) && !p.watches(e.From, entryMetrics[e.From.Kind]) && !p.partOfWatched(e.From) {
			return true
		}
	}
	return false
}

// callersOf are those that call a thing, and the workflows that run such as are workflows.
func callersOf(g *graph.Graph, n *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, e := range g.In(n, graph.Invokes) {
		out = append(out, e.From)
		if e.From.Kind != graph.StateMachine || n.Kind == graph.StateMachine {
			continue
		}
		out = append(out, callersOf(g, e.From)...)
	}
	return out
}

// partOfWatched tells whether a workflow runs as part of another one, on whose failures there is an alarm.
func (p *Pass) partOfWatched(n *graph.Node) bool {
	return n.Kind == graph.StateMachine && slices.ContainsFunc(p.Graph.In(n, graph.Invokes), func(e *graph.Edge) bool {
		return e.From != n && e.From.Kind == graph.StateMachine && p.watches(e.From, entryMetrics[graph.StateMachine])
	})
}

// reportSilent makes one finding in each file of all things that no alarm watches: they have one cure. Where the
// files hold no alarm at all, alarms may be kept elsewhere.
func reportSilent(p *Pass, silent []*graph.Node, metrics map[string]bool, lack, fix, cdk string) {
	var unwatched []*graph.Node
	for _, n := range silent {
		why := p.openAlarm(n, metrics)
		for _, caller := range callersOf(p.Graph, n) { // an alarm of the caller counts for the function
			if m := entryMetrics[caller.Kind]; why == "" && n.Kind == graph.Function && m != nil {
				why = p.openAlarm(caller, m)
			}
		}
		if why != "" {
			p.Unclear(n, why)
			continue
		}
		unwatched = append(unwatched, n)
	}
	for _, nodes := range byFile(unwatched) {
		verb := " has "
		if len(nodes) > 1 {
			verb = " have "
		}
		h := Hit{Node: nodes[0], Related: nodes[1:], RelatedResources: stagesOf(p.Graph, nodes), Together: lack, Values: []graph.Value{{}}, Lacks: alarmOn(metrics), Message: names(nodes) + verb + lack, Fix: fix, CDK: cdk}
		if len(p.Graph.OfKind(graph.Alarm)) == 0 || nodes[0].Kind == graph.Rule { // of which the owner of the queue may be told
			h.Severity = Low
		}
		p.Report(h)
	}
}

// byFile parts things by the file they are written in, in order.
func byFile(nodes []*graph.Node) [][]*graph.Node {
	var out [][]*graph.Node
	at := map[string]int{}
	for _, n := range nodes {
		file := ""
		if n.Resource != nil {
			file = n.Resource.File
		}
		i, ok := at[file]
		if !ok {
			i = len(out)
			at[file] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], n)
	}
	return out
}

// callsAtEdge tells whether a distribution calls a function as Lambda@Edge, not as its origin.
func callsAtEdge(e *graph.Edge) bool {
	return e.Kind == graph.Invokes && e.From.Type == "AWS::CloudFront::Distribution" && e.Label != "origin"
}

// atEdge tells whether a function runs as Lambda@Edge: without tracing, and not on arm64. Source: CloudFront developer
// guide, "Restrictions on Lambda@Edge", checked 2026-11-30.
func atEdge(g *graph.Graph, fn *graph.Node) bool {
	for _, e := range g.In(fn, graph.Invokes) {
		if callsAtEdge(e) {
			return true
		}
	}
	return false
}

// stagesOf are the stages of APIs that are resources of their own: the alarm would be on them.
func stagesOf(g *graph.Graph, apis []*graph.Node) []*graph.Resource {
	ids := map[string]bool{}
	for _, api := range apis {
		for _, stage := range api.Setting("stages").Each() {
			if id, ok := stage.Get("ResourceId").Str(); ok && api.Resource != nil && api.Resource.Source == "" {
				ids[id] = true
			}
		}
	}
	var out []*graph.Resource
	for _, r := range g.Resources {
		if ids[r.ID] {
			out = append(out, r)
		}
	}
	return out
}

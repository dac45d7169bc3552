package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "map-outruns-function",
	Code:     "SFN010",
	Title:    `Map state starts more iterations than its function may run`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A Map state without MaxConcurrency runs up to 40 iterations at once (inline) or up to 10,000 child workflows (distributed). A function with fewer reserved concurrent executions throttles the rest with Lambda.TooManyRequestsException: a state retries that only if its Retry says so, and an iteration that fails for good fails the map, unless a Catch or a tolerated failure takes it.`,
	Fix:      `Set MaxConcurrency of the Map state at or below ReservedConcurrentExecutions of the function.`,
	CDK:      `new sfn.Map(this, "Each", { maxConcurrency: 5 })`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Using Map state in Inline mode" and "Using Map state in Distributed mode"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Using Map state in Distributed mode" (10,000 child executions by default, tolerated failures)`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html", Checked: "2026-11-30"},
	},
	Gaps: `MaxConcurrency 0 counts as absent. Functions are looked at, and where nothing bounds the Map tables of provisioned capacity, HTTP tasks and tasks of the RDS Data API (medium), not databases or outside APIs that a function calls; other callers of the function are not. A MaxConcurrencyPath passes.`,
	Bad: `Resources:
  Import:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition:
        StartAt: Each
        States:
          Each:
            Type: Map # want "up to 10000"
            End: true
            ItemProcessor:
              ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: EXPRESS}
              StartAt: Store
              States: {Store: {Type: Task, Resource: !GetAtt Worker.Arn, End: true}}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, ReservedConcurrentExecutions: 10}
`,
	Good: `Parameters: {Reserved: {Type: Number}}
Resources:
  Import:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition:
        StartAt: Each
        States:
          Each:
            Type: Map
            MaxConcurrency: 10
            Next: Again
            ItemProcessor:
              StartAt: Store
              States: {Store: {Type: Task, Resource: !GetAtt Worker.Arn, End: true}}
          Again:
            Type: Map
            End: true
            ItemProcessor:
              StartAt: Check
              States: {Check: {Type: Task, Resource: !GetAtt Roomy.Arn, Next: Ask}, Ask: {Type: Task, Resource: !GetAtt Other.Arn, End: true}}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, ReservedConcurrentExecutions: 10}
  Roomy:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, ReservedConcurrentExecutions: 40}
  Other:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}, ReservedConcurrentExecutions: !Ref Reserved}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Import:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Each
        States:
          Each:
            Type: Map
            MaxConcurrency: 0 # want "up to 40"
            End: true
            Iterator:
              StartAt: Store
              States: {Store: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: !Ref Worker}, End: true}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src, ReservedConcurrentExecutions: 5}
`},
	Check: func(p *Pass) {
		for _, m := range p.Graph.OfKind(graph.StateMachine) {
			if m.External || m.Workflow == nil {
				continue
			}
			states := map[string]graph.State{}
			for _, s := range m.Workflow.States {
				states[s.Name] = s
			}
			for _, s := range m.Workflow.States {
				if limit := mapLimit(p, m, s); limit > 0 {
					checkMapTargets(p, m, s, limit, states)
				}
			}
		}
	},
})

// mapLimit is the number of iterations that a Map state runs at once: what it says, or without a bound what Step Functions
// allows. It is 0 for all other states.
func mapLimit(p *Pass, m *graph.Node, s graph.State) int {
	bound := s.Definition.Get("MaxConcurrency")
	n, known := bound.Int()
	switch {
	case s.Type != "Map" || s.Definition.Get("MaxConcurrencyPath").Exists():
		return 0
	case n > 0:
		return n
	case bound.Exists() && !known: // a JSONata expression, or not resolved
		p.Unknown(m, bound)
		return 0
	}
	for _, processor := range []string{"ItemProcessor", "Iterator"} {
		if mode, _ := s.Definition.Get(processor, "ProcessorConfig", "Mode").Str(); mode == "DISTRIBUTED" {
			return facts.Int("sfn.map_distributed_concurrency")
		}
	}
	return facts.Int("sfn.map_inline_concurrency")
}

func checkMapTargets(p *Pass, m *graph.Node, s graph.State, limit int, states map[string]graph.State) {
	said, _ := s.Definition.Get("MaxConcurrency").Int()
	bounded, how := said > 0, "has no MaxConcurrency and runs up to %d iterations at once"
	if bounded {
		how = "runs up to %d iterations at once (MaxConcurrency)"
	}
	for _, task := range m.Workflow.States {
		what := limitedService(task)
		if bounded || what == "" || !insideMap(states, task.Name, s.Name) {
			continue
		}
		p.Report(Hit{Node: m, Severity: Medium, Values: []graph.Value{mapPlace(s), task.Resource},
			Fix:     "Set MaxConcurrency of the Map state to what " + what + " bears.",
			Message: fmt.Sprintf("Map state %s has no MaxConcurrency and runs up to %d iterations at once, each calling %s (state %s)", s.Name, limit, what, task.Name)})
		return
	}
	for _, e := range p.Graph.Out(m, graph.Writes, graph.Reads) {
		if bounded || !insideMap(states, e.Label, s.Name) || e.To.Type != "AWS::DynamoDB::Table" || e.To.External {
			continue
		}
		if mode, ok := p.Text(e.To, e.To.Setting("billingMode")); ok && mode == "PROVISIONED" {
			p.Report(Hit{Node: m, Severity: Medium, Related: []*graph.Node{e.To}, Confidence: weaker(e), Values: []graph.Value{mapPlace(s), e.To.Setting("billingMode")},
				Fix:     "Set MaxConcurrency of the Map state to what the table's capacity bears, or BillingMode: PAY_PER_REQUEST on the table, without ProvisionedThroughput.",
				Message: fmt.Sprintf("Map state %s has no MaxConcurrency and runs up to %d iterations at once, but %s has provisioned capacity", s.Name, limit, nameOf(e.To))})
			return
		}
	}
	for _, e := range p.Graph.Out(m, graph.Invokes) {
		if e.To.Kind != graph.Function || e.To.External || e.To.Resource == nil || !insideMap(states, e.Label, s.Name) {
			continue
		}
		reserved := e.To.Resource.Properties.Get("ReservedConcurrentExecutions")
		n, known := reserved.Int()
		switch {
		case open(reserved):
			p.Unknown(e.To, reserved)
		case known && n > 0 && n < limit:
			p.Report(Hit{Node: m, Related: []*graph.Node{e.To}, Confidence: weaker(e), Values: []graph.Value{mapPlace(s), reserved},
				Fix: fmt.Sprintf("Set MaxConcurrency of Map state %s to %d at most, or reserve more for %s (ReservedConcurrentExecutions).", s.Name, n, nameOf(e.To)), CDK: fmt.Sprintf("maxConcurrency: %d of the sfn.Map or sfn.DistributedMap", n),
				Message: fmt.Sprintf("Map state %s "+how+", but %d executions are reserved for %s", s.Name, limit, n, nameOf(e.To))})
			return
		}
	}
}

// limitedService names the thing of bounded capacity that a task calls without a function between, "" where there is none.
func limitedService(s graph.State) string {
	resource := s.Resource.String()
	switch {
	case s.Type != "Task":
		return ""
	case strings.Contains(resource, ":states:::http:invoke"):
		return "the HTTP endpoint"
	case strings.Contains(resource, ":aws-sdk:rdsdata:"):
		return "the database"
	}
	return ""
}

// mapPlace is what shows that a Map state is not bounded.
func mapPlace(s graph.State) graph.Value {
	if at := s.Definition.Get("MaxConcurrency"); at.Exists() {
		return at
	}
	return s.Definition.Get("Type")
}

// insideMap tells whether a state stands inside a Map state, at any depth.
func insideMap(states map[string]graph.State, name, outer string) bool {
	for depth := 0; depth < 20; depth++ {
		s, ok := states[name]
		if !ok || s.Parent == "" {
			return false
		}
		if s.Parent == outer {
			return true
		}
		name = s.Parent
	}
	return false
}

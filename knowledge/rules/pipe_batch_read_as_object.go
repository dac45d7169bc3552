package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "pipe-batch-read-as-object",
	Code:     "PIP004",
	Title:    `Workflow reads a field of its input, but its pipe sends a list`,
	Severity: High,
	Pillar:   Reliability,
	Why: `A pipe starts a state machine with the whole batch: a JSON array, also where the batch size is 1 and where an input template makes each event an object of its own. ` +
		`A path such as $.orderId finds nothing in an array, and the execution fails. With FIRE_AND_FORGET, the only way to a Standard workflow, the pipe has then already taken the message from its source; with REQUEST_RESPONSE it tries again.`,
	Fix: `Begin with a Map state over the input (no ItemsPath), or set the pipe's BatchSize to 1 and InputPath: $[0] on the first state.`,
	CDK: `new sfn.Map(this, "Each", { itemsPath: "$" }) as the first state, or inputPath: "$[0]" with batchSize 1 on the pipe's source`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Amazon EventBridge Pipes batching and concurrency" (a JSON array, even if the batch size is 1)`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Amazon EventBridge Pipes error handling and troubleshooting" (no retry of a Standard workflow's errors)`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html", Checked: "2026-11-30"},
	},
	Gaps: `Workflows in JSONata are left out: there a field of a list is the list of the fields. So are pipes with an enrichment, which may send anything, and everything behind the first state that makes new output. A Choice that asks IsPresent is taken to know what it does.`,
	Bad: `Resources:
  Orders: {Type: AWS::SQS::Queue}
  Start:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/pipe
      Source: !GetAtt Orders.Arn
      SourceParameters: {SqsQueueParameters: {BatchSize: 1}}
      Target: !Ref Flow
      TargetParameters: {StepFunctionStateMachineParameters: {InvocationType: FIRE_AND_FORGET}, InputTemplate: '{"orderId": <$.body.orderId>}'}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters:
              FunctionName: charge
              Payload:
                id.$: $.orderId # want "$.orderId"
            End: true
`,
	Good: `Resources:
  Orders: {Type: AWS::SQS::Queue}
  Start:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/pipe
      Source: !GetAtt Orders.Arn
      SourceParameters: {SqsQueueParameters: {BatchSize: 1}}
      Target: !Ref Flow
      TargetParameters: {StepFunctionStateMachineParameters: {InvocationType: FIRE_AND_FORGET}, InputTemplate: '{"orderId": <$.body.orderId>}'}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            InputPath: $[0]
            Parameters: {FunctionName: charge, Payload: {id.$: $.orderId}}
            End: true
`,
	Check: func(p *Pass) {
		for _, e := range p.Graph.OfEdge(graph.Routes) {
			if e.From.Kind == graph.Pipe && e.To.Kind == graph.StateMachine && !e.From.External && !e.To.External && !e.From.Setting("enrichment").Exists() {
				checkBatchInput(p, e)
			}
		}
	},
})

func checkBatchInput(p *Pass, e *graph.Edge) {
	m := e.To
	if m.Workflow == nil || m.Workflow.JSONata {
		return
	}
	top := map[string]graph.Value{}
	for _, s := range m.Workflow.States {
		if s.Parent == "" {
			top[s.Name] = s.Definition
		}
	}
	if _, ok := top[m.Workflow.StartAt]; !ok {
		if m.Workflow.Unknown != "" {
			p.Unclear(m, "its first state reads the batch that pipe "+nameOf(e.From)+" sends: "+m.Workflow.Unknown)
		}
		return
	}
	for _, r := range readsOfList(m.Workflow.StartAt, top, 0) {
		fix, cdk := readElement(r)
		p.Report(Hit{Node: m, Confidence: weaker(e), Related: []*graph.Node{e.From}, Values: append([]graph.Value{r.path}, edgePlace(e)...), Fix: fix, CDK: cdk,
			Message: fmt.Sprintf("state %s of %s reads %s, but its input from pipe %s is a JSON array", r.state, nameOf(m), r.path.String(), nameOf(e.From))})
	}
}

// listRead is a path that needs an object where a state is given a list.
type listRead struct {
	state string
	path  graph.Value
	whole bool // the path is the state's InputPath
}

// readElement is the fix where an InputPath on the first state does not help: the path is one itself, or reads the input of
// the whole execution. Elsewhere the rule's own words stand.
func readElement(r listRead) (fix, cdk string) {
	text, _ := r.path.Str()
	switch {
	case strings.Contains(text, "$$.Execution.Input"):
		return fmt.Sprintf("Set the pipe's BatchSize to 1 and read $$.Execution.Input[0] in state %s.", r.state), "sfn.JsonPath.stringAt('$$.Execution.Input[0]...') and batchSize 1 on the pipe's source"
	case r.whole:
		return fmt.Sprintf("Begin with a Map state over the input (no ItemsPath), or set the pipe's BatchSize to 1 and InputPath of state %s to $[0]%s.", r.state, strings.TrimPrefix(text, "$")), ""
	}
	return "", ""
}

// readsOfList follows a list from a state on, through states that pass it on as it is and into the branches of a
// Parallel state, to the first state that reads a field of it.
func readsOfList(start string, states map[string]graph.Value, depth int) []listRead {
	seen := map[string]bool{}
	for name := start; name != "" && !seen[name] && depth < 8; {
		seen[name] = true
		def, ok := states[name]
		if language, _ := def.Get("QueryLanguage").Str(); !ok || language == "JSONata" {
			return nil
		}
		if in := def.Get("InputPath"); in.Exists() {
			if text, known := in.Str(); !known || text != "$" {
				found := only(name, in)
				for i := range found {
					found[i].whole = true
				}
				return found
			}
		}
		kind, _ := def.Get("Type").Str()
		if kind == "Parallel" && !def.Get("Parameters").Exists() {
			var out []listRead
			for _, branch := range def.Get("Branches").Items() {
				first, _ := branch.Get("StartAt").Str()
				out = append(out, readsOfList(first, byName(branch.Get("States")), depth+1)...)
			}
			return out
		}
		for _, v := range pathsOf(kind, def) {
			if found := only(name, v); found != nil {
				return found
			}
		}
		if !passesOn(kind, def) {
			return nil
		}
		name, _ = def.Get("Next").Str()
	}
	return nil
}

func byName(states graph.Value) map[string]graph.Value {
	out := map[string]graph.Value{}
	for _, f := range states.Fields() {
		out[f.Name] = f.Value
	}
	return out
}

// pathsOf are the places where a state may read from its input, in the order in which it does.
func pathsOf(kind string, def graph.Value) []graph.Value {
	var out []graph.Value
	for _, name := range []string{"Parameters", "ItemSelector"} {
		def.Get(name).Walk(func(v graph.Value) {
			for _, f := range v.Fields() {
				if strings.HasSuffix(f.Name, ".$") {
					out = append(out, f.Value)
				}
			}
		})
	}
	names := map[string][]string{"Map": {"ItemsPath", "MaxConcurrencyPath"}, "Wait": {"SecondsPath", "TimestampPath"}, "Task": {"TimeoutSecondsPath", "HeartbeatSecondsPath"}}
	for _, name := range names[kind] {
		out = append(out, def.Get(name))
	}
	if kind == "Choice" {
		out = append(out, variables(def.Get("Choices"))...)
	}
	return out
}

// variables are what the rules of a Choice state compare; none where one of them asks whether its variable is there.
func variables(choices graph.Value) []graph.Value {
	var out []graph.Value
	asks := false
	choices.Walk(func(v graph.Value) {
		asks = asks || v.Get("IsPresent").Exists()
		if path := v.Get("Variable"); v.Kind == graph.Map && path.Exists() {
			out = append(out, path)
		}
	})
	if asks {
		return nil
	}
	return out
}

// passesOn tells whether a state's output is its input.
func passesOn(kind string, def graph.Value) bool {
	for _, name := range []string{"Parameters", "Result", "ResultPath", "OutputPath", "Assign", "Output"} {
		if def.Get(name).Exists() {
			return false
		}
	}
	return kind == "Pass" || kind == "Wait"
}

// fieldOfRoot finds a path into an object: $.order, $['order'], and the same of the whole execution's input. The
// index of an element, a wildcard, a filter and a search in depth all work on lists.
var fieldOfRoot = lazy.Regexp(`(^|[\s(,])\$(\$\.Execution\.Input)?(\.[A-Za-z_][A-Za-z0-9_-]*|\['[^']+'\])([^A-Za-z0-9_(-]|$)`)

func only(state string, v graph.Value) []listRead {
	text, ok := v.Str()
	if !ok || !fieldOfRoot().MatchString(text) {
		return nil
	}
	return []listRead{{state: state, path: v}}
}

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "workflow-changes-without-catch",
	Code:     "SFN002",
	Title:    `Workflow that changes things catches no failure`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `When a later step fails the execution fails, and what the earlier ones changed stays: nothing in the workflow undoes or reports it.`,
	Fix:      `Add a Catch to the steps that change things, to a state that undoes or reports; keep the input by ResultPath.`,
	CDK:      `task.addCatch(failed, { resultPath: "$.error" })`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html", Checked: "2026-11-30"},
	},
	Gaps: `What a Lambda function does is not known: functions are taken to change things unless their state's name speaks of reading. One Catch on a way through the workflow is taken as thought of there, whatever it catches. Workflows that only pipes, rules and schedules with a dead-letter queue start are left out.`,
	Bad: `Resources:
  Flow: # want "2 steps"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge: {Type: Task, Resource: "arn:aws:states:::dynamodb:putItem", Parameters: {TableName: payments, Item: {id: {S: "1"}}}, Next: Ship}
          Ship: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: ship, MessageBody: "1"}, End: true}
`,
	Good: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge: {Type: Task, Resource: "arn:aws:states:::dynamodb:putItem", Parameters: {TableName: payments, Item: {id: {S: "1"}}}, Catch: [{ErrorEquals: [States.ALL], Next: Failed}], Next: Ship}
          Ship: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: ship, MessageBody: "1"}, End: true}
          Failed: {Type: Fail, Error: failed}
`,
	Check: func(p *Pass) {
		for _, m := range p.Graph.OfKind(graph.StateMachine) {
			if m.External || m.Workflow == nil || m.Workflow.Unknown != "" || callersKeepFailures(p.Graph, m) {
				continue
			}
			changing := newWays(m.Workflow).uncaught()
			if len(changing) < 2 {
				continue
			}
			h := Hit{Node: m, Confidence: Likely, Values: []graph.Value{{}}}
			var tasks []string
			for _, s := range changing[:min(3, len(changing))] {
				tasks = append(tasks, s.Name)
				h.Values = append(h.Values, graph.NewString(s.At, s.Name))
			}
			if m.Workflow.JSONata {
				h.Fix = "Add a Catch to the steps that change things, to a state that undoes or reports; keep the input by Assign, or by an Output that holds $states.input and $states.errorOutput."
				h.CDK = "task.addCatch(failed, { outputs: \"{% $merge([$states.input, {'error': $states.errorOutput}]) %}\" })"
			}
			h.Message = fmt.Sprintf("%d steps of %s change things (%s), and no state on their way catches a failure: what was done before it stays half done", len(changing), nameOf(m), strings.Join(tasks, ", "))
			p.Report(h)
		}
	},
})

// callersKeepFailures tells whether all that starts a workflow are pipes, rules and schedules, and each has a place for
// what fails: a dead-letter queue of its own, or of the queue that it reads.
func callersKeepFailures(g *graph.Graph, machine *graph.Node) bool {
	callers := g.In(machine, graph.Routes, graph.Invokes)
	return len(callers) > 0 && !slices.ContainsFunc(callers, func(e *graph.Edge) bool {
		switch e.From.Kind {
		case graph.Pipe, graph.Rule, graph.Schedule:
		default:
			return true
		}
		sources := g.In(e.From, graph.Polls)
		return len(g.Out(e.From, graph.FailsTo)) == 0 && !slices.ContainsFunc(sources, func(in *graph.Edge) bool { return len(g.Out(in.From, graph.FailsTo)) > 0 })
	})
}

// ways looks through a workflow for what changes on its ways from start to end.
type ways struct {
	workflow *graph.Workflow
	states   map[string]graph.State
	seen     map[string]stretch
}

// stretch is the rest of an execution from one state on.
type stretch struct {
	changing []graph.State
	caught   bool // every way on has a Catch
}

func newWays(w *graph.Workflow) ways {
	states := map[string]graph.State{}
	for _, s := range w.States {
		states[s.Name] = s
	}
	return ways{workflow: w, states: states, seen: map[string]stretch{}}
}

// uncaught are the changing tasks of the way without a Catch that has most of them.
func (w ways) uncaught() []graph.State {
	return w.from(w.workflow.StartAt).changing
}

func (w ways) from(name string) stretch {
	if known, been := w.seen[name]; been {
		return known // a way that turns back adds nothing
	}
	s, ok := w.states[name]
	if !ok {
		return stretch{}
	}
	w.seen[name] = stretch{caught: true}
	own := w.through(s)
	if catch := s.Definition.Get("Catch"); own.caught || open(catch) || len(catch.Each()) > 0 {
		own = stretch{caught: true}
	} else if next := nextStates(s); len(next) > 0 {
		rest := stretch{caught: true}
		for _, n := range next {
			if on := w.from(n); !on.caught && (rest.caught || len(on.changing) > len(rest.changing)) {
				rest = on
			}
		}
		own = stretch{changing: append(own.changing[:len(own.changing):len(own.changing)], rest.changing...), caught: rest.caught}
		if rest.caught {
			own.changing = nil
		}
	}
	w.seen[name] = own
	return own
}

// through is what one state does: a task itself, and all branches of a Parallel or Map state.
func (w ways) through(s graph.State) stretch {
	if s.Type == "Task" && hasEffect(s) {
		return stretch{changing: []graph.State{s}}
	}
	starts := append(s.Definition.Get("ItemProcessor").Each(), s.Definition.Get("Iterator").Each()...)
	starts = append(starts, s.Definition.Get("Branches").Each()...)
	var out stretch
	for _, branch := range starts {
		start, _ := branch.Get("StartAt").Str()
		inner := w.from(start)
		out = stretch{changing: append(out.changing, inner.changing...), caught: out.caught || inner.caught}
	}
	return out
}

// readingWords begin the names of actions and states that change nothing.
var readingWords = []string{"get", "query", "scan", "list", "describe", "batchget", "head", "check", "validate", "lookup", "read", "fetch", "find", "load", "is", "search", "select", "detect", "invokemodel", "wait", "status"}

// changesThings tells whether a task writes somewhere. Telling somebody is not half a transaction.
func changesThings(s graph.State) bool {
	return hasEffect(s) && actionOf(s) != "publish"
}

// hasEffect tells whether a task leaves something behind: it writes somewhere, or tells somebody.
func hasEffect(s graph.State) bool {
	action := actionOf(s)
	for _, word := range readingWords {
		if strings.HasPrefix(action, word) {
			return false
		}
	}
	return true
}

// actionOf is the action of the service that a task calls, in small letters, or the name of its state.
func actionOf(s graph.State) string {
	resource := strings.TrimSuffix(strings.TrimSuffix(s.Resource.String(), ".sync"), ".sync:2")
	resource = strings.TrimSuffix(resource, ".waitForTaskToken")
	action := resource[strings.LastIndexByte(resource, ':')+1:]
	if strings.Contains(resource, ":::lambda:") || !strings.Contains(resource, ":states:::") {
		action = s.Name // a function or an activity: its state's name tells what it is for
	}
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(action))
}

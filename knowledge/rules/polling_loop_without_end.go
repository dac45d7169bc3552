package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "polling-loop-without-end",
	Code:     "SFN009",
	Title:    `Workflow polls without end`,
	Severity: Medium,
	Pillar:   Cost,
	Why:      `A job that never ends keeps the loop turning: each turn is billed, until the execution has written 25,000 events, or a year has passed, and fails.`,
	Fix:      `Use the .sync integration of the service, a callback with a task token, or count the turns and set TimeoutSeconds at the top of the definition.`,
	CDK:      `integrationPattern: sfn.IntegrationPattern.RUN_JOB of the task, or timeout of the StateMachine`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Quotas related to state machine executions"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html", Checked: "2026-11-30"},
	},
	Gaps: `Express workflows are left out: they end after 5 minutes. A loop is taken as counted where one of its states computes a number or compares one. Loops over several levels of nesting are not followed.`,
	Bad: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 30, Next: Ask} # want "turns on and on"
          Ask: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: ask}, Next: Ready}
          Ready: {Type: Choice, Choices: [{Variable: $.status, StringEquals: DONE, Next: Done}], Default: Wait}
          Done: {Type: Succeed}
`,
	Good: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        TimeoutSeconds: 3600
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 30, Next: Ask}
          Ask: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: ask}, Next: Ready}
          Ready: {Type: Choice, Choices: [{Variable: $.status, StringEquals: DONE, Next: Done}], Default: Wait}
          Done: {Type: Succeed}
  Counted:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 30, Next: Ask}
          Ask: {Type: Task, Resource: "arn:aws:states:::lambda:invoke", Parameters: {FunctionName: ask}, Next: Ready}
          Ready: {Type: Choice, Choices: [{Variable: $.turns, NumericGreaterThan: 20, Next: Done}, {Variable: $.status, StringEquals: DONE, Next: Done}], Default: Wait}
          Done: {Type: Succeed}
`,
	Check: func(p *Pass) {
		for _, m := range p.Graph.OfKind(graph.StateMachine) {
			if m.External || m.Workflow == nil || m.Workflow.Express || m.Workflow.Timeout.Exists() {
				continue
			}
			for _, loop := range pollingLoops(m.Workflow) {
				if v := openChoice(m.Workflow); v.Exists() {
					p.Unknown(m, v)
					break
				}
				// An Express workflow ends after 5 minutes, whatever it waits for.
				if kind := m.Setting("stateMachineType"); open(kind) {
					p.Unknown(m, kind)
					break
				}
				p.Report(Hit{Node: m, Confidence: Likely, Values: []graph.Value{{At: loop.At}},
					Message: fmt.Sprintf("the loop through state %s of %s turns on and on where the awaited thing never comes: nothing counts its turns, and the definition has no TimeoutSeconds", loop.Name, nameOf(m))})
			}
		}
	},
})

// pollingLoops are the Wait states that lead back to themselves through a task and a choice, uncounted.
func pollingLoops(w *graph.Workflow) []graph.State {
	byName := map[string]graph.State{}
	for _, s := range w.States {
		byName[s.Name] = s
	}
	var out []graph.State
	for _, s := range w.States {
		if s.Type != "Wait" {
			continue
		}
		task, choice, counted := false, false, false
		ahead := reach(byName, s.Name)
		for name := range ahead {
			if !reach(byName, name)[s.Name] {
				continue // not part of the loop
			}
			member := byName[name]
			task = task || member.Type == "Task"
			choice = choice || member.Type == "Choice"
			counted = counted || counts(member)
		}
		if ahead[s.Name] && task && choice && !counted {
			out = append(out, s)
		}
	}
	return out
}

// reach lists the states that can follow a state, itself only where a way leads back.
func reach(states map[string]graph.State, from string) map[string]bool {
	out := map[string]bool{}
	queue := nextStates(states[from])
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if _, ok := states[name]; ok && !out[name] {
			out[name] = true
			queue = append(queue, nextStates(states[name])...)
		}
	}
	return out
}

// nextStates are the states that a state names as following.
func nextStates(s graph.State) []string {
	var out []string
	add := func(v graph.Value) {
		if name, ok := v.Str(); ok && name != "" {
			out = append(out, name)
		}
	}
	add(s.Definition.Get("Next"))
	add(s.Definition.Get("Default"))
	for _, list := range []string{"Choices", "Catch"} {
		for _, c := range s.Definition.Get(list).Each() {
			add(c.Get("Next"))
		}
	}
	return out
}

// counts tells whether a state computes or compares a number.
func counts(s graph.State) bool {
	if s.Type != "Choice" && s.Type != "Pass" && !s.Definition.Get("Assign").Exists() {
		return false
	}
	text := s.Definition.String()
	for _, sign := range []string{"Numeric", "MathAdd", " < ", " > ", " <= ", " >= ", " + 1", "Timestamp"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// openChoice finds what is not known of the choices of a workflow: it may count the turns.
func openChoice(w *graph.Workflow) graph.Value {
	for _, s := range w.States {
		if v := firstWithin(s.Definition.Get("Choices")); v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

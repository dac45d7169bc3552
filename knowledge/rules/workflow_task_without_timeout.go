package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "workflow-task-without-timeout",
	Code:     "SFN003",
	Title:    "Workflow task and its state machine have no timeout",
	Severity: High,
	Pillar:   Reliability,
	Why: `Amazon States Language sets no timeout by itself (a task's default is 99,999,999 s). A task whose answer never comes keeps the execution open until the limit of one year for standard workflows; ` +
		`nothing fails, so nobody is told.`,
	Fix: `Set TimeoutSeconds on each Task state, or at least TimeoutSeconds at the top of the definition.`,
	CDK: `taskTimeout: Timeout.duration(...) on the task, or timeout on the StateMachine`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Using timeouts to avoid stuck Step Functions workflow executions"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#sfn-stuck-execution", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Task workflow state"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html", Checked: "2026-11-30"},
	},
	Gaps: `High where a task waits for a job, a token or an activity; medium where it is not known what a task calls; low where all tasks only wait for the answer of a call, which the called service bounds, and for Express workflows, which end after 5 minutes.`,
	Bad: `Resources:
  Import: # want "Load"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition:
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters: {JobName: load}
            End: true
`,
	Good: `Resources:
  Import:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/import
      Definition:
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters: {JobName: load}
            TimeoutSeconds: 3600
            End: true
  Export:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/export
      Definition:
        TimeoutSeconds: 7200
        StartAt: Save
        States:
          Save: {Type: Task, Resource: "arn:aws:states:::glue:startJobRun.sync", Parameters: {JobName: save}, End: true}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Import: # want "Load"
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke.waitForTaskToken
            Parameters: {FunctionName: load, Payload: {"token.$": $$.Task.Token}}
            End: true
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Import:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: workflow.asl.json
`},
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.StateMachine) {
			if n.Workflow != nil && !n.External {
				checkTaskTimeouts(p, n)
			}
		}
	},
})

func checkTaskTimeouts(p *Pass, n *graph.Node) {
	w := n.Workflow
	if w.Timeout.Exists() {
		return
	}
	var lacking []graph.State
	severity, end := Low, "only what is called bounds how long it may take"
	for _, s := range w.States {
		if s.Type != "Task" || s.Definition.Get("TimeoutSeconds").Exists() || s.Definition.Get("TimeoutSecondsPath").Exists() {
			continue
		}
		lacking = append(lacking, s)
		switch {
		case waits(s):
			severity, end = High, "a task without an answer keeps the execution open"
		case open(s.Resource) && severity == Low && !mayInvokeSame(p.Graph, n, s.Resource):
			severity, end = Medium, "a task without an answer may keep the execution open"
		}
	}
	if len(lacking) == 0 {
		if w.Unknown != "" && len(w.States) == 0 {
			p.Unclear(n, w.Unknown)
		}
		return
	}
	if w.Express {
		severity, end = Low, "an Express execution goes on until its 5 minutes are over"
	}
	h := Hit{Node: n, Severity: severity, Values: []graph.Value{{}}}
	var tasks []string
	for i, s := range lacking {
		if i == 3 {
			tasks = append(tasks, fmt.Sprintf("%d more", len(lacking)-3))
			break
		}
		tasks = append(tasks, s.Name)
		if s.At != nil {
			h.Values = append(h.Values, graph.NewString(s.At, s.Name))
		}
	}
	verb := "set"
	if len(tasks) == 1 {
		verb = "sets"
	}
	h.Message = fmt.Sprintf("neither the state machine nor %s %s TimeoutSeconds: %s", taskList(tasks), verb, end)
	p.Report(h)
}

func taskList(tasks []string) string {
	if len(tasks) == 1 {
		return "task " + tasks[0]
	}
	return "tasks " + strings.Join(tasks[:len(tasks)-1], ", ") + " and " + tasks[len(tasks)-1]
}

// mayInvokeSame tells whether a resource that is not known is one of the functions that the machine's role may invoke: the
// role names the same parameter.
func mayInvokeSame(g *graph.Graph, machine *graph.Node, resource graph.Value) bool {
	why := resource.Reason()
	if !strings.HasPrefix(why, "parameter ") {
		return false
	}
	for _, role := range rolesOf(g, machine) {
		for _, s := range role.Statements {
			if !isAllow(s) || len(s.Actions) == 0 || slices.ContainsFunc(literals(s.Actions), func(a string) bool { return !strings.HasPrefix(a, "lambda:Invoke") }) {
				continue
			}
			if slices.ContainsFunc(s.Resources, func(v graph.Value) bool { return v.Reason() == why }) {
				return true
			}
		}
	}
	return false
}

// waits tells whether a task's end depends on something that may never answer: a job, a token, an activity.
func waits(s graph.State) bool {
	resource := s.Resource.String()
	return s.Pattern == "waitForTaskToken" || s.Pattern == "sync" || strings.Contains(resource, ":activity:")
}

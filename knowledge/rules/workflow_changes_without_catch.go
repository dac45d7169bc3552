package rules

import (
	"fmt"
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
	Gaps: `What a Lambda function does is not known: functions are taken to change things unless their state's name speaks of reading. One Catch anywhere is taken as thought of.`,
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
			if m.External || m.Workflow == nil || m.Workflow.Unknown != "" {
				continue
			}
			changing := changingTasks(m.Workflow)
			if len(changing) < 2 || catches(m.Workflow) {
				continue
			}
			h := Hit{Node: m, Confidence: Likely, Values: []graph.Value{{}}}
			var tasks []string
			for _, s := range changing[:min(3, len(changing))] {
				tasks = append(tasks, s.Name)
				h.Values = append(h.Values, graph.NewString(s.At, s.Name))
			}
			h.Message = fmt.Sprintf("%d steps of %s change things (%s), and no state catches a failure: what was done before it stays half done", len(changing), nameOf(m), strings.Join(tasks, ", "))
			p.Report(h)
		}
	},
})

func catches(w *graph.Workflow) bool {
	for _, s := range w.States {
		if s.Definition.Get("Catch").Exists() {
			return true
		}
	}
	return false
}

// readingWords begin the names of actions and states that change nothing.
var readingWords = []string{"get", "query", "scan", "list", "describe", "batchget", "head", "check", "validate", "lookup", "read", "fetch", "find", "load", "is", "search", "select", "detect", "invokemodel", "wait", "status"}

// changingTasks are the tasks that write somewhere, one for each thing they act on.
func changingTasks(w *graph.Workflow) []graph.State {
	var out []graph.State
	for _, s := range w.States {
		if s.Type == "Task" && changesThings(s) {
			out = append(out, s)
		}
	}
	return out
}

func changesThings(s graph.State) bool {
	resource := strings.TrimSuffix(strings.TrimSuffix(s.Resource.String(), ".sync"), ".sync:2")
	resource = strings.TrimSuffix(resource, ".waitForTaskToken")
	action := resource[strings.LastIndexByte(resource, ':')+1:]
	if strings.Contains(resource, ":::lambda:") || !strings.Contains(resource, ":states:::") {
		action = s.Name // a function or an activity: its state's name tells what it is for
	}
	action = strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(action))
	for _, word := range readingWords {
		if strings.HasPrefix(action, word) {
			return false
		}
	}
	return action != "publish" // telling somebody is not half a transaction
}

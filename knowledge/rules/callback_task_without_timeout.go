package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "callback-task-without-timeout",
	Code:     "SFN004",
	Title:    `Callback task waits for its token without end`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `When the holder of the token fails or forgets it, the execution waits on, for a year if nothing else ends it; nothing fails, so nobody is told.`,
	Fix:      `Set HeartbeatSeconds or TimeoutSeconds on the task, and catch States.Timeout (States.HeartbeatTimeout names a missed heartbeat alone).`,
	CDK:      `heartbeatTimeout or taskTimeout on the task`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Using timeouts to avoid stuck Step Functions workflow executions"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#sfn-stuck-execution", Checked: "2026-11-30"},
		{Title: `AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows" (States.Timeout, States.HeartbeatTimeout)`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html", Checked: "2026-11-30"},
	},
	Outranks: []string{"SFN003"},
	Gaps:     `Medium where the state machine has a TimeoutSeconds of its own: it ends the wait, but nothing can catch it.`,
	Bad: `Resources:
  Flow: # want "task Ask waits"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/ask", MessageBody: {"token.$": $$.Task.Token}}
            End: true
`,
	Good: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/ask", MessageBody: {"token.$": $$.Task.Token}}
            HeartbeatSeconds: 3600
            End: true
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Flow: # want "task Ask waits"
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/ask", MessageBody: {"token.$": $$.Task.Token}}
            End: true
`},
	Check: checkCallbacks,
})

func checkCallbacks(p *Pass) {
	for _, n := range p.Graph.OfKind(graph.StateMachine) {
		if n.External || n.Workflow == nil {
			continue
		}
		h := Hit{Node: n, Values: []graph.Value{{}}}
		var tasks []string
		for _, s := range n.Workflow.States {
			if s.Pattern != "waitForTaskToken" && !isActivity(p.Graph, s) {
				continue
			}
			bounded := false
			for _, name := range []string{"HeartbeatSeconds", "HeartbeatSecondsPath", "TimeoutSeconds", "TimeoutSecondsPath"} {
				bounded = bounded || s.Definition.Get(name).Exists()
			}
			if bounded {
				continue
			}
			tasks = append(tasks, s.Name)
			h.Values = append(h.Values, graph.NewString(s.At, s.Name))
		}
		if len(tasks) == 0 {
			continue
		}
		h.Message = fmt.Sprintf("%s waits for a token or activity without HeartbeatSeconds or TimeoutSeconds", taskList(tasks))
		if n.Workflow.Timeout.Exists() {
			h.Severity = Medium
			h.Message += ": only the timeout of the whole state machine ends the wait, and no state can catch that"
		}
		p.Report(h)
	}
}

// isActivity tells whether a task waits for a worker that asks for its work.
func isActivity(g *graph.Graph, s graph.State) bool {
	if s.Type != "Task" {
		return false
	}
	for _, ref := range s.Resource.Refs() {
		for _, r := range g.Resources {
			if r.ID == ref.Resource && r.Type == "AWS::StepFunctions::Activity" {
				return true
			}
		}
	}
	return strings.Contains(s.Resource.String(), ":activity:")
}

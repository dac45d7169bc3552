package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "express-workflow-waits",
	Code:     "SFN007",
	Title:    `Express workflow uses what Express does not support`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Express workflows know neither jobs (.sync), nor callbacks (.waitForTaskToken), nor activities, nor distributed maps: the state machine is refused, or its execution fails.`,
	Fix:      `Use a STANDARD state machine, or start a nested Standard one for that part, without waiting for it. StartSyncExecution is for Express ones only: who calls the state machine by it has to use StartExecution then.`,
	SAM:      `Set Type: STANDARD, or start a nested Standard state machine for that part, without waiting for it. StartSyncExecution is for Express ones only: who calls the state machine by it has to use StartExecution then.`,
	CDK:      `stateMachineType: sfn.StateMachineType.STANDARD`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Integrating optimized services with Step Functions" (Express: request-response only)`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html", Checked: "2026-11-29"},
		{Title: `AWS Step Functions Developer Guide, "Choosing workflow type in Step Functions" (patterns, activities and Distributed Map by type)`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:E3601"},
	Bad: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      StateMachineType: EXPRESS # want "task Ask"
      Definition:
        StartAt: Ask
        States:
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/ask", MessageBody: {"token.$": $$.Task.Token}}
            TimeoutSeconds: 60
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
            TimeoutSeconds: 60
            End: true
`,
	Check: checkExpress,
})

func checkExpress(p *Pass) {
	for _, n := range p.Graph.OfKind(graph.StateMachine) {
		if n.External || n.Workflow == nil {
			continue
		}
		h := Hit{Node: n, Values: []graph.Value{n.Setting("stateMachineType")}}
		var tasks []string
		for _, s := range n.Workflow.States {
			mode, _ := s.Definition.Get("ItemProcessor", "ProcessorConfig", "Mode").Str()
			if s.Pattern != "waitForTaskToken" && s.Pattern != "sync" && !isActivity(p.Graph, s) && mode != "DISTRIBUTED" {
				continue
			}
			// StartExecution.sync on Express is refused as well; only StartSyncExecution is meant for it.
			tasks = append(tasks, s.Name)
			h.Values = append(h.Values, graph.NewString(s.At, s.Name))
		}
		kind, known := "", true
		if len(tasks) > 0 {
			kind, known = p.Text(n, n.Setting("stateMachineType"))
		}
		if known && (n.Workflow.Express || kind == "EXPRESS") && len(tasks) > 0 {
			h.Message = fmt.Sprintf("an Express workflow supports no jobs, callbacks, activities or distributed maps: %s", taskList(tasks))
			p.Report(h)
		}
	}
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "workflow-task-without-retry",
	Code:     "SFN001",
	Title:    `Workflow task does not retry passing errors`,
	Severity: Medium,
	Pillar:   Reliability,
	Why: `Lambda and other services answer with passing errors now and then (a 500, a throttle). A task without Retry hands the first of them on: the whole execution fails, or takes its error branch, ` +
		`for something that a second attempt would have settled.`,
	Fix: `Add Retry: [{ErrorEquals: [Lambda.ClientExecutionTimeoutException, Lambda.ServiceException, Lambda.AWSLambdaException, Lambda.SdkClientException, Lambda.TooManyRequestsException], IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2, JitterStrategy: FULL}] to each task (to its Retry, where it has one); for tasks of other services than Lambda ErrorEquals: [States.TaskFailed].`,
	CDK: `tasks.LambdaInvoke retries these errors by default (retryOnServiceExceptions), except Lambda.TooManyRequestsException; for it and elsewhere task.addRetry({ errors, jitterStrategy: sfn.JitterType.FULL })`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Handle transient Lambda service exceptions"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception", Checked: "2026-11-30"},
	},
	Gaps: `Medium where a function is called, low for other services. Activities are left out, and so are tasks that wait for a token and bound or catch that: to ask again is not always right. For a function a Retry counts where it names States.ALL, States.TaskFailed or one of Lambda's own errors other than Lambda.TooManyRequestsException, which is throttling alone, for other services always.`,
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
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: "arn:aws:lambda:eu-west-1:111122223333:function:load"}
            Retry: [{ErrorEquals: [NotReady]}]
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
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: "arn:aws:lambda:eu-west-1:111122223333:function:load"}
            Retry: [{ErrorEquals: [NotReady]}, {ErrorEquals: [Lambda.ServiceException, Lambda.TooManyRequestsException]}]
            Next: Job
          Job:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters: {JobName: load}
            Retry: [{ErrorEquals: [Glue.ConcurrentRunsExceededException]}]
            Next: Ask
          Ask:
            Type: Task
            Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
            Parameters: {QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/ask", MessageBody: {"token.$": $$.Task.Token}}
            HeartbeatSeconds: 600
            End: true
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Import: # want "Save"
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Save
        States:
          Save:
            Type: Task
            Resource: arn:aws:states:::dynamodb:putItem
            Parameters: {TableName: orders, Item: {id: {"S.$": $.id}}}
            End: true
`},
	Check: checkTaskRetries,
})

func checkTaskRetries(p *Pass) {
	for _, m := range p.Graph.OfKind(graph.StateMachine) {
		if m.Workflow == nil || m.External {
			continue
		}
		checkRetryOrder(p, m)
		h := Hit{Node: m, Severity: Low, Values: []graph.Value{{}}}
		var lacking []string
		for _, s := range m.Workflow.States {
			if s.Type != "Task" || boundedCallback(s) || isActivity(p.Graph, s) || s.Resource.IsUnknown() || openService(s.Resource) || retries(p.Graph, s) {
				continue
			}
			if callsFunction(p.Graph, s) {
				h.Severity = Medium
			}
			lacking = append(lacking, s.Name)
			if s.At != nil && len(lacking) <= 3 {
				h.Values = append(h.Values, graph.NewString(s.At, s.Name))
			}
		}
		if len(lacking) == 0 {
			continue
		}
		if n := len(lacking); n > 4 {
			lacking = append(lacking[:3:3], fmt.Sprintf("%d more", n-3))
		}
		verb := "do"
		if len(lacking) == 1 {
			verb = "does"
		}
		if h.Severity == Low { // none calls a function
			h.CDK = "task.addRetry({ errors: [sfn.Errors.TASKS_FAILED], interval: Duration.seconds(2), maxAttempts: 3, backoffRate: 2, jitterStrategy: sfn.JitterType.FULL })"
			h.Fix = "Where a step may be repeated without harm, add Retry: [{ErrorEquals: [States.TaskFailed], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2, JitterStrategy: FULL}] to its task."
		}
		h.Message = fmt.Sprintf("%s of %s %s not retry passing errors of the service", taskList(lacking), nameOf(m), verb)
		p.Report(h)
	}
}

// checkRetryOrder finds retriers that cannot help: States.ALL has to stand alone and last, States.Runtime is never
// retried, and States.DataLimitExceeded is a terminal error: it comes again with the same data. Source: Step Functions
// developer guide, "Handling errors in Step Functions workflows", checked 2026-12-01.
func checkRetryOrder(p *Pass, m *graph.Node) {
	for _, s := range m.Workflow.States {
		retry := s.Definition.Get("Retry").Each()
		for i, r := range retry {
			names := r.Get("ErrorEquals").Each()
			for _, e := range names {
				what, fix, cdk := "", "", "take it out of errors of task.addRetry(...)"
				switch name, _ := e.Str(); {
				case name == "States.ALL" && (len(names) > 1 || i < len(retry)-1):
					what = "names States.ALL beside or before others, which has to stand alone and last"
					fix, cdk = "Take States.ALL out of it and give it a retrier of its own, alone in its ErrorEquals and last in Retry.", "task.addRetry({ errors: [sfn.Errors.ALL] }) alone, as the last call"
				case name == "States.Runtime":
					what = "expects " + name + " to be retried, which it never is"
					fix = "Take " + name + " out of Retry and mend what raises it, such as a path that leads to nothing."
				case name == "States.DataLimitExceeded":
					what = "retries " + name + ", which comes again with the same data"
					fix = "Take " + name + " out of Retry; keep what a state passes on small: the data in S3, and their key in the state."
				default:
					continue
				}
				p.Report(Hit{Node: m, Severity: Low, Values: []graph.Value{e}, Fix: fix, CDK: cdk, Message: fmt.Sprintf("Retry of state %s of %s %s", s.Name, nameOf(m), what)})
				return
			}
		}
	}
}

// boundedCallback tells whether a task waits for a token, or may, and says what becomes of one that does not come.
func boundedCallback(s graph.State) bool {
	if s.Pattern != "waitForTaskToken" && !open(s.Resource) {
		return false
	}
	for _, name := range []string{"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Catch"} {
		if s.Definition.Get(name).Exists() {
			return true
		}
	}
	return false
}

// callsFunction tells whether a task invokes a Lambda function.
func callsFunction(g *graph.Graph, s graph.State) bool {
	text := s.Resource.String()
	if strings.Contains(text, ":lambda:") {
		return true
	}
	for _, ref := range s.Resource.Refs() {
		if n := g.Node(ref.Resource); n != nil && (n.Kind == graph.Function || n.Kind == graph.Alias) {
			return true
		}
	}
	return false
}

// retries tells whether a task's Retry names errors that pass: for a function more than throttling. What is not known may, and so may any error of a
// service whose errors have no common list.
func retries(g *graph.Graph, s graph.State) bool {
	retry := s.Definition.Get("Retry")
	if retry.IsUnknown() {
		return true
	}
	for _, r := range retry.Each() {
		if neverAgain(r) {
			continue
		}
		if !callsFunction(g, s) {
			return true
		}
		for _, e := range r.Get("ErrorEquals").Each() {
			name, ok := e.Str()
			switch {
			case !ok, name == "States.ALL", name == "States.TaskFailed":
				return true
			case strings.HasPrefix(name, "Lambda.") && name != "Lambda.TooManyRequestsException":
				return true
			}
		}
	}
	return false
}

// neverAgain tells whether a retrier says that its errors are not retried.
func neverAgain(retrier graph.Value) bool {
	attempts, ok := retrier.Get("MaxAttempts").Int()
	return ok && attempts == 0
}

// openService tells whether it is not known which service a task calls: "arn:aws:states:::${...".
func openService(v graph.Value) bool {
	rest, integration := strings.CutPrefix(firstLiteral(v), "arn:aws:states:::")
	return open(v) && integration && !strings.Contains(rest, ":")
}

package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.StateMachine, composeMachine)

// state is one state of a workflow while it is being joined to others.
type state struct {
	name string
	body mapping
}

// workflow collects the states of a definition.
type workflow struct {
	c      *composer
	m      *graph.Node
	states []*state
	rights []mapping
}

func composeMachine(c *composer, m *graph.Node) {
	w := &workflow{c: c, m: m}
	start := w.join()
	c.carry(c.g.Out(m, graph.Invokes, graph.Reads, graph.Writes)...)
	logs := c.logGroup(m, "Logs")
	role := c.name(c.ids[m] + "Role")
	everywhere := allow("*", "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
		"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments")
	everywhere[len(everywhere)-1].Comment = "delivering logs and traces cannot be narrowed to a resource"
	c.role(role, "states.amazonaws.com", mapping{}.with("StringEquals", mapping{}.with("aws:SourceAccount", reference("AWS::AccountId"))), append(w.rights, everywhere))
	states := mapping{}
	for _, s := range w.states {
		states = states.with(s.name, s.body)
	}
	limit, _ := m.Setting("timeout").Int()
	definition := mapping{}.with("Comment", stringOf(m.Setting("description"))).with("StartAt", start).with("TimeoutSeconds", limit).with("States", states)
	p := mapping{}.with("RoleArn", getAtt{role, "Arn"})
	for _, f := range c.properties(m) {
		if f.Name == "LoggingConfiguration" { // the group is written here
			f.Value = mapping{}.with("Level", "ALL").with("Destinations", sequence{mapping{}.with("CloudWatchLogsLogGroup", mapping{}.with("LogGroupArn", getAtt{logs, "Arn"}))})
		}
		p = append(p, f)
	}
	c.node(m, p.with("Definition", definition))
	w.mapRights(role)
}

// join makes the states and joins them: a failure leads to what undoes the steps before, last one first, and ends in a
// failed execution. It returns the name of the first state.
func (w *workflow) join() string {
	c, steps := w.c, w.m.Setting("steps").Each()
	var first string
	next := func(name string) { first = name } // joins what comes to what came
	if fedByPipe(c.g, w.m) {
		s := w.add(c.ids[w.m]+"Input", mapping{}.with("Type", "Pass").because("InputPath", "$[0]", "a pipe hands over a list, also of one message"))
		next(s.name)
		next = s.goesTo
	}
	undone := ""
	var later []*state
	if len(steps) > 1 {
		failed := &state{c.ids[w.m] + "Failed", mapping{}.with("Type", "Fail").with("Cause", "A step failed; what could be undone before it was undone.")}
		undone, later = failed.name, append(later, failed)
	}
	for i, step := range steps {
		s := w.task(spelled(step.Get("step")), step)
		next(s.name)
		next = s.goesTo
		if undone != "" {
			s.body = s.body.with("Catch", sequence{mapping{}.with("ErrorEquals", sequence{"States.ALL"}).with("ResultPath", "$.error").with("Next", undone)})
		}
		if undo := spelled(step.Get("undo")); undo != "" && i+1 < len(steps) {
			u := w.task(undo, graph.Value{})
			u.retriesAll(undoTries(w.m))
			u.goesTo(undone)
			w.states, later = w.states[:len(w.states)-1], append([]*state{u}, later...)
			undone = u.name
		}
		if step.Get("callback").Exists() && i+1 < len(steps) {
			choice := w.add(c.ids[w.m]+"Approved", mapping{}.with("Type", "Choice"))
			refused := &state{c.ids[w.m] + "Refused", mapping{}.because("Type", "Succeed", "a refusal is an end like any other, not a failure")}
			later = append(later, refused)
			next(choice.name)
			variable := "$." + spelled(step.Get("step")) + ".approved"
			next = func(name string) {
				choice.body = choice.body.with("Choices", sequence{mapping{}.with("Variable", variable).with("BooleanEquals", true).with("Next", name)}).with("Default", refused.name)
			}
		}
	}
	if len(w.states) > 0 {
		last := w.states[len(w.states)-1]
		last.body = last.body.with("End", true)
	}
	w.states = append(w.states, later...)
	return first
}

func (s *state) goesTo(name string) { s.body = s.body.with("Next", name) }

// retriesAll has a state that undoes another tried again whatever its error was, beside what Lambda's own errors get.
func (s *state) retriesAll(tries int) {
	for i, f := range s.body {
		if f.Name == "Retry" {
			s.body[i].Value = append(f.Value.(sequence), mapping{}.because("ErrorEquals", sequence{"States.ALL"}, strings.ToLower(undoneForSure[:1])+strings.TrimSuffix(undoneForSure[1:], ".")).
				with("IntervalSeconds", 2).with("MaxAttempts", tries).with("BackoffRate", 2))
		}
	}
}

func (w *workflow) add(name string, body mapping) *state {
	s := &state{name, body}
	w.states = append(w.states, s)
	return s
}

// task is the state that calls a function, tried again where Lambda itself failed.
func (w *workflow) task(id string, described graph.Value) *state {
	c, fn := w.c, w.c.g.Node(id)
	w.rights = append(w.rights, allow(c.callee(fn), "lambda:InvokeFunction"))
	name := graph.UpperFirst(id) + "Step"
	body := mapping{}.with("Type", "Task")
	wait, waits := described.Get("callback").Int()
	each := isTrue(described.Get("each"))
	switch {
	case waits:
		key := workOf(c.g, fn, c.o.Name).key
		body = body.with("Resource", substituted("arn:${AWS::Partition}:states:::lambda:invoke.waitForTaskToken")).
			because("Parameters", mapping{}.with("FunctionName", c.callee(fn)).
				with("Payload", mapping{}.with(key+".$", "$."+key).with("token.$", "$$.Task.Token")), "whoever has the token can answer").
			because("TimeoutSeconds", wait, "without it an answer that never comes would be waited for up to a year").
			because("ResultPath", "$."+fn.ID, "the answer, beside the input")
	default:
		body = body.with("Resource", c.callee(fn))
		if !each {
			body = body.because("ResultPath", "$."+fn.ID, "beside the input, which the later steps need")
		}
	}
	body = body.with("Retry", sequence{retryOf(w.m)})
	if !each {
		return w.add(name, body)
	}
	return w.eachObject(fn, described, mapping{}.with(name, body.with("End", true)))
}

// retryOf is how a step is tried again. An Express workflow has seconds for it.
func retryOf(m *graph.Node) mapping {
	if express(m) {
		return mapping{}.with("ErrorEquals", sequence{"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException"}).
			with("IntervalSeconds", 1).with("MaxAttempts", 2).with("BackoffRate", 2)
	}
	return mapping{}.with("ErrorEquals", sequence{"Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"}).
		with("IntervalSeconds", 2).with("MaxAttempts", 6).with("BackoffRate", 2)
}

// eachObject has a step done for every object of a bucket, in batches side by side.
func (w *workflow) eachObject(fn *graph.Node, described graph.Value, steps mapping) *state {
	c := w.c
	var from, to *graph.Node
	for _, e := range c.g.Out(w.m, graph.Reads) {
		from = e.To
	}
	for _, e := range c.g.Out(w.m, graph.Writes) {
		to = e.To
	}
	w.rights = append(w.rights, allow(c.arn(from), "s3:ListBucket"), allow(c.below(to, "/*"), "s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"))
	reader := mapping{}.with("Bucket", reference(c.ids[from])).with("Prefix", stringOf(from.Setting("prefix")))
	return w.add(graph.UpperFirst(fn.ID)+"Map", mapping{}.with("Type", "Map").
		with("ItemReader", mapping{}.with("Resource", substituted("arn:${AWS::Partition}:states:::s3:listObjectsV2")).with("Parameters", reader)).
		with("ItemBatcher", mapping{}.with("MaxItemsPerBatch", intOf(described.Get("batchSize")))).
		because("MaxConcurrency", intOf(described.Get("maxConcurrency")), "leaves the rest of the account's concurrency to others").
		with("ToleratedFailurePercentage", intOf(described.Get("toleratedFailurePercentage"))).
		with("ItemProcessor", mapping{}.with("ProcessorConfig", mapping{}.with("Mode", "DISTRIBUTED").with("ExecutionType", "STANDARD")).
			with("StartAt", steps[0].Name).with("States", steps)).
		because("ResultWriter", mapping{}.with("Resource", substituted("arn:${AWS::Partition}:states:::s3:putObject")).
			with("Parameters", mapping{}.with("Bucket", reference(c.ids[to])).with("Prefix", "results")), "what succeeded and what failed: too much for the workflow's own output").
		with("ResultPath", "$."+fn.ID))
}

// mapRights lets a workflow with a distributed map start and watch its own executions. It is a policy of its own, as the
// workflow needs its role before.
func (w *workflow) mapRights(role string) {
	distributed := false
	for _, s := range w.states {
		distributed = distributed || len(s.body) > 0 && s.body[0].Value == "Map"
	}
	if !distributed {
		return
	}
	id := w.c.ids[w.m]
	execution := "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${" + id + ".Name}"
	w.c.add(w.c.name(id+"MapPolicy"), "AWS::IAM::Policy", mapping{}.
		with("PolicyName", "map").
		with("Roles", sequence{reference(role)}).
		with("PolicyDocument", document([]mapping{
			allow(reference(id), "states:StartExecution"),
			allow(substituted(execution+":*"), "states:DescribeExecution", "states:StopExecution"),
			allow(substituted(execution+"/*:*"), "states:RedriveExecution"),
		})))
}

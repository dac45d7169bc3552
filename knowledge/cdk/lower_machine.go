package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Between the functions that are its steps and those that start it.
var _ = lowers(graph.StateMachine, rankFunctions, lowerMachine)

const (
	sfnModule   = "aws-stepfunctions"
	tasksModule = "aws-stepfunctions-tasks"
)

// undoneForSure says why what undoes a step is tried again whatever its error was.
const undoneForSure = "What is not undone stays half done: tried again whatever the error was."

// undoTries is how often a step's undoing is tried again. An Express workflow has seconds for it.
func undoTries(m *graph.Node) int {
	if express(m) {
		return 2
	}
	return 5
}

var lambdaInvoke = typeName{tasksModule, "LambdaInvoke"}

func lowerMachine(l *lowerer, m *graph.Node) {
	made := map[string]expression{}
	task := func(id string, described graph.Value) expression {
		if made[id] == nil {
			fn := l.g.Node(id)
			name, label := l.part(m, id, "Step")
			call := l.stepCall(m, fn, described)
			if state := text(graph.UpperFirst(id) + "Step"); label != state {
				call.with("stateName", state)
			}
			l.emit(let{Name: name, Type: lambdaInvoke, Value: construct{lambdaInvoke, label, call.done()}})
			if express(m) {
				l.retry(local(name))
			}
			l.accept(m, "AwsSolutions-IAM5[Resource::<"+logicalID(string(constructID(fn)))+".Arn>:*]", "The workflow may call any version of "+fn.ID+".")
			made[id] = local(name)
			if isTrue(described.Get("each")) {
				made[id] = l.eachObject(m, fn, described, local(name))
			}
		}
		return made[id]
	}
	chain := l.steps(m, task)
	logs := l.names[m] + "Logs"
	l.taken[logs] = true
	l.emit(let{Name: logs, Type: logGroup, Value: l.functionLogs(joinedID(constructID(m), "Logs"))})
	limit, _ := m.Setting("timeout").Int()
	l.let(m, typeName{sfnModule, "StateMachine"}, props(typeName{sfnModule, "StateMachineProps"}).open().
		with("comment", textOf(m.Setting("description"))).
		with("definitionBody", static{typeName{sfnModule, "DefinitionBody"}, "fromChainable", []expression{chain}}).
		with("stateMachineType", member{typeName{sfnModule, "StateMachineType"}, spelled(m.Setting("stateMachineType"))}).
		with("timeout", seconds(limit)).
		with("tracingEnabled", truth(true)).
		with("logs", *props(typeName{sfnModule, "LogOptions"}).
			with("destination", local(logs)).
			with("level", member{typeName{sfnModule, "LogLevel"}, "ALL"}).done()).done(), "")
	for _, e := range l.g.In(m, graph.Writes) {
		l.do(call{l.ref(m), "grantTaskResponse", []expression{l.ref(e.From)}})
	}
	l.accept(m, "AwsSolutions-IAM5[Resource::*]", "Delivering logs and traces cannot be narrowed to a resource.")
}

// steps emits the tasks of a workflow and returns their chain. A failure leads to what undoes the steps before, last
// one first, and ends in a failed execution.
func (l *lowerer) steps(m *graph.Node, task func(id string, described graph.Value) expression) expression {
	var chain, undone, head, approved expression
	steps := m.Setting("steps").Each()
	if len(steps) > 1 {
		failed := l.names[m] + "Failed"
		undone, l.taken[failed] = local(failed), true
		l.emit(let{Name: failed, Type: typeName{sfnModule, "Fail"}, Value: construct{typeName{sfnModule, "Fail"}, joinedID(constructID(m), "Failed"),
			props(typeName{sfnModule, "FailProps"}).with("cause", text("A step failed; what could be undone before it was undone.")).done()}})
	}
	if fedByPipe(l.g, m) {
		first := l.names[m] + "Input"
		l.taken[first] = true
		t := typeName{sfnModule, "Pass"}
		l.emit(let{Name: first, Type: t, Comment: "A pipe hands over a list, also of one message.", Value: construct{t, joinedID(constructID(m), "Input"),
			props(typeName{sfnModule, "PassProps"}).with("inputPath", text("$[0]")).done()}})
		chain = local(first)
	}
	for i, s := range steps {
		step := task(spelled(s.Get("step")), s)
		if undone != nil {
			l.do(call{step, "addCatch", []expression{undone, *props(typeName{sfnModule, "CatchProps"}).with("resultPath", text("$.error")).done()}})
		}
		if undo := spelled(s.Get("undo")); undo != "" && i+1 < len(steps) {
			undoing := task(undo, graph.Value{})
			l.emit(run{Comment: undoneForSure, Value: call{undoing, "addRetry", []expression{*props(typeName{sfnModule, "RetryProps"}).
				with("interval", seconds(2)).with("maxAttempts", whole(undoTries(m))).with("backoffRate", whole(2)).done()}}})
			l.do(call{undoing, "next", []expression{undone}})
			undone = undoing
		}
		if chain == nil {
			chain = step
		} else {
			chain = call{chain, "next", []expression{step}}
		}
		if s.Get("callback").Exists() && i+1 < len(steps) {
			choice := l.approved(m, spelled(s.Get("step")))
			head, approved, chain = call{chain, "next", []expression{choice}}, choice, nil
		}
	}
	if approved == nil {
		return chain
	}
	t := typeName{sfnModule, "Condition"}
	l.do(call{approved, "when", []expression{static{t, "booleanEquals", []expression{text("$." + waiting(steps) + ".approved"), truth(true)}}, chain}})
	return head
}

// waiting is the step of a workflow that waits for an answer.
func waiting(steps []graph.Value) string {
	for _, s := range steps {
		if s.Get("callback").Exists() {
			return spelled(s.Get("step"))
		}
	}
	return ""
}

// part names what a workflow makes of a function. Where another workflow has one of the same function, this one's
// carries the workflow's name, too.
func (l *lowerer) part(m *graph.Node, id, suffix string) (name string, label text) {
	name, label = camel(id)+suffix, text(graph.UpperFirst(id)+suffix)
	if l.taken[name] {
		name, label = l.names[m]+graph.UpperFirst(name), joinedID(constructID(m), string(label))
	}
	l.taken[name] = true
	return name, label
}

// approved emits the choice that stands behind an answer: a refusal is an end like any other, not a failure.
func (l *lowerer) approved(m *graph.Node, step string) expression {
	choice, refused := l.names[m]+"Approved", l.names[m]+"Refused"
	l.taken[choice], l.taken[refused] = true, true
	end, either := typeName{sfnModule, "Succeed"}, typeName{sfnModule, "Choice"}
	l.emit(let{Name: refused, Type: end, Comment: "A refusal is an end like any other, not a failure.", Value: construct{end, constructID(m) + "Refused", nil}})
	l.emit(let{Name: choice, Type: either, Value: construct{either, constructID(m) + "Approved", nil}})
	l.do(call{local(choice), "otherwise", []expression{local(refused)}})
	return local(choice)
}

// startsMachine tells whether a function starts a workflow: then it is written behind it.
func startsMachine(g *graph.Graph, n *graph.Node) bool {
	for _, e := range g.Out(n, graph.Invokes) {
		if e.To.Kind == graph.StateMachine {
			return true
		}
	}
	return false
}

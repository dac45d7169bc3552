package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Pipe, rankEntries, lowerPipe)

const pipesModule = "aws-pipes"

// lowerPipe writes a pipe from a queue to a workflow. There is no stable L2 construct for pipes: the role is made with
// the grants of the things at its ends.
func lowerPipe(l *lowerer, p *graph.Node) {
	var source, target *graph.Node
	for _, e := range l.g.In(p, graph.Polls) {
		source = e.From
	}
	for _, e := range l.g.Out(p, graph.Routes) {
		target = e.To
	}
	if source == nil || target == nil || l.names[source] == "" || l.names[target] == "" {
		return
	}
	role, logs := l.names[p]+"Role", l.names[p]+"Logs"
	l.taken[role], l.taken[logs] = true, true
	roleType := typeName{"aws-iam", "Role"}
	l.emit(let{Name: role, Type: roleType, Value: construct{roleType, joinedID(constructID(p), "Role"), props(typeName{"aws-iam", "RoleProps"}).
		with("assumedBy", value{typeName{"aws-iam", "ServicePrincipal"}, []expression{text("pipes.amazonaws.com")}}).done()}})
	l.do(call{l.ref(source), "grantConsumeMessages", []expression{local(role)}})
	l.do(call{l.ref(target), "grantStartExecution", []expression{local(role)}})
	l.emit(let{Name: logs, Type: logGroup, Value: l.functionLogs(joinedID(constructID(p), "Logs"))})
	of := func(name string) typeName { return typeName{pipesModule, "CfnPipe." + name + "Property"} }
	l.do(construct{typeName{pipesModule, "CfnPipe"}, constructID(p), props(typeName{pipesModule, "CfnPipeProps"}).open().
		with("description", textOf(p.Setting("description"))).
		with("roleArn", attribute{local(role), "roleArn"}).
		with("source", attribute{l.ref(source), "queueArn"}).
		with("sourceParameters", *props(of("PipeSourceParameters")).
			with("sqsQueueParameters", *props(of("PipeSourceSqsQueueParameters")).with("batchSize", whole(1)).done()).done()).
		with("target", attribute{l.ref(target), "stateMachineArn"}).
		with("targetParameters", *props(of("PipeTargetParameters")).
			with("inputTemplate", text("<$.body>")).
			with("stepFunctionStateMachineParameters", *props(of("PipeTargetStateMachineParameters")).with("invocationType", text("FIRE_AND_FORGET")).done()).done()).
		with("logConfiguration", *props(of("PipeLogConfiguration")).
			with("cloudwatchLogsLogDestination", *props(of("CloudwatchLogsLogDestination")).with("logGroupArn", attribute{local(logs), "logGroupArn"}).done()).
			with("level", text("ERROR")).done()).done()})
}

// fedByPipe tells whether a workflow's input is what a pipe hands over: a list, with one message in it.
func fedByPipe(g *graph.Graph, m *graph.Node) bool {
	for _, e := range g.In(m, graph.Routes) {
		if e.From.Kind == graph.Pipe {
			return true
		}
	}
	return false
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Pipe, rankEntries, lowerPipe)

const pipesModule = "aws-pipes"

func pipeType(name string) typeName { return typeName{pipesModule, "CfnPipe." + name + "Property"} }

// pipeEnds are where a pipe reads, the function that adds to its records, and where they go; nil what it has not.
func pipeEnds(g *graph.Graph, p *graph.Node) (source *graph.Edge, enrich, target *graph.Node) {
	for _, e := range g.In(p, graph.Polls) {
		source = e
	}
	for _, e := range g.Out(p, graph.Invokes) {
		enrich = e.To
	}
	for _, e := range g.Out(p, graph.Routes) {
		target = e.To
	}
	return source, enrich, target
}

// lowerPipe writes a pipe. There is no stable L2 construct for pipes: the role is made with the grants of the things
// at its ends.
func lowerPipe(l *lowerer, p *graph.Node) {
	source, enrich, target := pipeEnds(l.g, p)
	if source == nil || target == nil || l.names[source.From] == "" || l.names[target] == "" || pipeTargets[target.Kind].grant == "" {
		return
	}
	role, logs := l.names[p]+"Role", l.names[p]+"Logs"
	l.taken[role], l.taken[logs] = true, true
	roleType := typeName{"aws-iam", "Role"}
	l.emit(let{Name: role, Type: roleType, Value: construct{roleType, joinedID(constructID(p), "Role"), props(typeName{"aws-iam", "RoleProps"}).
		with("assumedBy", value{typeName{"aws-iam", "ServicePrincipal"}, []expression{text("pipes.amazonaws.com")}}).done()}})
	l.pipeGrants(p, source.From, enrich, target, role)
	l.emit(let{Name: logs, Type: logGroup, Value: l.functionLogs(joinedID(constructID(p), "Logs"))})
	b := props(typeName{pipesModule, "CfnPipeProps"}).open().
		with("description", textOf(p.Setting("description"))).
		with("roleArn", attribute{local(role), "roleArn"}).
		with("source", pipeSource(l, source.From)).
		with("sourceParameters", l.pipeSourceParameters(p, source))
	if enrich != nil {
		b.with("enrichment", attribute{l.callee(enrich), "functionArn"})
	}
	l.do(construct{typeName{pipesModule, "CfnPipe"}, constructID(p), b.
		with("target", attribute{l.ref(target), pipeTargets[target.Kind].arn}).
		with("targetParameters", l.pipeTargetParameters(p, source.From, enrich, target)).
		with("logConfiguration", *props(pipeType("PipeLogConfiguration")).
			with("cloudwatchLogsLogDestination", *props(pipeType("CloudwatchLogsLogDestination")).with("logGroupArn", attribute{local(logs), "logGroupArn"}).done()).
			with("level", text("ERROR")).done()).done()})
}

// pipeTargets are the targets of a pipe that there are: the attribute that names one and the grant that lets in.
var pipeTargets = map[graph.Kind]struct{ arn, grant string }{
	graph.StateMachine: {"stateMachineArn", "grantStartExecution"},
	graph.EventBus:     {"eventBusArn", "grantPutEventsTo"},
	graph.Queue:        {"queueArn", "grantSendMessages"},
}

func (l *lowerer) pipeGrants(p, source, enrich, target *graph.Node, role string) {
	grant := map[graph.Kind]string{graph.Queue: "grantConsumeMessages", graph.Stream: "grantRead", graph.Table: "grantStreamRead"}[source.Kind]
	l.do(call{l.ref(source), grant, []expression{local(role)}})
	if source.Kind == graph.Table {
		l.p.Accepts = append(l.p.Accepts, acceptance{role, "AwsSolutions-IAM5[Resource::*]", "Streams can be listed only together: reading holds for this table's."})
	}
	if enrich != nil {
		l.do(call{l.callee(enrich), "grantInvoke", []expression{local(role)}})
		l.p.Accepts = append(l.p.Accepts, acceptance{role, "AwsSolutions-IAM5[Resource::<" + logicalID(string(constructID(enrich))) + ".Arn>:*]", "The pipe may call any version of " + enrich.ID + "."})
	}
	l.do(call{l.ref(target), pipeTargets[target.Kind].grant, []expression{local(role)}})
	for _, f := range l.g.Out(p, graph.FailsTo) {
		l.do(call{l.ref(f.To), "grantSendMessages", []expression{local(role)}})
	}
}

func pipeSource(l *lowerer, source *graph.Node) expression {
	if source.Kind == graph.Table { // the construct's own attribute may be undefined
		return attribute{escaped{l.ref(source), typeName{"aws-dynamodb", "CfnGlobalTable"}}, "attrStreamArn"}
	}
	return attribute{l.ref(source), map[graph.Kind]string{graph.Queue: "queueArn", graph.Stream: "streamArn"}[source.Kind]}
}

func (l *lowerer) pipeSourceParameters(p *graph.Node, e *graph.Edge) expression {
	out := props(pipeType("PipeSourceParameters")).open()
	block := map[graph.Kind][2]string{graph.Queue: {"sqsQueueParameters", "PipeSourceSqsQueueParameters"}, graph.Stream: {"kinesisStreamParameters", "PipeSourceKinesisStreamParameters"},
		graph.Table: {"dynamoDbStreamParameters", "PipeSourceDynamoDBStreamParameters"}}[e.From.Kind]
	b := props(pipeType(block[1])).open()
	if e.From.Kind != graph.Queue {
		b.because("startingPosition", textOf(e.Setting("startingPosition")), "nothing written before the first deployment is lost")
	}
	b.with("batchSize", wholeOf(e.Setting("batchSize"))).
		with("maximumBatchingWindowInSeconds", wholeOf(e.Setting("maximumBatchingWindowInSeconds")))
	if e.From.Kind != graph.Queue {
		b.because("maximumRetryAttempts", wholeOf(e.Setting("maximumRetryAttempts")), "a bad record must not hold up its shard until it expires").
			with("maximumRecordAgeInSeconds", wholeOf(e.Setting("maximumRecordAgeInSeconds"))).
			with("onPartialBatchItemFailure", textOf(e.Setting("onPartialBatchItemFailure")))
		for _, f := range l.g.Out(p, graph.FailsTo) {
			b.with("deadLetterConfig", *props(pipeType("DeadLetterConfig")).with("arn", attribute{l.ref(f.To), "queueArn"}).done())
		}
	}
	out.with(block[0], *b.done())
	if filter := p.Setting("filter"); filter.Exists() || e.From.Kind == graph.Table {
		out.with("filterCriteria", *props(pipeType("FilterCriteria")).
			with("filters", list{Of: pipeType("Filter"), Items: []expression{*props(pipeType("Filter")).with("pattern", jsonText{pipePattern(e.From.Kind, filter)}).done()}}).done())
	}
	return *out.done()
}

// pipePattern puts a filter where the source keeps the thing: in the body, the data, or the new image of an item.
func pipePattern(source graph.Kind, filter graph.Value) expression {
	var fields []argument
	for _, f := range filter.Fields() {
		v := literal(graph.NewList(f.Value.At, f.Value.Each()...))
		if source == graph.Table {
			v = dict{[]argument{{Name: "S", Value: v}}}
		}
		fields = append(fields, argument{Name: f.Name, Value: v})
	}
	switch source {
	case graph.Table:
		// What is deleted has no new image.
		pattern := dict{[]argument{{Name: "eventName", Value: list{Items: []expression{text("INSERT"), text("MODIFY")}}}}}
		if len(fields) > 0 {
			pattern.Fields = append(pattern.Fields, argument{Name: "dynamodb", Value: dict{[]argument{{Name: "NewImage", Value: dict{fields}}}}})
		}
		return pattern
	case graph.Stream:
		return dict{[]argument{{Name: "data", Value: dict{fields}}}}
	}
	return dict{[]argument{{Name: "body", Value: dict{fields}}}}
}

func (l *lowerer) pipeTargetParameters(p, source, enrich, target *graph.Node) expression {
	b := props(pipeType("PipeTargetParameters")).open()
	switch target.Kind {
	case graph.StateMachine:
		return *b.with("inputTemplate", text("<$.body>")).
			with("stepFunctionStateMachineParameters", *props(pipeType("PipeTargetStateMachineParameters")).with("invocationType", text("FIRE_AND_FORGET")).done()).done()
	case graph.EventBus:
		from, kind := l.pipeEvent(p, enrich, target)
		return *b.with("eventBridgeEventBusParameters", *props(pipeType("PipeTargetEventBridgeEventBusParameters")).open().
			with("source", text(from)).with("detailType", text(kind)).done()).done()
	}
	return nil
}

// pipeEvent is what the events are called that a pipe puts on a bus: as the first rule of the bus wants them, else as
// the bus's first contract.
func (l *lowerer) pipeEvent(p, enrich, bus *graph.Node) (source, kind string) {
	for _, r := range l.g.Out(bus, graph.Routes) {
		if source, kind = patternOf(r.To); kind != "" {
			return source, kind
		}
	}
	if kind = firstContract(bus); kind == "" {
		kind = pascal(p.ID)
	}
	return l.o.Name, kind
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

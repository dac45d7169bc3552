package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var (
	_ = lowers(graph.EventBus, rankData, lowerBus)
	_ = lowers(graph.Rule, rankEntries, lowerRule)
)

func init() {
	others["AWS::Events::Archive"] = &lowering{rank: rankData, lower: lowerArchive}
	others["AWS::EventSchemas::Registry"] = &lowering{rank: rankData, lower: lowerRegistry}
	others["AWS::EventSchemas::Schema"] = &lowering{rank: rankData, lower: lowerSchema}
}

const eventsModule = "aws-events"

func lowerBus(l *lowerer, bus *graph.Node) {
	l.let(bus, typeName{eventsModule, "EventBus"}, nil, "")
}

func lowerArchive(l *lowerer, a *graph.Node) {
	for _, e := range l.g.In(a, graph.Routes) {
		days, _ := a.Setting("retentionDays").Int()
		l.do(construct{typeName{eventsModule, "Archive"}, constructID(a), props(typeName{eventsModule, "ArchiveProps"}).
			with("sourceEventBus", l.ref(e.From)).
			because("eventPattern", *props(typeName{eventsModule, "EventPattern"}).with("account", list{Items: []expression{attribute{local("this"), "account"}}}).done(), "everything this account sends").
			because("retention", seconds(days*86400), "how far back events can be replayed").open().done()})
	}
}

func lowerRegistry(l *lowerer, r *graph.Node) {
	l.let(r, typeName{"aws-eventschemas", "CfnRegistry"}, props(typeName{"aws-eventschemas", "CfnRegistryProps"}).done(), "The contracts of the events: what publishers promise and consumers check.")
}

func lowerSchema(l *lowerer, s *graph.Node) {
	registry, ok := s.Setting("registryName").Ref()
	if !ok {
		return
	}
	l.do(construct{typeName{"aws-eventschemas", "CfnSchema"}, constructID(s), props(typeName{"aws-eventschemas", "CfnSchemaProps"}).open().
		with("registryName", attribute{l.ref(l.g.Node(registry.Resource)), "attrRegistryName"}).
		with("schemaName", text(spelled(s.Setting("schemaName")))).
		with("type", text("JSONSchemaDraft4")).
		with("content", jsonText{jsonLiteral(spelled(s.Setting("content")))}).done()})
}

func lowerRule(l *lowerer, r *graph.Node) {
	b := props(typeName{eventsModule, "RuleProps"}).open()
	for _, e := range l.g.In(r, graph.Routes) {
		if e.From.Kind == graph.EventBus && l.names[e.From] != "" {
			b.with("eventBus", l.ref(e.From))
		}
	}
	b.with("description", textOf(r.Setting("description")))
	pattern := r.Setting("eventPattern")
	p := props(typeName{eventsModule, "EventPattern"})
	for _, f := range []struct{ written, prop string }{{"source", "source"}, {"detail-type", "detailType"}, {"account", "account"}, {"region", "region"}, {"resources", "resources"}, {"detail", "detail"}} {
		if v := pattern.Get(f.written); v.Exists() {
			p.with(f.prop, l.patternLiteral(v))
		}
	}
	b.with("eventPattern", *p.done())
	l.let(r, typeName{eventsModule, "Rule"}, b.done(), "")
	for _, e := range l.g.Out(r, graph.Routes) {
		if l.names[e.To] != "" {
			l.do(call{l.ref(r), "addTarget", []expression{l.ruleTarget(r, e)}})
		}
	}
}

// patternLiteral is a part of an event pattern, in which a bucket of the stack is named by its attribute.
func (l *lowerer) patternLiteral(v graph.Value) expression {
	if ref, ok := v.Ref(); ok {
		if n := l.g.Node(ref.Resource); n != nil && n.Kind == graph.Bucket {
			return attribute{l.ref(n), "bucketName"}
		}
	}
	switch v.Kind {
	case graph.Map:
		var fields []argument
		for _, f := range v.Fields() {
			fields = append(fields, argument{Name: f.Name, Value: l.patternLiteral(f.Value)})
		}
		return dict{fields}
	case graph.List:
		var items []expression
		for _, it := range v.Items() {
			items = append(items, l.patternLiteral(it))
		}
		return list{Items: items}
	}
	return literal(v)
}

// targetClasses are the rule targets that there are, by the kind of the thing.
var targetClasses = map[graph.Kind][2]string{
	graph.Function:     {"LambdaFunction", "LambdaFunctionProps"},
	graph.Queue:        {"SqsQueue", "SqsQueueProps"},
	graph.Topic:        {"SnsTopic", "SnsTopicProps"},
	graph.StateMachine: {"SfnStateMachine", "SfnStateMachineProps"},
}

func (l *lowerer) ruleTarget(r *graph.Node, e *graph.Edge) expression {
	const module = "aws-events-targets"
	class := targetClasses[e.To.Kind]
	b := props(typeName{module, class[1]})
	for _, f := range l.g.Out(r, graph.FailsTo) {
		b.with("deadLetterQueue", l.ref(f.To))
	}
	b.with("maxEventAge", secondsOf(e.Setting("retryPolicy", "maximumEventAgeInSeconds")))
	b.with("retryAttempts", wholeOf(e.Setting("retryPolicy", "maximumRetryAttempts")))
	args := []expression{l.ref(e.To)}
	if len(b.o.Fields) > 0 {
		args = append(args, *b.done())
	}
	return value{typeName{module, class[0]}, args}
}

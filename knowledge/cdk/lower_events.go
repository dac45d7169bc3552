package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var (
	_ = lowers(graph.EventBus, rankData, lowerBus)
	_ = lowers(graph.Rule, rankEntries, lowerRule)
)

var (
	_ = lowersType("AWS::Events::Archive", rankData, lowerArchive)
	_ = lowersType("AWS::EventSchemas::Registry", rankData, lowerRegistry)
	_ = lowersType("AWS::EventSchemas::Schema", rankData, lowerSchema)
)

const eventsModule = "aws-events"

func lowerBus(l *lowerer, bus *graph.Node) {
	t := typeName{eventsModule, "EventBus"}
	if bus.External {
		arn, _ := bus.ARN.Str()
		named := l.stackProp(camel(bus.ID)+"Arn", "text", text(arn), "ARN of the bus "+bus.ID+" of another account, whose policy lets this one in")
		l.emit(let{Name: l.names[bus], Type: typeName{eventsModule, "IEventBus"}, Value: static{t, "fromEventBusArn", []expression{local("this"), constructID(bus), named}}})
		return
	}
	if bus.Type == customBus {
		l.customBus(bus)
		return
	}
	l.let(bus, t, nil, "")
	if accounts := bus.Setting("acceptsFrom"); len(accounts.Each()) > 0 {
		const iam = "aws-iam"
		var principals []expression
		for _, a := range accounts.Each() {
			principals = append(principals, value{typeName{iam, "AccountPrincipal"}, []expression{text(spelled(a))}})
		}
		l.do(call{l.ref(bus), "addToResourcePolicy", []expression{value{typeName{iam, "PolicyStatement"}, []expression{*props(typeName{iam, "PolicyStatementProps"}).open().
			with("sid", text("OtherAccounts")).
			with("principals", list{Of: typeName{iam, "IPrincipal"}, Items: principals}).
			with("actions", list{Items: []expression{text("events:PutEvents")}}).
			with("resources", list{Items: []expression{attribute{l.ref(bus), "eventBusArn"}}}).done()}}}})
	}
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
	if r.Type == subscriber {
		l.subscriber(r)
		return
	}
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
		if v := pattern.Get(f.written); v.Exists() && plainTexts(f.written, v) {
			p.with(f.prop, l.patternLiteral(v))
		}
	}
	b.with("eventPattern", *p.done())
	l.let(r, typeName{eventsModule, "Rule"}, b.done(), "")
	l.overridePattern(r)
	if len(l.g.Out(r, graph.FailsTo)) == 0 {
		l.accept(r, "Serverless-EventBusDLQ", noDeadLetters)
	}
	for _, e := range l.g.Out(r, graph.Routes) {
		if l.names[e.To] != "" {
			l.do(call{l.ref(r), "addTarget", []expression{l.ruleTarget(r, e)}})
		}
	}
}

// noDeadLetters is why cdk-nag's findings on missing dead-letter queues stay.
const noDeadLetters = "The description leaves the dead-letter queue out."

// plainTexts tells whether the library's patterns have room for a part of one: they hold lists of texts, and details.
func plainTexts(name string, v graph.Value) bool {
	if name == "detail" {
		return v.Kind == graph.Map
	}
	for _, item := range v.Items() {
		if item.Kind != graph.String {
			return false
		}
	}
	return v.Kind == graph.List
}

// overridePattern writes the parts of a pattern that the library's own have no room for, such as prefixes of a source.
func (l *lowerer) overridePattern(r *graph.Node) {
	var fields []argument
	for _, f := range r.Setting("eventPattern").Fields() {
		known := one([]string{"source", "detail-type", "account", "region", "resources", "detail"}, f.Name)
		if known && plainTexts(f.Name, f.Value) {
			continue
		}
		fields = append(fields, argument{Name: f.Name, Value: l.patternLiteral(f.Value)})
	}
	if len(fields) > 0 {
		l.do(call{escaped{l.ref(r), typeName{eventsModule, "CfnRule"}}, "addPropertyOverride", []expression{text("EventPattern"), dict{fields}}})
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
	graph.EventBus:     {"EventBus", "EventBusProps"},
}

func (l *lowerer) ruleTarget(r *graph.Node, e *graph.Edge) expression {
	const module = "aws-events-targets"
	class := targetClasses[e.To.Kind]
	b := props(typeName{module, class[1]})
	for _, f := range l.g.Out(r, graph.FailsTo) {
		b.with("deadLetterQueue", l.ref(f.To))
	}
	if e.To.Kind != graph.EventBus { // the target for buses has no such properties
		b.with("maxEventAge", secondsOf(e.Setting("retryPolicy", "maximumEventAgeInSeconds")))
		b.with("retryAttempts", wholeOf(e.Setting("retryPolicy", "maximumRetryAttempts")))
	}
	if input := transformed(e); input != nil {
		b.with(map[bool]string{true: "message", false: "event"}[e.To.Kind == graph.Queue], input)
		if e.To.Kind == graph.StateMachine {
			b.o.Fields[len(b.o.Fields)-1].Name = "input"
		}
	}
	args := []expression{l.callee(e.To)}
	if len(b.o.Fields) > 0 {
		args = append(args, *b.done())
	}
	return value{typeName{module, class[0]}, args}
}

var templateField = lazy.Regexp(`"([A-Za-z][A-Za-z0-9]*)":(?:<([A-Za-z0-9_-]+)>|"([^"<>\\\\]*)")(,|}$)`)

// transformed is what a rule makes of an event before the target gets it; nil where that is the event itself, or
// where a template was written that is no plain object of places and texts.
func transformed(e *graph.Edge) expression {
	template, ok := e.Setting("inputTransformer", "inputTemplate").Str()
	if !ok || !strings.HasPrefix(template, "{") {
		return nil
	}
	paths, rest := e.Setting("inputTransformer", "inputPathsMap"), template[1:]
	var fields []argument
	for rest != "" {
		m := templateField().FindStringSubmatch(rest)
		if m == nil || !strings.HasPrefix(rest, m[0]) {
			return nil
		}
		rest = rest[len(m[0]):]
		v := expression(text(m[3]))
		if m[2] != "" {
			v = static{typeName{eventsModule, "EventField"}, "fromPath", []expression{text(spelled(paths.Get(m[2])))}}
		}
		fields = append(fields, argument{Name: m[1], Value: v})
	}
	return static{typeName{eventsModule, "RuleTargetInput"}, "fromObject", []expression{dict{fields}}}
}

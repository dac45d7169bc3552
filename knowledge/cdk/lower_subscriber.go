package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

const (
	customBus  = "AWS::EventsV2::EventBus"
	subscriber = "AWS::EventsV2::Subscriber"
	busModule  = "aws-eventsv2"

	customBusARN = "attrEventBusArn" // as the construct has it
)

func (l *lowerer) customBus(bus *graph.Node) {
	l.let(bus, typeName{busModule, "CfnEventBus"}, props(typeName{busModule, "CfnEventBusProps"}).open().
		with("name", l.staged(spelled(bus.Setting("name")))).
		because("storageConfiguration", *props(typeName{busModule, "CfnEventBus.StorageConfigurationProperty"}).
			with("retentionPeriodInDays", wholeOf(bus.Setting("storageConfiguration", "retentionPeriodInDays"))).done(), "how far back a subscriber can begin").done(), "")
	if !l.snippet() {
		l.do(construct{typeName{"", "CfnOutput"}, constructID(bus) + "Arn", props(typeName{"", "CfnOutputProps"}).with("value", attribute{l.ref(bus), customBusARN}).done()})
	}
}

// publishes lets a function publish on a custom event bus, whose construct has no method for that. The action is the classic
// one, the ARN is not. Source: EventBridge user guide, "Permissions by scenario" of the Custom Event Bus, checked 2026-11-30.
func (l *lowerer) publishes(fn, bus *graph.Node) {
	const iam = "aws-iam"
	l.do(call{l.ref(fn), "addToRolePolicy", []expression{value{typeName{iam, "PolicyStatement"}, []expression{*props(typeName{iam, "PolicyStatementProps"}).
		with("actions", list{Items: []expression{text("events:PutEvents")}}).
		with("resources", list{Items: []expression{attribute{l.ref(bus), customBusARN}}}).done()}}}})
}

// subscriber writes a subscriber with the role that it delivers as. There is no L2 construct for either.
func (l *lowerer) subscriber(s *graph.Node) {
	var bus *graph.Node
	for _, e := range l.g.In(s, graph.Routes) {
		bus = e.From
	}
	out := l.g.Out(s, graph.Routes)
	if bus == nil || len(out) != 1 || l.names[bus] == "" || l.names[out[0].To] == "" {
		return
	}
	target := out[0].To
	role := l.subscriberRole(s)
	invoke := props(subscriberType("InvokeConfiguration")).with("roleArn", attribute{local(role), "roleArn"})
	if target.Kind == graph.Function {
		l.do(call{l.ref(target), "grantInvoke", []expression{local(role)}})
		l.p.Accepts = append(l.p.Accepts, acceptance{role, "AwsSolutions-IAM5[Resource::<" + logicalID(string(constructID(target))) + ".Arn>:*]",
			"The subscriber may call any version of " + target.ID + ", and nothing else."})
		invoke.open().with("targetArn", attribute{l.ref(target), "functionArn"}).
			because("lambdaParameters", *props(subscriberType("LambdaParameters")).with("invocationType", text(spelled(out[0].Setting("lambdaParameters", "InvocationType")))).done(),
				"Lambda takes the event, tries again by itself, and keeps what fails in the function's own queue")
	} else {
		l.do(call{l.ref(target), "grantSendMessages", []expression{local(role)}})
		invoke.with("targetArn", attribute{l.ref(target), "queueArn"})
	}
	b := props(typeName{busModule, "CfnSubscriberProps"}).open().
		with("name", l.staged(spelled(s.Setting("name")))).
		with("description", textOf(s.Setting("description"))).
		with("eventBusArn", attribute{l.ref(bus), customBusARN}).
		with("filterConfiguration", *props(subscriberType("FilterConfiguration")).with("filters", l.subscriberFilters(s)).done()).
		with("invokeConfiguration", *invoke.done())
	if size := wholeOf(s.Setting("batchConfiguration", "maxBatchSize")); size != nil {
		b.because("batchConfiguration", *props(subscriberType("BatchConfiguration")).with("maxBatchSize", size).done(), "the event itself, not a list with one event")
	}
	b.because("retryPolicy", *props(subscriberType("RetryPolicy")).
		with("maxEventAgeInSeconds", wholeOf(s.Setting("retryPolicy", "maxEventAgeInSeconds"))).
		with("maxRetryAttempts", wholeOf(s.Setting("retryPolicy", "maxRetryAttempts"))).done(), "left out, it gives up after five minutes")
	for _, f := range l.g.Out(s, graph.FailsTo) {
		if l.names[f.To] != "" {
			l.do(call{l.ref(f.To), "grantSendMessages", []expression{local(role)}})
			b.with("onFailureConfiguration", *props(subscriberType("OnFailureConfiguration")).with("arn", attribute{l.ref(f.To), "queueArn"}).done())
		}
	}
	l.let(s, typeName{busModule, "CfnSubscriber"}, b.done(), "")
	l.afterOther(s, bus)
}

func subscriberType(name string) typeName {
	return typeName{busModule, "CfnSubscriber." + name + "Property"}
}

// subscriberRole emits the role that a subscriber delivers as: for subscribers of this account only.
func (l *lowerer) subscriberRole(s *graph.Node) string {
	const iam = "aws-iam"
	role := l.names[s] + "Role"
	l.taken[role] = true
	this := func(name string) expression { return attribute{local("this"), name} }
	subscribers := joined{text("arn:"), this("partition"), text(":events:"), this("region"), text(":"), this("account"), text(":subscriber/*")}
	trust := dict{[]argument{
		{Name: "StringEquals", Value: dict{[]argument{{Name: "aws:SourceAccount", Value: this("account")}}}},
		{Name: "ArnLike", Value: dict{[]argument{{Name: "aws:SourceArn", Value: subscribers}}}}}}
	t := typeName{iam, "Role"}
	l.emit(let{Name: role, Type: t, Value: construct{t, constructID(s) + "Role", props(typeName{iam, "RoleProps"}).
		with("assumedBy", value{typeName{iam, "ServicePrincipal"}, []expression{text("events.amazonaws.com"),
			*props(typeName{iam, "ServicePrincipalOpts"}).with("conditions", trust).done()}}).done()}})
	return role
}

func (l *lowerer) subscriberFilters(s *graph.Node) expression {
	var filters []expression
	for _, f := range s.Setting("filterConfiguration", "filters").Each() {
		filters = append(filters, *props(subscriberType("Filter")).
			with("scope", text(spelled(f.Get("Scope")))).
			with("pattern", jsonText{jsonLiteral(spelled(f.Get("Pattern")))}).done())
	}
	return list{Of: subscriberType("Filter"), Items: filters}
}

// afterOther puts a subscriber behind the one before it on the same bus: EventBridge makes one at a time.
func (l *lowerer) afterOther(s, bus *graph.Node) {
	var before *graph.Node
	for _, e := range l.g.Out(bus, graph.Routes) {
		if e.To == s {
			break
		}
		if e.To.Type == subscriber {
			before = e.To
		}
	}
	if before != nil {
		l.emit(run{Comment: "EventBridge makes one subscriber of a bus at a time.", Value: call{l.ref(s), "addDependency", []expression{l.ref(before)}}})
	}
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var (
	_ = lowers(graph.Table, rankData, lowerTable)
	_ = lowers(graph.Topic, rankData, lowerTopic)
)

func lowerTable(l *lowerer, t *graph.Node) {
	b := props(typeName{"aws-dynamodb", "TablePropsV2"}).open()
	for _, k := range t.Setting("keySchema").Each() {
		name := "partitionKey"
		if spelled(k.Get("KeyType")) == "RANGE" {
			name = "sortKey"
		}
		b.with(name, *props(typeName{"aws-dynamodb", "Attribute"}).
			with("name", text(spelled(k.Get("AttributeName")))).
			with("type", member{typeName{"aws-dynamodb", "AttributeType"}, attributeType(t, spelled(k.Get("AttributeName")))}).done())
	}
	b.with("billing", static{typeName{"aws-dynamodb", "Billing"}, "onDemand", nil})
	if ttl := t.Setting("timeToLiveSpecification", "attributeName"); ttl.Exists() {
		b.with("timeToLiveAttribute", textOf(ttl))
	}
	if view := spelled(t.Setting("streamSpecification", "streamViewType")); view != "" {
		b.with("dynamoStream", member{typeName{"aws-dynamodb", "StreamViewType"}, view})
	}
	b.with("pointInTimeRecoverySpecification", *props(typeName{"aws-dynamodb", "PointInTimeRecoverySpecification"}).
		with("pointInTimeRecoveryEnabled", truth(isTrue(t.Setting("pointInTimeRecoverySpecification", "pointInTimeRecoveryEnabled")))).done())
	b.with("deletionProtection", l.whenProduction())
	b.with("removalPolicy", l.removal())
	comment := ""
	if spelled(t.Setting("role")) == "idempotency" {
		comment = "What was done already: events come at least once, and a second delivery must change nothing."
	}
	l.let(t, typeName{"aws-dynamodb", "TableV2"}, b.done(), comment)
}

func attributeType(t *graph.Node, name string) string {
	for _, a := range t.Setting("attributeDefinitions").Each() {
		if spelled(a.Get("AttributeName")) == name {
			switch spelled(a.Get("AttributeType")) {
			case "N":
				return "NUMBER"
			case "B":
				return "BINARY"
			}
		}
	}
	return "STRING"
}

func lowerTopic(l *lowerer, t *graph.Node) {
	b := props(typeName{"aws-sns", "TopicProps"}).with("enforceSSL", truth(true))
	if isTrue(t.Setting("fifoTopic")) {
		b.with("fifo", truth(true)).with("contentBasedDeduplication", truth(true))
	}
	typ := typeName{"aws-sns", "Topic"}
	if !l.isAlarmTopic(t) {
		l.let(t, typ, b.done(), "")
		for _, e := range l.g.Out(t, graph.Routes) {
			if e.To.Kind == graph.Queue && l.made[e.To] { // a queue that takes failures stands before what fails into it
				l.subscribe(e)
			}
		}
		return
	}
	const comment = "Subscribe the team's mail address or chat to this topic: all alarms go there."
	if l.snippet() { // SNS's own policy, which the demand for TLS would replace, admits the account's alarms
		l.emit(let{Name: l.names[t], Type: typ, Field: true, Value: construct{typ, constructID(t), nil}, Comment: comment})
		return
	}
	l.emit(let{Name: l.names[t], Type: typ, Field: true, Value: construct{typ, constructID(t), b.done()}, Comment: comment})
	account := dict{[]argument{{Name: "StringEquals", Value: dict{[]argument{{Name: "aws:SourceAccount", Value: attribute{local("this"), "account"}}}}}}}
	l.emit(run{Comment: "The demand for TLS gives the topic a policy of its own, which would refuse the alarms without this.",
		Value: call{l.ref(t), "grantPublish", []expression{value{typeName{"aws-iam", "ServicePrincipal"}, []expression{text("cloudwatch.amazonaws.com"),
			*props(typeName{"aws-iam", "ServicePrincipalOpts"}).with("conditions", account).done()}}}}})
}

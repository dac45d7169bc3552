package cdk

import (
	"reflect"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var (
	_ = lowers(graph.Table, rankData, lowerTable)
	_ = lowers(graph.Topic, rankData, lowerTopic)
)

var (
	tableType = typeName{"aws-dynamodb", "TableV2"}
	tableText = typeName{"aws-dynamodb", "AttributeType"}
)

const idempotencyReason = "What was done already: events come at least once, and a second delivery must change nothing."

func lowerTable(l *lowerer, t *graph.Node) {
	comment := ""
	if spelled(t.Setting("role")) == "idempotency" {
		comment = idempotencyReason
	}
	if alike, expire := l.alikeTables(); alike[t] {
		l.tableHelper(expire)
		args := []expression{constructID(t), text(tableKey(t, "HASH"))}
		if expire {
			args = append(args, textOf(t.Setting("timeToLiveSpecification", "attributeName")))
		}
		l.emit(let{Name: l.names[t], Type: tableType, Value: helper{"protectedTable", args}, Comment: comment})
		return
	}
	l.let(t, tableType, l.tableProps(t), comment)
}

func (l *lowerer) tableProps(t *graph.Node) *object {
	b := props(typeName{"aws-dynamodb", "TablePropsV2"}).open()
	withKeys(b, t, t.Setting("keySchema"))
	b.with("billing", static{typeName{"aws-dynamodb", "Billing"}, "onDemand", nil})
	if ttl := t.Setting("timeToLiveSpecification", "attributeName"); ttl.Exists() {
		b.with("timeToLiveAttribute", textOf(ttl))
	}
	if view := spelled(t.Setting("streamSpecification", "streamViewType")); view != "" {
		b.with("dynamoStream", member{typeName{"aws-dynamodb", "StreamViewType"}, view})
	}
	b.with("pointInTimeRecoverySpecification", *props(typeName{"aws-dynamodb", "PointInTimeRecoverySpecification"}).
		with("pointInTimeRecoveryEnabled", truth(isTrue(t.Setting("pointInTimeRecoverySpecification", "pointInTimeRecoveryEnabled")))).done())
	b.with("globalSecondaryIndexes", indexesOf(t))
	b.with("deletionProtection", l.whenProduction())
	b.with("removalPolicy", l.removal())
	return b.done()
}

// alikeTables are the tables of a snippet that differ in no more than their names, keys and whether items expire, none
// if there is one only. expire tells whether those of one of them do.
func (l *lowerer) alikeTables() (alike map[*graph.Node]bool, expire bool) {
	alike = map[*graph.Node]bool{}
	for _, t := range l.g.OfKind(graph.Table) {
		ttl := textOf(t.Setting("timeToLiveSpecification", "attributeName"))
		if l.snippet() && !t.External && reflect.DeepEqual(l.tableProps(t), l.alikeProps(text(tableKey(t, "HASH")), ttl)) {
			alike[t] = true
			expire = expire || ttl != nil
		}
	}
	if len(alike) < 2 {
		return nil, false
	}
	return alike, expire
}

// alikeProps are the settings of a table with a text as its key.
func (l *lowerer) alikeProps(key, ttl expression) *object {
	return props(typeName{"aws-dynamodb", "TablePropsV2"}).open().
		with("partitionKey", *props(typeName{"aws-dynamodb", "Attribute"}).with("name", key).with("type", member{tableText, "STRING"}).done()).
		with("billing", static{typeName{"aws-dynamodb", "Billing"}, "onDemand", nil}).
		with("timeToLiveAttribute", ttl).
		with("pointInTimeRecoverySpecification", *props(typeName{"aws-dynamodb", "PointInTimeRecoverySpecification"}).with("pointInTimeRecoveryEnabled", truth(true)).done()).
		with("deletionProtection", truth(true)).
		with("removalPolicy", retain).done()
}

// tableHelper adds what makes the tables of a snippet alike.
func (l *lowerer) tableHelper(expire bool) {
	if l.helpers["protectedTable"] {
		return
	}
	l.helpers["protectedTable"] = true
	params := []parameter{{Name: "id", Type: "text"}, {Name: "key", Type: "text"}}
	var ttl expression
	if expire {
		ttl = local("timeToLiveAttribute")
		params = append(params, parameter{Name: "timeToLiveAttribute", Type: "optional text"})
	}
	l.p.Helpers = append(l.p.Helpers, function{Name: "protectedTable", Params: params, Result: tableType,
		Body: []statement{give{construct{tableType, local("id"), l.alikeProps(local("key"), ttl)}}}})
}

// withKeys adds the keys of a table or of an index.
func withKeys(b *builder, t *graph.Node, schema graph.Value) *builder {
	for _, k := range schema.Each() {
		name := "partitionKey"
		if spelled(k.Get("KeyType")) == "RANGE" {
			name = "sortKey"
		}
		b.with(name, *props(typeName{"aws-dynamodb", "Attribute"}).
			with("name", text(spelled(k.Get("AttributeName")))).
			with("type", member{typeName{"aws-dynamodb", "AttributeType"}, attributeType(t, spelled(k.Get("AttributeName")))}).done())
	}
	return b
}

// indexesOf are the global secondary indexes of a table, nil if it has none.
func indexesOf(t *graph.Node) expression {
	of := typeName{"aws-dynamodb", "GlobalSecondaryIndexPropsV2"}
	var items []expression
	for _, index := range t.Setting("globalSecondaryIndexes").Each() {
		b := withKeys(props(of).open().with("indexName", textOf(index.Get("IndexName"))), t, index.Get("KeySchema"))
		if typ := spelled(index.Get("Projection", "ProjectionType")); typ != "ALL" {
			b.with("projectionType", member{typeName{"aws-dynamodb", "ProjectionType"}, typ})
		}
		if names := index.Get("Projection", "NonKeyAttributes"); names.Exists() {
			b.with("nonKeyAttributes", literal(names))
		}
		items = append(items, *b.done())
	}
	if len(items) == 0 {
		return nil
	}
	return list{Of: of, Items: items}
}

// indexAcceptances explains what cdk-nag finds in rights on a table that has indexes.
func (l *lowerer) indexAcceptances(fn *graph.Node) {
	seen := map[*graph.Node]bool{}
	for _, e := range l.g.Out(fn, graph.Writes, graph.Reads) {
		if indexed := e.To.Kind == graph.Table && indexesOf(e.To) != nil; indexed && l.names[e.To] != "" && !seen[e.To] {
			seen[e.To] = true
			l.accept(fn, "AwsSolutions-IAM5[Resource::<"+logicalID(string(constructID(e.To)))+".Arn>/index/*]", "The right holds for this table's indexes.")
		}
	}
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
	l.outputs(t, "Arn", attribute{l.ref(t), "topicArn"})
}

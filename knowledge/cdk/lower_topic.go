package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// subscriptionClasses are the subscribers of a topic that there are, by the kind of the thing.
var subscriptionClasses = map[graph.Kind][2]string{
	graph.Function: {"LambdaSubscription", "LambdaSubscriptionProps"},
	graph.Queue:    {"SqsSubscription", "SqsSubscriptionProps"},
}

// subscribe joins a topic to a queue or function. The construct lets the topic send to it, and no other.
func (l *lowerer) subscribe(e *graph.Edge) {
	const module = "aws-sns-subscriptions"
	class := subscriptionClasses[e.To.Kind]
	b := props(typeName{module, class[1]})
	if isTrue(e.Setting("rawMessageDelivery")) {
		b.with("rawMessageDelivery", truth(true))
	}
	if policy := e.Setting("filterPolicy"); policy.Exists() {
		b.with("filterPolicyWithMessageBody", l.filterPolicy(policy))
	}
	for _, f := range l.g.Out(e.From, graph.FailsTo) {
		if l.names[f.To] != "" {
			b.with("deadLetterQueue", l.ref(f.To))
		}
	}
	if len(l.g.Out(e.From, graph.FailsTo)) == 0 {
		l.accept(e.To, "Serverless-SNSRedrivePolicy", noDeadLetters)
	}
	if a := l.aliasOf(e.To); a != nil && e.To.Kind == graph.Function {
		l.accept(a, "CloudFormation-Validate::W3694", "The endpoint is the alias's ARN: SNS calls the version that it names. The rule knows functions alone.")
	}
	args := []expression{l.callee(e.To)}
	if len(b.o.Fields) > 0 {
		args = append(args, *b.open().done())
	}
	l.do(call{l.ref(e.From), "addSubscription", []expression{value{typeName{module, class[0]}, args}}})
}

func (l *lowerer) filterPolicy(policy graph.Value) expression {
	var fields []argument
	for _, f := range policy.Fields() {
		allowed := static{typeName{"aws-sns", "SubscriptionFilter"}, "stringFilter", []expression{
			*props(typeName{"aws-sns", "StringConditions"}).with("allowlist", literal(f.Value)).done()}}
		fields = append(fields, argument{Name: f.Name, Value: static{typeName{"aws-sns", "FilterOrPolicy"}, "filter", []expression{allowed}}})
	}
	return dict{fields}
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// claim is what must hold of a template whatever is changed later: all resources of a type have these properties, or
// so many of them do.
type claim struct {
	name       string // words, the first one small
	stage      string
	resource   string // type
	attributes bool   // want is about the resource as a whole, not about its properties
	count      int    // how many have it; 0 is all
	want       dict
}

// anyValue is a value that must be there, whatever it is.
type anyValue struct{}

// matching is a text that a pattern describes.
type matching string

// claims follow from what the stack has.
func claims(g *graph.Graph) []claim {
	var out []claim
	work := 0
	for _, q := range g.OfKind(graph.Queue) {
		if len(g.Out(q, graph.FailsTo)) > 0 {
			work++
		}
	}
	one := func(name string, v expression) dict { return dict{[]argument{{Name: name, Value: v}}} }
	if work > 0 {
		out = append(out, claim{name: "every work queue has a dead letter queue", stage: "prod", resource: "AWS::SQS::Queue", count: work, want: one("RedrivePolicy", anyValue{})})
	}
	if polled(g) {
		out = append(out, claim{name: "a failed message does not bring its whole batch back", stage: "prod", resource: "AWS::Lambda::EventSourceMapping",
			want: one("FunctionResponseTypes", list{Items: []expression{text("ReportBatchItemFailures")}})})
	}
	if len(g.OfKind(graph.Table)) > 0 {
		const table = "AWS::DynamoDB::GlobalTable"
		out = append(out,
			claim{name: "production keeps its data", stage: "prod", resource: table, attributes: true, want: one("DeletionPolicy", text("Retain"))},
			claim{name: "a trial stage deletes its data", stage: "dev", resource: table, attributes: true, want: one("DeletionPolicy", text("Delete"))})
	}
	if len(g.OfKind(graph.Alarm)) > 0 {
		out = append(out, claim{name: "every alarm tells somebody", stage: "prod", resource: "AWS::CloudWatch::Alarm",
			want: one("AlarmActions", list{Items: []expression{one("Ref", matching("^AlarmTopic"))}})})
	}
	if len(out) == 0 {
		out = append(out, claim{name: "every function is traced", stage: "prod", resource: "AWS::Lambda::Function", want: one("TracingConfig", one("Mode", text("Active")))})
	}
	return out
}

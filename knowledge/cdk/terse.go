package cdk

import (
	"reflect"
	"slices"
)

// What a snippet leaves unsaid: its reader pays for each word.

// implied are settings that the library or the service has by itself. Projects say them, so that nobody has to know.
// Source: the @default of each in aws-cdk-lib 2.276.0, checked 2026-11-30.
var implied = map[string]expression{
	"aws-apigatewayv2.HttpStageOptions.stageName":            text("$default"),
	"aws-cloudwatch.AlarmProps.comparisonOperator":           member{typeName{"aws-cloudwatch", "ComparisonOperator"}, "GREATER_THAN_OR_EQUAL_TO_THRESHOLD"},
	"aws-dynamodb.TablePropsV2.billing":                      static{typeName{"aws-dynamodb", "Billing"}, "onDemand", nil},
	"aws-dynamodb.TablePropsV2.removalPolicy":                retain,
	"aws-lambda.EventInvokeConfigOptions.retryAttempts":      whole(2),
	"aws-lambda-event-sources.SqsEventSourceProps.batchSize": whole(10),
	"aws-s3.BucketProps.removalPolicy":                       retain,
	"aws-sqs.QueueProps.retentionPeriod":                     seconds(345600),
}

// brief are comments in a snippet's words.
var brief = map[string]string{
	"Subscribe the team's mail address or chat to this topic: all alarms go there.":                "All alarms go here: subscribe your team.",
	"What was done already: events come at least once, and a second delivery must change nothing.": "What was done already: events may come twice.",
	"The contracts of the events: what publishers promise and consumers check.":                    "What publishers promise and consumers check.",
	"protects what the function writes to; the rest waits in the queue":                            "protects what it writes to; the rest waits",
	"only the failed messages of a batch come back":                                                "only failed messages come back",
}

// comments says each comment of a snippet once, briefly.
type comments map[string]bool

func (said comments) once(comment string) string {
	if said[comment] {
		return ""
	}
	said[comment] = true
	if short, ok := brief[comment]; ok {
		return short
	}
	return comment
}

// terse takes out of a snippet the settings that are implied, and comments that stand above already.
func terse(p *program) {
	said := comments{}
	change := func(x any) any {
		switch x := x.(type) {
		case object:
			var fields []argument
			for _, f := range x.Fields {
				if v, ok := implied[x.Type.full()+"."+f.Name]; !ok || !reflect.DeepEqual(v, f.Value) {
					f.Comment = said.once(f.Comment)
					fields = append(fields, f)
				}
			}
			x.Fields = fields
			return x
		case let:
			x.Comment = said.once(x.Comment)
			return x
		}
		return x
	}
	for i, s := range p.Body {
		p.Body[i] = changed(s, change)
	}
	for i, h := range p.Helpers {
		p.Helpers[i] = changed(h, change).(function)
	}
}

// impliedProperties are those of a template's resources that the service has by itself. Source: the default of each in the
// CloudFormation resource reference, checked 2026-11-30.
var impliedProperties = map[string]tree{
	"AWS::Lambda::EventSourceMapping.BatchSize":           "10",
	"AWS::SQS::Queue.MessageRetentionPeriod":              "345600",
	"AWS::Lambda::EventInvokeConfig.MaximumRetryAttempts": "2",
}

// terse takes out of a snippet what is implied, and comments that stand above already.
func (c *composer) terse() {
	said := comments{}
	for _, r := range c.t.Resources {
		r.Comment = said.once(r.Comment)
		var kept mapping
		for _, p := range r.Properties {
			s, _ := inline(p.Value)
			if v, ok := impliedProperties[r.Type+"."+p.Name]; !ok || v != s || p.Name == "BatchSize" && readsStreamOf(r) {
				p.Comment = said.once(p.Comment)
				kept = append(kept, p)
			}
		}
		r.Properties = kept
	}
}

// readsStreamOf tells whether a mapping reads a stream: its batches are larger by themselves.
func readsStreamOf(mapping *resource) bool {
	return slices.ContainsFunc(mapping.Properties, func(p item) bool { return p.Name == "StartingPosition" })
}

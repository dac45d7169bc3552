package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tsStackTest writes the test of the stack: what must hold whatever is changed later, and cdk-nag's rules.
func tsStackTest(g *graph.Graph, p *program, o Options) string {
	ts := newTSPrinter(p, true)
	var fields []string
	for _, q := range p.Props {
		if q.Name == "stage" {
			fields = append(fields, "stage")
			continue
		}
		laid := layout(cat(txt(q.Name+": "), ts.expr(q.Value)), tsWidth-len("    ,"), "  ")
		fields = append(fields, strings.ReplaceAll(laid, "\n", "\n    "))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { context } from '../cdk.json';
import { %[1]sStack } from '../lib/%[2]s-stack';

const make = (stage: string) => {
  // The handlers are not bundled here: the template is the same, and the test is fast.
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const stack = new %[1]sStack(app, '%[1]s', {
`, p.Stack, o.Name)
	for _, f := range fields {
		b.WriteString("    " + f + ",\n")
	}
	b.WriteString("  });\n  return { app, stack, template: Template.fromStack(stack) };\n};\n")
	b.WriteString(stackClaims(g))
	b.WriteString(`
test('cdk-nag finds nothing that is not explained', () => {
  const { app } = make('prod');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  assert.doesNotThrow(() => app.synth({ force: true }));
});
`)
	text := b.String()
	if !strings.Contains(text, "Match.") {
		text = strings.Replace(text, "import { Match, Template }", "import { Template }", 1)
	}
	return text
}

// stackClaims are the tests that follow from what the stack has.
func stackClaims(g *graph.Graph) string {
	var b strings.Builder
	work := 0
	for _, q := range g.OfKind(graph.Queue) {
		if len(g.Out(q, graph.FailsTo)) > 0 {
			work++
		}
	}
	if work > 0 {
		b.WriteString(`
test('every work queue has a dead-letter queue', () => {
  const queues = Object.values(make('prod').template.findResources('AWS::SQS::Queue'));
  const targets = queues.filter((queue) => queue.Properties.RedrivePolicy);
`)
		fmt.Fprintf(&b, "  assert.equal(targets.length, %d);\n});\n", work)
	}
	if polled(g) {
		b.WriteString(`
test('a failed message does not bring its whole batch back', () => {
  make('prod').template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});
`)
	}
	if len(g.OfKind(graph.Table)) > 0 {
		b.WriteString(`
test('production keeps its data, a trial stage does not', () => {
  make('prod').template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
  make('dev').template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
});

test('every table can be restored to any second of the last days', () => {
  make('prod').template.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: Match.arrayWith([
      Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
    ]),
  });
});
`)
	}
	if len(g.OfKind(graph.Alarm)) > 0 {
		b.WriteString(`
test('every alarm tells somebody', () => {
  make('prod').template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlarmTopic') }],
  });
});
`)
	}
	return b.String()
}

// polled tells whether functions read queues, and all that read say which part of a batch failed.
func polled(g *graph.Graph) bool {
	queues := false
	for _, e := range g.OfEdge(graph.Polls) {
		if e.To.Kind == graph.Function && !reportsItems(e) {
			return false
		}
		queues = queues || e.From.Kind == graph.Queue && e.To.Kind == graph.Function
	}
	return queues
}

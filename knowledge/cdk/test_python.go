package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

const pyTestHead = `import json
from pathlib import Path

from aws_cdk import App, Validations
from aws_cdk.assertions import Match, Template
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infrastructure.stack import %[1]sStack

CONTEXT = json.loads((Path(__file__).parent.parent / "cdk.json").read_text())["context"]


def make(stage: str) -> tuple[App, %[1]sStack]:
    # The handlers are not bundled here: the template is the same, and the test is fast.
    app = App(context={**CONTEXT, "aws:cdk:bundling-stacks": []})
    return app, %[1]sStack%[2]s


def template(stage: str) -> Template:
    return Template.from_stack(make(stage)[1])
`

// pyStackTest writes the test of the stack: what must hold whatever is changed later, and cdk-nag's rules.
func pyStackTest(g *graph.Graph, p *program) string {
	py := newPyPrinter(p, true)
	args := append([]doc{txt("app"), txt(pyString(p.Stack))}, py.stackFields(p)...)
	made := layout(nest(py.call(args, true)), pyWidth, "    ")
	if len(args) == 3 {
		made = layout(cat(args[0], txt(", "), args[1], txt(", "), args[2]), 1000, "")
		if len("    return app, "+p.Stack+"Stack()"+made) > pyWidth {
			made = "\n        " + made + "\n    "
		}
		made = "(" + made + ")"
	}
	text := fmt.Sprintf(pyTestHead, p.Stack, made) + pyStackClaims(g) + `

def test_cdk_nag_finds_nothing_that_is_not_explained() -> None:
    app, _ = make("prod")
    Validations.of(app).add_plugins(AwsSolutionsChecks(), ServerlessChecks())
    app.synth(force=True)  # raises where a finding is left
`
	if !strings.Contains(text, "Match.") {
		text = strings.Replace(text, "import Match, Template", "import Template", 1)
	}
	return text
}

// pyStackClaims are the tests that follow from what the stack has.
func pyStackClaims(g *graph.Graph) string {
	var b strings.Builder
	work := 0
	for _, q := range g.OfKind(graph.Queue) {
		if len(g.Out(q, graph.FailsTo)) > 0 {
			work++
		}
	}
	if work > 0 {
		fmt.Fprintf(&b, `

def test_every_work_queue_has_a_dead_letter_queue() -> None:
    queues = template("prod").find_resources("AWS::SQS::Queue").values()
    assert sum("RedrivePolicy" in q["Properties"] for q in queues) == %d
`, work)
	}
	if polled(g) {
		b.WriteString(`

def test_a_failed_message_does_not_bring_its_whole_batch_back() -> None:
    template("prod").all_resources_properties(
        "AWS::Lambda::EventSourceMapping",
        {"FunctionResponseTypes": ["ReportBatchItemFailures"]},
    )
`)
	}
	if len(g.OfKind(graph.Table)) > 0 {
		b.WriteString(`

def test_production_keeps_its_data_and_a_trial_stage_does_not() -> None:
    table = "AWS::DynamoDB::GlobalTable"
    template("prod").all_resources(table, {"DeletionPolicy": "Retain"})
    template("dev").all_resources(table, {"DeletionPolicy": "Delete"})
`)
	}
	if len(g.OfKind(graph.Alarm)) > 0 {
		b.WriteString(`

def test_every_alarm_tells_somebody() -> None:
    template("prod").all_resources_properties(
        "AWS::CloudWatch::Alarm",
        {"AlarmActions": [{"Ref": Match.string_like_regexp("^AlarmTopic")}]},
    )
`)
	}
	return b.String()
}

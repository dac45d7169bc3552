package cdk

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// pyStandIn is the module that takes the place of AWS in the tests of Python handlers.
//
//go:embed python_stand_in.py
var pyStandIn string

const pyConftest = `import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from stand_in import Aws, Context

os.environ.update(
    {
%s    }
)


@pytest.fixture
def aws() -> Iterator[Aws]:
    stand_in = Aws()

    def call(client: BaseClient, *args: Any) -> dict[str, Any]:
        return stand_in.call(client, *args)

    with patch.object(BaseClient, "_make_api_call", call):
        yield stand_in


@pytest.fixture
def context() -> Context:
    return Context()
`

// pyTestSettings writes the environment that the handlers are tested in.
func pyTestSettings(handlers []*pyHandler) string {
	values := map[string]string{
		"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "POWERTOOLS_TRACE_DISABLED": "true",
	}
	for _, h := range handlers {
		for _, c := range h.constants {
			name, _, _ := strings.Cut(c, " = ")
			values[name] = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
		}
		if h.memory != nil {
			values[envName(h.memory)] = "idempotency"
		}
	}
	var b strings.Builder
	for _, name := range sortedKeys(values) {
		fmt.Fprintf(&b, "        %s: %s,\n", pyString(name), pyString(values[name]))
	}
	return fmt.Sprintf(pyConftest, b.String())
}

// pyTest writes the unit test of one handler.
type pyTest struct {
	*pyHandler
	imports pyImports
	blocks  []string
}

// pyTests write the test of a handler by its trigger.
var pyTests = map[trigger]func(*pyTest){
	triggerHTTP:  (*pyTest).api,
	triggerREST:  (*pyTest).api,
	triggerQueue: (*pyTest).queue,
}

func (h *pyHandler) test() string {
	t := &pyTest{pyHandler: h, imports: pyImports{}}
	t.imports.add("handlers."+h.pyModule(), "handler")
	t.imports.add("stand_in", "Aws", "Context")
	pyTests[h.trigger](t)
	return t.imports.text() + "\n" + strings.Join(t.blocks, "\n\n\n") + "\n"
}

func (t *pyTest) block(lines ...string) { t.blocks = append(t.blocks, strings.Join(lines, "\n")) }

// claim adds a test, named by what it claims.
func (t *pyTest) claim(name string, lines ...string) {
	t.block(append([]string{t.head("test_"+strings.NewReplacer(" ", "_", ",", "").Replace(name), "None", "aws: Aws", "context: Context")}, lines...)...)
}

// example spells a piece of work as a mapping, with the given name.
func (t *pyTest) example(id string) string {
	var fields []string
	for i, f := range t.fields {
		value := `"x"`
		switch {
		case f.typ == "number" || f.typ == "integer":
			value = "1"
		case f.typ == "boolean":
			value = "True"
		case i == 0:
			value = pyString(id)
		}
		fields = append(fields, pyString(f.name)+": "+value)
	}
	return layout((&pyPrinter{}).bracket("{", docsOf(fields), "}", false), 1000, "")
}

func docsOf(items []string) []doc {
	var out []doc
	for _, it := range items {
		out = append(out, txt(it))
	}
	return out
}

// pyOperations are the calls by which work is passed on.
var pyOperations = map[graph.Kind]string{
	graph.Queue: "SendMessage",
	graph.Table: "PutItem",
}

// passed says which call shows that the work was passed on, and how often one piece of work makes it.
func (t *pyTest) passed() (operation string, times int) {
	for _, n := range t.writes {
		if n.Kind == t.writes[0].Kind {
			operation = pyOperations[n.Kind]
			times++
		}
	}
	return operation, times
}

// counted spells the claim that so many pieces of work were passed on; nothing where the handler passes nothing on.
func (t *pyTest) counted(pieces int) []string {
	operation, times := t.passed()
	if operation == "" {
		return nil
	}
	return []string{fmt.Sprintf("    assert len(aws.made(%s)) == %d", pyString(operation), pieces*times)}
}

func (t *pyTest) queue() {
	t.imports.add("json")
	t.imports.add("typing", "Any")
	body := "json.dumps(" + t.example("a") + ")"
	switch t.envelope {
	case "event":
		body = `json.dumps({"detail": ` + t.example("a") + "})"
	case "topic":
		body = `json.dumps({"Message": json.dumps(` + t.example("a") + ")})"
	}
	record := `    return {"messageId": message_id, "body": body, "eventSource": "aws:sqs"}`
	name, pieces := "a bad message comes back alone", 2
	if t.memory != nil {
		name, pieces = "a second delivery changes nothing, and a bad message comes back alone", 1
	}
	lines := []string{"    good = " + body,
		`    records = [record("1", good), record("2", good), record("3", "not json")]`,
		`    answer = handler({"Records": records}, context)`,
		`    assert answer == {"batchItemFailures": [{"itemIdentifier": "3"}]}`}
	t.block(t.head("record", "dict[str, Any]", "message_id: str", "body: str"), record)
	t.claim(name, append(lines, t.counted(pieces)...)...)
}

func (t *pyTest) api() {
	t.imports.add("typing", "Any")
	t.imports.add("json")
	t.imports.add("pytest")
	t.request(t.routes[0])
	t.claim("a valid request is passed on", append([]string{"    answer = handler(request(json.dumps(" + t.example("a") + ")), context)",
		`    assert answer["statusCode"] == 202`}, t.counted(1)...)...)
	t.block(`@pytest.mark.parametrize("body", ["not json", "{}"])`, t.head("test_what_breaks_the_contract_is_refused", "None", "body: str", "aws: Aws", "context: Context"),
		"    answer = handler(request(body), context)", `    assert answer["statusCode"] == 400`, "    assert aws.calls == []")
}

// request declares what API Gateway hands over for a route.
func (t *pyTest) request(r route) {
	t.block(t.head("request", "dict[str, Any]", "body: str"),
		"    http = {\"method\": "+pyString(r.method)+", \"path\": "+pyString(r.path)+"}",
		"    return {",
		`        "version": "2.0",`,
		"        \"rawPath\": "+pyString(r.path)+",",
		`        "headers": {},`,
		`        "body": body,`,
		`        "isBase64Encoded": False,`,
		`        "requestContext": {"http": http, "stage": "$default"},`,
		"    }")
}

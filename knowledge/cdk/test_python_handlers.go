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
import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from stand_in import Aws, Context

# What Python compiles stays out of the folder that functions get.
sys.dont_write_bytecode = True
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
			if !strings.Contains(c, "os.environ") {
				continue
			}
			values[name] = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
			if strings.HasSuffix(name, "_URL") {
				values[name] = "https://" + values[name] + ".example.com"
			}
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
	triggerHTTP:    (*pyTest).api,
	triggerREST:    (*pyTest).api,
	triggerQueue:   (*pyTest).queue,
	triggerEvent:   (*pyTest).event,
	triggerTopic:   (*pyTest).event,
	triggerStream:  (*pyTest).stream,
	triggerTable:   (*pyTest).stream,
	triggerSocket:  (*pyTest).socket,
	triggerObjects: (*pyTest).objects,
	triggerEnrich:  (*pyTest).enrich,
	triggerPlain:   (*pyTest).given,
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

// rejected adds a test that the handler raises what it cannot read.
func (t *pyTest) rejected(name, event string) {
	t.imports.add("pydantic", "ValidationError")
	t.imports.add("pytest")
	t.claim(name, "    with pytest.raises(ValidationError):", "        handler("+event+", context)", "    assert aws.calls == []")
}

// example spells a piece of work as a mapping, with the given name; id is spelled in Python.
func (t *pyTest) example(id string) string {
	if t.object {
		return `{"bucket": {"name": "b"}, "object": {"key": ` + id + `, "etag": "e"}}`
	}
	var fields []string
	for i, f := range t.fields {
		value := `"x"`
		switch {
		case f.typ == "number" || f.typ == "integer":
			value = "1"
		case f.typ == "boolean":
			value = "True"
		case f.typ == dueType:
			value = `"2100-01-01T08:00:00Z"`
		case i == 0:
			value = id
		}
		fields = append(fields, pyString(f.name)+": "+value)
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// good spells the assignment of an example to a name.
func (t *pyTest) good(indent, name string) string {
	return pyLine(indent + name + " = " + t.example(`"a"`))
}

// docsOf makes texts of items.
func docsOf(items []string) []doc {
	var out []doc
	for _, it := range items {
		out = append(out, txt(it))
	}
	return out
}

// pyOperations are the calls by which work is passed on.
var pyOperations = map[graph.Kind]string{
	graph.Queue:         "SendMessage",
	graph.Topic:         "Publish",
	graph.StateMachine:  "StartExecution",
	graph.Bucket:        "PutObject",
	graph.Stream:        "PutRecord",
	graph.WebSocketAPI:  "PostToConnection",
	graph.ScheduleGroup: "CreateSchedule",
	graph.EventBus:      "PutEvents",
	graph.Table:         "PutItem",
}

// passed says which call shows that the work was passed on, and how often one piece of work makes it.
func (t *pyTest) passed() (operation string, times int) {
	for _, n := range t.writes {
		if n.Kind == t.writes[0].Kind {
			operation = pyOperations[n.Kind]
			times++
		}
	}
	if t.undoes && operation == pyOperations[graph.Table] {
		operation = "DeleteItem"
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

// answers spells what AWS has to answer for the handler to do its work.
func (t *pyTest) answers() []string {
	var out []string
	switch {
	case t.collects != nil:
		t.imports.add("io", "BytesIO")
		out = append(out, `    aws.answers["GetObject"] = lambda _: {"Body": BytesIO(b'{"n": 1.5}')}`)
	case t.readsBucketOf() != "":
		out = append(out, `    aws.answers["GetObject"] = {"ContentLength": 1}`)
	}
	if t.writesKind(graph.WebSocketAPI) {
		out = append(out, `    aws.answers["Scan"] = {"Items": [{`+pyString(tableKey(t.connectionTable(), "HASH"))+`: "c"}]}`)
	}
	return out
}

// once is how often one piece of work is done that comes twice.
func (w work) once() int {
	if w.memory != nil {
		return 1
	}
	return 2
}

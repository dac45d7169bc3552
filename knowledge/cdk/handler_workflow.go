package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Types of fields that name executions: letters, digits, dashes and underscores, at most 80 of them (facts:
// sfn.name_chars). A name may have other signs, but then the execution writes no logs. Source: Step Functions API
// reference, StartExecution, name, checked 2026-11-30.
const (
	executionName = "executionName"
	executionHalf = "executionHalf" // of two fields with two dashes between them
)

// asStarter narrows the fields that name the executions of a workflow which the handler starts.
func (w *work) asStarter() {
	if !w.namesExecutions() {
		return
	}
	for i, f := range w.fields {
		switch {
		case f.typ != "string":
		case w.second == "" && f.name == w.key:
			w.fields[i].typ = executionName
		case w.second != "" && (f.name == w.key || f.name == w.second):
			w.fields[i].typ = executionHalf
		}
	}
}

// namesExecutions tells whether the handler starts workflows whose executions are named after the work: a second
// start of the same then does nothing. Keys of objects have signs that names must not have, and what comes out of a
// stream has the same key with every change: those executions get names from Step Functions.
func (w work) namesExecutions() bool {
	if w.object || w.trigger == triggerStream || w.trigger == triggerTable {
		return false
	}
	for _, n := range w.writes {
		if n.Kind == graph.StateMachine {
			return true
		}
	}
	return false
}

// executionName names the execution that the work starts.
func (h *tsHandler) executionName() string {
	switch {
	case !h.namesExecutions():
		return ""
	case h.second != "":
		return "name: `${work" + tsAccess(h.key) + "}--${work" + tsAccess(h.second) + "}`"
	}
	for _, f := range h.fields {
		if f.name == h.key && f.jsonType() == "string" {
			return "name: work" + tsAccess(h.key)
		}
	}
	return "name: String(work" + tsAccess(h.key) + ")"
}

// executionName names the execution that the work starts.
func (h *pyHandler) executionName() string {
	switch {
	case !h.namesExecutions():
		return ""
	case h.second != "":
		return `name=f"{` + h.spelt(h.key) + `}--{` + h.spelt(h.second) + `}"`
	}
	return "name=" + h.spelt(h.key)
}

// takenBack says what undoing means, as a comment of a language.
func takenBack(sign string) string {
	return sign + " Done twice, or where the step was never done, it changes nothing."
}

// takenBackKey spells the key of the item that a step wrote and its undoing deletes.
func takenBackKey(table *graph.Node, spell func(name string) string) []string {
	var out []string
	for _, typ := range []string{"HASH", "RANGE"} {
		if name := tableKey(table, typ); name != "" {
			out = append(out, spell(name))
		}
	}
	return out
}

// takeBack deletes the item that an earlier step wrote.
func (h *tsHandler) takeBack(indent string, table *graph.Node) {
	h.use("@aws-sdk/lib-dynamodb", "DeleteCommand")
	h.printf("%s%s\n", indent, takenBack("//"))
	key := takenBackKey(table, tsShort)
	h.command(indent, "table", "DeleteCommand", "TableName: process.env."+envName(table), "Key: { "+strings.Join(key, ", ")+" }")
}

// undoes tells whether the function takes back what an earlier step of a workflow did.
func undoes(g *graph.Graph, fn *graph.Node) bool {
	for _, e := range g.In(fn, graph.Invokes) {
		for _, s := range e.From.Setting("steps").Each() {
			if spelled(s.Get("undo")) == fn.ID {
				return true
			}
		}
	}
	return false
}

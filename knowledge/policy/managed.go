package policy

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// managedTable holds AWS's managed policies: name, version, day of the last change and document, a line each.
// .ci/managed_policies.py writes it; what it leaves out (documents above 4,000 bytes) is not known.
//
//go:embed managed.tsv
var managedTable string

// managed finds the document of a policy by its name.
var managed = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for line := range strings.Lines(managedTable) {
		columns := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		table[columns[0]] = columns[3]
	}
	return table
})

// Managed returns the statements of an AWS managed policy, named by its ARN or plain name. known is false for
// policies that are not in the table.
func Managed(arn string, at *graph.Evidence, via *graph.Resource) (statements []graph.Statement, known bool) {
	name := arn[strings.LastIndex(arn, "/")+1:]
	if strings.Contains(arn, ":") && !strings.Contains(arn, ":iam::aws:") {
		return nil, false
	}
	document, known := decoded.Load(name)
	if !known {
		text, ok := managed()[name]
		if !ok {
			return nil, false
		}
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			panic("managed policy " + name + ": " + err.Error()) // our own table: a test reads every line
		}
		decoded.Store(name, document)
	}
	return Parse(plainValue(document, at), via, "managed "+arn), true
}

// decoded holds the documents that were asked for: the same few policies hang on most roles, in every scenario.
var decoded sync.Map

// plainValue gives decoded JSON as a Value whose every part stands at one place: where the policy is named.
func plainValue(v any, at *graph.Evidence) graph.Value {
	switch v := v.(type) {
	case string:
		return graph.NewString(at, v)
	case bool:
		return graph.NewBool(at, v)
	case []any:
		items := make([]graph.Value, len(v))
		for i, item := range v {
			items[i] = plainValue(item, at)
		}
		return graph.NewList(at, items...)
	case map[string]any:
		fields := make([]graph.Field, 0, len(v))
		for name, item := range v {
			fields = append(fields, graph.Field{Name: name, Value: plainValue(item, at)})
		}
		slices.SortFunc(fields, func(a, b graph.Field) int { return strings.Compare(a.Name, b.Name) })
		return graph.NewMap(at, fields...)
	}
	return graph.NewNull(at)
}

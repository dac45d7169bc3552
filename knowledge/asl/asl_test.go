package asl_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/asl"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func lit(s string) graph.Part     { return graph.Part{Literal: s} }
func ref(id, a string) graph.Part { return graph.Part{Ref: &graph.Ref{Resource: id, Attribute: a}} }

func names(w *graph.Workflow) []string {
	var out []string
	for _, s := range w.States {
		out = append(out, s.Parent+"/"+s.Name)
	}
	return out
}

func TestParseKeepsReferencesInsideJSONText(t *testing.T) {
	w := asl.Parse(graph.NewText(nil,
		lit(`{"StartAt":"A","TimeoutSeconds":60,"States":{"A":{"Type":"Task","Resource":"arn:`), lit("aws"),
		lit(`:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"`), ref("Fn", "Arn"),
		lit(`:live","Payload":{"q":"a \"quoted\" \u00e9"}},"End":true}}}`)))
	require.Empty(t, w.Unknown)
	require.Equal(t, "A", w.StartAt)
	n, _ := w.Timeout.Int()
	require.Equal(t, 60, n)
	s := w.States[0]
	require.Equal(t, asl.WaitForTaskToken, s.Pattern)
	require.Equal(t, []graph.Ref{{Resource: "Fn", Attribute: "Arn"}}, asl.Argument(s, "FunctionName").Refs())
	require.Equal(t, "${Fn.Arn}:live", asl.Argument(s, "FunctionName").String())
	require.Equal(t, `a "quoted" é`, asl.Argument(s, "Payload").Get("q").String())
}

func TestParseFlattensNestedStates(t *testing.T) {
	w := asl.Parse(graph.NewString(nil, `{"StartAt":"M","QueryLanguage":"JSONata","States":{
	 "M":{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"States":{"In":{"Type":"Parallel","Branches":[{"States":{"B1":{"Type":"Pass"}}},{"States":{"B2":{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask.sync","Arguments":{"TaskDefinition":"x"}}}}]}}},"Next":"Old"},
	 "Old":{"Type":"Map","Iterator":{"States":{"I":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111122223333:function:f"}}},"End":true}}}`))
	require.Equal(t, []string{"/M", "M/In", "In/B1", "In/B2", "/Old", "Old/I"}, names(w))
	require.True(t, w.JSONata)
	require.Equal(t, asl.Sync, w.States[3].Pattern)
	require.Equal(t, "x", asl.Argument(w.States[3], "TaskDefinition").String())
	require.Equal(t, asl.RequestResponse, w.States[5].Pattern)
}

func TestParseSaysWhyADefinitionIsMissing(t *testing.T) {
	for _, c := range []struct {
		v    graph.Value
		want string
	}{
		{graph.Value{}, "no definition is written"},
		{graph.NewUnknown(nil, "it is in a.json, which is not here"), "it is in a.json, which is not here"},
		{graph.NewString(nil, `{"StartAt":`), "the definition is not valid JSON"},
		{graph.NewString(nil, `{} x`), "the definition is not valid JSON"},
		{graph.NewText(nil, lit(`{"States":`), graph.Part{Unknown: "parameter P has no default"}, lit(`!`)), "parameter P has no default"},
		{graph.NewString(nil, strings.Repeat("[", 5000)), "the definition is nested too deeply"},
	} {
		w := asl.Parse(c.v)
		require.Equal(t, c.want, w.Unknown)
		require.Empty(t, w.States)
	}
}

func TestSubstituteReplacesNamesInTextAndInMappings(t *testing.T) {
	by := graph.NewMap(nil, graph.Field{Name: "Fn", Value: graph.NewRef(nil, "Worker", "Arn")}, graph.Field{Name: "N", Value: graph.NewInt(nil, 5)})
	got := asl.Substitute(graph.NewString(nil, `{"States":{"A":{"Type":"Task","Resource":"${Fn}:live","Comment":"${Other}","TimeoutSeconds":${N}}}}`), by)
	w := asl.Parse(got)
	require.Empty(t, w.Unknown)
	require.Equal(t, "${Worker.Arn}:live", w.States[0].Resource.String())
	require.Equal(t, "${Other}", w.States[0].Definition.Get("Comment").String())
	n, ok := w.States[0].Definition.Get("TimeoutSeconds").Int()
	require.True(t, ok)
	require.Equal(t, 5, n)
	inline := asl.Substitute(graph.NewMap(nil, graph.Field{Name: "Resource", Value: graph.NewString(nil, "${Fn}")}), by)
	require.Equal(t, []graph.Ref{{Resource: "Worker", Attribute: "Arn"}}, inline.Refs())
}

func FuzzParse(f *testing.F) {
	f.Add(`{"StartAt":"A","States":{"A":{"Type":"Map","ItemProcessor":{"States":{}}}}}`)
	f.Add(`{"States":{"A":{"Type":"Task","Resource":"\u12"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		w := asl.Parse(graph.NewText(nil, lit(text), ref("X", ""), graph.Part{Unknown: "why"}, lit(text)))
		if w == nil {
			t.Fatal("no workflow")
		}
		asl.Parse(graph.NewString(nil, text))
	})
}

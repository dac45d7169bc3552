package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func TestGivenAreOpenValuesAndThoseOfParameters(t *testing.T) {
	at := &graph.Evidence{From: &graph.Given{Name: "Stage"}}
	open := graph.NewUnknown(nil, "parameter Key has no default")
	r := &graph.Resource{ID: "A", Properties: graph.NewMap(nil,
		graph.Field{Name: "Name", Value: graph.NewString(nil, "orders")},
		graph.Field{Name: "Stage", Value: graph.NewString(at, "prod")},
		graph.Field{Name: "Keys", Value: graph.NewList(nil, graph.NewString(nil, "k"), open)},
		graph.Field{Name: "Url", Value: graph.NewText(nil, graph.Part{Literal: "https://"}, graph.Part{Unknown: "import host"})},
		graph.Field{Name: "Arn", Value: graph.NewRef(nil, "B", "Arn")})}
	var names []string
	for _, f := range (&graph.Graph{Resources: []*graph.Resource{r}}).Given(r) {
		names = append(names, f.Name+"="+f.Value.String())
	}
	assert.Equal(t, []string{"Stage=prod", "Keys=" + open.String(), "Url=https://${?}"}, names)
}

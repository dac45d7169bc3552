package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// A setting is the property of the same name with a large first letter; of two entries of one name the later wins.
func TestSettingReadsThePropertyOfItsName(t *testing.T) {
	field := func(name, value string) graph.Field {
		return graph.Field{Name: name, Value: graph.NewString(nil, value)}
	}
	inner := graph.NewMap(nil, field("maxReceiveCount", "small"), field("Other", "large"))
	n := &graph.Node{Resource: &graph.Resource{Properties: graph.NewMap(nil,
		field("name", "small"), field("Name", "first"), field("Name", "last"), field("1st", "digit"), field("Naming", "longer"),
		graph.Field{Name: "RedrivePolicy", Value: inner})}}
	for _, c := range []struct {
		path []string
		want string
	}{
		{[]string{"name"}, "last"},
		{[]string{"Name"}, "last"},
		{[]string{"1st"}, "digit"},
		{[]string{"redrivePolicy", "maxReceiveCount"}, "small"},
		{[]string{"redrivePolicy", "other"}, "large"},
		{[]string{"nam"}, ""},
		{[]string{"redrivePolicy", "absent"}, ""},
	} {
		got, _ := n.Setting(c.path...).Str()
		require.Equal(t, c.want, got, c.path)
	}
}

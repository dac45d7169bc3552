package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func TestConditionsAroundAPlaceAreToldFromThoseBesideIt(t *testing.T) {
	d := graph.Deciders{}
	d.Add("a.yaml", "/Resources/Q", "HasQueue")
	d.Add("a.yaml", "/Resources/Q/Properties/DelaySeconds/Fn::If", "IsSlow")
	d.Add("a.yaml", "/Resources/Q/Properties/VisibilityTimeout/Fn::If", "IsProd")
	d.Add("b.yaml", "/Resources/Q", "Other")
	around, beside := d.Of(graph.Evidence{File: "a.yaml", Path: "/Resources/Q/Properties/VisibilityTimeout/Fn::If/1"})
	assert.Equal(t, []string{"IsProd", "HasQueue"}, around)
	assert.Equal(t, []string{"IsSlow"}, beside)
	around, beside = d.Of(graph.Evidence{File: "a.yaml", Path: "/Resources/Q"})
	assert.Equal(t, []string{"HasQueue"}, around)
	assert.Equal(t, []string{"IsSlow", "IsProd"}, beside)
	around, beside = d.Of(graph.Evidence{File: "a.yaml", Path: "/Resources/R"})
	assert.Empty(t, append(around, beside...))
}

package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func TestConditionsAroundAPlaceComeFirst(t *testing.T) {
	d := graph.Deciders{}
	d.Add("a.yaml", "/Resources/Q", "HasQueue")
	d.Add("a.yaml", "/Resources/Q/Properties/DelaySeconds/Fn::If", "IsSlow")
	d.Add("a.yaml", "/Resources/Q/Properties/VisibilityTimeout/Fn::If", "IsProd")
	d.Add("b.yaml", "/Resources/Q", "Other")
	assert.Equal(t, []string{"IsProd", "HasQueue", "IsSlow"}, d.Of(graph.Evidence{File: "a.yaml", Path: "/Resources/Q/Properties/VisibilityTimeout/Fn::If/1"}))
	assert.Equal(t, []string{"HasQueue", "IsSlow", "IsProd"}, d.Of(graph.Evidence{File: "a.yaml", Path: "/Resources/Q"}))
	assert.Empty(t, d.Of(graph.Evidence{File: "a.yaml", Path: "/Resources/R"}))
}

package patterns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

func TestEveryPatternBecomesAGraph(t *testing.T) {
	require.NotEmpty(t, patterns.All())
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err, p.Slug)
		assert.Equal(t, p.Slug, d.Name)
		assert.NotEmpty(t, d.Graph.Edges)
	}
}

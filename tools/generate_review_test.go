package tools_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

// What is generated comes with its own review. It must not accuse the design of lacking the policies that the
// generated code makes.
func TestPatternsPassTheirOwnReview(t *testing.T) {
	for _, p := range patterns.All() {
		out, err := (&tools.Workbench{}).GenerateCDK(context.Background(), tools.GenerateInput{Pattern: p.Slug})
		require.NoError(t, err, p.Slug)
		assert.False(t, out.Review.Fails(rules.Medium), "%s: %v", p.Slug, out.Review.Findings)
	}
}

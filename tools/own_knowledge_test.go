package tools_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

func TestOwnPagesAreSearchedBesideOursAndStandInForThem(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	page := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	page("queues.md", "---\nreplaces: [guides/eda/sqs-lambda]\n---\n# Queues at Example Ltd\n\n## Visibility timeout of our SQS queues {#visibility}\n\nOurs is ten times the function's timeout, after the outage of June. [^no] such footnote.\n")
	page("plain.md", "No heading, only a word: zarquon.\n")
	for i := range 50 {
		page(fmt.Sprintf("note-%d.md", i), fmt.Sprintf("# Note %d\n\n## Part\n\nSome text on topic %d.\n", i, i))
	}
	w := &tools.Workbench{CacheDir: cache, Knowledge: dir}
	found, err := w.SearchKnowledge(t.Context(), tools.SearchInput{Question: "visibility timeout sqs queues"})
	require.NoError(t, err)
	require.NotEmpty(t, found.Passages)
	assert.Equal(t, "own/queues#visibility", found.Passages[0].ID)
	assert.Contains(t, found.Markdown(), "(your own page)")
	ours := 0
	for _, p := range found.Passages[1:] {
		assert.NotContains(t, p.ID, "guides/eda/sqs-lambda#", "it was replaced")
		if p.Kind != "own" {
			ours++
		}
	}
	assert.NotZero(t, ours, "ours are still there")

	found, err = w.SearchKnowledge(t.Context(), tools.SearchInput{Question: "zarquon"})
	require.NoError(t, err)
	require.Len(t, found.Passages, 1)
	assert.Equal(t, "own/plain#top", found.Passages[0].ID)
	doc, err := w.ReadKnowledge(t.Context(), tools.ReadInput{ID: "own/queues"})
	require.NoError(t, err)
	assert.Equal(t, "Queues at Example Ltd", doc.Title)

	kept, err := filepath.Glob(filepath.Join(cache, "own-*"))
	require.NoError(t, err)
	assert.Len(t, kept, 1, "the index is kept")
	page("plain.md", "Now it is about gargle blasters.\n")
	again := &tools.Workbench{CacheDir: cache, Knowledge: dir}
	found, err = again.SearchKnowledge(t.Context(), tools.SearchInput{Question: "gargle blasters"})
	require.NoError(t, err)
	require.NotEmpty(t, found.Passages, "a change is seen")

	_, err = (&tools.Workbench{CacheDir: cache, Knowledge: filepath.Join(dir, "none")}).SearchKnowledge(t.Context(), tools.SearchInput{Question: "sqs"})
	require.ErrorContains(t, err, "none")
	assert.Equal(t, tools.InputWrong, tools.ClassOf(err))
}

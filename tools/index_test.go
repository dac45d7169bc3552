package tools_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

func TestKnowledgeOpensWhereNothingCanBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "not-a-folder")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	ix, err := tools.OpenKnowledge(t.Context(), filepath.Join(file, "below"))
	require.NoError(t, err)
	defer ix.Close()
	res, err := ix.Search(t.Context(), search.Query{Text: "visibility timeout"})
	require.NoError(t, err)
	assert.NotEmpty(t, res.Passages)
}

func TestWriteIndexReplacesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, tools.WriteIndex(t.Context(), dir))
	require.NoError(t, tools.WriteIndex(t.Context(), dir))
	entries, err := os.ReadDir(filepath.Join(dir, "corpus"))
	require.NoError(t, err)
	assert.NotEmpty(t, entries)
	content, err := os.ReadFile(filepath.Join(dir, "corpus", "content"))
	require.NoError(t, err)
	hash, err := search.NewCorpus(references.Files).ContentHash()
	require.NoError(t, err)
	assert.Equal(t, hash, string(content), "two versions of the program would share an unpacked index")
}

// The cache folder may hold a broken index, of a crash or of another program: knowledge opens all the same.
func TestKnowledgeSurvivesABrokenCache(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		ix, err := tools.OpenKnowledge(t.Context(), dir)
		require.NoError(t, err)
		require.NoError(t, ix.Close())
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, e.Name(), "store")))
		}
	}
	ix, err := tools.OpenKnowledge(t.Context(), dir)
	require.NoError(t, err)
	require.NoError(t, ix.Close())
}

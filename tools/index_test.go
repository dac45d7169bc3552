package tools_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// The cache folder may hold a broken index, of a crash or of another program: knowledge opens all the same, and the next
// program finds it whole.
func TestKnowledgeSurvivesABrokenCache(t *testing.T) {
	dir := t.TempDir()
	open := func() {
		ix, err := tools.OpenKnowledge(t.Context(), dir)
		require.NoError(t, err)
		res, err := ix.Search(t.Context(), search.Query{Text: "visibility timeout"})
		require.NoError(t, err)
		assert.NotEmpty(t, res.Passages)
		require.NoError(t, ix.Close())
	}
	open()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.zap"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	whole, err := os.ReadFile(files[0])
	require.NoError(t, err)
	for name, left := range map[string][]byte{"emptied": {}, "cut off": whole[:len(whole)/2], "its head": whole[:3], "another file": []byte(strings.Repeat("not an index\n", 100))} {
		require.NoError(t, os.WriteFile(files[0], left, 0o600), name)
		open()
		again, err := os.ReadFile(files[0])
		require.NoError(t, err)
		assert.Equal(t, len(whole), len(again), name)
	}
	require.NoError(t, os.Remove(files[0]))
	open()
	assert.FileExists(t, files[0])
}

// Each version of the program leaves megabytes in the cache: what nobody opened for long goes when a new index is made.
func TestIndexesOfFormerVersionsAreForgotten(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-100 * 24 * time.Hour)
	for _, name := range []string{"index-4-former", "own-4-former", "unpack-123", "of-somebody-else"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		require.NoError(t, os.Chtimes(filepath.Join(dir, name), old, old))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "index-5-of-another-program"), 0o700))

	pages := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(pages, "queues.md"), []byte("# Queues\n\nOurs are named by team.\n"), 0o600))
	open := func() {
		w := &tools.Workbench{CacheDir: dir, Knowledge: pages}
		_, err := w.SearchKnowledge(t.Context(), tools.SearchInput{Question: "how are queues named"})
		require.NoError(t, err)
	}
	open()
	kept, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	var names []string
	for _, k := range kept {
		names = append(names, filepath.Base(k))
	}
	assert.Contains(t, names, "of-somebody-else")
	assert.Contains(t, names, "index-5-of-another-program")
	assert.NotContains(t, names, "index-4-former")
	assert.NotContains(t, names, "own-4-former")
	assert.NotContains(t, names, "unpack-123")

	own, err := filepath.Glob(filepath.Join(dir, "own-*"))
	require.NoError(t, err)
	require.Len(t, own, 1)
	require.NoError(t, os.Chtimes(own[0], old, old))
	open()
	info, err := os.Stat(own[0])
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), info.ModTime(), time.Hour, "an index that is used must not be forgotten")
}

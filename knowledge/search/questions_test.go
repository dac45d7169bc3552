package search_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
)

// results is where the answers to the question sets are written, for score.py to judge.
var results = flag.String("results", "", "write the answers to the question sets into this folder")

const questionsFolder = "../../.ci/queries"

type question struct {
	ID    string `json:"id"`
	Style string `json:"style"`
	Query string `json:"query"`
}

// ours is the product's own corpus and its index, built once for all tests.
var ours = sync.OnceValues(func() (*search.Index, error) {
	return search.Memory(context.Background(), search.NewCorpus(references.Files))
})

func questionFiles(t testing.TB) []string {
	files, err := filepath.Glob(filepath.Join(questionsFolder, "*.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func readQuestions(t testing.TB, file string) []question {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var out []question
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var q question
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &q))
		out = append(out, q)
	}
	require.NoError(t, scanner.Err())
	return out
}

// TestEveryQuestionIsAnsweredWithinItsBudget asks every question of the sets. With -results it also writes what
// score.py reads; how good the answers are is judged there.
func TestEveryQuestionIsAnsweredWithinItsBudget(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	if *results != "" {
		writePassages(t, filepath.Join(*results, "passages.out"))
	}
	for _, file := range questionFiles(t) {
		var out *os.File
		if *results != "" {
			out, err = os.Create(filepath.Join(*results, filepath.Base(file)))
			require.NoError(t, err)
		}
		for _, q := range readQuestions(t, file) {
			start := time.Now()
			res, err := ix.Search(t.Context(), search.Query{Text: q.Query})
			took := time.Since(start)
			require.NoError(t, err, q.ID)
			require.LessOrEqual(t, res.Tokens, search.DefaultMaxTokens, q.ID)
			require.LessOrEqual(t, len(res.Passages), search.DefaultLimit, q.ID)
			if out == nil {
				continue
			}
			row := answer{ID: q.ID, MS: float64(took.Microseconds()) / 1000, Passages: []answered{}}
			for _, p := range res.Passages {
				row.Passages = append(row.Passages, answered{p.ID, p.Title + "\n" + p.Text})
			}
			require.NoError(t, json.NewEncoder(out).Encode(row))
		}
		if out != nil {
			require.NoError(t, out.Close())
		}
	}
}

type answer struct {
	ID       string     `json:"id"`
	Passages []answered `json:"passages"`
	MS       float64    `json:"ms"`
}

type answered struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// writePassages writes every passage of the corpus, so that a miss can be told apart: fact lacking or ranked low.
func writePassages(t *testing.T, file string) {
	all, err := search.NewCorpus(references.Files).Passages()
	require.NoError(t, err)
	out, err := os.Create(file)
	require.NoError(t, err)
	for _, p := range all {
		require.NoError(t, json.NewEncoder(out).Encode(answered{p.ID, p.Title + "\n" + p.Text}))
	}
	require.NoError(t, out.Close())
}

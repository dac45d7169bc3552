package tools

import (
	"context"
	"errors"
	"sort"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
)

var _ = define(Tool{
	Name:  "read_knowledge",
	Title: "Read a page",
	Description: "One page whole, or one section, by id: guides/..., patterns/..., rules/... (or a rule's code), facts/TABLE, AWS::X::Y. Ids come from search_knowledge and findings. " +
		"Example: {\"id\":\"guides/eda/idempotency\"}",
	Input:  `{"type":"object","properties":{"id":{"type":"string","minLength":1},"max_tokens":{"type":"integer","minimum":100,"default":4000}},"required":["id"],"additionalProperties":false}`,
	Output: `{"type":"object","properties":{"schema":{"const":"read/1"},"id":{"type":"string"},"title":{"type":"string"},"sections":{"type":"array","items":{"type":"object"}},"outline":{"type":"array","items":{"type":"object"}},"sources":{"type":"array","items":{"type":"object"}}},"required":["schema","id","title"]}`,
}, (*Workbench).readBriefly)

// defaultReadTokens is how much of a page an assistant gets at once, in tokens of 4 characters.
const defaultReadTokens = 4000

// ReadInput names a page, section, pattern, rule or table of facts.
type ReadInput struct {
	ID        string `json:"id"`
	MaxTokens int    `json:"max_tokens,omitempty"` // 0: everything on the command line, 4,000 for an assistant
}

// ReadResult is read/1.
type ReadResult struct{ search.Document }

// words is the knowledge, opened at first use.
type words struct {
	once sync.Once
	ix   *search.Index
	err  error
}

func (w *Workbench) index(ctx context.Context) (*search.Index, error) {
	w.words.once.Do(func() {
		// The index outlives the call that opened it.
		ctx := context.WithoutCancel(ctx)
		w.words.ix, w.words.err = OpenKnowledge(ctx, w.CacheDir)
		if w.Knowledge == "" || w.words.err != nil {
			return
		}
		own, err := openOwn(ctx, w.Knowledge, w.CacheDir)
		if err == nil {
			w.words.ix = w.words.ix.With(own)
		}
		w.words.err = err
	})
	return w.words.ix, w.words.err
}

// Prepare opens the knowledge ahead of the first question, as a server can while it greets its client. What goes wrong is told
// to who asks. Where no index was built into the program, nothing is done: making one takes seconds, and perhaps nobody asks.
func (w *Workbench) Prepare(ctx context.Context) {
	if _, err := prebuiltContent(); err == nil {
		_, _ = w.index(ctx)
	}
}

// ReadKnowledge returns a page by id, whole.
func (w *Workbench) ReadKnowledge(ctx context.Context, in ReadInput) (ReadResult, error) {
	ix, err := w.index(ctx)
	if err != nil {
		return ReadResult{}, err
	}
	doc, err := ix.Read(in.ID)
	var missing *search.NotFoundError
	if errors.As(err, &missing) {
		next := "search_knowledge finds ids"
		if len(missing.Near) > 0 {
			next = "did you mean " + strings.Join(missing.Near, ", ") + "?"
		}
		return ReadResult{}, wrong(next, "there is no page with id %q", in.ID)
	}
	if in.MaxTokens > 0 {
		doc = doc.Within(in.MaxTokens)
	}
	return ReadResult{doc}, err
}

// readBriefly is ReadKnowledge cut to an assistant's budget by whole sections.
func (w *Workbench) readBriefly(ctx context.Context, in ReadInput) (ReadResult, error) {
	if in.MaxTokens <= 0 {
		in.MaxTokens = defaultReadTokens
	}
	return w.ReadKnowledge(ctx, in)
}

// PageIDs lists the ids of all pages, sorted: guides/..., patterns/..., rules/....
func PageIDs() ([]string, error) {
	ids, err := search.NewCorpus(references.Files).PageIDs()
	for _, r := range rules.All() { // their pages are made from the rules, and the corpus leaves them out
		ids = append(ids, "rules/"+r.ID)
	}
	sort.Strings(ids)
	return ids, err
}

// Package search holds the corpus and finds in it: pages, rules and facts as passages, ranked by BM25 over a
// bleve index, chosen to fit a budget of tokens.
//
// It reads from a file system that its caller gives and opens an index in a folder that its caller names; it
// touches no disk or network of its own. Ranking is by words: a curated list of synonyms bridges the gap between
// how people ask and how the services call things, and nothing is learned at run time.
package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Query is one question. Empty filters admit everything; zero limits mean the defaults.
type Query struct {
	Text      string
	Domain    string // serverless, eda, security, observability, performance, deployment
	Service   string // as people write it: SQS, Step Functions
	Kind      string // guide, decision, errors, changes, misconceptions, matrix, reference, pattern, rule, facts
	Limit     int    // passages, DefaultLimit where 0
	MaxTokens int    // of CharsPerToken characters, titles included; DefaultMaxTokens where 0
}

// Defaults of Query.
const (
	DefaultLimit     = 5
	DefaultMaxTokens = 2000
	CharsPerToken    = 4
)

// Result is the answer, search/1. Passages is never nil; where nothing is good enough it is empty and Nearest
// names what came closest.
type Result struct {
	Schema   string  `json:"schema"`
	Query    string  `json:"query"`
	Passages []Hit   `json:"passages"`
	Nearest  []Title `json:"nearest,omitempty"`
	Omitted  int     `json:"omitted,omitempty"` // good passages that did not fit the limit or the budget
	Tokens   int     `json:"tokens"`
	TookUS   int64   `json:"took_us"`
}

// Hit is one passage of an answer: a section of a page, with others of that page that answer as well. Sources is never nil. Score is comparable within one answer only.
type Hit struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Domain   string   `json:"domain"`
	Kind     string   `json:"kind,omitempty"`
	Text     string   `json:"text"`
	Score    float64  `json:"score"`
	Sources  []Source `json:"sources"`
	Rules    []string `json:"rules,omitempty"`    // review rules that check this
	Patterns []string `json:"patterns,omitempty"` // patterns that do it right
	With     []Title  `json:"with,omitempty"`     // further sections of the same page whose text was joined
}

// Title points to a passage without its text.
type Title struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// candidate is a ranked passage before the budget. Its text is read only where it may become part of the answer.
type candidate struct {
	id     string
	score  float64
	corpus *Corpus // that it comes from
}

func (c candidate) page() string {
	page, _, _ := strings.Cut(c.id, "#")
	return page
}

// Search answers a question. An empty question is an error; finding nothing is not.
func (ix *Index) Search(ctx context.Context, q Query) (Result, error) {
	start := time.Now()
	res := Result{Schema: "search/1", Query: q.Text, Passages: []Hit{}}
	if strings.TrimSpace(q.Text) == "" {
		return res, fmt.Errorf("searching: the question is empty")
	}
	if err := ctx.Err(); err != nil {
		return res, err
	}
	if err := ix.checkFilters(q); err != nil {
		return res, err
	}
	concepts := ix.concepts(q.Text)
	scored := &conceptQuery{concepts: concepts, impacts: ix.impacts, correct: ix.correct}
	ranked, err := ix.rank(scored, q)
	if err != nil {
		return res, err
	}
	enough := enoughShare * scored.ideal
	if scored.foreign && q.Service == "" {
		for i := range ranked {
			ranked[i].score = 0 // only what is nearest
		}
	}
	if ranked, err = ix.beside(ranked, scored, q); err != nil {
		return res, err
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	if q.MaxTokens <= 0 {
		q.MaxTokens = DefaultMaxTokens
	}
	if err := fillResult(&res, ranked, q, enough); err != nil {
		return res, err
	}
	if h, ok := namedResource(q); ok {
		res.lead(h, q.Limit, q.MaxTokens)
	}
	if len(res.Passages)+len(res.Nearest) == 0 {
		if err := ix.nearestAnywhere(concepts, q, &res); err != nil {
			return res, err
		}
	}
	res.TookUS = time.Since(start).Microseconds()
	return res, nil
}

// enoughShare is the share of what the question's words weigh that a passage must reach to count as an answer. The
// best passage for a question of .ci/queries reaches 1.2 in the middle and 0.25 at the low end; for questions on
// other matters (cakes, football, kubernetes) it is mostly below 0.3. Low, because a lay question shares few words
// with its answer and a refusal costs more than a passage too many.
const enoughShare = 0.22

// candidatesPerLimit is how many ranked passages are looked at for each one wanted: enough to skip near
// duplicates and passages that are too long for what is left of the budget.
const candidatesPerLimit = 6

func (ix *Index) rank(scored *conceptQuery, q Query) ([]candidate, error) {
	if len(scored.concepts) == 0 {
		return nil, nil
	}
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	scores, err := scored.score(ix.segment)
	if err == nil {
		err = ix.filter(scores, q)
	}
	if err == nil && scored.lay {
		err = ix.lower(scores)
	}
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	best := highest(scores, candidatesPerLimit*limit)
	out := make([]candidate, 0, len(best))
	for _, doc := range best {
		id, err := ix.segment.id(doc)
		if err != nil {
			return nil, fmt.Errorf("searching: %w", err)
		}
		out = append(out, candidate{id, float64(scores[doc]) * kindWeight(id), ix.corpus})
	}
	sortByScore(out)
	if err := ix.byPhrases(scored, out); err != nil {
		return nil, err
	}
	addSiblings(out)
	return out, nil
}

// niches are the kinds of pages that are on single calls, messages and dates. Who asks in everyday words seldom means
// one of them, and their many sections hold every word.
var niches = []string{"reference", "errors", "changes"}

// lower takes from the scores of passages of niches.
func (ix *Index) lower(scores []float32) error {
	for _, kind := range niches {
		err := ix.segment.each(kind, fieldKind, func(doc int) {
			if doc < len(scores) {
				scores[doc] *= float32(tuning.niche)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// highest returns the places of the highest scores, highest first. Among equals the first comes first; 0 is none.
func highest(scores []float32, n int) []int {
	out := make([]int, 0, n+1)
	for i, score := range scores {
		if score == 0 || len(out) == n && score <= scores[out[n-1]] {
			continue
		}
		at := len(out)
		for at > 0 && scores[out[at-1]] < score {
			at--
		}
		out = slices.Insert(out, at, i)
		out = out[:min(len(out), n)]
	}
	return out
}

func sortByScore(ranked []candidate) {
	slices.SortStableFunc(ranked, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
}

// bestSections is how many sections of a page speak for the page.
const bestSections = 3

// addSiblings lifts sections of pages that answer with several: a page that is on the question as a whole is a better
// guess than one where a single section happens to use its words.
func addSiblings(ranked []candidate) {
	type page struct {
		sections int
		sum      float64
	}
	pages := map[string]page{}
	for _, c := range ranked {
		if p := pages[c.page()]; p.sections < bestSections {
			pages[c.page()] = page{p.sections + 1, p.sum + c.score}
		}
	}
	for i, c := range ranked {
		if isSection(c.id) {
			ranked[i].score += tuning.siblings * pages[c.page()].sum / bestSections
		}
	}
	sortByScore(ranked)
}

// isSection tells sections of pages from rules and rows of tables, which have nothing to do with their neighbours.
func isSection(id string) bool {
	return strings.HasPrefix(id, "guides/") || strings.HasPrefix(id, "patterns/") || strings.HasPrefix(id, ownPrefix)
}

// kindWeight puts short rows of tables and rules behind pages that say as much: a row has few words, which BM25
// takes for being to the point.
func kindWeight(id string) float64 {
	switch {
	case strings.HasPrefix(id, "facts/"):
		return tuning.facts
	case strings.HasPrefix(id, "rules/"):
		return tuning.rules
	}
	return 1
}

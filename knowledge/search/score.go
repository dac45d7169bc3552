package search

import (
	"context"

	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// weightOf says how much a hit in a field counts.
func weightOf(field string) float64 {
	switch field {
	case fieldHeading:
		return tuning.heading
	case fieldPage:
		return tuning.page
	case fieldLead:
		return tuning.lead
	}
	return tuning.body
}

// concept is one idea of a question: the asked word, or what it stands for. A passage that holds several
// alternatives of a concept gets the best one, not their sum, so that synonyms never outweigh another word.
type concept struct {
	alternatives []alternative
	asked        bool     // counts for how much of the question is covered
	fields       []string // where to look; nil is scoredFields
}

// alternative is one way to put a concept: all its terms add up.
type alternative struct {
	terms  []string
	weight float64
}

// conceptQuery is a bleve query that adds up concepts. bleve's own disjunction multiplies by the share of
// matched clauses, which punishes a word that is in the body only, and weighs rare words twice; both are
// left out here. It scores with bleve's BM25, given the true mean lengths.
type conceptQuery struct {
	concepts []concept
	bm25     *search.BM25Stats
	correct  func(term string) string // the word of the index that a word unknown to it was meant to be, or ""
}

var _ query.Query = (*conceptQuery)(nil)

// Searcher implements query.Query.
func (q *conceptQuery) Searcher(ctx context.Context, r index.IndexReader, _ mapping.IndexMapping, o search.SearcherOptions) (search.Searcher, error) {
	ctx = context.WithValue(ctx, search.BM25StatsKey, q.bm25)
	s := &conceptSearcher{best: make([]float64, len(q.concepts))}
	for i, c := range q.concepts {
		if c.asked {
			s.asked++
		}
		for a, alt := range c.alternatives {
			before := len(s.leaves)
			for _, term := range alt.terms {
				if err := s.open(ctx, r, o, term, leaf{concept: i, alternative: a, asked: c.asked, weight: alt.weight}, c.fields); err != nil {
					s.Close()
					return nil, err
				}
			}
			if len(s.leaves) > before || a > 0 || !c.asked {
				continue
			}
			if meant := q.correct(alt.terms[0]); meant != "" {
				if err := s.open(ctx, r, o, meant, leaf{concept: i, alternative: a, asked: true, weight: alt.weight}, c.fields); err != nil {
					s.Close()
					return nil, err
				}
			}
		}
	}
	return s, nil
}

// open adds a leaf for each field that knows the term.
func (s *conceptSearcher) open(ctx context.Context, r index.IndexReader, o search.SearcherOptions, term string, like leaf, fields []string) error {
	if fields == nil {
		fields = scoredFields
	}
	weight := like.weight
	for _, field := range fields {
		hits, err := searcher.NewTermSearcher(ctx, r, term, field, 1, o)
		if err != nil {
			return err
		}
		if hits.Count() == 0 {
			if err := hits.Close(); err != nil {
				return err
			}
			continue
		}
		like.Searcher, like.weight = hits, weight*weightOf(field)
		s.leaves = append(s.leaves, like)
	}
	return nil
}

// leaf is the hits of one term in one field, of which current is the next one.
type leaf struct {
	search.Searcher
	current     *search.DocumentMatch
	concept     int
	alternative int
	asked       bool
	weight      float64
}

// conceptSearcher merges its leaves in the order of documents.
type conceptSearcher struct {
	leaves  []leaf
	asked   int // how many concepts were asked for
	started bool
	best    []float64 // of each concept, for the document at hand
}

var _ search.Searcher = (*conceptSearcher)(nil)

// Next implements search.Searcher.
func (s *conceptSearcher) Next(ctx *search.SearchContext) (*search.DocumentMatch, error) {
	if !s.started {
		s.started = true
		for i := range s.leaves {
			if err := s.leaves[i].step(ctx); err != nil {
				return nil, err
			}
		}
	}
	var least *search.DocumentMatch
	for i := range s.leaves {
		if d := s.leaves[i].current; d != nil && (least == nil || d.IndexInternalID.Compare(least.IndexInternalID) < 0) {
			least = d
		}
	}
	if least == nil {
		return nil, nil
	}
	out := ctx.DocumentMatchPool.Get()
	out.IndexInternalID = append(out.IndexInternalID[:0], least.IndexInternalID...)
	return out, s.collect(ctx, out)
}

// collect scores one document and moves the leaves past it. The leaves of one alternative follow each other, so
// its fields add up before the best alternative is taken.
func (s *conceptSearcher) collect(ctx *search.SearchContext, out *search.DocumentMatch) error {
	clear(s.best)
	covered := 0
	sum := 0.0
	for i := range s.leaves {
		l := &s.leaves[i]
		if i > 0 && (s.leaves[i-1].concept != l.concept || s.leaves[i-1].alternative != l.alternative) {
			sum = 0
		}
		if l.current == nil || !l.current.IndexInternalID.Equals(out.IndexInternalID) {
			continue
		}
		sum += l.weight * l.current.Score
		if s.best[l.concept] == 0 && l.asked {
			covered++
		}
		s.best[l.concept] = max(s.best[l.concept], sum)
		if err := l.step(ctx); err != nil {
			return err
		}
	}
	for _, b := range s.best {
		out.Score += b
	}
	if s.asked > 0 {
		out.Score *= tuning.cover + (1-tuning.cover)*float64(covered)/float64(s.asked)
	}
	return nil
}

func (l *leaf) step(ctx *search.SearchContext) error {
	if l.current != nil {
		ctx.DocumentMatchPool.Put(l.current)
	}
	next, err := l.Next(ctx)
	l.current = next
	return err
}

// Advance implements search.Searcher.
func (s *conceptSearcher) Advance(ctx *search.SearchContext, id index.IndexInternalID) (*search.DocumentMatch, error) {
	s.started = true
	for i := range s.leaves {
		l := &s.leaves[i]
		if l.current != nil && l.current.IndexInternalID.Compare(id) >= 0 {
			continue
		}
		if l.current != nil {
			ctx.DocumentMatchPool.Put(l.current)
		}
		next, err := l.Searcher.Advance(ctx, id)
		if err != nil {
			return nil, err
		}
		l.current = next
	}
	return s.Next(ctx)
}

// Close implements search.Searcher.
func (s *conceptSearcher) Close() error {
	var first error
	for _, l := range s.leaves {
		if err := l.Searcher.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Weight implements search.Searcher. Scores are absolute: there is nothing to normalise.
func (s *conceptSearcher) Weight() float64 { return 1 }

// SetQueryNorm implements search.Searcher. bleve would multiply every score by it; it is left out on purpose.
func (s *conceptSearcher) SetQueryNorm(float64) {}

// Count implements search.Searcher.
func (s *conceptSearcher) Count() uint64 {
	var n uint64
	for _, l := range s.leaves {
		n += l.Count()
	}
	return n
}

// Min implements search.Searcher.
func (s *conceptSearcher) Min() int { return 1 }

// Size implements search.Searcher; it serves memory estimates only.
func (s *conceptSearcher) Size() int {
	n := 0
	for _, l := range s.leaves {
		n += l.Size()
	}
	return n
}

// DocumentMatchPoolSize implements search.Searcher.
func (s *conceptSearcher) DocumentMatchPoolSize() int { return len(s.leaves) + 2 }

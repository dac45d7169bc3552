package search

import (
	"context"

	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// weights says how much a hit in each field counts.
var weights = map[string]float64{fieldHeading: 1.8, fieldPage: 1.2, fieldLead: 0.8, fieldBody: 1}

// concept is one idea of a question: the asked word, or what it stands for. A passage that holds several
// alternatives of a concept gets the best one, not their sum, so that synonyms never outweigh another word.
type concept struct {
	alternatives []alternative
	asked        bool // counts for how much of the question is covered
}

type alternative struct {
	term   string
	weight float64
}

// conceptQuery is a bleve query that adds up concepts. bleve's own disjunction multiplies by the share of
// matched clauses, which punishes a word that is in the body only, and weighs rare words twice; both are
// left out here. It scores with bleve's BM25, given the true mean lengths.
type conceptQuery struct {
	concepts []concept
	bm25     *search.BM25Stats
	boost    func(id string) float64
}

var _ query.Query = (*conceptQuery)(nil)

// Searcher implements query.Query.
func (q *conceptQuery) Searcher(ctx context.Context, r index.IndexReader, _ mapping.IndexMapping, o search.SearcherOptions) (search.Searcher, error) {
	ctx = context.WithValue(ctx, search.BM25StatsKey, q.bm25)
	s := &conceptSearcher{concepts: len(q.concepts)}
	for i, c := range q.concepts {
		if c.asked {
			s.asked++
		}
		for a, alt := range c.alternatives {
			for _, field := range scoredFields {
				term, err := searcher.NewTermSearcher(ctx, r, alt.term, field, 1, o)
				if err != nil {
					s.Close()
					return nil, err
				}
				if term.Count() == 0 {
					if err := term.Close(); err != nil {
						s.Close()
						return nil, err
					}
					continue
				}
				s.leaves = append(s.leaves, leaf{Searcher: term, concept: i, alternative: a, asked: c.asked, weight: alt.weight * weights[field]})
			}
		}
	}
	s.best = make([]float64, s.concepts)
	return s, nil
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
	leaves   []leaf
	concepts int
	asked    int
	started  bool
	best     []float64
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
		out.Score *= coverBase + (1-coverBase)*float64(covered)/float64(s.asked)
	}
	return nil
}

// coverBase is what a passage keeps that covers next to nothing of the question. Set by measuring.
var coverBase = 0.5

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

package search

import (
	"context"
	"encoding/binary"
	"math"
	"strings"

	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
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
	case fieldAsked:
		return tuning.asked
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

// conceptQuery is a bleve query that adds up concepts. bleve's own disjunction multiplies by the share of matched
// clauses, which punishes a word that is in the body only, weighs rare words twice, and takes a field's mean
// length to be its number of distinct terms; all three are put right here. The formula is BM25 with bleve's k1
// and b over the frequencies and lengths that the index keeps.
type conceptQuery struct {
	concepts []concept
	bm25     *search.BM25Stats
	correct  func(term string) string // the word of the index that a word unknown to it was meant to be, or ""

	// ideal is, after the search, what the asked words weigh together: a word that no passage holds weighs most.
	ideal float64

	// foreign tells, after the search, that the question is on other matters: see foreignShare.
	foreign bool
}

// A question is on other matters where foreignShare of its words or more are in no passage as they are spelt, and none
// of the others is one that anchorShare of the passages or more have in their page's title, topics or services. The
// vendor's name does not count: it stands in every question on its cloud. A question of .ci/queries without
// an anchor has at most one word in six that is unknown.
const (
	foreignShare = 0.25
	anchorShare  = 1.0 / 40
)

// Nor do words that every trade has: a table may be one of a spreadsheet.
var noAnchors = stemSet("aws amazon table bucket change rule limit error test cost key page")

func stemSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[stem(w)] = true
	}
	return set
}

var _ query.Query = (*conceptQuery)(nil)

// Searcher implements query.Query. All scoring is done here, term by term, which is several times faster than
// merging hundreds of posting lists document by document.
func (q *conceptQuery) Searcher(ctx context.Context, r index.IndexReader, _ mapping.IndexMapping, _ search.SearcherOptions) (search.Searcher, error) {
	s := &tally{ctx: ctx, reader: r, stats: q.bm25}
	asked, unknown, anchored := 0, 0, false
	for _, c := range q.concepts {
		if c.asked {
			asked++
		}
		known := false
		for a, alt := range c.alternatives {
			s.seen, s.titled = 0, 0
			found, err := s.alternative(alt, c.fields)
			if err != nil {
				return nil, err
			}
			known = known || found
			if a > 0 || !c.asked {
				continue
			}
			anchored = anchored || s.titled >= anchorShare*s.stats.DocCount && !noAnchors[alt.terms[0]]
			if found {
				q.ideal += s.idf(s.seen)
				continue
			}
			if meant := q.correct(alt.terms[0]); meant != "" {
				if _, err := s.alternative(alternative{[]string{meant}, alt.weight}, c.fields); err != nil {
					return nil, err
				}
				anchored = anchored || s.titled >= anchorShare*s.stats.DocCount
			}
			q.ideal += s.idf(s.seen)
		}
		if c.asked && !known {
			unknown++ // also where a similar word is known: "bash" is not a slip for "base"
		}
		s.endConcept(c.asked)
	}
	q.foreign = !anchored && unknown > 0 && float64(unknown) >= foreignShare*float64(asked)
	return &scoreSearcher{scores: s.scores(asked)}, nil
}

// tally adds up the scores of all documents, indexed by their number.
type tally struct {
	ctx    context.Context
	reader index.IndexReader
	stats  *search.BM25Stats

	total   []float64
	covered []int32
	best    []float64 // of the concept at hand
	sum     []float64 // of the alternative at hand
	touched []int     // documents with a best
	summed  []int     // documents with a sum
	seen    float64   // the most documents that hold a term of the alternative at hand, in one field
	titled  float64   // the same in the pages' titles, topics and services
}

// alternative scores one way to put a concept and tells whether any document holds it.
func (t *tally) alternative(alt alternative, fields []string) (bool, error) {
	if fields == nil {
		fields = scoredFields
	}
	for _, term := range alt.terms {
		for _, field := range fields {
			if err := t.term(term, field, alt.weight*weightOf(field)); err != nil {
				return false, err
			}
		}
	}
	found := len(t.summed) > 0
	for _, d := range t.summed {
		if t.best[d] == 0 {
			t.touched = append(t.touched, d)
		}
		t.best[d] = max(t.best[d], t.sum[d])
		t.sum[d] = 0
	}
	t.summed = t.summed[:0]
	return found, nil
}

// term adds a term's BM25 score in one field to the sums.
func (t *tally) term(term, field string, weight float64) error {
	if weight == 0 {
		return nil
	}
	postings, err := t.reader.TermFieldReader(t.ctx, []byte(term), field, true, true, false)
	if err != nil {
		return err
	}
	defer postings.Close()
	n := float64(postings.Count())
	if n == 0 {
		return nil
	}
	t.seen = max(t.seen, n)
	if field == fieldPage {
		t.titled = max(t.titled, n)
	}
	idf := t.idf(n)
	mean := float64(t.stats.FieldCardinality[field]) / t.stats.DocCount
	var hit index.TermFieldDoc
	for {
		next, err := postings.Next(hit.Reset())
		if err != nil {
			return err
		}
		if next == nil {
			return nil
		}
		d := int(binary.BigEndian.Uint64(next.ID))
		t.grow(d)
		if t.sum[d] == 0 {
			t.summed = append(t.summed, d)
		}
		tf, length := float64(next.Freq), 1/(next.Norm*next.Norm)
		t.sum[d] += weight * idf * tf * search.BM25_k1 / (tf + search.BM25_k1*(1-search.BM25_b+search.BM25_b*length/mean))
	}
}

// idf is BM25's weight of a term that n documents hold.
func (t *tally) idf(n float64) float64 { return math.Log(1 + (t.stats.DocCount-n+0.5)/(n+0.5)) }

func (t *tally) grow(d int) {
	if d < len(t.total) {
		return
	}
	n := max(d+1, int(t.stats.DocCount))
	t.total = append(t.total, make([]float64, n-len(t.total))...)
	t.covered = append(t.covered, make([]int32, n-len(t.covered))...)
	t.best = append(t.best, make([]float64, n-len(t.best))...)
	t.sum = append(t.sum, make([]float64, n-len(t.sum))...)
}

// endConcept adds the best alternative of the concept to each document that holds one.
func (t *tally) endConcept(asked bool) {
	for _, d := range t.touched {
		t.total[d] += t.best[d]
		t.best[d] = 0
		if asked {
			t.covered[d]++
		}
	}
	t.touched = t.touched[:0]
}

// scores is the final score of each document by number; 0 is no match.
func (t *tally) scores(asked int) []float64 {
	if asked == 0 {
		return t.total
	}
	for d := range t.total {
		t.total[d] *= tuning.cover + (1-tuning.cover)*float64(t.covered[d])/float64(asked)
	}
	return t.total
}

// scoreSearcher hands out documents with their scores in the order of their numbers.
type scoreSearcher struct {
	scores []float64
	next   int
}

var _ search.Searcher = (*scoreSearcher)(nil)

// Next implements search.Searcher.
func (s *scoreSearcher) Next(ctx *search.SearchContext) (*search.DocumentMatch, error) {
	for ; s.next < len(s.scores); s.next++ {
		if s.scores[s.next] == 0 {
			continue
		}
		out := ctx.DocumentMatchPool.Get()
		out.IndexInternalID = binary.BigEndian.AppendUint64(out.IndexInternalID[:0], uint64(s.next))
		out.Score = s.scores[s.next]
		s.next++
		return out, nil
	}
	return nil, nil
}

// Advance implements search.Searcher.
func (s *scoreSearcher) Advance(ctx *search.SearchContext, id index.IndexInternalID) (*search.DocumentMatch, error) {
	s.next = max(s.next, int(binary.BigEndian.Uint64(id)))
	return s.Next(ctx)
}

// Close implements search.Searcher; the posting lists were closed when they were read.
func (s *scoreSearcher) Close() error { return nil }

// Weight implements search.Searcher. Scores are absolute: there is nothing to normalise.
func (s *scoreSearcher) Weight() float64 { return 1 }

// SetQueryNorm implements search.Searcher. bleve would multiply every score by it; it is left out on purpose.
func (s *scoreSearcher) SetQueryNorm(float64) {}

// Count implements search.Searcher.
func (s *scoreSearcher) Count() uint64 { return uint64(len(s.scores)) }

// Min implements search.Searcher.
func (s *scoreSearcher) Min() int { return 1 }

// Size implements search.Searcher; it serves memory estimates only.
func (s *scoreSearcher) Size() int { return 8 * len(s.scores) }

// DocumentMatchPoolSize implements search.Searcher.
func (s *scoreSearcher) DocumentMatchPoolSize() int { return 1 }

package search

import (
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/search"
)

// weightOf says how much a hit in a field counts, and how much a field's length takes from it (BM25's b).
func weightOf(field string) (weight, b float64) {
	b = search.BM25_b
	switch field {
	case fieldHeading:
		return tuning.heading, b
	case fieldPage:
		return tuning.page, b
	case fieldLead:
		return tuning.lead, b
	case fieldAsked:
		return tuning.asked, tuning.askedB // a list of alternatives: a long one says as much of each
	case fieldPairs:
		return 1, b
	}
	return tuning.body, b
}

// impacts is what a term is worth in each passage that holds it, over all fields.
type impacts struct {
	hits   []impact
	seen   float64 // the most passages that hold the term in one field
	titled float64 // how many have it in their page's title, topics or services
}

type impact struct {
	doc   int32
	score float32
}

// impactCache works out impacts and keeps them: fields and weights are fixed, so that a term is worth the same in
// every question. It serves one index and is safe for concurrent use.
type impactCache struct {
	stats *stats

	mu    sync.Mutex
	terms map[string]*impacts
	size  int // of all hits

	places sync.Pool // of *[]int32: where in the hits a passage stands, plus one
}

// maxImpacts bounds what is kept, at 8 bytes a hit. The corpus has about 300,000, but questions ask for few of its words.
const maxImpacts = 200_000

func newImpactCache(stats *stats) *impactCache {
	return &impactCache{stats: stats, terms: map[string]*impacts{}}
}

// of returns the impacts of a word, or of a pair of words, which holds a blank.
func (c *impactCache) of(of *segment, term string) (*impacts, error) {
	c.mu.Lock()
	out, ok := c.terms[term]
	c.mu.Unlock()
	if ok {
		return out, nil
	}
	out, err := c.read(of, term)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size > maxImpacts {
		c.terms, c.size = map[string]*impacts{}, 0
	}
	c.terms[term] = out
	c.size += len(out.hits) + 8 // the entry itself
	return out, nil
}

func (c *impactCache) read(of *segment, term string) (*impacts, error) {
	out := &impacts{}
	fields := scoredFields
	if strings.Contains(term, " ") {
		fields = pairFields
	}
	at, ok := c.places.Get().(*[]int32)
	if !ok {
		at = new([]int32)
	}
	defer c.places.Put(at)
	defer func() {
		for _, hit := range out.hits {
			(*at)[hit.doc] = 0
		}
	}()
	for _, field := range fields {
		n, err := c.field(of, term, field, out, at)
		if err != nil {
			return nil, err
		}
		out.seen = max(out.seen, n)
		if field == fieldPage {
			out.titled = n
		}
	}
	return out, nil
}

// field adds a term's BM25 scores in one field and returns how many passages hold it there.
func (c *impactCache) field(of *segment, term, field string, out *impacts, at *[]int32) (float64, error) {
	hits, err := of.postings(term, field)
	if err != nil {
		return 0, err
	}
	defer hits.close()
	n := float64(hits.count())
	if n == 0 {
		return 0, nil
	}
	out.hits = slices.Grow(out.hits, max(0, int(n)-len(out.hits)))
	weight, b := weightOf(field)
	weight *= c.idf(n)
	mean := float64(c.stats.Length[field]) / float64(c.stats.Count)
	fixed, byLength := search.BM25_k1*(1-b), search.BM25_k1*b/mean
	for {
		hit, err := hits.next()
		if err != nil || hit == nil {
			return n, err
		}
		d := int(hit.Number())
		if d >= len(*at) {
			*at = append(*at, make([]int32, max(d+1, c.stats.Count)-len(*at))...)
		}
		if (*at)[d] == 0 {
			out.hits = append(out.hits, impact{doc: int32(d)})
			(*at)[d] = int32(len(out.hits))
		}
		// BM25 of a length of 1/short, in one division.
		tf, short := float64(hit.Frequency()), hit.Norm()*hit.Norm()
		out.hits[(*at)[d]-1].score += float32(weight * search.BM25_k1 * tf * short / ((tf+fixed)*short + byLength))
	}
}

// idf is BM25's weight of a term that n passages hold.
func (c *impactCache) idf(n float64) float64 {
	return math.Log(1 + (float64(c.stats.Count)-n+0.5)/(n+0.5))
}

package search

import "github.com/seed-8eee7107/serverless-architect/knowledge/lazy"

// concept is one idea of a question: the asked word, or what it stands for. A passage that holds several
// alternatives of a concept gets the best one, not their sum, so that synonyms never outweigh another word.
type concept struct {
	alternatives []alternative
	asked        bool // counts for how much of the question is covered
}

// alternative is one way to put a concept: all its terms add up.
type alternative struct {
	terms  []string
	weight float64
}

// conceptQuery adds up concepts. bleve's own disjunction multiplies by the share of matched clauses, which punishes a word
// that is in the body only, weighs rare words twice, and takes a field's mean length to be its number of distinct terms; all
// three are put right here. The formula is BM25 with bleve's k1 over the frequencies and lengths that the index keeps.
type conceptQuery struct {
	concepts []concept
	impacts  *impactCache
	correct  func(term string) (meant string, sure bool) // see Index.correct

	// ideal is, after the search, what the asked words weigh together: a word that no passage holds weighs most.
	ideal float64

	// weights is, after the search, what each asked word weighs; a misspelled one as it is meant.
	weights map[string]float64

	// unknown holds, after the search, the asked words that no passage has as they are spelt.
	unknown map[string]bool

	// lay tells, after the search, that the question names nothing that pages are on.
	lay bool

	// foreign tells, after the search, that the question is on other matters: see foreignShare.
	foreign bool
}

// A question is on other matters where foreignShare of its words or more are in no passage as they are spelt, and none
// of the others is one that anchorShare of the passages or more have in their page's title, topics or services. The
// vendor's name does not count: it stands in every question on its cloud. A question of .ci/queries without
// an anchor has at most one word in six that is unknown.
const (
	foreignShare = 0.25
	anchorShare  = 1.0 / 100
)

// Nor do words that every trade has, here by their stems: a table may be one of a spreadsheet.
var noAnchors = lazy.Words("amazon aws bucket chang control cost error file http instanc json key limit page pipelin rule tabl test")

// score returns the scores of all documents by their number; 0 is no match. They are added up term by term, which is
// several times faster than merging hundreds of posting lists document by document.
func (q *conceptQuery) score(of *segment) ([]float32, error) {
	s := &tally{segment: of, impacts: q.impacts}
	asked, unknown, anchored := 0, 0, false
	q.weights, q.unknown = map[string]float64{}, map[string]bool{}
	for _, c := range q.concepts {
		if c.asked {
			asked++
		}
		known := false
		for a, alt := range c.alternatives {
			s.seen, s.titled = 0, 0
			found, err := s.alternative(alt)
			if err != nil {
				return nil, err
			}
			known = known || found
			if a > 0 || !c.asked {
				continue
			}
			word := alt.terms[0]
			anchored = anchored || s.isAnchor(word)
			if !found {
				q.unknown[word] = true
				if meant, sure := q.correct(word); meant != "" {
					known, word = sure, meant
					if _, err := s.alternative(alternative{[]string{meant}, alt.weight}); err != nil {
						return nil, err
					}
					anchored = anchored || s.isAnchor(meant)
				}
			}
			weight := alt.weight * q.impacts.idf(s.seen)
			q.weights[word] = weight
			q.ideal += weight
		}
		if c.asked && !known {
			unknown++ // also where some similar word is known: "bash" is not a slip for "base"
		}
		s.endConcept(c)
	}
	q.lay = !anchored
	q.foreign = !anchored && unknown > 0 && float64(unknown) >= foreignShare*float64(asked)
	return s.scores(), nil
}

// tally adds up the scores of all documents, indexed by their number.
type tally struct {
	segment *segment
	impacts *impactCache

	total   []float32
	covered []float32
	best    []float32 // of the concept at hand
	sum     []float32 // of the alternative at hand
	touched []int32   // documents with a best
	summed  []int32   // documents with a sum
	asked   float32   // what all asked words count for, to be covered
	seen    float64   // the most documents that hold a term of the alternative at hand, in one field
	titled  float64   // the same in the pages' titles, topics and services
}

// alternative scores one way to put a concept and tells whether any passage holds it.
func (t *tally) alternative(alt alternative) (bool, error) {
	found := false
	for _, term := range alt.terms {
		i, err := t.impacts.of(t.segment, term)
		if err != nil {
			return false, err
		}
		found = found || len(i.hits) > 0
		t.seen, t.titled = max(t.seen, i.seen), max(t.titled, i.titled)
		weight := float32(alt.weight)
		for _, hit := range i.hits {
			if int(hit.doc) >= len(t.sum) {
				t.grow(int(hit.doc))
			}
			if t.sum[hit.doc] == 0 {
				t.summed = append(t.summed, hit.doc)
			}
			t.sum[hit.doc] += weight * hit.score
		}
	}
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

// isAnchor tells whether enough pages are on the term at hand.
func (t *tally) isAnchor(term string) bool {
	return t.titled >= anchorShare*float64(t.impacts.stats.Count) && !noAnchors()[term]
}

func (t *tally) grow(d int) {
	n := max(d+1, t.impacts.stats.Count) - len(t.sum)
	t.total = append(t.total, make([]float32, n)...)
	t.covered = append(t.covered, make([]float32, n)...)
	t.best = append(t.best, make([]float32, n)...)
	t.sum = append(t.sum, make([]float32, n)...)
}

// endConcept adds the best alternative of the concept to each document that holds one.
func (t *tally) endConcept(c concept) {
	weight := float32(0)
	if c.asked {
		weight = float32(c.alternatives[0].weight)
	}
	t.asked += weight
	for _, d := range t.touched {
		t.total[d] += t.best[d]
		t.best[d] = 0
		t.covered[d] += weight
	}
	t.touched = t.touched[:0]
}

// scores is the final score of each document by number; 0 is no match.
func (t *tally) scores() []float32 {
	if t.asked == 0 {
		return t.total
	}
	for d := range t.total {
		t.total[d] *= float32(tuning.cover) + float32(1-tuning.cover)*t.covered[d]/t.asked
	}
	return t.total
}

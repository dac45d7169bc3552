package search

import (
	"hash/fnv"
	"strings"
)

// phrase is one way to put a section's question, by its words.
type phrase []phraseWord

type phraseWord struct {
	stem   uint32  // its hash: stems are compared only
	weight float32 // against another word of a phrase
}

// askedCandidates is how many of the best passages are compared phrase by phrase. Most of them become part of the answer
// and are read anyway.
const askedCandidates = 10

// otherWord is what a word of a phrase weighs that the question has not: the middle of the words in all phrases.
const otherWord = 4

// byPhrases lifts passages that one way to ask says in the question's words. The index knows the words of all ways to ask a
// section together; here one of them has to be like the question: the share of the question that it says times the share
// of it that the question says.
func (ix *Index) byPhrases(scored *conceptQuery, ranked []candidate) error {
	if ix.corpus.own || scored.ideal == 0 {
		return nil // notes have no other ways to ask
	}
	asked := map[uint32]float64{}
	for stem, weight := range scored.weights {
		asked[stemHash(stem)] = weight
	}
	for i, c := range ranked[:min(len(ranked), askedCandidates)] {
		if !isSection(c.id) {
			continue
		}
		phrases, err := ix.corpus.phrases(c.id)
		if err != nil {
			return err
		}
		best := 0.0
		for _, p := range phrases {
			best = max(best, p.like(asked, scored.ideal))
		}
		ranked[i].score += tuning.phrase * scored.ideal * best
	}
	sortByScore(ranked)
	return nil
}

// like is 1 for a phrase of just the question's words, 0 for one that has none of them.
func (p phrase) like(asked map[uint32]float64, total float64) float64 {
	common, all := 0.0, 0.0
	for _, w := range p {
		weight, ok := asked[w.stem]
		if ok {
			common += weight
		} else {
			weight = otherWord * float64(w.weight)
		}
		all += weight
	}
	if common == 0 {
		return 0
	}
	return common / total * common / all
}

// phrases returns the ways to ask a section. They are kept: taking words apart takes longer than comparing them.
func (c *Corpus) phrases(id string) ([]phrase, error) {
	c.mu.Lock()
	out, ok := c.asked[id]
	c.mu.Unlock()
	if ok {
		return out, nil
	}
	page, anchor, _ := strings.Cut(id, "#")
	c.mu.Lock()
	_, raw, err := c.written(page, anchor)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	asked := askedOf(raw)
	for text := range strings.FieldsFuncSeq(asked, func(r rune) bool { return r == ';' || r == '\n' }) {
		if words := phraseOf(text); len(words) > 0 {
			out = append(out, words)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[id] = out
	return out, nil
}

func phraseOf(text string) phrase {
	var out phrase
	seen := map[uint32]bool{}
	for _, stem := range stemsOf(text) {
		if h := stemHash(stem); !seen[h] {
			seen[h] = true
			out = append(out, phraseWord{h, float32(wordWeight(stem))})
		}
	}
	return out
}

func stemHash(stem string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(stem))
	return h.Sum32()
}

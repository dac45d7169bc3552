package search

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// concepts takes a question apart into what is looked for: each of its words, the identifiers whole, pairs of
// neighbouring words, and what the list of synonyms adds.
func (ix *Index) concepts(text string) []concept {
	ws := scan(text)
	var out []concept
	at := map[string]int{} // the concept of each asked term
	for _, w := range ws {
		for _, part := range w.parts {
			if _, known := at[part]; !known {
				at[part] = len(out)
				out = append(out, concept{alternatives: []alternative{{terms: []string{part}, weight: ix.wordWeight(part)}}, asked: true})
			}
		}
		if w.whole != "" {
			if _, known := at[w.whole]; !known {
				at[w.whole] = len(out)
				out = append(out, concept{alternatives: []alternative{{terms: []string{w.whole}, weight: tuning.whole}}})
			}
		}
	}
	for _, pair := range pairsOf(ws) {
		out = append(out, concept{alternatives: []alternative{{terms: []string{pair}, weight: tuning.pair}}})
	}
	return ix.expand(out, at, ws, text)
}

// weakWords say little of what is asked, however rare they are in the corpus: "one", "whole" and "still" must not weigh
// more than "alarm". They are common words of English, not of any trade, by their stems.
var weakWords = lazy.Words(`actual again all almost alreadi also alwai anoth anybodi anyon anyth anywai begin best better big bit both case chang come
	correct current day differ each easi easili either els empti end enough even everi everyon everyth exact exactli exampl far
	few fifti find first five four full give given go goe gone good happen hard help hundr idea instead issu keep kind know
	known last later less let like look lot made make mani mean more morn most much near nearli need never new next nice night
	noth now often ok okai old one onli other own part peopl per pleas point possibl problem proper put question quit rather
	realli reason right sai said same say see set sever show side simpli small somebodi someon someth sometim soon sort start
	still stop take taken tell ten then thing think three through todai told too tri try two us use versu via wai want way week
	whole within without work wors wrong year yesterdai yet`)

// sceneryText lists words that set the scene of a question. Its head explains it.
//
//go:embed scenery.txt
var sceneryText string

var scenery = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(sceneryText) {
		if !strings.HasPrefix(line, "#") {
			for _, stem := range stemsOf(line) {
				set[stem] = true
			}
		}
	}
	return set
})

func wordWeight(stem string) float64 {
	if weakWords()[stem] {
		return tuning.weak
	}
	return 1
}

// wordWeight is what a word of a question weighs. In the user's own pages nothing is scenery: a hotel's are on rooms.
func (ix *Index) wordWeight(stem string) float64 {
	if !ix.corpus.own && scenery()[stem] {
		return tuning.scene
	}
	return wordWeight(stem)
}

// expand adds what stands for the question's words in the list of synonyms. What stands for one word joins that
// word's concept; what stands for a phrase is a concept of its own.
func (ix *Index) expand(out []concept, at map[string]int, ws []word, text string) []concept {
	var stems []string
	for _, w := range ws {
		stems = append(stems, w.parts...)
	}
	for _, hit := range append(ix.synonyms().match("", stems), ix.synonyms().match(exactly, wordsOf(text))...) {
		extra := make([]alternative, 0, len(hit.meanings))
		for _, m := range hit.meanings {
			if !slices.ContainsFunc(m, func(t string) bool { _, asked := at[t]; return !asked }) {
				continue // asked for already
			}
			extra = append(extra, alternative{terms: m, weight: tuning.synonym})
		}
		if len(extra) == 0 {
			continue
		}
		if i, ok := at[theWord(hit.key)]; ok {
			out[i].alternatives = append(out[i].alternatives, extra...)
			continue
		}
		for i := range extra {
			extra[i].weight = tuning.phrasing
		}
		out = append(out, concept{alternatives: extra})
	}
	return out
}

// theWord returns the one word of a phrase that is no stop word, where its key has those as well.
func theWord(key string) string {
	if rest, ok := strings.CutPrefix(key, exactly); ok {
		return joinedStems(rest)
	}
	return key
}

// pairsOf joins neighbouring words, so that "visibility timeout" counts for more than the two apart.
func pairsOf(ws []word) []string {
	var out []string
	seen := make(map[string]bool, 2*len(ws))
	add := func(a, b string) {
		if p := a + " " + b; !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for i, w := range ws {
		if i > 0 {
			before := ws[i-1].parts
			add(before[len(before)-1], w.parts[0])
		}
		for j := 1; j < len(w.parts); j++ {
			add(w.parts[j-1], w.parts[j])
		}
	}
	return out
}

// tuning holds the weights of ranking. They are means of the best of several hundred random settings measured on
// .ci/queries: a plateau, where the single best setting would be chance.
var tuning = struct {
	heading, page, lead, body, asked            float64 // fields
	askedB                                      float64 // how much the length of the list of other ways to ask takes from it
	whole, pair, synonym, phrasing, weak, scene float64 // an identifier as a whole, neighbouring words, a word's synonym, a phrase's, a word that says little, scenery, against a word
	cover                                       float64 // what a passage keeps that covers next to nothing of the question
	niche                                       float64 // pages of niches against others, where a question is lay
	facts, rules                                float64 // passages of these kinds against pages
	siblings                                    float64 // what the best sections of the same page add
	phrase                                      float64 // what a way to ask adds that is the question, in shares of what its words weigh
}{
	heading: 0.9, page: 0.4, lead: 1, body: 1, asked: 1, askedB: 0.2,
	whole: 1.1, pair: 0.75, synonym: 0.3, phrasing: 0.4, weak: 0.6, scene: 0.3,
	cover: 0.4,
	facts: 0.55, rules: 0.65, niche: 0.8,
	siblings: 0.3, phrase: 1.1,
}

package search

import "slices"

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
				out = append(out, concept{alternatives: []alternative{{terms: []string{part}, weight: 1}}, asked: true})
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
		out = append(out, concept{alternatives: []alternative{{terms: []string{pair}, weight: tuning.pair}}, fields: pairFields})
	}
	return ix.expand(out, at, ws)
}

// expand adds what stands for the question's words in the list of synonyms. What stands for one word joins that
// word's concept; what stands for a phrase is a concept of its own.
func (ix *Index) expand(out []concept, at map[string]int, ws []word) []concept {
	var stems []string
	for _, w := range ws {
		stems = append(stems, w.parts...)
	}
	for _, hit := range loadSynonyms().match(stems) {
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
		if i, ok := at[hit.key]; ok {
			out[i].alternatives = append(out[i].alternatives, extra...)
			continue
		}
		out = append(out, concept{alternatives: extra})
	}
	return out
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

// tuning holds the weights of ranking. They are the means of the best twenty of 260 random settings measured on
// .ci/queries: a plateau, where the single best setting would be chance.
var tuning = struct {
	heading, page, lead, body, asked float64 // fields
	whole, pair, synonym             float64 // an identifier as a whole, neighbouring words, a synonym, against a word
	cover                            float64 // what a passage keeps that covers next to nothing of the question
	facts, rules                     float64 // passages of these kinds against pages
}{
	heading: 0.9, page: 0.6, lead: 1, body: 1, asked: 0.8,
	whole: 1.1, pair: 0.75, synonym: 0.3,
	cover: 0.4,
	facts: 0.55, rules: 0.65,
}

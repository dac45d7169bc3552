package search

import "math"

// concepts takes a question apart into what is looked for.
func (ix *Index) concepts(text string) []concept {
	var out []concept
	seen := map[string]bool{}
	for _, w := range scan(text) {
		for _, part := range w.parts {
			if !seen[part] {
				seen[part] = true
				out = append(out, concept{alternatives: []alternative{{part, 1}}, asked: true})
			}
		}
		if w.whole != "" && !seen[w.whole] {
			seen[w.whole] = true
			out = append(out, concept{alternatives: []alternative{{w.whole, 1}}})
		}
	}
	return out
}

// enough is the score below which a passage is no answer to a question.
func (ix *Index) enough([]concept) float64 { return math.SmallestNonzeroFloat64 }

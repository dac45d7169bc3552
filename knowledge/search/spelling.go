package search

// vocable is a term of the index with the number of passages that hold it.
type vocable struct {
	term  string
	count uint64
}

// readVocabulary lists the terms of the bodies. An index that cannot be read gives none: spelling is a help only.
func (ix *Index) readVocabulary() []vocable {
	terms, err := ix.segment.terms(fieldBody)
	if err != nil {
		return nil
	}
	return terms
}

// shortestMisspelling is the length below which a word is taken as it is: too many words are one letter apart.
const shortestMisspelling = 4

// A word that is one slip away is surely meant where it is long and common: "comprehension" is not a slip for the
// service Comprehend, which one page names.
const (
	shortestSure = 6
	commonSure   = 10
)

// correct returns the term of the index that is nearest to a term it does not know, or "", and whether that is
// surely meant. Among equals the more frequent one wins. An everyday word is no slip.
func (ix *Index) correct(term string) (meant string, sure bool) {
	if len(term) < shortestMisspelling || hasDigit(term) || scenery()[term] {
		return "", false
	}
	allowed := 1
	if len(term) > 6 {
		allowed = 2
	}
	best, bestDistance, bestCount := "", allowed+1, uint64(0)
	for _, v := range ix.vocabulary() {
		if v.term[0] != term[0] && v.term[len(v.term)-1] != term[len(term)-1] || abs(len(v.term)-len(term)) > allowed || hasDigit(v.term) {
			continue
		}
		d := distance(term, v.term, allowed)
		if d < bestDistance || d == bestDistance && d <= allowed && v.count > bestCount {
			best, bestDistance, bestCount = v.term, d, v.count
		}
	}
	return best, bestDistance == 1 && bestCount >= commonSure && len(term) >= shortestSure
}

func hasDigit(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			return true
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }

// distance is the number of letters to insert, delete, replace or swap with the neighbour, or limit+1 where it
// is more than limit.
func distance(a, b string, limit int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

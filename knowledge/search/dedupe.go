package search

import "slices"

// signature is a sketch of a passage's words: the smallest hashes of them, sorted. Two sketches tell how many words
// two passages share without holding all words of both.
type signature []uint32

// sameShare is the share of common words from which two passages count as near duplicates.
const sameShare = 0.75

// sketchSize bounds a signature. Most passages have 60 to 150 different words.
const sketchSize = 64

func signatureOf(text string) signature {
	s := make(signature, 0, len(text)/6)
	const basis = 2166136261
	h, n := uint32(basis), 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			h = (h ^ uint32(c)) * 16777619 // FNV-1a
			n++
			continue
		}
		if n > 2 {
			s = append(s, h)
		}
		h, n = basis, 0
	}
	if n > 2 {
		s = append(s, h)
	}
	slices.Sort(s)
	s = slices.Compact(s)
	return slices.Clone(s[:min(len(s), sketchSize)])
}

// likeAny tells whether s is nearly one of others (Jaccard, estimated over the smallest hashes of both together).
func (s signature) likeAny(others []signature) bool {
	for _, o := range others {
		if s.like(o) {
			return true
		}
	}
	return false
}

func (s signature) like(o signature) bool {
	common, all := 0, 0
	for i, j := 0, 0; all < sketchSize && (i < len(s) || j < len(o)); all++ {
		switch {
		case j == len(o) || i < len(s) && s[i] < o[j]:
			i++
		case i == len(s) || o[j] < s[i]:
			j++
		default:
			common++
			i++
			j++
		}
	}
	return all > 0 && float64(common) >= sameShare*float64(all)
}

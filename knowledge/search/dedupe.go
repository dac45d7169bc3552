package search

// signature is a passage's words as a set of hashes.
type signature map[uint32]bool

// sameShare is the share of common words from which two passages count as near duplicates.
const sameShare = 0.75

func signatureOf(text string) signature {
	s := signature{}
	h := uint32(2166136261)
	n := 0
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
			s[h] = true
		}
		h, n = 2166136261, 0
	}
	if n > 2 {
		s[h] = true
	}
	return s
}

// likeAny tells whether s is nearly one of others (Jaccard).
func (s signature) likeAny(others []signature) bool {
	for _, o := range others {
		common := 0
		for h := range s {
			if o[h] {
				common++
			}
		}
		if all := len(s) + len(o) - common; all > 0 && float64(common) >= sameShare*float64(all) {
			return true
		}
	}
	return false
}

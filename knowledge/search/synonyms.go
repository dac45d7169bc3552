package search

import (
	_ "embed"
	"strings"
	"sync"
)

// synonymText is the curated list: how people put things, and what the services call them. Its head explains it.
//
//go:embed synonyms.txt
var synonymText string

// synonyms finds meanings by the stems of a word or phrase.
type synonyms struct {
	meanings map[string][][]string // key: stems joined by blanks
	longest  int                   // the most stems of a key
}

// expansion is one phrase of a question and what it may stand for, each meaning as stems.
type expansion struct {
	key      string
	meanings [][]string
}

var loadSynonyms = sync.OnceValue(func() synonyms { return parseSynonyms(synonymText) })

func parseSynonyms(text string) synonyms {
	s := synonyms{meanings: map[string][][]string{}}
	add := func(from string, to [][]string) {
		stems := stemsOf(from)
		key := strings.Join(stems, " ")
		s.meanings[key] = append(s.meanings[key], to...)
		s.longest = max(s.longest, len(stems))
	}
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if from, to, ok := strings.Cut(line, "->"); ok {
			var meanings [][]string
			for _, m := range strings.Split(to, ",") {
				meanings = append(meanings, stemsOf(m))
			}
			for _, f := range strings.Split(from, ",") {
				add(f, meanings)
			}
			continue
		}
		same := strings.Split(line, "=")
		for i, a := range same {
			for j, b := range same {
				if i != j {
					add(a, [][]string{stemsOf(b)})
				}
			}
		}
	}
	return s
}

func stemsOf(text string) []string {
	var out []string
	for _, w := range scan(text) {
		out = append(out, w.parts...)
	}
	return out
}

// match finds every key among neighbouring stems.
func (s synonyms) match(stems []string) []expansion {
	var out []expansion
	seen := map[string]bool{}
	for i := range stems {
		for n := 1; n <= s.longest && i+n <= len(stems); n++ {
			key := strings.Join(stems[i:i+n], " ")
			if m := s.meanings[key]; m != nil && !seen[key] {
				seen[key] = true
				out = append(out, expansion{key, m})
			}
		}
	}
	return out
}

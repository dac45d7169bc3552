package search

import (
	_ "embed"
	"maps"
	"slices"
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

// String writes the list by stems, a line for each key with its meanings, each after a tab. The index keeps it in this form:
// finding the stems takes longer than a search.
func (s synonyms) String() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(s.meanings)) {
		b.WriteString(key)
		for _, m := range s.meanings[key] {
			b.WriteString("\t" + strings.Join(m, " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// readSynonyms reads what String wrote.
func readSynonyms(text string) synonyms {
	s := synonyms{meanings: make(map[string][][]string, strings.Count(text, "\n"))}
	for line := range strings.Lines(text) {
		key, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		meanings := make([][]string, 0, strings.Count(rest, "\t")+1)
		for m := range strings.SplitSeq(rest, "\t") {
			meanings = append(meanings, strings.Fields(m))
		}
		s.meanings[key] = meanings
		s.longest = max(s.longest, strings.Count(key, " ")+1)
	}
	return s
}

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

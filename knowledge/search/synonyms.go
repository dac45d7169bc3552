package search

import (
	_ "embed"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
)

// synonymText is the curated list: how people put things, and what the services call them. Its head explains it.
//
//go:embed synonyms.txt
var synonymText string

// synonyms finds meanings by the stems of a word or phrase. It is a text: a line for each key, sorted, with its meanings, each
// after a tab, all as stems joined by blanks. The index keeps it, as finding the stems takes longer than a search, and a
// question looks a few lines up.
type synonyms string

// expansion is one phrase of a question and what it may stand for, each meaning as stems.
type expansion struct {
	key      string
	meanings [][]string
}

var loadSynonyms = sync.OnceValue(func() synonyms { return parseSynonyms(synonymText) })

func parseSynonyms(text string) synonyms {
	meanings := map[string][]string{}
	add := func(from string, to ...string) {
		key := joinedStems(from)
		meanings[key] = append(meanings[key], to...)
	}
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if from, to, ok := strings.Cut(line, "->"); ok {
			var means []string
			for _, m := range strings.Split(to, ",") {
				means = append(means, joinedStems(m))
			}
			for _, f := range strings.Split(from, ",") {
				add(f, means...)
			}
			continue
		}
		same := strings.Split(line, "=")
		for i, a := range same {
			for j, b := range same {
				if i != j {
					add(a, joinedStems(b))
				}
			}
		}
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(meanings)) {
		b.WriteString(key + "\t" + strings.Join(meanings[key], "\t") + "\n")
	}
	return synonyms(b.String())
}

func joinedStems(text string) string { return strings.Join(stemsOf(text), " ") }

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
		for n := i + 1; n <= len(stems); n++ {
			key := strings.Join(stems[i:n], " ")
			rest := s.from(key)
			if line, others, _ := strings.Cut(rest, "\n"); strings.HasPrefix(line, key+"\t") {
				rest = others
				if !seen[key] {
					seen[key] = true
					out = append(out, expansion{key, meaningsOf(line[len(key)+1:])})
				}
			}
			if !strings.HasPrefix(rest, key+" ") { // no longer key begins so: a blank sorts before all that stems have
				break
			}
		}
	}
	return out
}

// from returns the lines from the first on whose key is not before the given one.
func (s synonyms) from(key string) string {
	return string(s[sort.Search(len(s), func(i int) bool {
		at, _, _ := strings.Cut(string(s[strings.LastIndexByte(string(s[:i]), '\n')+1:]), "\t")
		return at >= key
	}):])
}

func meaningsOf(list string) [][]string {
	var out [][]string
	for m := range strings.SplitSeq(list, "\t") {
		out = append(out, strings.Fields(m))
	}
	return out
}

package search

import (
	_ "embed"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
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
		key := keyOf(from)
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

// exactly marks the key of a phrase that its small words make: "log in", "is down", "out of date". Without them it would be
// a common word that stands for anything, so such a phrase is looked for with them.
const exactly = "= "

func keyOf(phrase string) string {
	key := joinedStems(phrase)
	if all := wordsOf(phrase); len(all) > 1 && !strings.Contains(key, " ") {
		return exactly + strings.Join(all, " ")
	}
	return key
}

var articles = lazy.Words("a an the my our your their his her its this that these those")

// wordsOf returns the stems of all words but articles, stop words included.
func wordsOf(text string) []string {
	var out []string
	for run := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !isWordRune(r) && r != '\'' && r != '’'
	}) {
		if i := strings.IndexAny(run, "'’"); i > 0 { // don't, table's
			run = run[:i]
		}
		if !articles()[run] {
			out = append(out, stem(run))
		}
	}
	return out
}

func joinedStems(text string) string { return strings.Join(stemsOf(text), " ") }

func stemsOf(text string) []string {
	var out []string
	for _, w := range scan(text) {
		out = append(out, w.parts...)
	}
	return out
}

// match finds every key that begins with mark and goes on with neighbouring stems.
func (s synonyms) match(mark string, stems []string) []expansion {
	var out []expansion
	seen := map[string]bool{}
	for i := range stems {
		for n := i + 1; n <= len(stems); n++ {
			key := mark + strings.Join(stems[i:n], " ")
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

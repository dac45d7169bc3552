package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/go-porterstemmer"

	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// pairAnalyzer makes terms of neighbouring words.
type pairAnalyzer struct{}

// Analyze implements analysis.Analyzer. Each pair counts once.
func (pairAnalyzer) Analyze(input []byte) analysis.TokenStream {
	var out analysis.TokenStream
	for i, p := range pairsOf(scan(string(input))) {
		out = append(out, &analysis.Token{Term: []byte(p), Position: i + 1, Type: analysis.AlphaNumeric})
	}
	return out
}

// analyzer makes terms of words. bleve's own camelCase filter drops the whole identifier and keeps underscores, so identifiers
// are taken apart here: ReportBatchItemFailures is found whole and by its words, AWS::SQS::Queue by both, 10,240 as one
// number, 6MB as a number and its unit.
type analyzer struct{}

// Analyze implements analysis.Analyzer. Positions count words, so that parts of one identifier share a place.
func (analyzer) Analyze(input []byte) analysis.TokenStream {
	var out analysis.TokenStream
	for i, w := range scan(string(input)) {
		for _, term := range w.terms() {
			out = append(out, &analysis.Token{Term: []byte(term), Start: w.start, End: w.end, Position: i + 1, Type: analysis.AlphaNumeric})
		}
	}
	return out
}

// word is a run of characters between blanks and punctuation, taken apart.
type word struct {
	parts      []string // lower case, stemmed, without stop words
	whole      string   // the whole run where it is more than one part, "" otherwise
	start, end int
}

func (w word) terms() []string {
	if w.whole == "" {
		return w.parts
	}
	return append([]string{w.whole}, w.parts...)
}

// scan cuts a text into words.
func scan(text string) []word {
	var out []word
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		if w := analyzeRun(text[start:end]); len(w.parts) > 0 {
			w.start, w.end = start, end
			out = append(out, w)
		}
		start = -1
	}
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || start >= 0 && joins(text, i, r) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
	}
	flush(len(text))
	return out
}

// joins tells whether a mark between two letters or digits belongs to the word: dead-letter, States.Timeout,
// sqs:SendMessage, AWS::SQS::Queue, max_receive_count, 1,024.
func joins(text string, i int, r rune) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
	switch r {
	case '-', '_', '.':
		return isWordRune(before) && isWordRune(after)
	case ',':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	case ':':
		return (isWordRune(before) || before == ':') && (isWordRune(after) || after == ':')
	case '\'', '’':
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	}
	return false
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func analyzeRun(run string) word {
	if isLower(run) { // most words need not be taken apart
		if stopWords()[run] {
			return word{}
		}
		return word{parts: []string{stem(run)}}
	}
	run = strings.TrimRight(run, ":")
	var whole strings.Builder
	var w word
	pieces := 0
	for _, piece := range strings.FieldsFunc(run, func(r rune) bool { return strings.ContainsRune("-_.:", r) }) {
		if strings.Contains(piece, ",") { // 10,240
			piece = strings.ReplaceAll(piece, ",", "")
		}
		if i := strings.IndexAny(piece, "'’"); i > 0 { // don't, table's
			piece = piece[:i]
		}
		for _, part := range splitCase(piece) {
			pieces++
			lower := strings.ToLower(part)
			whole.WriteString(lower)
			if stopWords()[lower] {
				continue
			}
			w.parts = append(w.parts, stem(lower))
			if letters := strings.TrimRight(lower, "0123456789"); len(letters) > 2 && len(letters) < len(lower) {
				w.parts = append(w.parts, stem(letters)) // nodejs20 is found by nodejs
			}
		}
	}
	if pieces > 1 {
		w.whole = whole.String()
	}
	return w
}

// splitCase cuts camelCase and numbers with a unit: maxReceiveCount, 6MB, SQSQueue. A letter followed by a digit
// stays together (s3, arm64, nodejs20), as do short mixed words (IPv6).
func splitCase(s string) []string {
	runes := []rune(s)
	if len(runes) <= 4 && !unicode.IsDigit(runes[0]) {
		return []string{s}
	}
	var out []string
	start := 0
	for i := 1; i < len(runes); i++ {
		prev, cur := runes[i-1], runes[i]
		cut := unicode.IsLower(prev) && unicode.IsUpper(cur) ||
			unicode.IsDigit(prev) && unicode.IsLetter(cur) ||
			unicode.IsUpper(prev) && unicode.IsUpper(cur) && i+1 < len(runes) && unicode.IsLower(runes[i+1]) && i-start > 1
		if cut {
			out = append(out, string(runes[start:i]))
			start = i
		}
	}
	return append(out, string(runes[start:]))
}

// stem takes a word to its stem. Words with digits and very short ones are left alone.
func stem(s string) string {
	if len(s) < 4 || !isLower(s) {
		return s
	}
	return string(porterstemmer.StemWithoutLowerCasing([]rune(s)))
}

// isLower tells whether a text is of nothing but small English letters.
func isLower(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

// Shortened forms stand here as they are before their apostrophe and as they are typed without it.
var stopWords = lazy.Words(`a about am an and any are as at be been being but by can could d did do does doing done don for from
	get gets got had has have having he her here him his how i if in into is isn it its just let ll m me my of on or our ours out
	re s shall she should so some such t than that the their them then there these they this those to too us ve very was we were
	what when where which while who whom why will with would you your
	aren couldn didn doesn hadn hasn haven shouldn wasn weren won wouldn arent cant couldnt didnt doesnt dont hadnt hasnt havent
	isnt shouldnt wasnt werent wont wouldnt im ive youre theyre thats whats wheres theres`)

package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	index "github.com/blevesearch/bleve_index_api"
)

// indexVersion changes whenever analysis or the fields change, so that an index of an older program is stale.
const indexVersion = 7

// ErrStale is returned by Open for an index that was built from another corpus.
var ErrStale = errors.New("the index was built from another corpus")

// The searched fields. Bodies are not stored: passages come from the corpus by id.
const (
	fieldHeading = "heading" // the section's heading
	fieldPage    = "page"    // the page's title, topics and services
	fieldLead    = "lead"    // the first sentence
	fieldBody    = "body"    // all of the text
	fieldAsked   = "asked"   // other ways to put the question
	fieldPairs   = "pairs"   // neighbouring words of heading and text
	fieldDomain  = "domain"  // filters, not analysed
	fieldKind    = "kind"
	fieldService = "service"
	fieldStored  = "stored" // of documents that belong to the index as a whole
)

var (
	scoredFields = []string{fieldHeading, fieldPage, fieldLead, fieldBody, fieldAsked}
	pairFields   = []string{fieldPairs}
)

// Two documents behind the passages keep what belongs to an index as a whole. They are found by their place.
const (
	synonymsFromEnd = 2
	statsFromEnd    = 1
)

// stats is kept inside the index: what it was built from, the true length of each field, which BM25 needs
// and a segment does not know, and what the pages stand in for, so that none of them is read before it is part of an answer.
type stats struct {
	Hash     string         `json:"hash"`
	Count    int            `json:"count"`
	Length   map[string]int `json:"length"`
	Replaces []string       `json:"replaces,omitempty"`
}

// Index answers questions over a corpus. It is safe for concurrent use.
type Index struct {
	corpus  *Corpus
	segment *segment
	impacts *impactCache
	stats   stats

	own        *Index // the user's own pages, nil without any
	ownImpacts *impactCache
	replaced   map[string]bool // ids of our pages and sections that these stand in for

	vocabulary func() []vocable // every term of the bodies, for misspelled questions
	synonyms   func() synonyms
}

// searchedTexts are the texts of a passage by the field that they are searched in.
func searchedTexts(p Passage) map[string]string {
	return map[string]string{
		fieldHeading: p.Title,
		fieldPage:    p.Page + "\n" + strings.Join(p.Topics, " ") + "\n" + strings.Join(p.Services, " "),
		fieldLead:    leadOf(p.Text),
		fieldBody:    p.Text,
		fieldAsked:   p.Asked,
	}
}

// pairedText is the text whose neighbouring words are searched.
func pairedText(p Passage) string { return p.Title + "\n" + p.Text + "\n" + p.Asked }

// serviceKey makes "Step Functions", "step-functions" and "stepfunctions" one.
func serviceKey(name string) string {
	name = strings.ToLower(name)
	for _, lead := range []string{"amazon ", "aws "} {
		name = strings.TrimPrefix(name, lead)
	}
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name)
}

// Build writes the index of a corpus into a folder.
func Build(ctx context.Context, c *Corpus, dir string) error {
	parts, _, err := makeSegments(ctx, c, segmentDocs)
	if err == nil {
		err = writeSegment(parts, dir)
	}
	if err != nil {
		return fmt.Errorf("building the search index: %w", err)
	}
	return nil
}

// Open opens the index in a folder for reading. Where it was built from another corpus, the error is ErrStale.
func Open(_ context.Context, c *Corpus, dir string) (*Index, error) {
	want, err := c.Hash()
	if err != nil {
		return nil, err
	}
	seg, err := openSegment(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the search index: %w", err)
	}
	raw, err := seg.stored(seg.count() - statsFromEnd)
	var st stats
	if err == nil {
		err = json.Unmarshal([]byte(raw), &st)
	}
	if err == nil && st.Hash != want {
		err = ErrStale
	}
	if err != nil {
		seg.close()
		return nil, fmt.Errorf("opening the search index: %w", err)
	}
	out := newIndex(c, seg, st)
	out.synonyms = sync.OnceValue(func() synonyms {
		if text, err := seg.stored(seg.count() - synonymsFromEnd); err == nil && text != "" {
			return synonyms(text)
		}
		return loadSynonyms()
	})
	return out, nil
}

// Memory builds the index in memory, for when no folder can be written or none was prepared.
func Memory(ctx context.Context, c *Corpus) (*Index, error) {
	parts, st, err := makeSegments(ctx, c, math.MaxInt)
	if err != nil {
		return nil, fmt.Errorf("building the search index in memory: %w", err)
	}
	return newIndex(c, parts[0], st), nil
}

func newIndex(c *Corpus, seg *segment, st stats) *Index {
	out := &Index{corpus: c, segment: seg, stats: st, synonyms: loadSynonyms, impacts: newImpactCache(&st)}
	out.vocabulary = sync.OnceValue(out.readVocabulary)
	return out
}

// makeSegments takes all passages apart, so many at a time, and what belongs to the index as a whole with the last.
func makeSegments(ctx context.Context, c *Corpus, atATime int) ([]*segment, stats, error) {
	hash, err := c.Hash()
	if err != nil {
		return nil, stats{}, err
	}
	passages, err := c.Passages()
	if err != nil {
		return nil, stats{}, err
	}
	st := stats{Hash: hash, Count: len(passages), Length: map[string]int{}, Replaces: c.replaces()}
	var out []*segment
	var docs []index.Document
	cut := func() error {
		if err := analyse(ctx, docs); err != nil {
			return err
		}
		seg, err := newSegment(docs)
		out, docs = append(out, seg), nil
		return err
	}
	for _, p := range passages {
		st.measure(p)
		if docs = append(docs, passageDocument(p)); len(docs) == atATime {
			if err := cut(); err != nil {
				return nil, st, err
			}
		}
	}
	docs = append(docs, storedDocument("synonyms", string(loadSynonyms())), storedDocument("stats", string(st.json())))
	err = cut()
	return out, st, err
}

// measure counts the terms of a passage, which BM25 needs.
func (s *stats) measure(p Passage) {
	for field, text := range searchedTexts(p) {
		for _, w := range scan(text) {
			s.Length[field] += len(w.terms())
		}
	}
	s.Length[fieldPairs] += len(pairsOf(scan(pairedText(p))))
}

func (s stats) json() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	return b
}

// Close lets go of the index's files.
func (ix *Index) Close() error { return ix.segment.close() }

// Hash names the corpus that the index was built from.
func (ix *Index) Hash() string { return ix.stats.Hash }

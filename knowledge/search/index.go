package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	index "github.com/blevesearch/bleve_index_api"
)

// indexVersion changes whenever analysis or the fields change, so that an index of an older program is stale.
const indexVersion = 6

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
)

var (
	scoredFields = []string{fieldHeading, fieldPage, fieldLead, fieldBody, fieldAsked}
	pairFields   = []string{fieldPairs}
)

var (
	statsKey    = []byte("serverless-architect")
	synonymsKey = []byte("serverless-architect-synonyms")
)

// stats is kept inside the index: what it was built from, the true length of each field, which BM25 needs
// and bleve does not know (it takes the number of distinct terms for the number of terms), and what the pages stand in
// for, so that none of them is read before it is part of an answer.
type stats struct {
	Hash     string         `json:"hash"`
	Count    int            `json:"count"`
	Length   map[string]int `json:"length"`
	Replaces []string       `json:"replaces,omitempty"`
}

// Index answers questions over a corpus. It is safe for concurrent use.
type Index struct {
	corpus  *Corpus
	index   bleve.Index
	impacts *impactCache
	stats   stats

	own        *Index // the user's own pages, nil without any
	ownImpacts *impactCache
	replaced   map[string]bool // ids of our pages and sections that these stand in for

	vocabulary func() []vocable // every term of the bodies, for misspelled questions
	synonyms   func() synonyms
}

type indexedPassage struct {
	Heading string   `json:"heading"`
	Page    string   `json:"page"`
	Lead    string   `json:"lead"`
	Body    string   `json:"body"`
	Asked   string   `json:"asked"`
	Pairs   string   `json:"pairs"`
	Domain  string   `json:"domain"`
	Kind    string   `json:"kind"`
	Service []string `json:"service"`
}

func indexed(p Passage) indexedPassage {
	services := make([]string, 0, len(p.Services))
	for _, s := range p.Services {
		services = append(services, serviceKey(s))
	}
	return indexedPassage{
		Heading: p.Title,
		Page:    p.Page + "\n" + strings.Join(p.Topics, " ") + "\n" + strings.Join(p.Services, " "),
		Lead:    leadOf(p.Text), Body: p.Text, Asked: p.Asked, Pairs: p.Title + "\n" + p.Text + "\n" + p.Asked,
		Domain: p.Domain, Kind: p.Kind, Service: services,
	}
}

// serviceKey makes "Step Functions", "step-functions" and "stepfunctions" one.
func serviceKey(name string) string {
	name = strings.ToLower(name)
	for _, lead := range []string{"amazon ", "aws "} {
		name = strings.TrimPrefix(name, lead)
	}
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name)
}

func newMapping() mapping.IndexMapping {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = analyzerName
	m.ScoringModel = index.BM25Scoring
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	doc := bleve.NewDocumentStaticMapping()
	for _, name := range scoredFields {
		f := bleve.NewTextFieldMapping()
		f.Store, f.IncludeTermVectors, f.IncludeInAll, f.DocValues = false, false, false, false
		f.Analyzer = analyzerName
		doc.AddFieldMappingsAt(name, f)
	}
	pairs := bleve.NewTextFieldMapping()
	pairs.Store, pairs.IncludeTermVectors, pairs.IncludeInAll, pairs.DocValues = false, false, false, false
	pairs.Analyzer = pairAnalyzerName
	doc.AddFieldMappingsAt(fieldPairs, pairs)
	for _, name := range []string{fieldDomain, fieldKind, fieldService} {
		f := bleve.NewTextFieldMapping()
		f.Store, f.IncludeTermVectors, f.IncludeInAll, f.DocValues = false, false, false, false
		f.Analyzer = keyword.Name
		doc.AddFieldMappingsAt(name, f)
	}
	m.DefaultMapping = doc
	return m
}

// Build writes the index of a corpus into a folder that does not exist yet.
func Build(ctx context.Context, c *Corpus, dir string) error {
	builder, err := bleve.NewBuilder(dir, newMapping(), map[string]interface{}{})
	if err != nil {
		return fmt.Errorf("building the search index: %w", err)
	}
	st, err := fill(ctx, c, builder.Index)
	if closing := builder.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("building the search index: %w", err)
	}
	// The builder takes no values of our own, hence the second step.
	ix, err := bleve.OpenUsing(dir, nil)
	if err != nil {
		return fmt.Errorf("finishing the search index: %w", err)
	}
	err = errors.Join(ix.SetInternal(statsKey, st.json()), ix.SetInternal(synonymsKey, []byte(loadSynonyms())))
	if err != nil {
		ix.Close()
		return fmt.Errorf("finishing the search index: %w", err)
	}
	return ix.Close()
}

// Open opens the index in a folder for reading. Where it was built from another corpus, the error is ErrStale.
func Open(_ context.Context, c *Corpus, dir string) (*Index, error) {
	want, err := c.Hash()
	if err != nil {
		return nil, err
	}
	ix, err := bleve.OpenUsing(dir, map[string]interface{}{"read_only": true})
	if err != nil {
		return nil, fmt.Errorf("opening the search index: %w", err)
	}
	raw, err := ix.GetInternal(statsKey)
	var st stats
	if err == nil {
		err = json.Unmarshal(raw, &st)
	}
	if err == nil && st.Hash != want {
		err = ErrStale
	}
	if err != nil {
		ix.Close()
		return nil, fmt.Errorf("opening the search index: %w", err)
	}
	out := newIndex(c, ix, st)
	out.synonyms = sync.OnceValue(func() synonyms {
		if text, err := ix.GetInternal(synonymsKey); err == nil && len(text) > 0 {
			return synonyms(text)
		}
		return loadSynonyms()
	})
	return out, nil
}

// Memory builds the index in memory, for when no folder can be written or none was prepared. It uses scorch:
// bleve's NewMemOnly would fall back to another engine that knows no BM25 and is several times slower.
func Memory(ctx context.Context, c *Corpus) (*Index, error) {
	ix, err := bleve.NewUsing("", newMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("building the search index in memory: %w", err)
	}
	batch := ix.NewBatch()
	st, err := fill(ctx, c, batch.Index)
	if err == nil {
		err = ix.Batch(batch)
	}
	if err != nil {
		ix.Close()
		return nil, fmt.Errorf("building the search index in memory: %w", err)
	}
	return newIndex(c, ix, st), nil
}

func newIndex(c *Corpus, ix bleve.Index, st stats) *Index {
	out := &Index{corpus: c, index: ix, stats: st, synonyms: loadSynonyms,
		impacts: newImpactCache(&search.BM25Stats{DocCount: float64(st.Count), FieldCardinality: st.Length})}
	out.vocabulary = sync.OnceValue(out.readVocabulary)
	return out
}

// fill indexes every passage and counts what BM25 needs.
func fill(ctx context.Context, c *Corpus, add func(id string, data interface{}) error) (stats, error) {
	hash, err := c.Hash()
	if err != nil {
		return stats{}, err
	}
	passages, err := c.Passages()
	if err != nil {
		return stats{}, err
	}
	st := stats{Hash: hash, Count: len(passages), Length: map[string]int{}, Replaces: c.replaces()}
	for _, p := range passages {
		if err := ctx.Err(); err != nil {
			return stats{}, err
		}
		doc := indexed(p)
		for field, text := range map[string]string{fieldHeading: doc.Heading, fieldPage: doc.Page, fieldLead: doc.Lead, fieldBody: doc.Body, fieldAsked: doc.Asked} {
			for _, w := range scan(text) {
				st.Length[field] += len(w.terms())
			}
		}
		st.Length[fieldPairs] += len(pairsOf(scan(doc.Pairs)))
		if err := add(p.ID, doc); err != nil {
			return stats{}, fmt.Errorf("indexing %s: %w", p.ID, err)
		}
	}
	return st, nil
}

func (s stats) json() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	return b
}

// Close lets go of the index's files.
func (ix *Index) Close() error { return ix.index.Close() }

// Hash names the corpus that the index was built from.
func (ix *Index) Hash() string { return ix.stats.Hash }

package search

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
	zapi "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// segmentFile is the file of an index in its folder.
const segmentFile = "passages.zap"

// segmentDocs bounds the passages that are analysed at a time.
const segmentDocs = 1000

var format zap.ZapPlugin

// segment is a segment of a bleve index: which passages hold a term in a field, how often, and how long the field is there.
// It is in memory or in a file, of which the parts are read that are asked for. It is safe for concurrent use.
//
// bleve's own index is a store of changing segments. Ours never changes, and all its segments are merged into one, which is
// opened as it is: importing the store (bleve's package scorch) makes tables for fuzzy terms at each start of the program, a
// seventh of the time to the first answer, and we correct misspellings in another way.
type segment struct {
	of      zapi.Segment
	readers sync.Pool // of *reader
}

// reader reads one posting list at a time; its buffers serve again.
type reader struct {
	of           *segment
	dictionaries map[string]zapi.TermDictionary
	list         zapi.PostingsList
	hits         zapi.PostingsIterator
}

// openSegment opens the segment in a folder. A file that is none, or was cut off, is an error.
func openSegment(dir string) (s *segment, err error) {
	defer func() {
		if r := recover(); r != nil { // the library trusts its files
			s, err = nil, fmt.Errorf("damaged file: %v", r)
		}
	}()
	of, err := format.Open(filepath.Join(dir, segmentFile))
	if err != nil {
		return nil, err
	}
	return &segment{of: of}, nil
}

// newSegment makes a segment in memory.
func newSegment(docs []index.Document) (*segment, error) {
	of, _, err := format.New(docs)
	if err != nil {
		return nil, err
	}
	return &segment{of: of}, nil
}

// writeSegment merges segments into one in a folder, in their order.
func writeSegment(parts []*segment, dir string) error {
	of, dropped := make([]zapi.Segment, len(parts)), make([]*roaring.Bitmap, len(parts))
	for i, p := range parts {
		of[i] = p.of
	}
	_, _, err := format.Merge(of, dropped, filepath.Join(dir, segmentFile), nil, nil)
	return err
}

func (s *segment) close() error { return s.of.Close() }

// count is the number of documents.
func (s *segment) count() int { return int(s.of.Count()) }

// id returns the id of a document.
func (s *segment) id(doc int) (string, error) {
	id, err := s.of.DocID(uint64(doc))
	return string(id), err
}

// postings finds the documents that have a term in a field. The reader must be closed.
func (s *segment) postings(term, field string) (*reader, error) {
	r, ok := s.readers.Get().(*reader)
	if !ok {
		r = &reader{of: s, dictionaries: map[string]zapi.TermDictionary{}}
	}
	dict, err := r.dictionary(field)
	if err != nil {
		return nil, err
	}
	if r.list, err = dict.PostingsList([]byte(term), nil, r.list); err != nil {
		return nil, err
	}
	r.hits = r.list.Iterator(true, true, false, r.hits)
	return r, nil
}

// each visits the documents that have a term in a field, in their order.
func (s *segment) each(term, field string, visit func(doc int)) error {
	r, err := s.postings(term, field)
	if err != nil {
		return err
	}
	defer r.close()
	for {
		hit, err := r.next()
		if err != nil || hit == nil {
			return err
		}
		visit(int(hit.Number()))
	}
}

// count is the number of documents that were found.
func (r *reader) count() int { return int(r.list.Count()) }

// next returns the next document that was found, in their order, and nil after the last.
func (r *reader) next() (zapi.Posting, error) { return r.hits.Next() }

// close lets the reader serve again.
func (r *reader) close() { r.of.readers.Put(r) }

// dictionary returns the terms of a field. A reader has its own, since a dictionary may serve one caller at a time.
func (r *reader) dictionary(field string) (zapi.TermDictionary, error) {
	if d, ok := r.dictionaries[field]; ok {
		return d, nil
	}
	d, err := r.of.of.Dictionary(field)
	if err != nil {
		return nil, err
	}
	r.dictionaries[field] = d
	return d, nil
}

// terms lists the terms of a field, sorted, with the number of documents that hold each.
func (s *segment) terms(field string) ([]vocable, error) {
	dict, err := s.of.Dictionary(field)
	if err != nil {
		return nil, err
	}
	var out []vocable
	for all := dict.AutomatonIterator(nil, nil, nil); ; {
		entry, err := all.Next()
		if err != nil || entry == nil {
			return out, err
		}
		out = append(out, vocable{entry.Term, entry.Count})
	}
}

// stored returns what a document keeps beside its terms.
func (s *segment) stored(doc int) (string, error) {
	out := ""
	err := s.of.VisitStoredFields(uint64(doc), func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == fieldStored {
			out = string(value)
		}
		return true
	})
	return out, err
}

// storedDocument is a document that keeps a text and has no terms.
func storedDocument(id, text string) index.Document {
	return document.NewDocument(id).AddField(document.NewTextFieldCustom(fieldStored, nil, []byte(text), index.StoreField, nil))
}

// passageDocument is what is searched of a passage. Texts are not stored: passages come from the corpus by id.
func passageDocument(p Passage) index.Document {
	doc := document.NewDocument(p.ID)
	texts := searchedTexts(p)
	for _, field := range scoredFields {
		doc.AddField(document.NewTextFieldCustom(field, nil, []byte(texts[field]), index.IndexField, analyzer{}))
	}
	doc.AddField(document.NewTextFieldCustom(fieldPairs, nil, []byte(pairedText(p)), index.IndexField, pairAnalyzer{}))
	whole := func(field, value string) {
		doc.AddField(document.NewTextFieldCustom(field, nil, []byte(value), index.IndexField, nil))
	}
	whole(fieldDomain, p.Domain)
	whole(fieldKind, p.Kind)
	for _, s := range p.Services {
		whole(fieldService, serviceKey(s))
	}
	return doc
}

// analyse takes the texts of documents apart, on all processors.
func analyse(ctx context.Context, docs []index.Document) error {
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for first := range workers {
		all.Go(func() {
			for i := first; i < len(docs) && ctx.Err() == nil; i += workers {
				docs[i].AddIDField()
				docs[i].VisitFields(func(f index.Field) {
					if f.Options().IsIndexed() {
						f.Analyze()
					}
				})
			}
		})
	}
	all.Wait()
	return ctx.Err()
}

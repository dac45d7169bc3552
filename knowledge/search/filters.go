package search

import (
	"fmt"
	"slices"
	"strings"
)

// UnknownFilterError tells that a question is to be answered from a domain or kind that no passage has.
type UnknownFilterError struct {
	Filter string // domain or kind
	Value  string
	Known  []string // sorted
}

func (e *UnknownFilterError) Error() string {
	return fmt.Sprintf("no passage has the %s %q", e.Filter, e.Value)
}

// checkFilters refuses a domain or kind that does not exist: an empty answer would say that the knowledge lacks what was
// asked. A service without passages is not refused, since it may well exist.
func (ix *Index) checkFilters(q Query) error {
	for _, f := range []struct{ name, field, value, asked string }{
		{"domain", fieldDomain, strings.ToLower(q.Domain), q.Domain}, {"kind", fieldKind, kindKey(q.Kind), q.Kind},
	} {
		if f.value == "" {
			continue
		}
		known, err := ix.values(f.field)
		if err != nil {
			return err
		}
		if !slices.Contains(known, f.value) {
			return &UnknownFilterError{Filter: f.name, Value: f.asked, Known: known}
		}
	}
	return nil
}

// values lists what passages have in a field that is not analysed, the user's included.
func (ix *Index) values(field string) ([]string, error) {
	terms, err := ix.segment.terms(field)
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	out := make([]string, 0, len(terms))
	for _, t := range terms {
		out = append(out, t.term)
	}
	if ix.own != nil {
		theirs, err := ix.own.values(field)
		if err != nil {
			return nil, err
		}
		out = append(out, theirs...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// filter takes the score from all documents that the question's filters leave out.
func (ix *Index) filter(scores []float32, q Query) error {
	for field, value := range map[string]string{fieldDomain: strings.ToLower(q.Domain), fieldKind: kindKey(q.Kind), fieldService: serviceKey(q.Service)} {
		if value == "" {
			continue
		}
		from := 0
		err := ix.segment.each(value, field, func(doc int) {
			if doc < len(scores) {
				clear(scores[from:doc])
				from = doc + 1
			}
		})
		if err != nil {
			return err
		}
		clear(scores[from:])
	}
	return nil
}

// nearestAnywhere names what comes closest where the filters left nothing.
func (ix *Index) nearestAnywhere(concepts []concept, q Query, res *Result) error {
	scored := &conceptQuery{concepts: concepts, impacts: ix.impacts, correct: ix.correct}
	ranked, err := ix.rank(scored, Query{Text: q.Text, Limit: 1})
	for i := 0; err == nil && i < len(ranked); i++ {
		err = res.nearest(ranked[i])
	}
	return err
}

// kindKey accepts the singular or plural that people write.
func kindKey(kind string) string {
	kind = strings.ToLower(kind)
	switch kind {
	case "error", "misconception", "fact":
		return kind + "s"
	case "change":
		return "changes"
	case "guides", "decisions", "patterns", "rules", "references":
		return strings.TrimSuffix(kind, "s")
	case "matrices":
		return "matrix"
	}
	return kind
}

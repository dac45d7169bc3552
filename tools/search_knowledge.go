package tools

import (
	"context"
	"errors"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
)

var _ = define(Tool{
	Name:  "search_knowledge",
	Title: "Search the knowledge",
	Description: "Passages that answer a question on AWS serverless: limits, settings, errors, traps, patterns, what is new. Dated and sourced; may be newer than you. " +
		"For a known id use read_knowledge. Example: {\"query\":\"SQS trigger visibility timeout\"}",
	Input: `{"type":"object","properties":{"query":{"type":"string","minLength":1},` +
		`"domain":{"type":"string","enum":["serverless","eda","security","observability","performance","deployment"]},` +
		`"service":{"type":"string"},"kind":{"type":"string","description":"guide, decision, errors, changes, pattern, rule, facts"},` +
		`"limit":{"type":"integer","minimum":1,"maximum":20,"default":5},"max_tokens":{"type":"integer","minimum":100,"default":2000}},"required":["query"],"additionalProperties":false}`,
	Output: `{"type":"object","properties":{"schema":{"const":"search/1"},"query":{"type":"string"},` +
		`"passages":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"title":{"type":"string"},"text":{"type":"string"},"sources":{"type":"array","items":{"type":"object"}}}}},` +
		`"nearest":{"type":"array","items":{"type":"object"}},"tokens":{"type":"integer"},"took_us":{"type":"integer"}},"required":["schema","passages"]}`,
}, (*Workbench).SearchKnowledge)

// SearchInput is a question to the knowledge.
type SearchInput struct {
	Question  string `json:"query"`
	Domain    string `json:"domain,omitempty"`
	Service   string `json:"service,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Limit     int    `json:"limit,omitempty"`
	MaxTokens int    `json:"max_tokens,omitempty"`
}

// SearchResult is search/1.
type SearchResult struct{ search.Result }

// SearchKnowledge answers a question. Finding nothing is an answer too.
func (w *Workbench) SearchKnowledge(ctx context.Context, in SearchInput) (SearchResult, error) {
	if strings.TrimSpace(in.Question) == "" {
		return SearchResult{}, wrong("ask in a few words, such as \"visibility timeout sqs lambda\"", "the question is empty")
	}
	ix, err := w.index(ctx)
	if err != nil {
		return SearchResult{}, err
	}
	found, err := ix.Search(ctx, search.Query{Text: in.Question, Domain: in.Domain, Service: in.Service, Kind: in.Kind, Limit: in.Limit, MaxTokens: in.MaxTokens})
	var unknown *search.UnknownFilterError
	if errors.As(err, &unknown) {
		return SearchResult{}, wrong("Use one of "+strings.Join(unknown.Known, ", ")+".", "%w", unknown)
	}
	return SearchResult{found}, err
}

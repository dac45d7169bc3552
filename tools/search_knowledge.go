package tools

import (
	"context"
	"fmt"
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

// Markdown is the passages with their sources.
func (r SearchResult) Markdown() string {
	var b strings.Builder
	if len(r.Passages) == 0 {
		b.WriteString("Nothing good was found; ask with the service's name and the setting's or error's own words.\n")
		for i, n := range r.Nearest {
			if i == 0 {
				b.WriteString("Nearest:\n")
			}
			fmt.Fprintf(&b, "- %s (`%s`)\n", n.Title, n.ID)
		}
		return b.String()
	}
	for i, p := range r.Passages {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n`%s`\n\n%s\n", p.Title, p.ID, strings.TrimSpace(p.Text))
		writeSources(&b, p.Sources)
		if len(p.Rules) > 0 {
			fmt.Fprintf(&b, "Checked by: %s\n", strings.Join(p.Rules, ", "))
		}
		if len(p.Patterns) > 0 {
			fmt.Fprintf(&b, "Patterns: %s\n", strings.Join(p.Patterns, ", "))
		}
	}
	return b.String()
}

func writeSources(b *strings.Builder, sources []search.Source) {
	for i, s := range sources {
		if i == 0 {
			b.WriteString("\nSources:\n")
		}
		fmt.Fprintf(b, "- %s", s.Title)
		if s.URL != "" {
			fmt.Fprintf(b, " <%s>", s.URL)
		}
		if s.Checked != "" {
			fmt.Fprintf(b, " (%s)", s.Checked)
		}
		b.WriteString("\n")
	}
}

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
	return SearchResult{found}, err
}

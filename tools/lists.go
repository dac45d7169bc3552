package tools

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// RuleList is rules/1.
type RuleList struct {
	Schema string     `json:"schema"`
	Rules  []RuleLine `json:"rules"`
}

// RuleLine is a rule in a list.
type RuleLine struct {
	ID       string         `json:"id"`
	Code     string         `json:"code"`
	Severity rules.Severity `json:"severity"`
	Pillar   rules.Pillar   `json:"pillar"`
	Profile  rules.Profile  `json:"profile"`
	Title    string         `json:"title"`
	// Equivalents are rules of other tools that look for the same, as "tool:id".
	Equivalents []string `json:"equivalents"`
}

// ListRules lists every review rule, sorted by id.
func ListRules() RuleList {
	l := RuleList{Schema: "rules/1", Rules: []RuleLine{}}
	for _, r := range rules.All() {
		l.Rules = append(l.Rules, RuleLine{r.ID, r.Code, r.Severity, r.Pillar, r.Profile, r.Title, append([]string{}, r.Equivalents...)})
	}
	return l
}

// Markdown is the list, a line each.
func (l RuleList) Markdown() string {
	var b strings.Builder
	for _, r := range l.Rules {
		fmt.Fprintf(&b, "%-8s %-8s %-8s %s: %s\n", r.Code, r.Severity, r.Profile, r.ID, r.Title)
	}
	return b.String()
}

// PatternList is patterns/1.
type PatternList struct {
	Schema   string        `json:"schema"`
	Patterns []PatternLine `json:"patterns"`
}

// PatternLine is a pattern in a list.
type PatternLine struct {
	Slug      string   `json:"slug"`
	Title     string   `json:"title"`
	Summary   string   `json:"summary"`
	Domain    string   `json:"domain"`
	Services  []string `json:"services"`
	Languages []string `json:"languages"`
}

// ListPatterns lists every pattern, sorted by slug, with the languages that it can be written in.
func ListPatterns() PatternList {
	l := PatternList{Schema: "patterns/1", Patterns: []PatternLine{}}
	for _, p := range patterns.All() {
		languages := cdk.Languages
		if d, err := p.Blueprint.Graph(nil); err == nil { // else a test of the patterns says why
			languages = cdk.Writable(d.Graph)
		}
		l.Patterns = append(l.Patterns, PatternLine{p.Slug, p.Title, p.Summary, p.Domain, p.Services, languages})
	}
	return l
}

// Markdown is the list, a line each.
func (l PatternList) Markdown() string {
	var b strings.Builder
	for _, p := range l.Patterns {
		fmt.Fprintf(&b, "%-28s %s\n", p.Slug, p.Summary)
	}
	return b.String()
}

// FactList is facts/1: the tables' names.
type FactList struct {
	Schema string      `json:"schema"`
	Tables []FactTable `json:"tables"`
}

// FactTable is a table of facts in a list.
type FactTable struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Rows  int    `json:"rows"`
}

// ListFacts lists the tables of facts.
func ListFacts() FactList {
	l := FactList{Schema: "facts/1", Tables: []FactTable{}}
	for _, t := range facts.Tables() {
		l.Tables = append(l.Tables, FactTable{t.Name, t.Title, len(t.Facts)})
	}
	return l
}

// Markdown is the list, a line each.
func (l FactList) Markdown() string {
	var b strings.Builder
	for _, t := range l.Tables {
		fmt.Fprintf(&b, "%-16s %3d rows  %s\n", t.Name, t.Rows, t.Title)
	}
	return b.String()
}

package tools

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
)

var _ = define(Tool{
	Name:  "review_template",
	Title: "Review a template",
	Description: "Findings for CloudFormation, SAM or CDK output, reviewed as one connected system: lost messages, missing permissions, loops, timeouts, exposure; with file:line and fix. " +
		"Deployed already: review_stack. Example: {\"paths\":[\"cdk.out\"]}",
	Input: `{"type":"object","properties":{` + sourceSchema + `,` +
		`"rules":{"type":"string","enum":["core","advisory","strict"],"default":"core"},` +
		`"detail":{"type":"string","description":"id of one finding to show whole"},` +
		`"max_tokens":{"type":"integer","minimum":200,"default":1500}},"additionalProperties":false}`,
	Output: reviewSchema,
}, (*Workbench).reviewTemplateBriefly)

// sourceSchema and reviewSchema are parts of several tools' schemas.
const (
	sourceSchema = `"paths":{"type":"array","items":{"type":"string"},"description":"templates, cdk.out or SAM folder; several are one system"},` +
		`"template":{"type":"string","description":"template text instead of paths"},` +
		`"parameters":{"type":"object","additionalProperties":{"type":"string"}}`
	reviewSchema = `{"type":"object","properties":{"schema":{"const":"review/1"},"source":{"type":"object"},` +
		`"summary":{"type":"object","properties":{"resources":{"type":"integer"},"edges":{"type":"integer"},"findings":{"type":"object"},"unknowns":{"type":"integer"},"rules":{"type":"integer"}}},` +
		`"findings":{"type":"array","items":{"type":"object"}},"unknown":{"type":"array","items":{"type":"object"}},"suppressed":{"type":"array","items":{"type":"object"}}},` +
		`"required":["schema","summary","findings"]}`
)

// defaultReviewTokens is how long an answer to an assistant may be, in tokens of 4 characters.
const defaultReviewTokens = 1500

// ReviewInput says what to review and how.
type ReviewInput struct {
	Source
	Rules     string `json:"rules,omitempty"`      // profile: core, advisory, strict; "" is core
	Detail    string `json:"detail,omitempty"`     // id of one finding to show whole
	MaxTokens int    `json:"max_tokens,omitempty"` // 0: everything on the command line, 1,500 for an assistant
}

// ReviewResult is a review/1 report.
type ReviewResult struct {
	rules.Report
	whole  *rules.Report // what Markdown shows where Report is cut: text holds more findings in the same budget
	budget int
	detail bool
}

// Markdown is the report as a person reads it.
func (r ReviewResult) Markdown() string {
	shown := r.Report
	if r.whole != nil {
		shown = *r.whole
	}
	return report.Markdown(shown, report.Options{MaxTokens: r.budget, Detail: r.detail})
}

// FailsAt tells whether a finding is at least as bad as the named severity; "none" never fails.
func (r ReviewResult) FailsAt(severity string) bool {
	s, _ := rules.ParseSeverity(severity)
	return r.Fails(s)
}

// CheckSeverity refuses what is no severity.
func CheckSeverity(name string) error {
	if _, ok := rules.ParseSeverity(name); !ok {
		return wrong("choose critical, high, medium, low, info or none", "%q is no severity", name)
	}
	return nil
}

// Without moves the findings of an earlier report (review/1) to the suppressed ones: what is left is new.
func (w *Workbench) Without(r ReviewResult, baseline string) (ReviewResult, error) {
	g := gathered{}
	if err := g.addFile(w.Reach, baseline); err != nil {
		return r, err
	}
	var old struct {
		Schema   string
		Findings []struct{ ID string }
	}
	if err := json.Unmarshal(g.files[0].Data, &old); err != nil || old.Schema != "review/1" {
		return r, wrong("write one with review --json --output FILE", "reading the baseline %q: it is no review/1 report", baseline)
	}
	ids := map[string]bool{}
	for _, f := range old.Findings {
		ids[f.ID] = true
	}
	r.Report = r.Report.Without(ids)
	return r, nil
}

// ReviewTemplate reviews templates as one system. Files that cannot be read among several are listed in the
// report's unreadable; a single one is an error.
func (w *Workbench) ReviewTemplate(ctx context.Context, in ReviewInput) (ReviewResult, error) {
	profile, err := parseProfile(in.Rules)
	if err != nil {
		return ReviewResult{}, err
	}
	sys, err := w.system(ctx, in.Source)
	if err != nil {
		return ReviewResult{}, err
	}
	return ReviewResult{Report: sys.review(w, profile)}, nil
}

// reviewTemplateBriefly is ReviewTemplate cut to an assistant's budget.
func (w *Workbench) reviewTemplateBriefly(ctx context.Context, in ReviewInput) (ReviewResult, error) {
	full, err := w.ReviewTemplate(ctx, in)
	if err != nil {
		return full, err
	}
	return brief(full, in.Detail, in.MaxTokens)
}

// brief cuts a report to one finding, or to a budget.
func brief(full ReviewResult, detail string, maxTokens int) (ReviewResult, error) {
	if detail != "" {
		for _, f := range full.Findings {
			if f.ID == detail {
				full.Findings, full.Unknown, full.detail = []rules.Finding{f}, []rules.Undecided{}, true
				full.Suppressed = []rules.Suppressed{} // of others than the one that is asked for
				return full, nil
			}
		}
		return full, wrong("take an id from the findings of this same source", "there is no finding with id %q now", detail)
	}
	if maxTokens <= 0 {
		maxTokens = defaultReviewTokens
	}
	return ReviewResult{Report: report.Cut(full.Report, maxTokens), whole: &full.Report, budget: maxTokens}, nil
}

func parseProfile(name string) (rules.Profile, error) {
	if name == "" {
		return rules.Core, nil
	}
	p, ok := rules.ParseProfile(strings.ToLower(name))
	if !ok {
		return "", wrong("choose core, advisory or strict", "there is no rule profile %q", name)
	}
	return p, nil
}

package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

var _ = define(Tool{
	Name:  "review_stack",
	Title: "Review a deployed stack",
	Description: "Findings for a deployed CloudFormation stack: its processed template with the real parameter values. Read-only AWS calls with the user's credentials. " +
		"Without stack it lists the stacks. Example: {\"stack\":\"orders-prod\",\"region\":\"eu-west-1\"}",
	Input: `{"type":"object","properties":{"stack":{"type":"string","description":"name or ARN; leave out to list"},"match":{"type":"string","description":"many: name pattern, * for all"},"tag":{"type":"string","description":"many: K=V"},"region":{"type":"string"},"profile":{"type":"string"},"role_arn":{"type":"string","description":"role to assume"},"since":{"type":"string","description":"window of metrics: 14d, 24h"},` +
		`"rules":{"type":"string","enum":["core","advisory","strict"]},"detail":{"type":"string","description":"id of one finding to show whole"},` +
		`"max_tokens":{"type":"integer","minimum":200,"default":1500}},"additionalProperties":false}`,
	Output:    `{"type":"object","properties":{"schema":{"type":"string"},"stacks":{"type":"array","items":{"type":"object"}},"summary":{"type":"object"},"findings":{"type":"array","items":{"type":"object"}},"unknown":{"type":"array","items":{"type":"object"}},"notes":{"type":"array","items":{"type":"string"}}},"required":["schema"]}`,
	OpenWorld: true,
}, (*Workbench).ReviewStack)

// countedStacks bounds for how many stacks of a list the resources are counted.
const countedStacks = 50

// StackInput says which deployed stack to review.
type StackInput struct {
	Stack     string `json:"stack,omitempty"` // name or ARN; "" lists the stacks
	Match     string `json:"match,omitempty"` // instead: all stacks of such names
	Tag       string `json:"tag,omitempty"`   // instead, or beside: all stacks with this tag, K=V
	Region    string `json:"region,omitempty"`
	Profile   string `json:"profile,omitempty"`
	RoleARN   string `json:"role_arn,omitempty"` // a role to take on
	Since     string `json:"since,omitempty"`    // how far back metrics count: 14d, 24h
	Rules     string `json:"rules,omitempty"`
	Detail    string `json:"detail,omitempty"`
	MaxTokens int    `json:"max_tokens,omitempty"`
}

func (in StackInput) connection() stack.Options {
	return stack.Options{Region: in.Region, Profile: in.Profile, RoleARN: in.RoleARN}
}

// defaultWindow is how far back metrics count: two weeks hold a weekend and a month's end or beginning half of the time.
const defaultWindow = 14 * 24 * time.Hour

// window reads "14d", "36h" or "90m".
func window(text string) (time.Duration, error) {
	if text == "" {
		return defaultWindow, nil
	}
	var n int
	var unit string
	_, err := fmt.Sscanf(text, "%d%s", &n, &unit)
	d := time.Duration(n) * map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}[unit]
	if err != nil || d < 15*time.Minute || d > 90*24*time.Hour {
		return 0, wrong("write it like 14d, 36h or 90m (15 minutes to 90 days)", "the window %q is none", text)
	}
	return d, nil
}

// StackResult is a review of a stack, or a list of stacks.
type StackResult interface{ Markdown() string }

// StackList is the answer without a stack's name.
type StackList struct {
	Schema string          `json:"schema"` // stacks/1
	Region string          `json:"region"`
	Stacks []stack.Summary `json:"stacks"`
}

// Markdown is the list as a person reads it.
func (l StackList) Markdown() string {
	if len(l.Stacks) == 0 {
		return fmt.Sprintf("No stacks in %s. Try another region or profile.", l.Region)
	}
	var b strings.Builder
	stacks := "stacks"
	if len(l.Stacks) == 1 {
		stacks = "stack"
	}
	fmt.Fprintf(&b, "%d %s in %s, last updated first. Which one should be reviewed?\n\n", len(l.Stacks), stacks, l.Region)
	for _, s := range l.Stacks {
		fmt.Fprintf(&b, "- %s (%s, %s", report.Quote(s.Name), s.Status, s.Updated.Format(time.DateOnly))
		if s.Resources > 0 {
			fmt.Fprintf(&b, ", %d resources", s.Resources)
		}
		if s.Parent != "" {
			fmt.Fprintf(&b, ", nested in %s", report.Quote(s.Parent))
		}
		b.WriteString(")\n")
	}
	return b.String()
}

// live holds the AWS readers by region and profile: credentials are looked up once.
type live struct {
	mu      sync.Mutex
	readers map[stack.Options]*stack.Reader
	recent  recent
}

func (w *Workbench) reader(ctx context.Context, o stack.Options) (*stack.Reader, error) {
	w.live.mu.Lock()
	defer w.live.mu.Unlock()
	if r, ok := w.live.readers[o]; ok {
		return r, nil
	}
	r, err := stack.Connect(ctx, o)
	if err != nil {
		return nil, awsProblem(err)
	}
	if w.live.readers == nil {
		w.live.readers = map[stack.Options]*stack.Reader{}
	}
	w.live.readers[o] = r
	return r, nil
}

// ReviewStack reviews a deployed stack within an assistant's budget, or lists the stacks.
func (w *Workbench) ReviewStack(ctx context.Context, in StackInput) (StackResult, error) {
	if in.Stack == "" && (in.Match != "" || in.Tag != "") {
		return w.reviewMatching(ctx, in)
	}
	if in.Stack == "" {
		r, err := w.reader(ctx, in.connection())
		if err != nil {
			return nil, err
		}
		found, err := r.List(ctx)
		if err != nil {
			return nil, awsProblem(err)
		}
		if found == nil {
			found = []stack.Summary{}
		}
		r.Count(ctx, found, countedStacks)
		return StackList{Schema: "stacks/1", Region: r.Region, Stacks: found}, nil
	}
	if in.Detail != "" {
		if kept, ok := w.live.recent.get(in); ok {
			return brief(kept, in.Detail, in.MaxTokens)
		}
	}
	full, err := w.ReviewStackFully(ctx, in)
	if err != nil {
		return nil, err
	}
	w.live.recent.put(in, full)
	return brief(full, in.Detail, in.MaxTokens)
}

// reviewMatching reviews many stacks within an assistant's budget: one line each, and what they share. The whole of
// one is then asked for by its name.
func (w *Workbench) reviewMatching(ctx context.Context, in StackInput) (StackResult, error) {
	if in.Match == "*" {
		in.Match = ""
	}
	regions := strings.FieldsFunc(in.Region, func(r rune) bool { return r == ',' || r == ' ' })
	out, err := w.ReviewStacks(ctx, StacksInput{Regions: regions, Profile: in.Profile, RoleARN: in.RoleARN, Since: in.Since, Match: in.Match, Tag: in.Tag, Rules: in.Rules},
		func(StackSummary) string { return "" },
		func(row StackSummary, full ReviewResult) error {
			one := in
			one.Stack, one.Region, one.Match, one.Tag = row.Name, row.Region, "", ""
			w.live.recent.put(one, full)
			return nil
		})
	if err != nil && len(out.Stacks) == 0 {
		return nil, err
	}
	if err != nil {
		out.Notes = append(out.Notes, "broken off: "+err.Error())
	}
	most := in.MaxTokens
	if most <= 0 {
		most = defaultReviewTokens
	}
	if fit := max(1, most*4/stackRowBytes); len(out.Stacks) > fit {
		out.Omitted, out.Stacks = len(out.Stacks)-fit, out.Stacks[:fit]
	}
	return out, nil
}

// stackRowBytes is what one stack takes in the structured answer, about.
const stackRowBytes = 260

// ReviewStackFully reviews a deployed stack; nothing is cut.
func (w *Workbench) ReviewStackFully(ctx context.Context, in StackInput) (ReviewResult, error) {
	full, _, err := w.reviewDeployed(ctx, in)
	return full, err
}

// reviewDeployed is ReviewStackFully with the graph of the stack as it is.
func (w *Workbench) reviewDeployed(ctx context.Context, in StackInput) (ReviewResult, *graph.Graph, error) {
	profile, err := parseProfile(in.Rules)
	if err != nil {
		return ReviewResult{}, nil, err
	}
	sys, err := w.deployed(ctx, in)
	if err != nil {
		return ReviewResult{}, nil, err
	}
	return ReviewResult{Report: sys.review(w, profile)}, sys.graphs[0], nil
}

// deployed reads a stack and makes its graph.
func (w *Workbench) deployed(ctx context.Context, in StackInput) (*system, error) {
	r, err := w.reader(ctx, in.connection())
	if err != nil {
		return nil, err
	}
	since, err := window(in.Since)
	if err != nil {
		return nil, err
	}
	st, err := r.Load(ctx, in.Stack)
	if err != nil {
		return nil, awsProblem(err)
	}
	var files []cfn.File
	var notes []string
	nested := map[[2]string]string{}
	for _, one := range st.All() {
		files = append(files, cfn.File{Name: one.File(), Data: one.Template})
		for id, child := range one.Nested {
			nested[[2]string{one.File(), id}] = child.File()
		}
		for _, note := range one.Notes {
			notes = append(notes, one.Name+": "+note)
		}
	}
	options := cfn.Options{Parameters: st.Parameters, Region: st.Region, Imports: r.Exports(ctx, st), Nested: func(file, id string) string { return nested[[2]string{file, id}] }}
	sys, err := buildLive(ctx, files, options, rules.Reviewed{Kind: "stack", Files: names(files), Stack: st.Name, Notes: notes},
		func(scenarios []graph.Scenario) []graph.Gap { return r.Overlay(ctx, st, scenarios) })
	if err != nil {
		return nil, err
	}
	if sys.stage = stageOf(st.Tags); sys.stage == "" {
		sys.stage = stageOf(st.Parameters)
	}
	sys.source.Notes = append(sys.source.Notes, r.Outside(ctx, st, sys.graphs)...)
	r.Observe(ctx, st, sys.graphs, since)
	for _, one := range st.All() {
		for _, why := range one.Gaps {
			sys.Gaps = append(sys.Gaps, graph.Gap{Evidence: graph.Evidence{File: one.File()}, Why: why})
		}
	}
	return sys, ctx.Err() // a review that was broken off says nothing of what it did not reach
}

// awsProblem makes a refusal of AWS a Problem.
func awsProblem(err error) error {
	var e *stack.Error
	if !errors.As(err, &e) {
		return err
	}
	class := WorldRefused
	if e.Kind == stack.NotFound {
		class = InputWrong
	}
	return &Problem{Class: class, Err: err, Next: e.Next()}
}

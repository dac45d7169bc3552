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
	Input: `{"type":"object","properties":{"stack":{"type":"string","description":"name or ARN; leave out to list"},"region":{"type":"string"},"profile":{"type":"string"},` +
		`"rules":{"type":"string","enum":["core","advisory","strict"]},"detail":{"type":"string","description":"id of one finding to show whole"},` +
		`"max_tokens":{"type":"integer","minimum":200,"default":1500}},"additionalProperties":false}`,
	Output:    `{"type":"object","properties":{"schema":{"type":"string"},"stacks":{"type":"array","items":{"type":"object"}},"summary":{"type":"object"},"findings":{"type":"array","items":{"type":"object"}},"unknown":{"type":"array","items":{"type":"object"}},"notes":{"type":"array","items":{"type":"string"}}},"required":["schema"]}`,
	OpenWorld: true,
}, (*Workbench).ReviewStack)

// StackInput says which deployed stack to review.
type StackInput struct {
	Stack     string `json:"stack,omitempty"` // name or ARN; "" lists the stacks
	Region    string `json:"region,omitempty"`
	Profile   string `json:"profile,omitempty"`
	Rules     string `json:"rules,omitempty"`
	Detail    string `json:"detail,omitempty"`
	MaxTokens int    `json:"max_tokens,omitempty"`
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
	fmt.Fprintf(&b, "%d stacks in %s, last updated first. Which one should be reviewed?\n\n", len(l.Stacks), l.Region)
	for _, s := range l.Stacks {
		fmt.Fprintf(&b, "- %s (%s, %s)\n", report.Quote(s.Name), s.Status, s.Updated.Format(time.DateOnly))
	}
	return b.String()
}

// live holds the AWS readers by region and profile: credentials are looked up once.
type live struct {
	mu      sync.Mutex
	readers map[[2]string]*stack.Reader
}

func (w *Workbench) reader(ctx context.Context, region, profile string) (*stack.Reader, error) {
	w.live.mu.Lock()
	defer w.live.mu.Unlock()
	key := [2]string{region, profile}
	if r, ok := w.live.readers[key]; ok {
		return r, nil
	}
	r, err := stack.Connect(ctx, stack.Options{Region: region, Profile: profile})
	if err != nil {
		return nil, awsProblem(err)
	}
	if w.live.readers == nil {
		w.live.readers = map[[2]string]*stack.Reader{}
	}
	w.live.readers[key] = r
	return r, nil
}

// ReviewStack reviews a deployed stack within an assistant's budget, or lists the stacks.
func (w *Workbench) ReviewStack(ctx context.Context, in StackInput) (StackResult, error) {
	if in.Stack == "" {
		r, err := w.reader(ctx, in.Region, in.Profile)
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
		return StackList{Schema: "stacks/1", Region: r.Region, Stacks: found}, nil
	}
	full, err := w.ReviewStackFully(ctx, in)
	if err != nil {
		return nil, err
	}
	return brief(full, in.Detail, in.MaxTokens)
}

// ReviewStackFully reviews a deployed stack; nothing is cut.
func (w *Workbench) ReviewStackFully(ctx context.Context, in StackInput) (ReviewResult, error) {
	profile, err := parseProfile(in.Rules)
	if err != nil {
		return ReviewResult{}, err
	}
	sys, err := w.deployed(ctx, in)
	if err != nil {
		return ReviewResult{}, err
	}
	return ReviewResult{Report: sys.review(w, profile)}, nil
}

// deployed reads a stack and makes its graph.
func (w *Workbench) deployed(ctx context.Context, in StackInput) (*system, error) {
	r, err := w.reader(ctx, in.Region, in.Profile)
	if err != nil {
		return nil, err
	}
	st, err := r.Load(ctx, in.Stack)
	if err != nil {
		return nil, awsProblem(err)
	}
	name := "stack:" + st.Name
	sys, err := buildLive(ctx, []cfn.File{{Name: name, Data: st.Template}}, cfn.Options{Parameters: st.Parameters, Region: st.Region},
		rules.Reviewed{Kind: "stack", Files: []string{name}, Stack: st.Name},
		func(scenarios []graph.Scenario) []graph.Gap { return r.Overlay(ctx, st, scenarios) })
	if err != nil {
		return nil, err
	}
	if sys.stage = stageOf(st.Tags); sys.stage == "" {
		sys.stage = stageOf(st.Parameters)
	}
	for _, note := range st.Notes {
		sys.Gaps = append(sys.Gaps, graph.Gap{Evidence: graph.Evidence{File: name}, Why: note})
	}
	return sys, nil
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

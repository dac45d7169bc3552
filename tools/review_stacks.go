package tools

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
	"github.com/seed-8eee7107/serverless-architect/tools/stack"
)

// StacksInput says which deployed stacks to review.
type StacksInput struct {
	Regions []string // none: the profile's own
	Profile string
	RoleARN string
	Since   string
	Match   string // shell pattern of the name, "" for all
	Tag     string // K=V: stacks with this tag only
	Rules   string
}

// StackSummary is one stack in the review of many: its full report went to the caller as it was finished.
type StackSummary struct {
	Name      string       `json:"name"`
	Region    string       `json:"region"`
	Status    string       `json:"status"`
	Updated   time.Time    `json:"updated"`
	Resources int          `json:"resources,omitempty"`
	Findings  rules.Counts `json:"findings"`
	Unknowns  int          `json:"unknowns,omitempty"`
	Problem   string       `json:"problem,omitempty"` // why there is no review
	Skipped   string       `json:"skipped,omitempty"` // why it was not needed
}

// StacksResult is the summary of many stacks, worst first.
type StacksResult struct {
	Schema string         `json:"schema"` // stacks-review/1
	Stacks []StackSummary `json:"stacks"`
	Notes  []string       `json:"notes,omitempty"` // regions that could not be listed
	// Shared says what the stacks have in common: limits of the account, queues and buses that several use.
	Shared  []string `json:"shared,omitempty"`
	Omitted int      `json:"omitted,omitempty"` // stacks left out to fit a budget: the best ones
}

// stacksAtOnce bounds how many stacks are read side by side: CloudFormation allows few calls a second.
const stacksAtOnce = 4

// ReviewStacks reviews all stacks that fit, a few at a time, and hands each report to done as it is finished; only
// the summaries are kept, so that memory does not grow with the number of stacks. skip tells of stacks that need no
// review, and why. A stack that cannot be read is told in the summary, and the others go on. When ctx ends, what is
// finished is returned together with its error.
func (w *Workbench) ReviewStacks(ctx context.Context, in StacksInput, skip func(StackSummary) string, done func(StackSummary, ReviewResult) error) (StacksResult, error) {
	out := StacksResult{Schema: "stacks-review/1", Stacks: []StackSummary{}}
	if _, err := path.Match(in.Match, "x"); err != nil {
		return out, &Problem{Class: InputWrong, Err: fmt.Errorf("the pattern %q: %w", in.Match, err), Next: "Write it like a file pattern, such as 'orders-*'."}
	}
	key, value, tagged := strings.Cut(in.Tag, "=")
	if in.Tag != "" && (!tagged || key == "") {
		return out, wrong("write it like stage=prod", "the tag %q is not of the form K=V", in.Tag)
	}
	regions := in.Regions
	if len(regions) == 0 {
		regions = []string{""}
	}
	var todo []StackSummary
	for _, region := range regions {
		r, err := w.reader(ctx, stack.Options{Region: region, Profile: in.Profile, RoleARN: in.RoleARN})
		if err != nil {
			return out, err
		}
		found, err := r.List(ctx)
		if err != nil {
			if len(regions) == 1 {
				return out, awsProblem(err)
			}
			out.Notes = append(out.Notes, fmt.Sprintf("%s: %v", r.Region, err))
			continue
		}
		for _, s := range found {
			if fits, _ := path.Match(in.Match, s.Name); in.Match != "" && !fits || in.Tag != "" && s.Tags[key] != value || s.Status == "REVIEW_IN_PROGRESS" || s.Status == "DELETE_COMPLETE" {
				continue
			}
			row := StackSummary{Name: s.Name, Region: r.Region, Status: s.Status, Updated: s.Updated}
			if s.Parent != "" {
				row.Skipped = "reviewed with " + s.Parent + ", in which it is nested"
			} else {
				row.Skipped = skip(row)
			}
			if row.Skipped != "" {
				out.Stacks = append(out.Stacks, row)
				continue
			}
			todo = append(todo, row)
		}
	}
	common := newShared()
	reviewed, err := w.reviewEach(ctx, in, todo, common, done)
	out.Shared = common.notes()
	out.Stacks = append(out.Stacks, reviewed...)
	sort.SliceStable(out.Stacks, func(i, j int) bool { return worse(out.Stacks[i], out.Stacks[j]) })
	return out, err
}

func (w *Workbench) reviewEach(ctx context.Context, in StacksInput, todo []StackSummary, common *shared, done func(StackSummary, ReviewResult) error) ([]StackSummary, error) {
	var mu sync.Mutex
	var out []StackSummary
	var failed error
	var all sync.WaitGroup
	places := make(chan struct{}, stacksAtOnce)
	quiet := stack.WithProgress(ctx, func(int, int, string) {}) // progress is told by stack
	for _, row := range todo {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		all.Add(1)
		go func() {
			defer func() { <-places; all.Done() }()
			full, g, err := w.reviewDeployed(quiet, StackInput{Stack: row.Name, Region: row.Region, Profile: in.Profile, RoleARN: in.RoleARN, Since: in.Since, Rules: in.Rules})
			if ctx.Err() != nil {
				return // not its own fault
			}
			mu.Lock()
			defer mu.Unlock()
			stack.Tell(ctx, len(out)+1, len(todo), fmt.Sprintf("%d of %d stacks", len(out)+1, len(todo)))
			if err != nil {
				row.Problem = err.Error()
			} else {
				common.add(row.Region, row.Name, g)
				row.Resources, row.Findings, row.Unknowns = full.Summary.Resources, full.Summary.Findings, full.Summary.Unknowns
				failed = errors.Join(failed, done(row, full))
			}
			out = append(out, row)
		}()
	}
	all.Wait()
	return out, errors.Join(failed, ctx.Err())
}

// worse orders stacks: by findings from the gravest down, then those that could not be read, then by name.
func worse(a, b StackSummary) bool {
	for _, pair := range [][2]int{
		{a.Findings.Critical, b.Findings.Critical}, {a.Findings.High, b.Findings.High}, {a.Findings.Medium, b.Findings.Medium}, {a.Findings.Low, b.Findings.Low},
	} {
		if pair[0] != pair[1] {
			return pair[0] > pair[1]
		}
	}
	if (a.Problem == "") != (b.Problem == "") {
		return a.Problem != ""
	}
	return slices.Compare([]string{a.Region, a.Name}, []string{b.Region, b.Name}) < 0
}

// Markdown is the summary as a person reads it.
func (r StacksResult) Markdown() string {
	var b strings.Builder
	if len(r.Stacks) == 0 {
		b.WriteString("No stack fits. Leave out --match, or name another region or profile.\n")
	} else {
		fmt.Fprintf(&b, "%d stacks, worst first\n\n| stack | region | critical | high | medium | low | unknown | |\n|---|---|---|---|---|---|---|---|\n", len(r.Stacks))
	}
	for _, s := range r.Stacks {
		remark := s.Skipped
		if s.Problem != "" {
			remark = "not reviewed: " + report.Quote(s.Problem)
		} else if strings.Contains(s.Status, "FAILED") || strings.Contains(s.Status, "ROLLBACK") {
			remark = s.Status
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %s |\n", report.Quote(s.Name), s.Region, s.Findings.Critical, s.Findings.High, s.Findings.Medium, s.Findings.Low, s.Unknowns, strings.ReplaceAll(remark, "|", "/"))
	}
	if r.Omitted > 0 {
		fmt.Fprintf(&b, "\nOmitted: %d stacks with less.\n", r.Omitted)
	}
	for _, n := range r.Shared {
		fmt.Fprintf(&b, "\nShared: %s\n", n)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\nNot listed: %s\n", report.Quote(n))
	}
	return b.String()
}

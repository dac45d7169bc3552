package tools

import (
	"context"
	"errors"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// system is a set of templates, read and turned into one graph for each way its conditions can fall.
type system struct {
	*cfn.System
	graphs []*graph.Graph
	source rules.Reviewed
	stage  string // as given parameter values tell, "" if they do not
}

// system reads what a Source names.
func (w *Workbench) system(ctx context.Context, src Source) (*system, error) {
	reach := w.reach(ctx)
	g, err := w.gather(reach, src)
	if err != nil {
		return nil, err
	}
	kind := "template"
	if g.assembly {
		kind = "assembly"
	}
	s, err := build(ctx, g.files, cfn.Options{Parameters: g.parameters, Files: reach}, rules.Reviewed{Kind: kind, Files: names(g.files)})
	if err == nil {
		s.stage = stageOf(src.Parameters)
	}
	return s, err
}

// reach is what this call may read: the client's roots where it has named some.
func (w *Workbench) reach(ctx context.Context) Reach {
	r := w.Reach
	if w.RootsOf != nil {
		if roots := w.RootsOf(ctx); len(roots) > 0 {
			r.Roots = roots
		}
	}
	return r
}

// build reads the templates and makes their graphs, the first while other scenarios are still being read.
func build(ctx context.Context, files []cfn.File, o cfn.Options, source rules.Reviewed) (*system, error) {
	var graphs services.Builder
	o.Each = func(s graph.Scenario) { graphs.Add(ctx, s) }
	read, err := cfn.Load(ctx, files, o)
	made, stopped := graphs.Graphs(ctx)
	if err != nil {
		return nil, templateProblem(err)
	}
	if stopped != nil {
		return nil, stopped
	}
	return &system{System: read, graphs: made, source: source}, nil
}

// buildLive is build for what is deployed: overlay puts live settings into the resources before their graphs are made,
// and returns what could not be read.
func buildLive(ctx context.Context, files []cfn.File, o cfn.Options, source rules.Reviewed, overlay func([]graph.Scenario) []graph.Gap) (*system, error) {
	read, err := cfn.Load(ctx, files, o)
	if err != nil {
		return nil, templateProblem(err)
	}
	read.Gaps = append(read.Gaps, overlay(read.Scenarios)...)
	var graphs services.Builder
	for _, s := range read.Scenarios {
		graphs.Add(ctx, s)
	}
	made, stopped := graphs.Graphs(ctx)
	if stopped != nil {
		return nil, stopped
	}
	return &system{System: read, graphs: made, source: source}, nil
}

// templateProblem makes a reader's refusal a Problem.
func templateProblem(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Problem{Class: InputWrong, Err: err}
}

// review runs the rules of a profile over the system.
func (s *system) review(w *Workbench, profile rules.Profile) rules.Report {
	o := rules.Options{Profile: profile, Today: w.Today, Source: s.source, Gaps: s.Gaps, Stage: s.stage, Skip: w.Config.Skip, Ignore: w.Config.Ignore}
	if w.Config.Stage != "" {
		o.Stage = w.Config.Stage
	}
	r := rules.Review(s.graphs, o)
	for _, u := range s.Unreadable {
		r.Unreadable = append(r.Unreadable, rules.Unreadable{File: u.File, Line: u.Line, Column: u.Column, Message: u.Message, Want: u.Want})
	}
	return r
}

func names(files []cfn.File) []string {
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = f.Name
	}
	return out
}

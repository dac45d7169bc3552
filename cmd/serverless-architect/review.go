package main

import (
	"context"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/tools"
	"github.com/seed-8eee7107/serverless-architect/tools/report"
)

var _ = register(command{name: "review", usage: "PATH...|--stack NAME|--all-stacks [options]", group: "Review",
	summary: "review templates or a deployed stack as one system", run: runReview})

type reviewFlags struct {
	stack, region, profile string
	roleARN, since         string
	format, output         string
	failOn, rules, today   string
	baseline, config       string
	parameters             []string
	json                   bool
	allStacks, maskAccount bool
	match, tag             string
}

func runReview(ctx context.Context, s *session, args []string) error {
	f := s.flags("review")
	var o reviewFlags
	f.StringVar(&o.stack, "stack", "", "review this deployed CloudFormation stack (name or ARN); reads AWS, changes nothing")
	f.BoolVar(&o.allStacks, "all-stacks", false, "review every deployed stack of the account and region; --output is a folder then, with one report each")
	f.StringVar(&o.match, "match", "", "with --all-stacks: only stacks whose names fit this pattern, such as 'orders-*'")
	f.StringVar(&o.tag, "tag", "", "K=V, with --all-stacks: only stacks with this tag")
	f.BoolVar(&o.maskAccount, "mask-account", false, "write "+accountMask+" for account numbers")
	f.StringVar(&o.region, "region", "", "with --stack: AWS region; with --all-stacks several, joined by commas")
	f.StringVar(&o.profile, "profile", "", "with --stack: AWS profile")
	f.StringVar(&o.roleARN, "role-arn", "", "with --stack or --all-stacks: take on this role")
	f.StringVar(&o.since, "since", "14d", "with --stack or --all-stacks: how far back metrics count (14d, 36h, 90m)")
	f.StringVar(&o.format, "format", "markdown", "one of "+strings.Join(report.Names(), ", "))
	f.BoolVar(&o.json, "json", false, "the same as --format json (review/1)")
	f.StringVar(&o.output, "output", "", "write the report to this file")
	f.StringVar(&o.config, "config", "", "YAML file of the project's settings: stage, rules, fail-on, parameters, skip [rule], ignore [{rule, resource, reason, until}]")
	f.StringVar(&o.failOn, "fail-on", "high", "exit with 1 on a finding of this severity or worse: critical, high, medium, low, info or none")
	f.StringVar(&o.rules, "rules", "core", "which rules: core, advisory (more), strict (all)")
	f.StringVar(&o.baseline, "baseline", "", "earlier report (review --json): what it has is suppressed, so that only new findings count")
	f.StringArrayVar(&o.parameters, "parameter", nil, "K=V: a template parameter's value; may be repeated")
	f.StringVar(&o.today, "today", "", "YYYY-MM-DD: the day that dates are compared with (default: today)")
	paths, err := s.parse(f, args)
	if err != nil {
		return err
	}
	in := tools.ReviewInput{Source: tools.Source{Paths: paths}}
	if in.Parameters, err = keyValues("review", o.parameters); err != nil {
		return err
	}
	if o.config != "" {
		if err := o.configure(s, f.Changed, in.Parameters); err != nil {
			return err
		}
	}
	in.Rules = o.rules
	if o.today != "" {
		if s.bench.Today, err = time.Parse(time.DateOnly, o.today); err != nil {
			return usageError("review", "--today %q is no date", o.today)
		}
	}
	if o.json {
		o.format = "json"
	}
	printer, ok := report.Formats[o.format]
	if !ok {
		return usageError("review", "there is no format %q; choose one of %s", o.format, strings.Join(report.Names(), ", "))
	}
	if err := tools.CheckSeverity(o.failOn); err != nil {
		return err
	}
	if o.allStacks {
		if o.stack != "" || len(paths) > 0 {
			return usageError("review", "--all-stacks cannot be joined with --stack or paths")
		}
		return reviewStacks(ctx, s, o, printer)
	}
	r, err := reviewWhat(ctx, s, o, in)
	if err != nil {
		return err
	}
	if o.baseline != "" {
		if r, err = s.bench.Without(r, o.baseline); err != nil {
			return err
		}
	}
	text, err := printer(r.Report, report.Options{Version: s.bench.Version})
	if err != nil {
		return err
	}
	if err := o.write(s, text); err != nil {
		return err
	}
	switch {
	case len(r.Unreadable) > 0:
		return exitError{exitInput}
	case r.FailsAt(o.failOn):
		return exitError{exitFindings}
	}
	return nil
}

func reviewWhat(ctx context.Context, s *session, o reviewFlags, in tools.ReviewInput) (tools.ReviewResult, error) {
	if o.stack == "" {
		if len(in.Paths) == 0 {
			return tools.ReviewResult{}, usageError("review", "nothing to review was given")
		}
		return s.bench.ReviewTemplate(ctx, in)
	}
	if len(in.Paths) > 0 {
		return tools.ReviewResult{}, usageError("review", "--stack and paths cannot be reviewed together")
	}
	return s.bench.ReviewStackFully(ctx, tools.StackInput{Stack: o.stack, Region: o.region, Profile: o.profile, RoleARN: o.roleARN, Since: o.since, Rules: o.rules})
}

// configure takes the settings of a configuration file where no flag says otherwise.
func (o *reviewFlags) configure(s *session, given func(string) bool, parameters map[string]string) error {
	c, err := s.bench.ReadConfig(o.config)
	if err != nil {
		return err
	}
	s.bench.Config = c
	if c.Rules != "" && !given("rules") {
		o.rules = c.Rules
	}
	if c.FailOn != "" && !given("fail-on") {
		o.failOn = c.FailOn
	}
	for name, value := range c.Parameters {
		if _, ok := parameters[name]; !ok {
			parameters[name] = value
		}
	}
	return nil
}

// keyValues reads K=V pairs.
func keyValues(c string, pairs []string) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range pairs {
		k, v, ok := strings.Cut(p, "=")
		if !ok || k == "" {
			return nil, usageError(c, "%q is not of the form K=V", p)
		}
		out[k] = v
	}
	return out, nil
}

package main

import (
	"context"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "rules", usage: "[ID] [--json]", group: "Ask", summary: "list the review rules, or explain one", run: runRules})
var _ = register(command{name: "patterns", usage: "[SLUG] [--json]", group: "Build", summary: "list the patterns, or explain one", run: runPatterns})
var _ = register(command{name: "facts", usage: "[TABLE] [--json]", group: "Ask", summary: "list the tables of limits and defaults, or print one", run: runFacts})

// list serves the three commands that print a list, or one entry of it as read does.
func (s *session) list(ctx context.Context, name, prefix string, args []string, all func() interface{ Markdown() string }) error {
	f := s.flags(name)
	asJSON := f.Bool("json", false, "print JSON ("+name+"/1)")
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	switch len(rest) {
	case 0:
		return s.show(*asJSON, all())
	case 1:
		out, err := s.bench.ReadKnowledge(ctx, tools.ReadInput{ID: prefix + rest[0]})
		if err != nil {
			return err
		}
		return s.show(*asJSON, out)
	}
	return usageError(name, "at most one argument is taken")
}

func runRules(ctx context.Context, s *session, args []string) error {
	return s.list(ctx, "rules", "rules/", args, func() interface{ Markdown() string } { return tools.ListRules() })
}

func runPatterns(ctx context.Context, s *session, args []string) error {
	return s.list(ctx, "patterns", "patterns/", args, func() interface{ Markdown() string } { return tools.ListPatterns() })
}

func runFacts(ctx context.Context, s *session, args []string) error {
	return s.list(ctx, "facts", "facts/", args, func() interface{ Markdown() string } { return tools.ListFacts() })
}

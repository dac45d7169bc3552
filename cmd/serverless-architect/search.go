package main

import (
	"context"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "search", usage: "QUESTION [--domain D] [--limit N] [--max-tokens N] [--json]", group: "Ask",
	summary: "answer a question with dated, sourced passages", run: runSearch})

func runSearch(ctx context.Context, s *session, args []string) error {
	f := s.flags("search")
	var in tools.SearchInput
	f.StringVar(&in.Domain, "domain", "", "only serverless, eda, security, observability, performance or deployment")
	f.StringVar(&in.Service, "service", "", "only passages about this service, such as Lambda")
	f.StringVar(&in.Kind, "kind", "", "only guide, pattern, rule, errors, fact ...")
	f.IntVar(&in.Limit, "limit", 0, "at most N passages (default 5)")
	f.IntVar(&in.MaxTokens, "max-tokens", 0, "at most N tokens of text, at 4 characters each (default 2000)")
	s.knowledge(f)
	asJSON := f.Bool("json", false, "print JSON (search/1)")
	words, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return usageError("search", "no question was given")
	}
	in.Question = strings.Join(words, " ")
	out, err := s.bench.SearchKnowledge(ctx, in)
	if err != nil {
		return err
	}
	return s.show(*asJSON, out)
}

package main

import (
	"context"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "read", usage: "ID [--json]", group: "Ask",
	summary: "print a page, section, pattern, rule or fact table by id", run: runRead})

func runRead(ctx context.Context, s *session, args []string) error {
	f := s.flags("read")
	s.knowledge(f)
	asJSON := f.Bool("json", false, "print JSON (read/1)")
	ids, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(ids) != 1 {
		return usageError("read", "one id is needed, such as guides/eda/idempotency or facts/lambda")
	}
	out, err := s.bench.ReadKnowledge(ctx, tools.ReadInput{ID: ids[0]})
	if err != nil {
		return err
	}
	return s.show(*asJSON, out)
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "permissions", usage: "[--format json|cloudformation|cdk]", group: "Serve",
	summary: "print the IAM policy that reviewing a deployed stack needs", run: runPermissions})

func runPermissions(_ context.Context, s *session, args []string) error {
	f := s.flags("permissions")
	format := f.String("format", "json", "one of "+strings.Join(tools.PermissionFormats, ", "))
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("permissions", "unexpected argument %q", rest[0])
	}
	text, err := tools.Permissions(*format)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.stdout, text)
	return err
}

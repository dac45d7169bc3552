package main

import (
	"context"
	"io"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "draw", usage: "PATH...|PATTERN|SKETCH|--stack NAME [--format mermaid|svg|json]", group: "Review",
	summary: "draw a template, stack, pattern or sketch", run: runDraw})

func runDraw(ctx context.Context, s *session, args []string) error {
	f := s.flags("draw")
	var in tools.DrawInput
	var parameters []string
	f.StringVar(&in.Format, "format", "mermaid", "mermaid, svg, or json (the graph itself, graph/1)")
	f.StringVar(&in.Stack, "stack", "", "draw this deployed stack")
	f.StringVar(&in.Region, "region", "", "with --stack: AWS region")
	f.StringVar(&in.Profile, "profile", "", "with --stack: AWS profile")
	f.StringArrayVar(&parameters, "parameter", nil, "K=V: a template parameter's value; may be repeated")
	f.BoolVar(&in.Findings, "findings", false, "mark the resources that a review would complain about")
	output := f.String("output", "", "write the drawing to this file")
	asJSON := f.Bool("json", false, "the same as --format json")
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if *asJSON {
		in.Format = "json"
	}
	if in.Parameters, err = keyValues("draw", parameters); err != nil {
		return err
	}
	if len(rest) == 0 && in.Stack == "" {
		return usageError("draw", "nothing to draw was given")
	}
	if err := s.bench.DrawWhat(rest, &in); err != nil {
		return err
	}
	out, err := s.bench.DrawArchitecture(ctx, in)
	if err != nil {
		return err
	}
	return s.to(*output, func(w io.Writer) error {
		if in.Format == "json" {
			return encode(w, out.Graph)
		}
		_, err := io.WriteString(w, out.Drawing+"\n")
		return err
	})
}

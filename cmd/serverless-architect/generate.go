package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "generate", usage: "PATTERN|SKETCH.yaml|-|--from TEMPLATE... [--language L] [--handlers L] [--set K=V]... [--out FOLDER]", group: "Build",
	summary: "generate a CDK, SAM or CloudFormation project for a pattern, a sketch or an existing template", run: runGenerate})

func runGenerate(ctx context.Context, s *session, args []string) error {
	f := s.flags("generate")
	in := tools.GenerateInput{Scope: "project"}
	var set []string
	f.StringVarP(&in.Language, "language", "l", "typescript", "language of the code")
	f.StringVar(&in.Handlers, "handlers", "", "language of the functions' code, typescript, python, go or java; by default the language's own, where there is one, else typescript")
	f.StringVar(&in.Scope, "scope", "project", "project (whole, deployable) or snippet (constructs to paste)")
	f.StringArrayVar(&set, "set", nil, "K=V: a parameter of the pattern or the template; may be repeated")
	f.StringArrayVar(&in.Paths, "from", nil, "carry over an existing template, cdk.out or SAM folder, or - ; may be repeated: several are one system")
	f.BoolVar(&in.Complete, "complete", false, "with --from: add what good practice asks for (dead-letter queues, alarms ...)")
	out := f.StringP("out", "o", "", "write the files into this folder (it must be new or empty)")
	asJSON := f.Bool("json", false, "print JSON (generate/1)")
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 && len(in.Paths) == 0 || len(rest) > 0 && len(in.Paths) > 0 {
		return usageError("generate", "one pattern or sketch is needed, or --from TEMPLATE; serverless-architect patterns lists the patterns")
	}
	if in.Parameters, err = keyValues("generate", set); err != nil {
		return err
	}
	if len(rest) == 1 {
		if in.Pattern, in.Sketch, in.SketchName, err = s.bench.PatternOrSketch(rest[0]); err != nil {
			return err
		}
	}
	g, err := s.bench.GenerateCDK(ctx, in)
	if err != nil {
		return err
	}
	if *out == "" {
		return s.show(*asJSON, g)
	}
	if err := writeFiles(*out, g); err != nil {
		return err
	}
	if *asJSON {
		return s.json(g)
	}
	fmt.Fprintf(s.stdout, "Wrote %d files to %s.\n", len(g.Files), *out)
	for _, n := range g.Notes {
		fmt.Fprintf(s.stdout, "- %s\n", n)
	}
	return nil
}

// writeFiles writes a generated project. It refuses a folder that holds anything: nothing of the user's is lost.
func writeFiles(dir string, g tools.GenerateResult) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return &tools.Problem{Class: tools.InputWrong, Err: fmt.Errorf("writing to %q: the folder is not empty", dir), Next: "choose a new folder"}
	}
	for _, file := range g.Files {
		path := filepath.Join(dir, filepath.FromSlash(file.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("writing to %q: %w", dir, err)}
		}
		if err := os.WriteFile(path, []byte(file.Text), 0o644); err != nil {
			return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("writing to %q: %w", dir, err)}
		}
	}
	return nil
}

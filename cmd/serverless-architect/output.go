package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

// json prints a result as indented JSON.
func (s *session) json(v any) error { return encode(s.stdout, v) }

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// show prints a tool's result as text, or as JSON where that was asked for.
func (s *session) show(asJSON bool, v interface{ Markdown() string }) error {
	if asJSON {
		return s.json(v)
	}
	_, err := fmt.Fprintln(s.stdout, v.Markdown())
	return err
}

// to opens the file an answer goes to; "" is standard output.
func (s *session) to(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(s.stdout)
	}
	f, err := os.Create(path)
	if err != nil {
		return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("writing %q: %w", path, err)}
	}
	if err := write(f); err != nil {
		_ = f.Close() // the first error says more
		return err
	}
	return f.Close()
}

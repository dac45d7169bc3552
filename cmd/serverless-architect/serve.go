package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/server"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "serve", usage: "[--http ADDR] [--root FOLDER]...", group: "Serve",
	summary: "speak MCP over stdio (what mcp.json starts), or over HTTP", run: runServe})

func runServe(ctx context.Context, s *session, args []string) error {
	f := s.flags("serve")
	s.knowledge(f)
	addr := f.String("http", "", "listen for streamable HTTP on ADDR, such as 127.0.0.1:8080 (path /mcp), instead of stdio")
	tokenFile := f.String("token-file", "", "with --http: file with the bearer token that requests must carry")
	origins := f.StringArray("allow-origin", nil, "with --http: origin of a web page that may call; may be repeated")
	roots := f.StringArray("root", nil, "folder that templates may be read from, where the client names none (default: the working folder); may be repeated")
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("serve", "unexpected argument %q", rest[0])
	}
	w := &tools.Workbench{Today: s.bench.Today, Version: s.bench.Version, Knowledge: s.bench.Knowledge}
	go w.Prepare(ctx)
	if *addr == "" {
		if w.Reach.Roots, err = absolute(*roots); err != nil {
			return err
		}
		return server.ServeStdio(ctx, server.New(w, slog.Default()), s.stdin, s.stdout, slog.Default())
	}
	o := server.HTTPOptions{Addr: *addr, Origins: *origins}
	if *tokenFile != "" {
		data, err := os.ReadFile(*tokenFile)
		if err != nil {
			return &tools.Problem{Class: tools.InputWrong, Err: fmt.Errorf("reading the token: %w", err)}
		}
		if o.Token = strings.TrimSpace(string(data)); o.Token == "" {
			return &tools.Problem{Class: tools.InputWrong, Err: fmt.Errorf("reading the token: %q is empty", *tokenFile)}
		}
	}
	err = server.ServeHTTP(ctx, server.New(w, slog.Default()), o, slog.Default(), func(a net.Addr) {
		fmt.Fprintf(s.stderr, "serverless-architect: listening on http://%s/mcp\n", a)
	})
	if err != nil {
		return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("serving on %q: %w", *addr, err), Next: "choose another address, such as 127.0.0.1:8080"}
	}
	return nil
}

// absolute turns the allowed folders into absolute paths; none means the working folder.
func absolute(roots []string) ([]string, error) {
	if len(roots) == 0 {
		roots = []string{"."}
	}
	out := make([]string, len(roots))
	for i, r := range roots {
		abs, err := tools.Folder(r)
		if err != nil {
			return nil, err
		}
		out[i] = abs
	}
	return out, nil
}

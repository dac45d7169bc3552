package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/server"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "doctor", usage: "[--knowledge DIR] [--json]", group: "Serve",
	summary: "check that this program, its knowledge and your assistants' configurations work together", run: runDoctor})

// diagnosis is doctor/1.
type diagnosis struct {
	Schema string  `json:"schema"`
	Checks []check `json:"checks"`
}

// check is one thing looked at. State is ok, note (works, but you may want to know) or broken.
type check struct {
	Name   string `json:"name"`
	State  string `json:"state"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"` // what to do about it
}

// Markdown is the list, a line each.
func (d diagnosis) Markdown() string {
	var b strings.Builder
	for _, c := range d.Checks {
		fmt.Fprintf(&b, "%-7s %-16s %s\n", c.State, c.Name, c.Detail)
		if c.Next != "" {
			fmt.Fprintf(&b, "%-24s %s\n", "", c.Next)
		}
	}
	return b.String()
}

// runDoctor looks at this machine only: nothing is called over the network, nothing is changed.
func runDoctor(ctx context.Context, s *session, args []string) error {
	f := s.flags("doctor")
	s.knowledge(f)
	asJSON := f.Bool("json", false, "print JSON (doctor/1)")
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("doctor", "unexpected argument %q", rest[0])
	}
	d := diagnosis{Schema: "doctor/1", Checks: []check{s.checkProgram(), s.checkKnowledge(ctx), s.checkProtocol(ctx)}}
	d.Checks = append(d.Checks, checkAssistants()...)
	d.Checks = append(d.Checks, checkCredentials())
	if err := s.show(*asJSON, d); err != nil {
		return err
	}
	for _, c := range d.Checks {
		if c.State == "broken" {
			return exitError{exitWorld}
		}
	}
	return nil
}

func (s *session) checkProgram() check {
	c := check{Name: "program", State: "ok"}
	path, err := programPath(exec.LookPath)
	if err != nil {
		return check{Name: "program", State: "broken", Detail: err.Error()}
	}
	c.Detail = fmt.Sprintf("%s, %s/%s, %s", s.bench.Version, runtime.GOOS, runtime.GOARCH, path)
	if found, err := exec.LookPath("serverless-architect"); err != nil {
		c.State, c.Next = "note", "it is not on the path: shared configurations, which name it only, will not find it"
	} else if abs, _ := filepath.Abs(found); abs != path {
		c.State, c.Next = "note", "another one comes first on the path: "+found
	}
	return c
}

func (s *session) checkKnowledge(ctx context.Context) check {
	found, err := s.bench.SearchKnowledge(ctx, tools.SearchInput{Question: "dead-letter queue"})
	switch {
	case err != nil:
		return check{Name: "knowledge", State: "broken", Detail: err.Error()}
	case len(found.Passages) == 0:
		return check{Name: "knowledge", State: "broken", Detail: "a search for a dead-letter queue finds nothing"}
	}
	detail := fmt.Sprintf("%d patterns, %d rules, a search in %d µs", len(tools.ListPatterns().Patterns), len(tools.ListRules().Rules), found.TookUS)
	if s.bench.Knowledge != "" {
		detail += ", with " + s.bench.Knowledge
	}
	return check{Name: "knowledge", State: "ok", Detail: detail}
}

// checkProtocol talks to the server as a client would.
func (s *session) checkProtocol(ctx context.Context) check {
	in := strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"doctor","version":"1"}}}` + "\n" +
		`{"jsonrpc":"2.0","id":2,"method":"tools/list"}` + "\n")
	var out bytes.Buffer
	quiet := slog.New(slog.DiscardHandler)
	w := &tools.Workbench{Today: s.bench.Today, Version: s.bench.Version, Knowledge: s.bench.Knowledge}
	if err := server.ServeStdio(ctx, server.New(w, quiet), in, &out, quiet); err != nil {
		return check{Name: "protocol", State: "broken", Detail: err.Error()}
	}
	for line := range strings.Lines(out.String()) {
		var answer struct {
			Result struct{ Tools []struct{ Name string } }
		}
		if err := json.Unmarshal([]byte(line), &answer); err == nil && len(answer.Result.Tools) == len(tools.Tools()) {
			return check{Name: "protocol", State: "ok", Detail: fmt.Sprintf("the server answers with %d tools", len(answer.Result.Tools))}
		}
	}
	return check{Name: "protocol", State: "broken", Detail: "the server did not list its tools"}
}

// checkAssistants looks whether what the clients would start is there.
func checkAssistants() []check {
	var out []check
	for _, a := range assistants {
		for _, project := range []bool{false, true} {
			state, file := a.state(project)
			if state != "configured" && state != "unreadable" && (state != "not configured" || project) {
				continue
			}
			out = append(out, a.check(state, file))
		}
	}
	if len(out) == 0 {
		return []check{{Name: "assistants", State: "note", Detail: "none was found", Next: "serverless-architect setup lists those it knows"}}
	}
	return out
}

func (a assistant) check(state, file string) check {
	c := check{Name: a.name, State: "ok", Detail: state + " in " + file}
	switch state {
	case "unreadable":
		_, err := a.configured(file)
		return check{Name: a.name, State: "broken", Detail: fmt.Sprintf("%s: %v", file, err), Next: "mend it by hand: the client cannot read it either"}
	case "not configured":
		c.State, c.Next = "note", "serverless-architect setup --client "+a.name
		return c
	}
	ours, _ := a.configured(file) // it was read a moment ago
	command, _ := ours["command"].(string)
	if command == "" {
		return c // reached by address
	}
	if _, err := exec.LookPath(command); err != nil {
		return check{Name: a.name, State: "broken", Detail: fmt.Sprintf("%s starts %q, which is not there", file, command), Next: "serverless-architect setup --client " + a.name}
	}
	return c
}

// checkCredentials says whether deployed stacks could be reviewed; whether AWS accepts the credentials shows in use.
func checkCredentials() check {
	c := check{Name: "AWS credentials", State: "ok"}
	var found []string
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		if os.Getenv(name) != "" {
			found = append(found, name)
		}
	}
	folder, _ := os.UserHomeDir()
	for name, standard := range map[string]string{"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"} {
		file := os.Getenv(name)
		if file == "" {
			file = filepath.Join(folder, ".aws", standard)
		}
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
			found = append(found, file)
		}
	}
	if len(found) == 0 {
		c.State, c.Detail, c.Next = "note", "none seen", "only reviews of deployed stacks need them"
		return c
	}
	sort.Strings(found)
	c.Detail = "named by " + strings.Join(found, ", ")
	return c
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/server"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

var _ = register(command{name: "setup", usage: "[--client NAME]... [--project] [--print] [--remove]", group: "Serve",
	summary: "write this server into an assistant's configuration, or take it out", run: runSetup})

func runSetup(_ context.Context, s *session, args []string) error {
	f := s.flags("setup")
	clients := f.StringSlice("client", nil, "one of "+strings.Join(assistantNames(), ", ")+"; may be repeated; without it, what is found is listed")
	project := f.Bool("project", false, "write the configuration of the working folder, to be shared, instead of your own")
	show := f.Bool("print", false, "print what would be written, and change nothing")
	remove := f.Bool("remove", false, "take the entry out again")
	rest, err := s.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("setup", "unexpected argument %q; the client is named by --client", rest[0])
	}
	if len(*clients) == 0 {
		return s.listAssistants(*project)
	}
	var chosen []assistant
	for _, name := range *clients {
		a, ok := assistantNamed(name)
		if !ok {
			return usageError("setup", "there is no client %q; known are %s", name, strings.Join(assistantNames(), ", "))
		}
		if *project && len(a.project) == 0 {
			return &tools.Problem{Class: tools.InputWrong, Err: fmt.Errorf("%s has no configuration of a folder", a.title), Next: "leave out --project"}
		}
		chosen = append(chosen, a)
	}
	// In a shared file the program goes by its name: each machine has it elsewhere.
	wanted := &entry{command: "serverless-architect"}
	if !*project {
		if wanted.command, err = programPath(exec.LookPath); err != nil {
			return err
		}
	}
	if *remove {
		wanted = nil
	}
	for _, a := range chosen {
		if err := s.setUp(a, wanted, *project, *show); err != nil {
			return err
		}
	}
	return nil
}

// setUp changes one client's configuration, or prints it.
func (s *session) setUp(a assistant, wanted *entry, project, show bool) error {
	file, err := a.file(project)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("reading the configuration of %s: %w", a.title, err)}
	}
	if wanted == nil && err != nil {
		fmt.Fprintf(s.stdout, "%s: nothing to remove, there is no %s\n", a.title, file)
		return nil
	}
	changed, err := a.edited(text, wanted)
	if err != nil {
		return &tools.Problem{Class: tools.InputWrong, Err: fmt.Errorf("changing %s: %w", file, err), Next: "nothing was written; write it by hand:\n" + a.block(wanted)}
	}
	switch {
	case show:
		fmt.Fprintf(s.stderr, "%s\n", file)
		_, err = s.stdout.Write(changed)
		return err
	case string(changed) == string(text):
		fmt.Fprintf(s.stdout, "%s: nothing to change in %s\n", a.title, file)
		return nil
	}
	backup, err := replaceFile(file, text, changed)
	if err != nil {
		return &tools.Problem{Class: tools.WorldRefused, Err: fmt.Errorf("writing the configuration of %s: %w", a.title, err)}
	}
	verb := "wrote " + server.Name + " into"
	if wanted == nil {
		verb = "took " + server.Name + " out of"
	}
	fmt.Fprintf(s.stdout, "%s: %s %s\n", a.title, verb, file)
	if backup != "" {
		fmt.Fprintf(s.stdout, "  what it was before: %s\n", backup)
	}
	if a.note != "" {
		fmt.Fprintf(s.stdout, "  to see the change, %s\n", a.note)
	}
	return nil
}

// block is the entry alone, for a person to write. Taking out needs no words.
func (a assistant) block(e *entry) string {
	if e == nil {
		return "remove the entry " + server.Name + " below " + a.servers
	}
	text, _ := a.edited(nil, e) // an empty configuration can always be extended; a test does
	return string(text)
}

// replaceFile writes text in the place of file in one step, so that a reader sees the old or the new one, and keeps
// the old one beside it. A link stays a link: what it points to is replaced.
func replaceFile(file string, old, text []byte) (backup string, err error) {
	mode := fs.FileMode(0o600) // such files may hold tokens
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
		backup = file + "." + time.Now().UTC().Format("20060102-150405.000") + ".bak"
		if err := os.WriteFile(backup, old, mode); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".serverless-architect-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(temp.Name()) // gone already when all went well
	_, err = temp.Write(text)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), file)
	}
	return backup, err
}

// listAssistants shows which clients are here and whether they know us.
func (s *session) listAssistants(project bool) error {
	for _, a := range assistants {
		state, file := a.state(project)
		if state == "" {
			continue
		}
		fmt.Fprintf(s.stdout, "%-15s %-20s %s\n", a.name, state, file)
	}
	fmt.Fprintln(s.stdout, "\nserverless-architect setup --client NAME writes the entry; --print shows it first.")
	return nil
}

// state says in two words how a client's configuration stands; "" where it has none of that kind.
func (a assistant) state(project bool) (state, file string) {
	if project && len(a.project) == 0 {
		return "", ""
	}
	file, err := a.file(project)
	if err != nil {
		return "unknown", err.Error()
	}
	ours, err := a.configured(file)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "unreadable", file
	case ours != nil:
		return "configured", file
	case project || a.installed():
		return "not configured", file
	}
	return "not found", file
}

// configured reads our entry from a client's file.
func (a assistant) configured(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decode := decodeJSON
	if a.toml {
		decode = decodeTOML
	}
	config, err := decode(text)
	return a.entryIn(config), err
}

// Command serverless-architect is the expertise of a serverless architect on AWS, as an MCP server and as a
// command line. Without arguments on a pipe it speaks MCP over stdio; on a terminal it prints help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/seed-8eee7107/serverless-architect/cmd/serverless-architect/startup"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

// Exit codes. They are interface: CI jobs test for them.
const (
	exitDone     = 0 // done, and nothing at or above --fail-on
	exitFindings = 1 // findings at or above --fail-on, or our own bug
	exitInput    = 2 // the input or the call is wrong
	exitWorld    = 3 // AWS, the network or the file system refused
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// session is what a subcommand works with.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	bench          *tools.Workbench
}

// command is one subcommand; its file registers it.
type command struct {
	name    string
	usage   string // what stands behind the name
	summary string
	group   string // heading in the help
	run     func(ctx context.Context, s *session, args []string) error
}

var commands = map[string]command{}

func register(c command) bool {
	commands[c.name] = c
	return true
}

// exitError ends the program with a code that is no failure of the call: findings.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit %d", e.code) }

// errHelp ends a command that was asked for help, which it has printed.
var errHelp = errors.New("help printed")

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	slog.SetDefault(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: logLevel()})))
	s := &session{stdin: stdin, stdout: stdout, stderr: stderr}
	s.bench = &tools.Workbench{Reach: tools.Reach{Any: true}, Stdin: stdin, Today: today(), Version: version()}
	if len(args) == 0 {
		if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			printHelp(stdout)
			return exitDone
		}
		args = []string{"serve"}
	}
	if args[0] == "serve" {
		time.AfterFunc(time.Second, func() { startup.Over(100) })
	} else {
		startup.Over(250) // the program ends soon: a quarter of its time went into collecting what its end frees
	}
	switch args[0] {
	case "-h", "--help", "help":
		printHelp(stdout)
		return exitDone
	case "-v", "--version":
		args[0] = "version"
	}
	c, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(stderr, "serverless-architect: there is no command %q%s\nRun serverless-architect --help for the list.\n", args[0], hint(args[0]))
		return exitInput
	}
	return s.finish(c, c.run(ctx, s, args[1:]))
}

// finish turns a command's error into words on standard error and an exit code.
func (s *session) finish(c command, err error) int {
	var exit exitError
	switch {
	case err == nil, errors.Is(err, errHelp):
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, syscall.EPIPE):
		return exitDone // the reader of our output has seen enough
	}
	fmt.Fprintf(s.stderr, "serverless-architect %s: %v\n", c.name, err)
	switch tools.ClassOf(err) {
	case tools.InputWrong:
		return exitInput
	case tools.WorldRefused:
		return exitWorld
	}
	return exitFindings
}

// flags makes a subcommand's flag set. Flags may stand before or after arguments, -- ends them.
func (s *session) flags(c string) *pflag.FlagSet {
	f := pflag.NewFlagSet(c, pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(io.Discard) // errors are printed once, by finish
	f.Usage = func() {}
	return f
}

// knowledge adds the option that names the user's own pages.
func (s *session) knowledge(f *pflag.FlagSet) {
	f.StringVar(&s.bench.Knowledge, "knowledge", os.Getenv("SERVERLESS_ARCHITECT_KNOWLEDGE"), "a folder of your own markdown (standards, decisions), searched beside the built-in pages")
}

// parse reads args into f and returns what is left. Help is printed here.
func (s *session) parse(f *pflag.FlagSet, args []string) ([]string, error) {
	err := f.Parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		c := commands[f.Name()]
		fmt.Fprintf(s.stdout, "%s\n\n  serverless-architect %s %s\n", c.summary, c.name, c.usage)
		if f.HasFlags() {
			fmt.Fprintf(s.stdout, "\n%s", f.FlagUsages())
		}
		return nil, errHelp
	case err != nil:
		return nil, &tools.Problem{Class: tools.InputWrong, Err: err, Next: "serverless-architect " + f.Name() + " --help lists the options"}
	}
	return f.Args(), nil
}

func usageError(c, format string, a ...any) error {
	return &tools.Problem{Class: tools.InputWrong, Err: fmt.Errorf(format, a...),
		Next: "usage: serverless-architect " + c + " " + commands[c].usage}
}

func hint(name string) string {
	for c := range commands {
		if strings.HasPrefix(c, name) || strings.HasPrefix(name, c) {
			return fmt.Sprintf("; did you mean %q?", c)
		}
	}
	return ""
}

func logLevel() slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(os.Getenv("SERVERLESS_ARCHITECT_LOG"))); err != nil {
		return slog.LevelWarn
	}
	return l
}

// today is the day that runtimes' end dates are compared with. Tests and reproducible reports fix it.
func today() time.Time {
	if t, err := time.Parse(time.DateOnly, os.Getenv("SERVERLESS_ARCHITECT_TODAY")); err == nil {
		return t
	}
	return time.Now().UTC()
}

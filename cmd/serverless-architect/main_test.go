package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"serverless-architect": main})
}

// update rewrites the stored messages in the scripts. Read the diff before committing it.
var update = os.Getenv("UPDATE_SCRIPTS") != ""

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("SERVERLESS_ARCHITECT_TODAY", "2026-11-23")
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			example, err := filepath.Abs(filepath.Join("testdata", "example"))
			e.Setenv("EXAMPLE", example)
			// No credentials and no way to look for any: what is not said in the script does not exist.
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			e.Setenv("AWS_CONFIG_FILE", filepath.Join(e.WorkDir, "none"))
			e.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(e.WorkDir, "none"))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": cmdExits,
			"fill":  cmdFill,
			"nest":  cmdNest,
		},
		UpdateScripts: update,
	})
}

// cmdExits runs the program and checks its exit code, which testscript's exec cannot tell apart: exits 2 review x.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("serverless-architect", args[1:]...)
	got := 0
	if err != nil {
		if _, scanErr := fmt.Sscanf(err.Error(), "exit status %d", &got); scanErr != nil {
			ts.Fatalf("it did not end by itself: %v", err)
		}
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// cmdFill writes a file of N bytes: fill FILE N [binary].
func cmdFill(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	piece := []byte("# filler\n")
	if len(args) > 2 {
		piece = []byte{0, 1, 2, 0xff, 0xfe}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat(piece, n/len(piece)+1)[:n], 0o644))
}

// cmdNest writes a YAML file nested N deep: nest FILE N.
func cmdNest(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("Resources: "+strings.Repeat("[", n)+strings.Repeat("]", n)), 0o644))
}

func TestEveryCommandIsInTheHelp(t *testing.T) {
	var b bytes.Buffer
	printHelp(&b)
	require.NotEmpty(t, commands)
	for name := range commands {
		require.Contains(t, b.String(), "\n  "+name+" ", "command %s is not shown: its group must be one of the headings", name)
	}
}

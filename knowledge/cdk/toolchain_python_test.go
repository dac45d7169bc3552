//go:build toolchain

package cdk_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// provePython writes the designs' projects, runs the verifier over them, one process for all, and compares each
// synthesised template with the one the TypeScript project made.
func provePython(t *testing.T, work string, designs map[string]*patterns.Design) {
	provePythonStacks(t, work, "typescript", designs)
}

// provePythonStacks does so with handlers in a language.
func provePythonStacks(t *testing.T, work, handlers string, designs map[string]*patterns.Design) {
	python := filepath.Join(filepath.Dir(work), "..", "python-cdk", "bin", "python")
	_, err := os.Stat(python)
	require.NoError(t, err, "run `make test`, which installs .ci/requirements-cdk.txt into .toolchain/python-cdk")
	projects, out := filepath.Join(work, "python"), filepath.Join(work, "python-out")
	args := []string{verifier(t, "verify_python.py"), out}
	slugs := writeProjects(t, projects, cdk.Options{Language: "python", Handlers: handlers}, work, designs)
	if len(slugs) == 0 { // none of those that -only chose
		return
	}
	for _, slug := range slugs {
		args = append(args, filepath.Join(projects, slug))
	}
	verify := exec.Command(python, args...)
	verify.Dir = filepath.Dir(work) // the handlers' packages are here, and the lock file that bundling looks for
	verify.Env = environment(t, work)
	reportProjects(t, verify)
	for _, slug := range slugs {
		compareTemplate(t, work, slug, filepath.Join(out, slug+".template.json"), nil)
	}
}

// writeProjects writes the designs' projects in a language of stacks and one of handlers, with the handlers of the
// TypeScript projects.
func writeProjects(t *testing.T, root string, o cdk.Options, work string, designs map[string]*patterns.Design) []string {
	var slugs []string
	for slug, d := range designs {
		if !slices.Contains(cdk.Writable(d.Graph), o.Language) {
			continue // refused: TestGoRefusesWhatItsLibraryLacks
		}
		o.Name, o.Title, o.Summary = d.Name, d.Title, d.Summary
		pr, err := cdk.Generate(d.Graph, o)
		require.NoError(t, err)
		write(t, filepath.Join(root, slug), pr)
		placePrograms(t, filepath.Join(root, slug))
		shareHandlers(t, filepath.Join(root, slug), filepath.Join(work, "typescript", slug))
		slugs = append(slugs, slug)
	}
	sort.Strings(slugs)
	return slugs
}

// compareTemplate compares a synthesised template with the one the TypeScript project made, rewritten by older if that
// is not nil.
func compareTemplate(t *testing.T, work, slug, file string, older func([]byte) []byte) {
	want, err := os.ReadFile(filepath.Join(work, "typescript-out", slug+".template.json"))
	require.NoError(t, err)
	got, err := os.ReadFile(file)
	if assert.NoError(t, err, slug) {
		if older != nil {
			want, got = sameDeployments(older(want)), sameDeployments(got)
		}
		t.Run(slug, func(t *testing.T) {
			assert.JSONEq(t, string(sameOrder(want)), string(sameOrder(got)), "the template differs from that of the TypeScript project")
		})
	}
}

// shareHandlers makes two projects bundle the same files, once their handlers are known to be equal: a bundle names
// the folder it was made from, and with it the template would change.
func shareHandlers(t *testing.T, project, with string) {
	entries, err := filepath.Glob(filepath.Join(project, "src", "*.ts"))
	require.NoError(t, err)
	for _, file := range entries {
		original := filepath.Join(with, "src", filepath.Base(file))
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		want, err := os.ReadFile(original)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		require.NoError(t, os.Remove(file))
		require.NoError(t, os.Symlink(original, file))
	}
}

// reportProjects runs a verifier that prints a line of JSON for each project.
func reportProjects(t *testing.T, verify *exec.Cmd) {
	var out, errs bytes.Buffer
	verify.Stdout, verify.Stderr = &out, &errs
	failed := verify.Run()
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var row struct {
			Project  string
			Problems []string
			MS       int
		}
		if json.Unmarshal(lines.Bytes(), &row) != nil {
			continue // bundling prints lines of its own
		}
		t.Logf("%s: %d ms", row.Project, row.MS)
		for _, p := range row.Problems {
			t.Errorf("%s: %s", row.Project, p)
		}
	}
	assert.NoError(t, failed, errs.String())
}

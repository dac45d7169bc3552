package services_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// corpus is where the 180 published templates are kept.
const corpus = "../../.ci/templates"

// each loads every template of the corpus that parses and calls visit with its first scenario's graph.
func each(t *testing.T, visit func(name string, sys *cfn.System, g *graph.Graph)) {
	t.Helper()
	count := 0
	for _, folder := range []string{"sam", "cfn", "cdk"} {
		names, err := filepath.Glob(filepath.Join(corpus, folder, "*"))
		require.NoError(t, err)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			sys, err := cfn.Load(context.Background(), []cfn.File{{Name: filepath.Base(name), Data: data}}, cfn.Options{})
			if err != nil {
				continue // the two that do not parse are cfn's matter
			}
			count++
			visit(filepath.Join(folder, filepath.Base(name)), sys, services.Build(sys.Scenarios[0]))
		}
	}
	require.GreaterOrEqual(t, count, 178)
}

func TestCorpusGraphsAreSound(t *testing.T) {
	nodes, edges := 0, 0
	each(t, func(name string, sys *cfn.System, g *graph.Graph) {
		nodes += len(g.Nodes)
		edges += len(g.Edges)
		for _, e := range g.Edges {
			require.NotNil(t, e.From, name)
			require.NotNil(t, e.To, name)
			require.Same(t, e.From, g.Node(e.From.ID), "%s: an edge starts at a node that is not in the graph: %s", name, e.From.ID)
			require.Same(t, e.To, g.Node(e.To.ID), "%s: an edge ends at a node that is not in the graph: %s", name, e.To.ID)
			require.NotEmpty(t, e.Evidence, "%s: %s %s %s has no evidence", name, e.From.ID, e.Kind, e.To.ID)
		}
	})
	t.Logf("%d nodes, %d edges", nodes, edges)
}

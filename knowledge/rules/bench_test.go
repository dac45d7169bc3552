package rules_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn/cfntest"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

// BenchmarkRules runs every rule over a system composed of real templates, at three sizes. It prints the time of
// reading the template beside that of the rules, so that figures from unlike machines can be compared, and the share
// of the most expensive rule: none should take more than a tenth.
func BenchmarkRules(b *testing.B) {
	read := func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join("..", "..", ".ci", "templates", filepath.FromSlash(name)))
	}
	for _, size := range []int{50, 500, 5000} {
		_, text, _, err := cfntest.Compose(read, size)
		require.NoError(b, err)
		file := []cfn.File{{Name: "t.json", Data: text}}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			var reading, building, reviewing time.Duration
			spent := map[string]time.Duration{}
			for b.Loop() {
				start := time.Now()
				system, err := cfn.Load(context.Background(), file, cfn.Options{})
				require.NoError(b, err)
				reading += time.Since(start)

				start = time.Now()
				graphs := make([]*graph.Graph, len(system.Scenarios))
				graph.Parallel(len(graphs), func(i int) {
					graphs[i] = services.Build(system.Scenarios[i])
				})
				graph.Seal(graphs...)
				building += time.Since(start)

				for _, r := range rules.All() {
					start = time.Now()
					for _, g := range graphs {
						r.Check(&rules.Pass{Graph: g, Scenarios: graphs, Rule: r, Today: today})
					}
					// The least of all turns: what else the machine does makes single turns long.
					if took := time.Since(start); spent[r.ID] == 0 || took < spent[r.ID] {
						spent[r.ID] = took
					}
				}
				start = time.Now()
				rules.Review(graphs, rules.Options{Profile: rules.Strict, Today: today})
				reviewing += time.Since(start)
			}
			ids := sortedNames(spent)
			sort.SliceStable(ids, func(i, j int) bool { return spent[ids[i]] > spent[ids[j]] })
			var all time.Duration
			for _, d := range spent {
				all += d
			}
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(b.N) }
			b.ReportMetric(ms(reading), "ms-reading")
			b.ReportMetric(ms(building), "ms-building")
			b.ReportMetric(ms(reviewing), "ms-reviewing")
			b.ReportMetric(float64(reading+building+reviewing)/float64(reading), "x-reading")
			b.ReportMetric(100*float64(spent[ids[0]])/float64(all), "%-dearest-rule")
			for _, id := range ids[:5] {
				b.Logf("%5.1f %% %s", 100*float64(spent[id])/float64(all), id)
			}
		})
	}
}

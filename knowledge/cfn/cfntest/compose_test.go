package cfntest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn/cfntest"
)

func read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join("../../../.ci/templates", name))
}

func TestComposeGivesTheSameSystemAsYAMLAndJSON(t *testing.T) {
	asYAML, asJSON, n, err := cfntest.Compose(read, 500)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, n, 500)
	t.Logf("%d resources, %d bytes of YAML, %d of JSON", n, len(asYAML), len(asJSON))
	load := func(name string, data []byte) *cfn.System {
		s, err := cfn.Load(context.Background(), []cfn.File{{Name: name, Data: data}}, cfn.Options{})
		require.NoError(t, err)
		return s
	}
	a, b := load("a.yaml", asYAML), load("a.json", asJSON)
	require.Len(t, b.Scenarios, len(a.Scenarios))
	require.Len(t, b.Scenarios[0].Resources, len(a.Scenarios[0].Resources))
	for i, r := range a.Scenarios[0].Resources {
		assert.Equal(t, r.Properties.Plain(), b.Scenarios[0].Resources[i].Properties.Plain(), r.ID)
	}
}

// BenchmarkLoad measures reading with all scenarios; BenchmarkYAML, to compare with, is the YAML library alone.
func BenchmarkLoad(b *testing.B) {
	each(b, func(b *testing.B, data []byte) {
		for b.Loop() {
			s, err := cfn.Load(context.Background(), []cfn.File{{Name: "t", Data: data}}, cfn.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(s.Scenarios)), "scenarios")
		}
	})
}

func BenchmarkYAML(b *testing.B) {
	each(b, func(b *testing.B, data []byte) {
		for b.Loop() {
			var n yaml.Node
			if err := yaml.Load(data, &n); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func each(b *testing.B, run func(*testing.B, []byte)) {
	for _, size := range []int{50, 500, 5000} {
		asYAML, asJSON, _, err := cfntest.Compose(read, size)
		if err != nil {
			b.Fatal(err)
		}
		for form, data := range map[string][]byte{"yaml": asYAML, "json": asJSON} {
			b.Run(fmt.Sprintf("%d/%s", size, form), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(data)))
				run(b, data)
			})
		}
	}
}

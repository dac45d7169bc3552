package tools_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn/cfntest"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

// BenchmarkReview reviews a system composed of real templates, from text to report: bytes of the text, the resources
// written in it and findings are printed beside the time. Growth is worth a look where a size takes more than its share.
func BenchmarkReview(b *testing.B) {
	read := func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join("..", ".ci", "templates", filepath.FromSlash(name)))
	}
	for _, size := range []int{50, 500, 5000} {
		asYAML, asJSON, written, err := cfntest.Compose(read, size)
		require.NoError(b, err)
		for name, text := range map[string][]byte{"yaml": asYAML, "json": asJSON} {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				in := tools.ReviewInput{Source: tools.Source{Template: string(text)}}
				var r tools.ReviewResult
				b.ReportAllocs()
				for b.Loop() {
					if r, err = bench().ReviewTemplate(b.Context(), in); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(text)), "bytes")
				b.ReportMetric(float64(written), "resources")
				b.ReportMetric(float64(len(r.Findings)), "findings")
			})
		}
	}
}

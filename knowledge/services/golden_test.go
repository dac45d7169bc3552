package services_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var update = flag.Bool("update", false, "rewrite golden files")

// read are templates of the corpus whose edges were checked by reading the template.
var read = map[string]string{
	"queues-in-a-row":   "sam/aws-samples__serverless-test-samples__python-test-samples__apigw-sqs-lambda-sqs__template.yaml",
	"shopping-cart":     "sam/aws-samples__aws-serverless-shopping-cart__backend__shoppingcart-service.yaml",
	"events-sns-sqs":    "cfn/localstack__localstack__tests__aws__templates__integration_events_sns_sqs_lambda.yaml",
	"global-endpoint":   "sam/aws-samples__serverless-patterns__eventbridge-globalendpoint-sqs__template-eb-globalendpoint.yml",
	"http-api-included": "sam/aws-samples__serverless-patterns__apigw-http-api-eventbridge__template.yaml",
}

func TestEdgesOfPublishedTemplates(t *testing.T) {
	seen := 0
	each(t, func(name string, _ *cfn.System, g *graph.Graph) {
		for short, file := range read {
			if file != name {
				continue
			}
			seen++
			path := filepath.Join("testdata", "edges", short+".txt")
			got := "# " + name + "\n" + strings.Join(lines(g), "\n") + "\n"
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got, name)
		}
	})
	require.Equal(t, len(read), seen)
}

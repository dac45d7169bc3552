package cdk_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// templateLanguages are the languages whose projects are a template.
var templateLanguages = []string{"cloudformation", "sam"}

// Every pattern's template, read back, gives the pattern's graph, and our own review has nothing against it.
func TestTemplatesGiveTheirGraphBack(t *testing.T) {
	for _, p := range patterns.All() {
		for _, language := range templateLanguages {
			t.Run(p.Slug+" "+language, func(t *testing.T) {
				d, err := p.Blueprint.Graph(nil)
				require.NoError(t, err)
				if slices.Contains(templatesRefused, p.Slug) {
					return
				}
				pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: language})
				require.NoError(t, err)
				require.Equal(t, "template.yaml", pr.Files[0].Path)
				checkRoundTrip(t, d.Graph, graphOf(t, "template.yaml", []byte(pr.Files[0].Text)))
			})
		}
	}
}

// templatesRefused are the patterns that no template is written for yet; a test compares it with what is refused.
var templatesRefused = []string{
	"api-direct-to-dynamodb", "archive-and-replay", "claim-check", "cross-account-events", "custom-event-bus-subscribers",
	"distributed-map-batch", "durable-function-workflow", "event-bus-with-schemas", "event-routing-and-transform", "express-workflow-api",
	"human-approval-callback", "managed-instances-worker", "multi-tenant-isolated-functions", "pipe-queue-to-workflow",
	"pipe-stream-filter-enrich", "response-streaming-api", "rest-microservice", "s3-event-processing", "saga-choreographed",
	"saga-orchestrated", "scheduled-job", "static-site-with-api", "transactional-outbox", "webhook-receiver", "websocket-push",
}

package cdk_test

import (
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
				pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: language})
				require.NoError(t, err)
				require.Equal(t, "template.yaml", pr.Files[0].Path)
				require.Regexp(t, `(?m)^Transform: \[?AWS::LanguageExtensions`, pr.Files[0].Text, "the policies of data depend on the stage")
				checkRoundTrip(t, d.Graph, graphOf(t, "template.yaml", []byte(pr.Files[0].Text)))
			})
		}
	}
}

package cdk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// templateLanguages are the languages whose projects are a template.
var templateLanguages = []string{"cloudformation", "sam"}

// Every pattern's template, read back, gives the pattern's graph, and our own review has nothing against it.
func TestTemplatesGiveTheirGraphBack(t *testing.T) {
	for _, p := range patterns.All() {
		checkTemplates(t, p.Slug, p.Blueprint)
	}
}

// So does every sketch's template.
func TestTemplatesOfSketchesGiveTheirGraphBack(t *testing.T) {
	for _, text := range append(append([]string{}, chosenSketches...), sketchesOfChance(t, 40, 20)...) {
		b, err := patterns.ParseSketch("s.yaml", []byte(text))
		require.NoError(t, err, text)
		checkTemplates(t, strings.ReplaceAll(text, "\n", " "), b)
	}
}

func checkTemplates(t *testing.T, name string, b *patterns.Blueprint) {
	for _, language := range templateLanguages {
		t.Run(name+" "+language, func(t *testing.T) {
			d, err := b.Graph(nil)
			require.NoError(t, err)
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: language})
			require.NoError(t, err)
			require.Equal(t, "template.yaml", pr.Files[0].Path)
			require.Regexp(t, `(?m)^Transform: \[?AWS::LanguageExtensions`, pr.Files[0].Text, "the policies of data depend on the stage")
			check := map[string]func(*testing.T, *graph.Graph, *graph.Graph){"cloudformation": checkRoundTrip, "sam": checkRoundTripOfSAM}[language]
			check(t, d.Graph, graphOf(t, "template.yaml", []byte(pr.Files[0].Text)))
		})
	}
}

// Templates say what they have no way to write, rather than leave it out.
func TestTemplatesRefuseWhatTheyCannotWrite(t *testing.T) {
	b, err := patterns.ParseSketch("s.yaml", []byte(`{name: a, nodes: {api: {kind: restApi, corsOrigins: ['https://a.example', 'https://b.example']}, f: function}, edges: [api GET /x -> f]}`))
	require.NoError(t, err)
	d, err := b.Graph(nil)
	require.NoError(t, err)
	for _, language := range templateLanguages {
		_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
		assert.EqualError(t, err, language+" templates are not written yet for api with several corsOrigins, which this architecture has: choose another language")
	}
}

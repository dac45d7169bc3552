package cdk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// withoutPython are the patterns with a handler that cannot be in Python, and what tells why.
var withoutPython = map[string]string{
	"durable-function-workflow": "is durable",
	"response-streaming-api":    "streams its answer",
}

func written(p *cdk.Project, ending string) (paths []string) {
	for _, f := range p.Files {
		if strings.HasPrefix(f.Path, "src/") && strings.HasSuffix(f.Path, ending) {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

func TestHandlersFollowTheLanguageOfTheStack(t *testing.T) {
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		for _, language := range cdk.Writable(d.Graph) {
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
			require.NoError(t, err)
			python := language == "python" && withoutPython[p.Slug] == ""
			assert.Equal(t, python && len(written(pr, ".py")) > 0, len(written(pr, ".py")) > 0, "%s in %s", p.Slug, language)
			if python {
				assert.Empty(t, written(pr, ".ts"), p.Slug)
			}
		}
	}
}

func TestHandlersThatCannotBeInPythonAreToldOf(t *testing.T) {
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		why := withoutPython[p.Slug]
		_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Handlers: "python"})
		if why == "" {
			assert.NoError(t, err, p.Slug)
			continue
		}
		var refused *cdk.HandlersError
		require.ErrorAs(t, err, &refused, p.Slug)
		assert.Contains(t, refused.Error(), why)
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "python"})
		require.NoError(t, err)
		assert.NotEmpty(t, written(pr, ".ts"), p.Slug)
		assert.Contains(t, strings.Join(pr.Notes, "\n"), "The handlers are in TypeScript")
		assert.Contains(t, strings.Join(pr.Notes, "\n"), why)
	}
}

func TestHandlersInAnUnknownLanguageAreRefused(t *testing.T) {
	d, err := patterns.All()[0].Blueprint.Graph(nil)
	require.NoError(t, err)
	_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Handlers: "cobol"})
	require.EqualError(t, err, `there is no language of handlers "cobol": choose typescript, python`)
}

// Functions that run a Python handler have it in a module that neither Python nor Lambda keeps for itself.
func TestHandlersInPythonHaveModulesThatCanBeImported(t *testing.T) {
	b, err := patterns.ParseSketch("s.yaml", []byte(`{name: names, nodes: {class: function, json: function, orderIntake: function, topic: topic}, edges: [topic -> class, topic -> json, topic -> orderIntake]}`))
	require.NoError(t, err)
	d, err := b.Graph(nil)
	require.NoError(t, err)
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "python"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"src/handlers/__init__.py", "src/handlers/class_.py", "src/handlers/json_.py", "src/handlers/order_intake.py"}, written(pr, ".py"))
}

package cdk_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// withoutPython, withoutGo and withoutJava are the patterns with a handler that cannot be in that language, and what tells why.
var (
	withoutPython = map[string]string{
		"durable-function-workflow": "is durable",
		"response-streaming-api":    "streams its answer",
	}
	withoutGo = map[string]string{
		"durable-function-workflow": "is durable",
		"managed-instances-worker":  "runs on managed instances",
	}
	withoutJava = map[string]string{
		"durable-function-workflow": "is durable",
		"response-streaming-api":    "streams its answer",
	}
	withoutHandlers = map[string]map[string]string{"python": withoutPython, "go": withoutGo, "java": withoutJava}
)

// handlerFiles are the paths of a project's handlers in a language.
func handlerFiles(p *cdk.Project, language string) (paths []string) {
	folder, ending := "src/", map[string]string{"typescript": ".ts", "python": ".py", "go": "/main.go", "java": ".java"}[language]
	if language == "go" || language == "java" {
		folder = "handlers/"
	}
	for _, f := range p.Files {
		if strings.HasPrefix(f.Path, folder) && strings.HasSuffix(f.Path, ending) {
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
			want := "typescript"
			if refused, some := withoutHandlers[language]; some && refused[p.Slug] == "" {
				want = language
			}
			for _, handlers := range cdk.HandlerLanguages {
				if handlers != want {
					assert.Empty(t, handlerFiles(pr, handlers), "%s in %s", p.Slug, language)
				}
			}
			if plain, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name}); assert.NoError(t, err) {
				assert.Equal(t, len(handlerFiles(plain, "typescript")) > 0, len(handlerFiles(pr, want)) > 0, "%s in %s", p.Slug, language)
			}
		}
	}
}

func TestHandlersThatCannotBeInALanguageAreToldOf(t *testing.T) {
	for language, without := range withoutHandlers {
		for _, p := range patterns.All() {
			d, err := p.Blueprint.Graph(nil)
			require.NoError(t, err)
			why := without[p.Slug]
			_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Handlers: language})
			if why == "" {
				assert.NoError(t, err, "%s in %s", p.Slug, language)
				continue
			}
			var refused *cdk.HandlersError
			require.ErrorAs(t, err, &refused, "%s in %s", p.Slug, language)
			assert.Contains(t, refused.Error(), why)
			if !slices.Contains(cdk.Writable(d.Graph), language) {
				continue
			}
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
			require.NoError(t, err)
			assert.NotEmpty(t, handlerFiles(pr, "typescript"), p.Slug)
			assert.Contains(t, strings.Join(pr.Notes, "\n"), "The handlers are in TypeScript")
			assert.Contains(t, strings.Join(pr.Notes, "\n"), why)
		}
	}
}

func TestHandlersInAnUnknownLanguageAreRefused(t *testing.T) {
	d, err := patterns.All()[0].Blueprint.Graph(nil)
	require.NoError(t, err)
	_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Handlers: "cobol"})
	require.EqualError(t, err, `there is no language of handlers "cobol": choose typescript, python, go, java`)
}

// Functions that run a Python handler have it in a module that neither Python nor Lambda keeps for itself.
func TestHandlersInPythonHaveModulesThatCanBeImported(t *testing.T) {
	b, err := patterns.ParseSketch("s.yaml", []byte(`{name: names, nodes: {class: function, json: function, orderIntake: function, topic: topic}, edges: [topic -> class, topic -> json, topic -> orderIntake]}`))
	require.NoError(t, err)
	d, err := b.Graph(nil)
	require.NoError(t, err)
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "python"})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"src/handlers/__init__.py", "src/handlers/class_.py", "src/handlers/json_.py", "src/handlers/order_intake.py"}, handlerFiles(pr, "python"))
}

// A project without handlers builds none, whatever is asked for.
func TestProjectsWithoutHandlersHaveNothingToBuild(t *testing.T) {
	p, ok := patterns.Find("graphql-api")
	require.True(t, ok)
	d, err := p.Blueprint.Graph(nil)
	require.NoError(t, err)
	for _, language := range cdk.Writable(d.Graph) {
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language, Handlers: "go"})
		require.NoError(t, err)
		for _, f := range pr.Files {
			assert.NotEqual(t, "Makefile", f.Path, language)
			if path.Base(f.Path) == "cdk.json" || f.Path == "package.json" {
				assert.NotContains(t, f.Text, "make ", language)
			}
		}
	}
}

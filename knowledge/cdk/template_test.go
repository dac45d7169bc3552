package cdk_test

import (
	"path"
	"regexp"
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
			checkTemplate(t, d.Graph, pr, "")
		})
	}
}

// checkTemplate compares a project's template with the graph it was generated from. All functions have the runtime, "" being
// the described ones.
func checkTemplate(t *testing.T, want *graph.Graph, pr *cdk.Project, runtime string) {
	check := map[string]func(*testing.T, *graph.Graph, *graph.Graph, string){"cloudformation": checkRoundTripAs, "sam": checkRoundTripOfSAM}[pr.Language]
	check(t, want, graphOf(t, "template.yaml", []byte(pr.Files[0].Text)), runtime)
}

// withHandlers is a pattern's project in a language of stacks and one of handlers, nil where these cannot be.
func withHandlers(t *testing.T, slug string, d *patterns.Design, language, handlers string) *cdk.Project {
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Language: language, Handlers: handlers})
	if withoutHandlers[handlers][slug] != "" {
		require.Error(t, err)
		return nil
	}
	require.NoError(t, err)
	return pr
}

var handlerRuntimes = map[string]string{"python": "python3.14", "go": "provided.al2023", "java": "java25"}

// Templates with handlers in other languages are of the same graph. The handlers and their tests are, byte for byte, those
// of the CDK project, which are proven there, and each function runs one that is there.
func TestTemplatesRunHandlersInEveryLanguage(t *testing.T) {
	for _, p := range patterns.All() {
		for handlers, runtime := range handlerRuntimes {
			d, err := p.Blueprint.Graph(nil)
			require.NoError(t, err)
			proven := withHandlers(t, p.Slug, d, "typescript", handlers)
			for _, language := range templateLanguages {
				pr := withHandlers(t, p.Slug, d, language, handlers)
				if pr == nil || len(handlerFiles(pr, handlers)) == 0 {
					continue
				}
				t.Run(p.Slug+" "+language+" "+handlers, func(t *testing.T) {
					checkTemplate(t, d.Graph, pr, runtime)
					want := codeFiles(proven)
					if language == "sam" { // which builds programs itself
						delete(want, "Makefile")
					}
					assert.Equal(t, want, codeFiles(pr))
					checkEntries(t, pr, handlers)
				})
			}
		}
	}
}

// codeFiles are a project's files of code that is no infrastructure, and what builds and tests it.
func codeFiles(pr *cdk.Project) map[string]string {
	out := map[string]string{}
	for _, f := range pr.Files {
		switch path.Ext(f.Path) {
		case ".md", ".yaml", ".ts", ".json":
			continue
		}
		switch f.Path {
		case ".gitignore", "samconfig.toml", "src/requirements.txt":
			continue
		}
		out[f.Path] = f.Text
	}
	return out
}

var functionResource = regexp.MustCompile(`(?m)^  (\w+):\n    Type: AWS::(?:Serverless|Lambda)::Function\n(?:    .*\n)*`)

// checkEntries looks for the code that each function of a template names.
func checkEntries(t *testing.T, pr *cdk.Project, handlers string) {
	text := pr.Files[0].Text
	setting := func(of, name string) string {
		if m := regexp.MustCompile(`(?m)^      ` + name + `: (\S+)$`).FindStringSubmatch(of); m != nil {
			return m[1]
		}
		return ""
	}
	files := map[string]bool{}
	for _, f := range pr.Files {
		files[f.Path] = true
	}
	functions := functionResource.FindAllString(text, -1)
	require.Len(t, functions, strings.Count(text, "\n      Handler: "))
	for _, function := range functions {
		folder := setting(function, "Code")
		if pr.Language == "sam" {
			if folder = setting(function, "CodeUri"); folder == "" {
				folder = regexp.MustCompile(`(?m)^    CodeUri: (\S+)$`).FindStringSubmatch(text)[1]
			}
		}
		entry := setting(function, "Handler")
		switch handlers + " " + pr.Language {
		case "python sam", "python cloudformation":
			assert.True(t, files[folder+"/"+strings.ReplaceAll(strings.TrimSuffix(entry, ".handler"), ".", "/")+".py"], entry)
		case "go sam":
			assert.Equal(t, "bootstrap", entry)
			assert.True(t, files[folder+"/main.go"], folder)
		case "go cloudformation": // the Makefile puts it there
			assert.Equal(t, "bootstrap", entry)
			assert.True(t, files[strings.Replace(folder, "dist/", "handlers/", 1)+"/main.go"], folder)
		default:
			class, ok := strings.CutSuffix(entry, "::handleRequest")
			assert.True(t, ok, entry)
			assert.True(t, files["handlers/src/main/java/"+strings.ReplaceAll(class, ".", "/")+".java"], entry)
			assert.Equal(t, map[string]string{"sam": "handlers", "cloudformation": "handlers/target/handlers.jar"}[pr.Language], folder)
		}
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

package cdk_test

import (
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

func generate(t *testing.T, d *patterns.Design, scope string) *cdk.Project {
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Scope: scope})
	require.NoError(t, err)
	return pr
}

// The libraries of Go and Java are older than what these architectures need: they are refused rather than written
// without it.
func TestLanguagesRefuseWhatTheirLibrariesLack(t *testing.T) {
	refused := map[string][]string{}
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		for _, language := range cdk.Languages {
			_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
			var lack *cdk.LackError
			if errors.As(err, &lack) {
				refused[language] = append(refused[language], p.Slug)
				assert.ErrorContains(t, err, "choose another language")
			}
			assert.Equal(t, err == nil, slices.Contains(cdk.Writable(d.Graph), language), p.Slug)
		}
	}
	assert.Equal(t, map[string][]string{
		"go": {"custom-event-bus-subscribers", "durable-function-workflow", "managed-instances-worker", "multi-tenant-isolated-functions",
			"response-streaming-api", "websocket-push"},
		"java": {"custom-event-bus-subscribers"},
	}, refused)
}

// Java's Map.of has another order in each run: where an object becomes a text in the template, or an id is made from
// it, the project would differ from one synthesis to the next.
func TestJavaSortsWhatTheTemplateSpellsOut(t *testing.T) {
	sorted := 0
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		if !slices.Contains(cdk.Writable(d.Graph), "java") {
			continue
		}
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "java", Scope: "snippet"})
		require.NoError(t, err)
		for _, m := range spelledOut.FindAllStringSubmatch(pr.Files[0].Text, -1) {
			if m[1] == "new TreeMap<>(" {
				sorted++
				continue
			}
			assert.Regexp(t, onePair, m[0], p.Slug)
		}
	}
	assert.Positive(t, sorted)
}

var (
	spelledOut = regexp.MustCompile(`fromObject\(\s*(Map\.of\(|new TreeMap<>\()(?:.*\n){8}`)
	onePair    = regexp.MustCompile(`Map\.of\(\s*"[^"]*",\s*"[^"]*"\)`)
)

// A token is four characters here, as in all budgets.
func TestSnippetsFitAChat(t *testing.T) {
	sizes := map[string][]int{}
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		for _, language := range cdk.Writable(d.Graph) {
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Scope: "snippet", Language: language})
			require.NoError(t, err)
			require.Len(t, pr.Files, 1)
			tokens := len(pr.Files[0].Text) / 4
			sizes[language] = append(sizes[language], tokens)
			t.Logf("%s: %d tokens of %s", p.Slug, tokens, language)
			assert.NotContains(t, pr.Files[0].Text, "props.", "a snippet stands alone")
			assert.LessOrEqual(t, tokens, 5000, "%s in %s", p.Slug, language)
		}
	}
	// Plain CloudFormation has no grants and no helpers: roles, permissions, routes and tables are spelt one by one.
	for _, language := range cdk.Languages {
		words := 1500
		if language == "cloudformation" {
			words = 1950
		}
		sort.Ints(sizes[language])
		assert.LessOrEqual(t, sizes[language][len(sizes[language])/2], words, "the median snippet in %s", language)
	}
	assert.Len(t, sizes, len(cdk.Languages), "a language has no median of its own")
}

func TestProjectFilesStayInTheirFolder(t *testing.T) {
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, f := range generate(t, d, "project").Files {
			assert.Equal(t, path.Clean(f.Path), f.Path)
			assert.False(t, path.IsAbs(f.Path) || strings.HasPrefix(f.Path, ".."), f.Path)
			assert.False(t, seen[f.Path], "%s twice", f.Path)
			seen[f.Path] = true
			assert.True(t, strings.HasSuffix(f.Text, "\n"), "%s ends in a newline", f.Path)
			if strings.HasSuffix(f.Path, ".json") {
				assert.True(t, json.Valid([]byte(f.Text)), f.Path)
			}
		}
	}
}

func TestUnknownChoicesNameTheRealOnes(t *testing.T) {
	p, ok := patterns.Find("queue-worker")
	require.True(t, ok)
	d, err := p.Blueprint.Graph(nil)
	require.NoError(t, err)
	_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "cobol"})
	assert.EqualError(t, err, `there is no language "cobol": choose `+strings.Join(cdk.Languages, ", "))
	_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Scope: "all"})
	assert.EqualError(t, err, `there is no scope "all": choose project, snippet`)
}

// A text of the description must never end its literal or its comment: what stands between quotes is data.
func TestHostileTextsStayTexts(t *testing.T) {
	hostile := `x'"` + "`" + `;process.exit(1)//*/ ${process.exit(1)} \ ` + "\n\u2028 end"
	for name, key := range map[string]string{"everywhere": hostile, "in no key, which Go's types cannot have": "id"} {
		t.Run(name, func(t *testing.T) { checkHostileTexts(t, hostile, key) })
	}
}

func checkHostileTexts(t *testing.T, hostile, key string) {
	sketch := map[string]any{
		"name": "hostile", "title": hostile, "summary": hostile,
		"nodes": map[string]any{
			"class": map[string]any{"kind": "queue"}, "lambda": map[string]any{"kind": "function", "description": hostile},
			"constructor": map[string]any{"kind": "function"}, "bus": map[string]any{"kind": "eventBus"}, "default": map[string]any{"kind": "table", "key": key},
			"resource": map[string]any{"kind": "rule", "source": hostile, "detailType": []string{hostile}, "description": hostile, "detail": map[string]any{hostile: []string{hostile}}},
		},
		"edges": []string{"class -> lambda", "lambda -> default", "bus -> resource", "resource -> constructor", "constructor -> bus"},
	}
	data, err := json.Marshal(sketch)
	require.NoError(t, err)
	b, err := patterns.ParseSketch("hostile.json", data)
	require.NoError(t, err)
	d, err := b.Graph(nil)
	require.NoError(t, err)
	for _, language := range cdk.Writable(d.Graph) {
		for _, scope := range cdk.Scopes {
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Scope: scope, Language: language})
			require.NoError(t, err)
			for _, f := range pr.Files {
				if check := onlyInLiterals[path.Ext(f.Path)]; check != nil {
					assert.NoError(t, check(f.Text), "%s %s", language, f.Path)
				}
			}
		}
	}
}

// onlyInLiterals checks the code of a language for hostile text that got out of its literal or comment.
var onlyInLiterals = map[string]func(string) error{".ts": onlyInText, ".py": onlyInPythonText, ".go": onlyInGoText, ".java": onlyInJavaText, ".yaml": onlyInYAML}

func BenchmarkGenerate(b *testing.B) {
	p, _ := patterns.Find("event-bus-with-schemas")
	for b.Loop() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(b, err)
		_, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name})
		require.NoError(b, err)
	}
}

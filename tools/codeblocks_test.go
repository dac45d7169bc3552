package tools_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// block is a piece of code in a page, with the line before it.
type block struct{ page, language, text, before string }

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// blocks collects the code of all pages.
func blocks(t *testing.T) []block {
	t.Helper()
	var out []block
	root := filepath.Join("..", "references")
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		text, err := os.ReadFile(path)
		page := strings.TrimPrefix(path, root+string(filepath.Separator))
		for _, m := range fence.FindAllStringSubmatchIndex(string(text), -1) {
			lines := strings.Split(strings.TrimSpace(string(text[:m[0]])), "\n")
			out = append(out, block{page, string(text[m[2]:m[3]]), string(text[m[4]:m[5]]), lines[len(lines)-1]})
		}
		return err
	}))
	return out
}

// TestCodeOfPagesIsReadable parses what pages show: a template by the reader that reviews templates, a sketch by the
// one that generates, other YAML and JSON as such.
func TestCodeOfPagesIsReadable(t *testing.T) {
	seen := map[string]int{}
	for _, b := range blocks(t) {
		switch {
		case b.language == "json":
			assert.NoError(t, json.Unmarshal([]byte(b.text), new(any)), "%s:\n%s", b.page, b.text)
		case b.language != "yaml":
		case strings.Contains("\n"+b.text, "\nResources:"):
			b.language = "template"
			sys, err := cfn.Load(context.Background(), []cfn.File{{Name: "template.yaml", Data: []byte(b.text)}}, cfn.Options{})
			if assert.NoError(t, err, "%s:\n%s", b.page, b.text) {
				assert.NotEmpty(t, sys.Scenarios[0].Resources, b.page)
			}
		case strings.Contains("\n"+b.text, "\nnodes:"):
			b.language = "sketch"
			_, err := patterns.ParseSketch("sketch.yaml", []byte(b.text))
			assert.NoError(t, err, "%s:\n%s", b.page, b.text)
		default:
			var n yaml.Node
			assert.NoError(t, yaml.Unmarshal([]byte(b.text), &n), "%s:\n%s", b.page, b.text)
		}
		seen[b.language]++
	}
	t.Log(seen)
	for _, language := range []string{"template", "yaml", "json", "python"} {
		assert.Positive(t, seen[language], "no block of %s was found", language)
	}
}

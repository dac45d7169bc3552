package tools_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools"
)

// inputs are the structs that the tools' arguments are read into.
var inputs = map[string]any{
	"search_knowledge":  tools.SearchInput{},
	"read_knowledge":    tools.ReadInput{},
	"generate_cdk":      tools.GenerateInput{},
	"review_template":   tools.ReviewInput{},
	"review_stack":      tools.StackInput{},
	"draw_architecture": tools.DrawInput{},
}

// A published argument that the struct does not have would be dropped in silence, and the other way round it could
// never be sent.
func TestSchemasAndInputsHaveTheSameNames(t *testing.T) {
	for _, tool := range tools.Tools() {
		in, ok := inputs[tool.Name]
		require.True(t, ok, tool.Name)
		var schema struct {
			Properties           map[string]any
			AdditionalProperties *bool
		}
		require.NoError(t, json.Unmarshal([]byte(tool.Input), &schema), tool.Name)
		require.True(t, schema.AdditionalProperties != nil && !*schema.AdditionalProperties, tool.Name)
		published := map[string]bool{}
		for name := range schema.Properties {
			published[name] = true
		}
		require.Equal(t, fields(reflect.TypeOf(in)), published, tool.Name)
		require.True(t, json.Valid([]byte(tool.Output)), tool.Name)
	}
}

func fields(t reflect.Type) map[string]bool {
	out := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			for n := range fields(f.Type) {
				out[n] = true
			}
		case name != "" && name != "-":
			out[name] = true
		}
	}
	return out
}

func bench() *tools.Workbench {
	return &tools.Workbench{Reach: tools.Reach{Any: true}, Today: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
}

// Every real template is reviewed; the two that do not parse are answered with the place and what was expected.
func TestAllRealTemplatesAreReviewed(t *testing.T) {
	reviewed, refused := 0, 0
	for _, kind := range []string{"sam", "cfn", "cdk"} {
		found, err := filepath.Glob(filepath.Join("..", ".ci", "templates", kind, "*"))
		require.NoError(t, err)
		for _, path := range found {
			r, err := bench().ReviewTemplate(t.Context(), tools.ReviewInput{Source: tools.Source{Paths: []string{path}}})
			if err != nil {
				refused++
				require.Equal(t, tools.InputWrong, tools.ClassOf(err), path)
				require.Regexp(t, `:\d+:\d+: .+; expected `, err.Error())
				continue
			}
			reviewed++
			for _, f := range r.Findings {
				require.NotEmpty(t, f.Evidence, "%s: %s", path, f.Message)
				require.NotEmpty(t, f.Evidence[0].File, "%s: %s", path, f.Message)
				require.Positive(t, f.Evidence[0].Line, "%s: %s", path, f.Message)
			}
			text, err := json.Marshal(r)
			require.NoError(t, err)
			require.NotContains(t, string(text), ":null", path)
		}
	}
	require.Equal(t, 178, reviewed)
	require.Equal(t, 2, refused)
}

func TestALinkDoesNotLeadOutOfARoot(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret.yaml")
	require.NoError(t, os.WriteFile(secret, []byte("Resources: {Secret: {Type: AWS::SQS::Queue}}"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(root, "link.yaml")))
	w := &tools.Workbench{Reach: tools.Reach{Roots: []string{root}}}
	for _, path := range []string{filepath.Join(root, "link.yaml"), filepath.Join(root, "..", filepath.Base(outside), "secret.yaml"), secret} {
		_, err := w.ReviewTemplate(t.Context(), tools.ReviewInput{Source: tools.Source{Paths: []string{path}}})
		require.Error(t, err, path)
	}
}

// What an assistant gets keeps to its budget, and says what was left out.
func TestAnswersKeepToTheirBudget(t *testing.T) {
	c := bench()
	path := filepath.Join("..", "cmd", "serverless-architect", "testdata", "example", "template.yaml")
	full, err := c.ReviewTemplate(t.Context(), tools.ReviewInput{Source: tools.Source{Paths: []string{path}}})
	require.NoError(t, err)
	require.Greater(t, len(full.Markdown()), 4*1500, "the example must be larger than the budget")
	for _, tool := range tools.Tools() {
		if tool.Name != "review_template" {
			continue
		}
		out, err := tool.Call(t.Context(), c, map[string]any{"paths": []any{path}, "max_tokens": 600})
		require.NoError(t, err)
		require.LessOrEqual(t, len(out.Markdown()), 4*600)
		require.Contains(t, out.Markdown(), "Omitted: ")
		detail, err := tool.Call(t.Context(), c, map[string]any{"paths": []any{path}, "detail": full.Findings[0].ID})
		require.NoError(t, err)
		require.Contains(t, detail.Markdown(), full.Findings[0].Code)
	}
}

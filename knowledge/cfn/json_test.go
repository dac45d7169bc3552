package cfn

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// TestParseJSONAgreesWithTheYAMLLibrary on all JSON templates of the sample: values, lines and columns.
func TestParseJSONAgreesWithTheYAMLLibrary(t *testing.T) {
	files, err := filepath.Glob("../../.ci/templates/*/*.json")
	require.NoError(t, err)
	compared := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		ours, ok := parseJSON(data)
		require.True(t, ok, f)
		var theirs yaml.Node
		require.NoError(t, yaml.Load(easeJSON(data), &theirs, yaml.WithUniqueKeys(false)), f)
		agree(t, theirs.Content[0], ours, f)
		compared++
	}
	assert.Greater(t, compared, 100)
}

func agree(t *testing.T, want, got *yaml.Node, file string) {
	require.Equal(t, want.Kind, got.Kind, "%s:%d", file, want.Line)
	require.Equal(t, want.Value, got.Value, "%s:%d", file, want.Line)
	require.Equal(t, want.Line, got.Line, file)
	require.Equal(t, want.ShortTag(), got.ShortTag(), "%s:%d %s", file, want.Line, want.Value)
	require.Len(t, got.Content, len(want.Content))
	for i := range want.Content {
		agree(t, want.Content[i], got.Content[i], file)
	}
}

func TestParseJSONLeavesWhatIsNotStrictJSONToYAML(t *testing.T) {
	for _, text := range []string{`{"a": 1,}`, `{"a": 01}`, `{a: 1}`, `{"a": 1} x`, `{"a": "x`, "{\"a\": \"x\ny\"}", `{"a" 1}`, `["a"`, `{"a": nul}`, ``} {
		_, ok := parseJSON([]byte(text))
		assert.False(t, ok, text)
	}
	n, ok := parseJSON([]byte("{\n\t\"a\": \"\\ud83d\\ude00 \\/\"}"))
	require.True(t, ok)
	assert.Equal(t, "😀 /", n.Content[1].Value)
	assert.Equal(t, [2]int{2, 7}, [2]int{n.Content[1].Line, n.Content[1].Column})
}

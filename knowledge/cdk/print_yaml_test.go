package cdk

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// Whatever stands in a text, it comes back as the same text, as a name, a value, an element of a list and in braces, and
// never as anything else: 2,000 texts of chance, the same in every run, made of what means something in YAML.
func TestYAMLGivesEveryTextBack(t *testing.T) {
	pieces := []string{"a", "B", " ", ": ", ":", "#", " #", "'", `"`, `\`, "\n", "\r", "\t", "- ", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "~", "0", "1.5",
		"yes", "No", "on", "null", "true", "2012-10-17", "=", "<<", "---", "...", "${x}", "\u00e9", "\u2028", "\u0085", "\ufeff", "\x00", "\x7f", "\U0001f600"}
	dice := rand.New(rand.NewPCG(7, 11))
	for range 2000 {
		var b strings.Builder
		for range 1 + dice.IntN(4) {
			b.WriteString(pieces[dice.IntN(len(pieces))])
		}
		s := b.String()
		p := &yamlPrinter{width: yamlWidth}
		p.section("Texts", mapping{}.with(s, s).with("list", sequence{s, s}).with("braces", flat{{s, s, ""}}).with("deep", sequence{mapping{}.with("x", s).because("y", mapping{}.with("z", s), s)}))
		var got map[string]map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(p.b.String()), &got), "%q\n%s", s, p.b.String())
		want := map[string]any{"list": []any{s, s}, "braces": map[string]any{s: s}, "deep": []any{map[string]any{"x": s, "y": map[string]any{"z": s}}}}
		want[s] = s
		assert.Equal(t, want, got["Texts"], p.b.String())
	}
}

// CloudFormation reads YAML 1.1, in which some words, dates and numbers are no texts.
func TestYAMLQuotesWhatOlderReadersTakeForSomethingElse(t *testing.T) {
	for _, s := range []string{"yes", "No", "ON", "off", "y", "true", "null", "~", "2012-10-17", "0123", "1_000", "12:30:45", "1e3", ".5", "=", "<<", "-", ""} {
		assert.Contains(t, []string{"'" + s + "'", fmt.Sprintf("%q", s)}, yamlString(s))
	}
}

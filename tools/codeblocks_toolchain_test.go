//go:build toolchain

package tools_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The checkers print what they cannot parse; they read {page: code} from standard input.
const (
	checkPython = `
import ast, json, sys
for page, code in json.load(sys.stdin).items():
    try: ast.parse(code)
    except SyntaxError as e: print(page, e)
`
	checkTypeScript = `
const { stripTypeScriptTypes } = require('node:module');
for (const [page, code] of Object.entries(JSON.parse(require('fs').readFileSync(0, 'utf8')))) {
  try { stripTypeScriptTypes(code, { mode: 'strip' }); } catch (e) { console.log(page, e.message); }
}
`
)

// TestProgramsOfPagesParse has the languages' own parsers read the Python and TypeScript that pages show.
func TestProgramsOfPagesParse(t *testing.T) {
	python, typescript := map[string]string{}, map[string]string{}
	for _, b := range blocks(t) {
		switch b.language {
		case "python":
			python[b.page] += b.text + "\n"
		case "ts", "typescript", "javascript":
			typescript[b.page] += b.text + "\n"
		}
	}
	venv, err := filepath.Abs(filepath.Join("..", ".toolchain", "python"))
	require.NoError(t, err)
	check := func(code map[string]string, program string, arguments ...string) {
		assert.NotEmpty(t, code)
		input, err := json.Marshal(code)
		require.NoError(t, err)
		checker := exec.Command(program, arguments...)
		checker.Stdin = strings.NewReader(string(input))
		out, err := checker.Output()
		require.NoError(t, err)
		assert.Empty(t, string(out))
	}
	check(python, filepath.Join(venv, "bin", "python"), "-c", checkPython)
	check(typescript, "node", "-e", checkTypeScript)
}

// TestTypeScriptOfPagesHasRightTypes compiles the blocks that say what they import, which makes them whole, by one run
// of the compiler against the pinned libraries. Names that stand for the reader's own things are declared in the block.
func TestTypeScriptOfPagesHasRightTypes(t *testing.T) {
	toolchain, err := filepath.Abs(filepath.Join("..", ".toolchain", "node", "node_modules"))
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.Symlink(toolchain, filepath.Join(folder, "node_modules")))
	const settings = `{"compilerOptions": {"strict": true, "noEmit": true, "skipLibCheck": true, "target": "es2022", "module": "nodenext", "types": ["node"]}, "include": ["*.ts"]}`
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tsconfig.json"), []byte(settings), 0o600))
	whole := 0
	for i, b := range blocks(t) {
		if (b.language == "ts" || b.language == "typescript") && strings.Contains("\n"+b.text, "\nimport ") {
			whole++
			name := fmt.Sprintf("%s-%d.ts", strings.ReplaceAll(b.page, string(filepath.Separator), "_"), i)
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(b.text), 0o600))
		}
	}
	assert.GreaterOrEqual(t, whole, 3)
	compiler := exec.Command("node", filepath.Join(toolchain, "typescript", "bin", "tsc"), "-p", folder, "--pretty", "false")
	compiler.Dir = folder
	out, err := compiler.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}

// TestTemplatesOfPagesPassCfnLint has AWS's linter check every template that a page recommends against the schemas of
// the resource types: the good example of each rule, and those of the guides.
func TestTemplatesOfPagesPassCfnLint(t *testing.T) {
	folder := t.TempDir()
	arguments := []string{"--format", "parseable", "--non-zero-exit-code", "none"}
	for i, b := range blocks(t) {
		recommended := !strings.HasPrefix(b.page, "rules") || strings.Contains(b.before, "without the defect")
		if b.language == "yaml" && recommended && strings.Contains("\n"+b.text, "\nResources:") {
			file := filepath.Join(folder, fmt.Sprintf("%s-%d.yaml", strings.ReplaceAll(b.page, string(filepath.Separator), "_"), i))
			require.NoError(t, os.WriteFile(file, []byte(b.text), 0o600))
			arguments = append(arguments, file)
		}
	}
	assert.Greater(t, len(arguments), 150)
	out, err := exec.Command(filepath.Join("..", ".toolchain", "python", "bin", "cfn-lint"), arguments...).Output()
	require.NoError(t, err, string(out))
	for _, line := range strings.Split(string(out), "\n") {
		assert.NotRegexp(t, `:E\d+:`, strings.TrimPrefix(line, folder))
	}
}

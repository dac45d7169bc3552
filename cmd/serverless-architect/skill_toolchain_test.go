//go:build toolchain

package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheSkillInstallsWithItsReferencesAndNothingElse installs from a copy of the repository, as a user would from a
// clone, into the folders of several assistants.
func TestTheSkillInstallsWithItsReferencesAndNothingElse(t *testing.T) {
	clone, project := trackedFiles(t), t.TempDir()
	want := files(t, filepath.Join(clone, "references"))
	require.Greater(t, len(want), 300)
	installer := nodeFrom(t, "skills", "skills", "add", clone, "--yes", "--copy",
		"--agent", "claude-code", "cursor", "windsurf", "kiro-cli", "codex", "gemini-cli", "github-copilot")
	installer.Dir = project
	installer.Env = append(installer.Env, "DO_NOT_TRACK=1")
	out, err := installer.CombinedOutput()
	require.NoError(t, err, "%s", out)

	installed := map[string]map[string]string{} // by assistant's folder
	for name, text := range files(t, project) {
		if folder, below, ok := strings.Cut(name, "/skills/serverless-architect/"); ok {
			if installed[folder] == nil {
				installed[folder] = map[string]string{}
			}
			installed[folder][below] = text
		} else {
			assert.Equal(t, "skills-lock.json", name, "something else was installed")
		}
	}
	for _, folder := range []string{".claude", ".agents", ".windsurf", ".kiro"} {
		require.Equal(t, want, installed[folder], folder)
	}
}

// trackedFiles copies what git knows of the repository: a clone, with what is not committed yet.
func trackedFiles(t *testing.T) string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root(t)
	out, err := list.Output()
	require.NoError(t, err)
	clone := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root(t), name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		require.NoError(t, err)
		target := filepath.Join(clone, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(target), 0o755))
		require.NoError(t, os.WriteFile(target, data, 0o644))
	}
	return clone
}

// files holds what is below dir: text by path.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path) // path is below dir
		out[filepath.ToSlash(name)] = string(data)
		return err
	}))
	return out
}

// TestTheInspectorVerifiesTheSkill has MCP Inspector read every file of the served skill and compare the digests.
func TestTheInspectorVerifiesTheSkill(t *testing.T) {
	for name, target := range map[string][]string{
		"stdio, handshake": {program(t), "--protocol-era", "legacy"},
		"stdio, stateless": {program(t), "--protocol-era", "modern"},
		"http, handshake":  {httpServer(t), "--transport", "http", "--protocol-era", "legacy"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := node(t, "mcp-inspector", append(append([]string{"--cli"}, target...), "--method", "skills/list", "--verify", "--require-digests")...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			require.NoError(t, err, "%s\n%s", out, stderr.String())
			var report struct {
				Outcome     string
				Conformance []struct{ Message string }
				Files       []struct{ URI, Status string }
			}
			require.NoError(t, json.Unmarshal(out, &report))
			require.Equal(t, "verified", report.Outcome)
			require.Empty(t, report.Conformance, "also warnings, such as too many files")
			require.Greater(t, len(report.Files), 300)
		})
	}
}

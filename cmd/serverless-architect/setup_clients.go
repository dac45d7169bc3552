package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// assistant is an MCP client whose configuration setup knows. Paths and keys checked 2026-11-29 in the clients' own
// documentation, but for Claude Desktop on Linux, which has no official build: there it is where the others keep theirs.
type assistant struct {
	name, title string
	// user and project are the configuration's path parts, below a base folder for the whole machine's user, and below
	// the working folder; no project: the client has no configuration of a folder.
	base    func() (string, error)
	user    []string
	project []string
	servers string // the key that holds the servers
	toml    bool
	typed   bool // entries name their transport
	note    string
}

// assistants in the order that help shows them.
var assistants = []assistant{
	{name: "claude-code", title: "Claude Code", base: home, user: []string{".claude.json"}, project: []string{".mcp.json"}, servers: "mcpServers", typed: true},
	{name: "claude-desktop", title: "Claude Desktop", base: os.UserConfigDir, user: []string{"Claude", "claude_desktop_config.json"}, servers: "mcpServers", note: "restart it"},
	{name: "cursor", title: "Cursor", base: home, user: []string{".cursor", "mcp.json"}, project: []string{".cursor", "mcp.json"}, servers: "mcpServers"},
	{name: "vscode", title: "Visual Studio Code", base: os.UserConfigDir, user: []string{"Code", "User", "mcp.json"}, project: []string{".vscode", "mcp.json"}, servers: "servers", typed: true},
	{name: "kiro", title: "Kiro", base: home, user: []string{".kiro", "settings", "mcp.json"}, project: []string{".kiro", "settings", "mcp.json"}, servers: "mcpServers"},
	{name: "windsurf", title: "Windsurf", base: home, user: []string{".codeium", "windsurf", "mcp_config.json"}, servers: "mcpServers", note: "refresh its list of servers"},
	{name: "codex", title: "Codex", base: codexHome, user: []string{"config.toml"}, project: []string{".codex", "config.toml"}, servers: "mcp_servers", toml: true},
	{name: "gemini", title: "Gemini CLI", base: home, user: []string{".gemini", "settings.json"}, project: []string{".gemini", "settings.json"}, servers: "mcpServers", note: "restart it"},
}

func home() (string, error) { return os.UserHomeDir() }

// codexHome is ~/.codex unless the user moved it.
func codexHome() (string, error) {
	if dir := os.Getenv("CODEX_HOME"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserHomeDir()
	return filepath.Join(dir, ".codex"), err
}

// file is where the client reads its servers from.
func (a assistant) file(project bool) (string, error) {
	if project {
		return filepath.Join(a.project...), nil
	}
	base, err := a.base()
	return filepath.Join(append([]string{base}, a.user...)...), err
}

// installed says whether the client seems to be on this machine: its configuration, or the folder for it, exists.
func (a assistant) installed() bool {
	file, err := a.file(false)
	if err != nil {
		return false
	}
	if len(a.user) > 1 { // the folder is the client's own, not the home folder
		file = filepath.Dir(file)
	}
	_, err = os.Stat(file)
	return err == nil
}

func assistantNamed(name string) (assistant, bool) {
	for _, a := range assistants {
		if a.name == name {
			return a, true
		}
	}
	return assistant{}, false
}

func assistantNames() []string {
	var names []string
	for _, a := range assistants {
		names = append(names, a.name)
	}
	return names
}

// programPath is what a client shall start: clients of the desktop know no shell's path, so it is absolute. A link on
// the path is kept as it is, for it survives an upgrade.
func programPath(find func(string) (string, error)) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	name := "serverless-architect"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	onPath, err := find(name)
	if err != nil {
		return self, nil // it is not on the path, and need not be
	}
	a, errA := os.Stat(self)
	b, errB := os.Stat(onPath)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return filepath.Abs(onPath)
	}
	return self, nil
}

package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/references"
)

// The skill served over MCP (extension "Skills over MCP", SEP-2640): the same folder that `npx skills add` installs,
// with a digest of each file, so that a client can keep a copy and see when it is stale.
const (
	skillsExtension = "io.modelcontextprotocol/skills"
	skillFolder     = "skill://" + Name + "/"
	skillURI        = skillFolder + "SKILL.md"
	directoryType   = "inode/directory"
)

// skillEntry is a skill as skills/list and skills/get show it.
type skillEntry struct {
	URI         string         `json:"uri"`
	Frontmatter map[string]any `json:"frontmatter"`
	Resources   []skillFile    `json:"resources"`
}

// skillFile is one file of the skill. Size is in bytes; the digest is of the very bytes that resources/read returns.
type skillFile struct {
	URI    string `json:"uri"`
	Digest string `json:"digest"`
	Size   int    `json:"size"`
}

// theSkill is made at first use: hashing some 400 files takes milliseconds that no other start should pay.
var theSkill = sync.OnceValues(func() (skillEntry, error) {
	entry := skillEntry{URI: skillURI}
	err := fs.WalkDir(references.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(references.Files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		entry.Resources = append(entry.Resources, skillFile{URI: skillFolder + name, Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: len(data)})
		if name == "SKILL.md" {
			entry.Frontmatter, err = frontMatter(data)
		}
		return err
	})
	return entry, err
})

func frontMatter(page []byte) (map[string]any, error) {
	parts := bytes.SplitN(page, []byte("---\n"), 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("SKILL.md has no front matter")
	}
	out := map[string]any{}
	return out, yaml.Unmarshal(parts[1], &out)
}

// addSkill lets the skill's files be read as resources.
func addSkill(s *server.MCPServer) {
	about := "How to use this knowledge: which tool for what, an index of all pages, a review by hand"
	s.AddResource(mcp.NewResource(skillURI, "Skill", mcp.WithResourceDescription(about), mcp.WithMIMEType("text/markdown")), readSkillFile)
	s.AddResourceTemplate(mcp.NewResourceTemplate(skillFolder+"{+path}", "Files of the skill",
		mcp.WithTemplateDescription("A file of the skill as it is installed: guides, patterns, rules, blueprints")),
		readSkillFile)
}

func readSkillFile(_ context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	name, ok := strings.CutPrefix(req.Params.URI, skillFolder)
	if !ok || !fs.ValidPath(name) {
		return nil, server.ErrResourceNotFound
	}
	data, err := fs.ReadFile(references.Files, name)
	if err != nil {
		return nil, server.ErrResourceNotFound // a folder, or nothing
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: req.Params.URI, MIMEType: typeOf(name), Text: string(data)}}, nil
}

// cached is what protocol version 2026-07-28 asks of every cacheable result; older clients ignore it. The files are
// part of the binary: they change with it only.
type cached struct {
	ResultType string `json:"resultType"`
	TTL        int    `json:"ttlMs"`
	Scope      string `json:"cacheScope"`
}

var anHour = cached{ResultType: "complete", TTL: 3_600_000, Scope: "public"}

// skillMethods are the extension's requests. A nil params is an empty object.
var skillMethods = map[string]func(params json.RawMessage) (any, *mcp.JSONRPCErrorDetails){
	"skills/list": func(json.RawMessage) (any, *mcp.JSONRPCErrorDetails) {
		entry, err := theSkill()
		if err != nil {
			return nil, ourBug(err)
		}
		return struct {
			Skills []skillEntry `json:"skills"`
			cached
		}{[]skillEntry{entry}, anHour}, nil
	},
	"skills/get": func(params json.RawMessage) (any, *mcp.JSONRPCErrorDetails) {
		entry, err := theSkill()
		if err != nil {
			return nil, ourBug(err)
		}
		if uri := uriOf(params); uri != entry.URI {
			return nil, wrongURI("skill", uri, entry.URI)
		}
		return struct {
			Skill skillEntry `json:"skill"`
			cached
		}{entry, anHour}, nil
	},
	"resources/directory/read": readDirectory,
}

// directoryChild is a file or a folder directly below a folder of the skill.
type directoryChild struct {
	URI  string `json:"uri"`
	Name string `json:"name"`
	Type string `json:"mimeType"`
}

func readDirectory(params json.RawMessage) (any, *mcp.JSONRPCErrorDetails) {
	uri := uriOf(params)
	name, ok := strings.CutPrefix(strings.TrimSuffix(uri, "/")+"/", skillFolder)
	name = strings.TrimSuffix(name, "/")
	if name == "" {
		name = "."
	}
	if !ok || !fs.ValidPath(name) {
		return nil, wrongURI("folder", uri, skillFolder)
	}
	entries, err := fs.ReadDir(references.Files, name)
	if err != nil {
		return nil, wrongURI("folder", uri, skillFolder)
	}
	children := []directoryChild{}
	for _, e := range entries {
		c := directoryChild{URI: skillFolder + path.Join(name, e.Name()), Name: e.Name(), Type: typeOf(e.Name())}
		if e.IsDir() {
			c.Type = directoryType
		}
		children = append(children, c)
	}
	return struct {
		Resources []directoryChild `json:"resources"`
		cached
	}{children, anHour}, nil
}

func uriOf(params json.RawMessage) string {
	var p struct{ URI string }
	_ = json.Unmarshal(params, &p) // params of another form have no uri, and that is what the answer says
	return p.URI
}

func wrongURI(what, got, try string) *mcp.JSONRPCErrorDetails {
	e := mcp.NewJSONRPCErrorDetails(mcp.INVALID_PARAMS, fmt.Sprintf("there is no %s %q; try %q", what, got, try), nil)
	return &e
}

func ourBug(err error) *mcp.JSONRPCErrorDetails {
	e := mcp.NewJSONRPCErrorDetails(mcp.INTERNAL_ERROR, err.Error(), nil)
	return &e
}

func typeOf(name string) string {
	if path.Ext(name) == ".md" {
		return "text/markdown"
	}
	return "application/yaml"
}

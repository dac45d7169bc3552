package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/references"
	"github.com/seed-8eee7107/serverless-architect/tools"
)

func TestSkillRequestsAreAnsweredAndNothingElseIs(t *testing.T) {
	for name, c := range map[string]struct {
		send string
		want []string // parts of the answer; none: it is not ours
	}{
		"list":              {`{"jsonrpc":"2.0","id":"a","method":"skills/list"}`, []string{`"id":"a"`, `"uri":"skill://serverless-architect/SKILL.md"`, `"name":"serverless-architect"`, `"ttlMs":3600000`}},
		"escaped slash":     {`{"jsonrpc":"2.0","id":1,"method":"skills\/list"}`, []string{`"id":1`, `"skills":[`}},
		"get":               {`{"jsonrpc":"2.0","id":1,"method":"skills/get","params":{"uri":"skill://serverless-architect/SKILL.md"}}`, []string{`"skill":{`, `"digest":"sha256:`}},
		"get another":       {`{"jsonrpc":"2.0","id":1,"method":"skills/get","params":{"uri":"skill://other/SKILL.md"}}`, []string{`-32602`, `skill://other`}},
		"get without uri":   {`{"jsonrpc":"2.0","id":1,"method":"skills/get","params":[1]}`, []string{`-32602`}},
		"folder":            {`{"jsonrpc":"2.0","id":1,"method":"resources/directory/read","params":{"uri":"skill://serverless-architect/guides"}}`, []string{`"skill://serverless-architect/guides/eda"`, `inode/directory`}},
		"root folder":       {`{"jsonrpc":"2.0","id":1,"method":"resources/directory/read","params":{"uri":"skill://serverless-architect"}}`, []string{`"skill://serverless-architect/SKILL.md"`, `text/markdown`}},
		"folder above":      {`{"jsonrpc":"2.0","id":1,"method":"resources/directory/read","params":{"uri":"skill://serverless-architect/../.."}}`, []string{`-32602`}},
		"a file":            {`{"jsonrpc":"2.0","id":1,"method":"resources/directory/read","params":{"uri":"skill://serverless-architect/SKILL.md"}}`, []string{`-32602`}},
		"another method":    {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"skills/list"}}`, nil},
		"a notification":    {`{"jsonrpc":"2.0","method":"skills/list"}`, nil},
		"null id":           {`{"jsonrpc":"2.0","id":null,"method":"skills/list"}`, nil},
		"another JSON-RPC":  {`{"jsonrpc":"1.0","id":1,"method":"skills/list"}`, nil},
		"no JSON":           {`skills/list`, nil},
		"an unknown method": {`{"jsonrpc":"2.0","id":1,"method":"skills/delete"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			reply, ok := answer([]byte(c.send))
			require.Equal(t, c.want != nil, ok)
			for _, part := range c.want {
				require.Contains(t, string(reply), part)
			}
		})
	}
}

// TestTheServedSkillIsTheFolder walks the served folders as a client does and reads every file.
func TestTheServedSkillIsTheFolder(t *testing.T) {
	entry, err := theSkill()
	require.NoError(t, err)
	require.NotEmpty(t, entry.Frontmatter["description"])
	require.LessOrEqual(t, len(entry.Resources), 512, "clients need not take more files")
	found := map[string]bool{}
	var walk func(uri string)
	walk = func(uri string) {
		params, err := json.Marshal(map[string]string{"uri": uri})
		require.NoError(t, err)
		result, failure := readDirectory(params)
		require.Nil(t, failure, uri)
		text, err := json.Marshal(result)
		require.NoError(t, err)
		var read struct{ Resources []directoryChild }
		require.NoError(t, json.Unmarshal(text, &read))
		for _, c := range read.Resources {
			if c.Type == directoryType {
				walk(c.URI)
				continue
			}
			found[c.URI] = true
			data, err := references.Files.ReadFile(strings.TrimPrefix(c.URI, skillFolder))
			require.NoError(t, err)
			require.NotEmpty(t, data)
		}
	}
	walk(skillFolder)
	require.Len(t, found, len(entry.Resources))
	for _, f := range entry.Resources {
		require.True(t, found[f.URI], f.URI)
	}
}

func TestBothTransportsServeTheSkill(t *testing.T) {
	const list, ping = `{"jsonrpc":"2.0","id":7,"method":"skills/list"}`, `{"jsonrpc":"2.0","id":8,"method":"ping"}`
	quiet := slog.New(slog.DiscardHandler)
	t.Run("stdio", func(t *testing.T) {
		var out bytes.Buffer
		// The last line has no end: it is answered all the same.
		require.NoError(t, ServeStdio(t.Context(), New(&tools.Workbench{}, quiet), strings.NewReader(ping+"\n"+list), &out, quiet))
		require.Contains(t, out.String(), `"id":8`)
		require.Contains(t, out.String(), `"id":7`)
		require.Contains(t, out.String(), skillURI)
	})
	t.Run("http", func(t *testing.T) {
		var passed []byte
		h := extendHTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { passed, _ = io.ReadAll(r.Body) }))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(list)))
		require.Contains(t, w.Body.String(), skillURI)
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
		require.Empty(t, passed)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(ping)))
		require.Equal(t, ping, string(passed), "what is not ours passes untouched")
	})
}

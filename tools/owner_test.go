package tools

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Somebody else could have laid an index into a folder that others may write.
func TestOnlyAFolderOfOurOwnIsTrusted(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o700))
	require.NoError(t, private(dir))
	require.NoError(t, os.Chmod(dir, 0o777))
	require.ErrorContains(t, private(dir), "not ours alone")
}

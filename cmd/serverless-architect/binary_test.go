package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheBinaryHoldsReadingCallsOnly looks into the program as it is shipped. The linker keeps no method that nothing
// can reach; were a method looked up by a name that only run time knows, it would keep every call of every client, and
// start-up would pay for their schemas.
func TestTheBinaryHoldsReadingCallsOnly(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "serverless-architect")
	out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	data, err := os.ReadFile(binary)
	require.NoError(t, err)
	calls := regexp.MustCompile(`aws-sdk-go-v2/service/([a-z0-9]+)\.\(\*Client\)\.([A-Z]\w+)`).FindAllSubmatch(data, -1)
	require.NotEmpty(t, calls)
	for _, c := range calls {
		switch service, call := string(c[1]), string(c[2]); service {
		case "sts", "sso", "ssooidc", "signin": // of the credential providers
		default:
			require.Regexp(t, `^(Describe|Get|List)[A-Z]`, call, "%s.%s is in the binary", service, call)
		}
	}
}

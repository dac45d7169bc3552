package cdk

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Two names of a program must stay two names in Python, whatever their letters, and must not be Python's own.
func TestPythonNamesStayApart(t *testing.T) {
	identifier := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	letters := []rune("aAbB1cCdlambdaFromIN")
	random := rand.New(rand.NewPCG(3, 3))
	from := map[string]string{}
	words := []string{"class", "lambda", "from", "json", "self", "none", "kwargs", "iN", "in", "isA", "as"}
	for range 20000 {
		s := string(rune('a' + random.IntN(26)))
		for range random.IntN(7) {
			s += string(letters[random.IntN(len(letters))])
		}
		words = append(words, s)
	}
	for _, s := range words {
		name := pyName(s)
		assert.Regexp(t, identifier, name)
		assert.False(t, pyTaken()[name], name)
		if before, ok := from[name]; ok {
			assert.Equal(t, before, s, "two names become %s", name)
		}
		from[name] = s
	}
}

func TestPythonMembersAreSpeltAsTheLibraryDoes(t *testing.T) {
	for written, want := range map[string]string{
		"enforceSSL": "enforce_ssl", "minimumTLSVersion": "minimum_tls_version", "leftYAxis": "left_y_axis", "queueUrl": "queue_url",
		"grantReadWriteData": "grant_read_write_data", "addToRolePolicy": "add_to_role_policy", "from": "from_", "and": "and_", "s3Key": "s3_key",
		"executionEnvironmentMemoryGiBPerVCpu": "execution_environment_memory_gib_per_v_cpu",
	} {
		assert.Equal(t, want, pyMember(written))
	}
}

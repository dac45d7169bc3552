package cfn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEmbeddedDataParses(t *testing.T) {
	l := &loader{}
	for key, lines := range map[string]string{"name": samPolicies, "pair": samProfiles} {
		all := strings.Split(strings.TrimSpace(lines), "\n")
		for _, line := range all {
			value, _, _ := strings.Cut(strings.TrimPrefix(line, `{"`+key+`":"`), `"`)
			n := l.ownText(lines, key, value)
			require.NotNil(t, n, line)
			got, _ := n.get(key).text()
			assert.Equal(t, value, got)
		}
	}
	assert.Equal(t, 81, strings.Count(samPolicies, "\n"))
	assert.Equal(t, 31, strings.Count(samProfiles, "\n"))
}

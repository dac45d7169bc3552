package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every line of the table is a policy that can be read, and the lines are sorted as the script writes them.
func TestEveryManagedPolicyCanBeRead(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(managedTable), "\n")
	require.True(t, slices.IsSorted(lines))
	for _, line := range lines {
		name, _, _ := strings.Cut(line, "\t")
		statements, known := Managed("arn:aws:iam::aws:policy/"+name, nil, nil)
		require.True(t, known, name)
		require.NotEmpty(t, statements, name)
		for _, s := range statements {
			assert.Contains(t, []string{"Allow", "Deny"}, s.Effect, name)
			assert.NotEmpty(t, slices.Concat(s.Actions, s.NotActions), name)
			assert.NotEmpty(t, slices.Concat(s.Resources, s.NotResources), name)
		}
	}
}

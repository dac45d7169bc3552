package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

// meets are examples with a thing that another example reads by its name: side by side the two are one system, in
// which the reader is seen.
var meets = map[string]bool{"fifo-name-mismatch": true}

// A system of a hundred and more files, several hundred resources, holds the same defects as its files one by one.
func TestExamplesSideBySideHoldTheSameDefects(t *testing.T) {
	files := map[string]string{}
	alone := map[string]map[string]bool{}
	for _, r := range rules.All() {
		if meets[r.ID] || strings.Contains(r.Bad, "observed: {stack:") { // what is seen of one stack is not seen of another
			continue
		}
		name := r.ID + ".yaml"
		files[name] = r.Bad
		alone[name] = places(review(t, map[string]string{name: r.Bad}, nil, rules.Options{Profile: rules.Strict}), name)
	}
	together := review(t, files, nil, rules.Options{Profile: rules.Strict})
	require.Greater(t, len(files), 100)
	for name, one := range alone {
		all := places(together, name)
		for place := range one {
			assert.True(t, all[place], "%s is lost: %s", name, place)
		}
		for place := range all {
			assert.True(t, one[place], "%s is accused beside others only: %s", name, place)
		}
	}
}

func places(r rules.Report, file string) map[string]bool {
	out := map[string]bool{}
	for _, f := range r.Findings {
		if f.Evidence[0].File == file {
			out[fmt.Sprintf("%s %s %s", f.Rule, f.Resource.ID, f.Evidence[0].Path)] = true
		}
	}
	return out
}

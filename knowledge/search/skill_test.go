package search_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/references"
)

const (
	skillFile  = "SKILL.md"
	indexStart = "<!-- The index is made from the pages by make generate. -->\n"
	indexEnd   = "<!-- index end -->\n"
)

// skillIndex lists all pages by domain, patterns last, one line each.
func skillIndex(t *testing.T) string {
	_, all := pages(t)
	lines := map[string][]string{}
	for _, p := range all {
		group := p.Domain
		if p.Kind == "pattern" {
			group = "patterns"
		}
		lines[group] = append(lines[group], fmt.Sprintf("- [%s](%s.md): %s\n", p.Title, p.ID, p.Summary))
	}
	var b strings.Builder
	for _, group := range append(append([]string{}, domains...), "patterns") {
		fmt.Fprintf(&b, "\n### %s\n\n%s", group, strings.Join(lines[group], ""))
	}
	return b.String() + "\n"
}

// The skill's index names every page. With -update it is written anew.
func TestSkillListsAllPages(t *testing.T) {
	data, err := fs.ReadFile(references.Files, skillFile)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(data), indexStart)
	require.True(t, ok, "the index has no start")
	_, tail, ok := strings.Cut(rest, indexEnd)
	require.True(t, ok, "the index has no end")
	fresh := head + indexStart + skillIndex(t) + indexEnd + tail
	if fresh == string(data) {
		return
	}
	if *update {
		require.NoError(t, os.WriteFile("../../references/"+skillFile, []byte(fresh), 0o644))
		return
	}
	assert.Fail(t, "the skill's index is stale: run make generate")
}

var markdownLink = regexp.MustCompile(`\]\(([a-z][a-z0-9/-]*\.md)\)`)

// Clients refuse a skill whose name or description is too long, and read only the first lines of a long one.
func TestSkillKeepsTheFormOfSkills(t *testing.T) {
	data, err := fs.ReadFile(references.Files, skillFile)
	require.NoError(t, err)
	text := string(data)
	assert.Less(t, strings.Count(text, "\n"), 500)
	parts := strings.SplitN(text, "---\n", 3)
	require.Len(t, parts, 3)
	var front struct{ Name, Description string }
	require.NoError(t, yaml.Unmarshal([]byte(parts[1]), &front))
	assert.Equal(t, "serverless-architect", front.Name)
	assert.NotEmpty(t, front.Description)
	assert.Less(t, len(front.Description), 1024)
	links := markdownLink.FindAllStringSubmatch(text, -1)
	assert.Greater(t, len(links), 20)
	for _, m := range links {
		_, err := fs.Stat(references.Files, m[1])
		assert.NoError(t, err, "the skill points to %s", m[1])
	}
}

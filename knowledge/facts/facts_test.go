package facts_test

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
)

func TestEveryFactIsWholeAndStandsInItsTable(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+\.[a-z0-9_]+$`)
	seen := map[string]bool{}
	for _, table := range facts.Tables() {
		assert.NotEmpty(t, table.Facts, table.Name)
		for _, f := range table.Facts {
			assert.Regexp(t, form, f.ID)
			assert.False(t, seen[f.ID], "%s stands twice", f.ID)
			seen[f.ID] = true
			assert.Equal(t, table.Name, f.Table(), f.ID)
			assert.NotEmpty(t, f.Title, f.ID)
			assert.NotEmpty(t, f.Text, f.ID)
			assert.NotEmpty(t, f.Unit, f.ID)
			assert.Contains(t, []facts.Kind{facts.Hard, facts.Adjustable, facts.Default, facts.Behaviour}, f.Kind, f.ID)
			assert.True(t, strings.HasPrefix(f.Source.URL, "https://"), f.ID)
			_, err := time.Parse(time.DateOnly, f.Source.Checked)
			assert.NoError(t, err, f.ID)
			// A text stands between brackets of a markdown link, in one line.
			assert.NotContains(t, f.Text, "]", f.ID)
			assert.NotContains(t, f.Text, "\n", f.ID)
		}
	}
	assert.GreaterOrEqual(t, len(seen), 150)
}

// A bare number must be readable in the text, in its own unit or in a rounder one, or the row contradicts itself.
func TestTextShowsTheValue(t *testing.T) {
	scale := map[string][]int{"seconds": {1, 60, 3600, 86400, 31536000}, "bytes": {1, 1 << 10, 1 << 20, 1 << 30, 1 << 40},
		"bytes per second": {1, 1 << 10, 1 << 20}, "milliseconds": {1, 1000}, "hours": {1, 24}, "MB": {1}, "times": {1}}
	for _, table := range facts.Tables() {
		for _, f := range table.Facts {
			n, err := strconv.Atoi(f.Value)
			if err != nil {
				continue
			}
			text := strings.ReplaceAll(f.Text, ",", "")
			steps := scale[f.Unit]
			if steps == nil {
				steps = []int{1}
			}
			found := false
			for _, s := range steps {
				found = found || n%s == 0 && regexp.MustCompile(`\b`+strconv.Itoa(n/s)+`\b`).MatchString(text)
			}
			assert.True(t, found, "%s: %d %s is not in %q", f.ID, n, f.Unit, f.Text)
		}
	}
}

func TestIntPanicsOnAnIDThatIsNotThere(t *testing.T) {
	assert.Equal(t, 900, facts.Int("lambda.timeout_seconds"))
	assert.PanicsWithValue(t, "facts: there is no lambda.nothing", func() { facts.Int("lambda.nothing") })
	assert.Panics(t, func() { facts.Int("lambda.async_retry") })
}

func TestFindAndLookupMissQuietly(t *testing.T) {
	f, ok := facts.Find("sqs.visibility_default_seconds")
	require.True(t, ok)
	assert.Equal(t, "30", f.Value)
	_, ok = facts.Find("nothing")
	assert.False(t, ok)
	_, ok = facts.Lookup("nothing")
	assert.False(t, ok)
	table, ok := facts.Lookup("sqs")
	require.True(t, ok)
	assert.Equal(t, "Amazon SQS: limits and defaults", table.Title)
}

func TestRuntimesHaveDatesInOrderAndASuccessorThatLives(t *testing.T) {
	ids := []string{}
	for _, r := range facts.Runtimes() {
		ids = append(ids, r.ID)
		for _, day := range []string{r.Deprecated, r.CreateBlock, r.UpdateBlock} {
			if day != "" {
				_, err := time.Parse(time.DateOnly, day)
				assert.NoError(t, err, r.ID)
			}
		}
		if r.Successor == "" {
			continue
		}
		next, ok := facts.FindRuntime(r.Successor)
		require.True(t, ok, r.ID)
		assert.Empty(t, next.Successor, "%s: its successor %s has one too", r.ID, next.ID)
		assert.GreaterOrEqual(t, next.Deprecated, r.Deprecated, r.ID)
	}
	assert.True(t, sort.StringsAreSorted(ids))
	_, ok := facts.FindRuntime("cobol1")
	assert.False(t, ok)
}

func TestPrincipalsAndStarOnlyActions(t *testing.T) {
	p, ok := facts.PrincipalOf("AWS::Events::Rule")
	require.True(t, ok)
	assert.Equal(t, facts.Principal{Type: "AWS::Events::Rule", Service: "events.amazonaws.com"}, p)
	p, ok = facts.PrincipalOf("AWS::Scheduler::Schedule")
	require.True(t, ok)
	assert.True(t, p.ByRole)
	assert.True(t, sort.StringsAreSorted(facts.StarOnlyActions()))
	assert.True(t, facts.StarOnly("xray:PutTraceSegments"))
	assert.False(t, facts.StarOnly("s3:GetObject"))
}

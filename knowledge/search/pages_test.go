package search_test

import (
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
)

var update = flag.Bool("update", false, "rewrite the words of fact links in the pages")

// The lengths of a passage in words: outside the inner bounds it is mentioned, outside the outer ones it is wrong.
const fewestWords, fewWords, manyWords, mostWords = 30, 60, 250, 350

var (
	kinds   = []string{"guide", "decision", "errors", "changes", "misconceptions", "matrix", "reference", "pattern"}
	domains = []string{"serverless", "eda", "security", "observability", "performance", "deployment"}
	anchors = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
)

func pages(t *testing.T) (*search.Corpus, []*search.Page) {
	c := search.NewCorpus(references.Files)
	ids, err := c.PageIDs()
	require.NoError(t, err)
	var out []*search.Page
	for _, id := range ids {
		p, err := c.Page(id)
		if assert.NoError(t, err) {
			out = append(out, p)
		}
	}
	return c, out
}

func TestEveryPageKeepsTheForm(t *testing.T) {
	_, all := pages(t)
	known := map[string]bool{}
	for _, p := range all {
		known[p.ID] = true
	}
	for _, p := range all {
		assert.Contains(t, kinds, p.Kind, p.ID)
		assert.Contains(t, domains, p.Domain, p.ID)
		assert.NotEmpty(t, p.Summary, p.ID)
		assert.NotEmpty(t, p.Topics, p.ID)
		assert.NotEmpty(t, p.Services, p.ID)
		assert.NotEmpty(t, p.Sections, p.ID)
		for _, id := range p.Related {
			page, _, _ := strings.Cut(id, "#")
			assert.True(t, known[page], "%s: related page %s does not exist", p.ID, id)
		}
		for _, id := range p.Rules {
			_, ok := rules.Find(id)
			assert.True(t, ok, "%s: rule %s does not exist", p.ID, id)
		}
		seen := map[string]bool{}
		for _, s := range p.Sections {
			id := p.ID + "#" + s.Anchor
			assert.Regexp(t, anchors, s.Anchor, id)
			assert.False(t, seen[s.Anchor], "%s stands twice", id)
			seen[s.Anchor] = true
			if p.Kind == "pattern" && s.Anchor == "related" {
				continue // a list of links
			}
			checkPassage(t, id, s)
		}
	}
}

func checkPassage(t *testing.T, id string, s search.Section) {
	n := len(strings.Fields(s.Text))
	assert.GreaterOrEqual(t, n, fewestWords, "%s is too short", id)
	assert.LessOrEqual(t, n, mostWords, "%s is too long", id)
	if n < fewWords || n > manyWords {
		t.Logf("%s has %d words", id, n)
	}
	assert.NotEmpty(t, s.Sources, "%s cites no source", id)
	for _, source := range s.Sources {
		u, err := url.Parse(source.URL)
		assert.NoError(t, err, id)
		assert.Equal(t, "https", u.Scheme, "%s: %s", id, source.URL)
		_, err = time.Parse(time.DateOnly, source.Checked)
		assert.NoError(t, err, id)
	}
	for _, f := range s.Facts {
		_, ok := facts.Find(f)
		assert.True(t, ok, "%s: fact %s does not exist", id, f)
	}
}

// A passage that repeats a question would be found for its wording, not for what it says. Questions that are a
// pasted error message are left out: their words are the service's, and the pages quote its messages as they are.
func TestNoPassageRepeatsAQuestion(t *testing.T) {
	const run, short = 8, 6 // other ways to put a question are short: fewer words make a quotation
	asked := map[string]string{}
	for _, file := range questionFiles(t) {
		for _, q := range readQuestions(t, file) {
			if q.Style == "error" {
				continue
			}
			for _, w := range append(runs(q.Query, run), runs(q.Query, short)...) {
				asked[w] = q.ID
			}
		}
	}
	c, _ := pages(t)
	all, err := c.Passages()
	require.NoError(t, err)
	for _, p := range all {
		for _, w := range runs(p.Title+"\n"+p.Text, run) {
			assert.Empty(t, asked[w], "%s repeats question %s: %q", p.ID, asked[w], w)
		}
		for _, w := range runs(p.Asked, short) {
			assert.Empty(t, asked[w], "%s puts question %s in its own words: %q", p.ID, asked[w], w)
		}
	}
}

var wordForm = regexp.MustCompile(`[a-z0-9]+`)

// runs lists every n neighbouring words of a text.
func runs(text string, n int) []string {
	ws := wordForm.FindAllString(strings.ToLower(text), -1)
	var out []string
	for i := 0; i+n <= len(ws); i++ {
		out = append(out, strings.Join(ws[i:i+n], " "))
	}
	return out
}

var factLink = regexp.MustCompile(`\[([^\]\[]*)\]\(fact:([a-z0-9._]+)\)`)

// The words in the brackets of a fact link are the fact's own. With -update they are written anew.
func TestFactLinksShowTheFactsOwnWords(t *testing.T) {
	err := fs.WalkDir(references.Files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".md") {
			return err
		}
		data, err := fs.ReadFile(references.Files, file)
		if err != nil {
			return err
		}
		fresh := factLink.ReplaceAllStringFunc(string(data), func(link string) string {
			m := factLink.FindStringSubmatch(link)
			f, ok := facts.Find(m[2])
			if !ok {
				assert.Fail(t, "a link to a fact that does not exist", "%s: %s", file, link)
				return link
			}
			return fmt.Sprintf("[%s](fact:%s)", f.Text, f.ID)
		})
		if fresh == string(data) {
			return nil
		}
		if *update {
			return os.WriteFile(filepath.Join("../../references", filepath.FromSlash(file)), []byte(fresh), 0o644)
		}
		assert.Fail(t, "fact links are stale: run make generate", file)
		return nil
	})
	require.NoError(t, err)
}

// Every page is reached from another one, so that a reader who follows links finds all there is.
func TestNoPageIsAnOrphan(t *testing.T) {
	_, all := pages(t)
	reached := map[string]bool{}
	for _, p := range all {
		for _, id := range p.Related {
			page, _, _ := strings.Cut(id, "#")
			reached[page] = true
		}
	}
	var orphans []string
	for _, p := range all {
		if !reached[p.ID] {
			orphans = append(orphans, p.ID)
		}
	}
	slices.Sort(orphans)
	assert.Empty(t, orphans)
}

// A rule that no page names is found by its own id only: name it under "rules" in the page that treats its matter.
func TestEveryRuleIsReachedFromAPage(t *testing.T) {
	_, all := pages(t)
	reached := map[string]bool{}
	for _, p := range all {
		for _, id := range p.Rules {
			reached[id] = true
		}
	}
	for _, r := range rules.All() {
		assert.True(t, reached[r.ID], "no guide or pattern names the rule %s: add it to \"rules\" in the front matter of the page that treats its matter", r.ID)
	}
}

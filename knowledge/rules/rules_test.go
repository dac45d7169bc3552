package rules_test

import (
	"encoding/json"
	"go/build"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/seed-8eee7107/serverless-architect/knowledge/rules"
)

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func rule(t *testing.T, name string) *rules.Rule {
	t.Helper()
	r, ok := rules.Find(name)
	require.True(t, ok, "there is no rule %s", name)
	return r
}

var want = regexp.MustCompile(`# want "([^"]*)"`)

// wanted reads the expectations of an example: line → part of the message.
func wanted(template string) map[int]string {
	out := map[int]string{}
	for i, line := range strings.Split(template, "\n") {
		if m := want.FindStringSubmatch(line); m != nil {
			out[i+1] = m[1]
		}
	}
	return out
}

// The words that evidence may say of where its value comes from.
var origins = []string{"known", "default", "live", "unknown"}

func TestBadIsFoundOnTheMarkedLinesAndNowhereElse(t *testing.T) {
	for _, r := range rules.All() {
		for _, template := range append([]string{r.Bad}, r.MoreBad...) {
			t.Run(r.ID, func(t *testing.T) {
				lines := wanted(template)
				require.NotEmpty(t, lines, "a bad example marks its lines with # want")
				found := map[int]bool{}
				for _, f := range reviewOne(t, template, rules.Options{Only: []string{r.ID}}).Findings {
					e := f.Evidence[0]
					text, marked := lines[e.Line]
					assert.True(t, marked, "line %d (%s): %s", e.Line, f.Resource.ID, f.Message)
					assert.Contains(t, f.Message, text)
					assert.Equal(t, "template.yaml", e.File)
					assert.NotEmpty(t, f.Resource.ID)
					assert.NotEmpty(t, f.Fix.Summary)
					for _, e := range f.Evidence {
						assert.Contains(t, origins, e.Origin)
					}
					found[e.Line] = true
				}
				for line, text := range lines {
					assert.True(t, found[line], "nothing is found on line %d: %s", line, text)
				}
			})
		}
	}
}

func TestGoodIsSilent(t *testing.T) {
	for _, r := range rules.All() {
		for _, template := range append([]string{r.Good}, r.MoreGood...) {
			t.Run(r.ID, func(t *testing.T) {
				for _, f := range reviewOne(t, template, rules.Options{Only: []string{r.ID}}).Findings {
					assert.Fail(t, "found", "line %d (%s): %s", f.Evidence[0].Line, f.Resource.ID, f.Message)
				}
			})
		}
	}
}

// A testdata file holds further cases of the rule it is named after.
type testCase struct {
	Name       string            `yaml:"name"`
	Template   string            `yaml:"template"`
	Files      map[string]string `yaml:"files"` // instead of template: several templates read as one system
	Parameters map[string]string `yaml:"parameters"`
	Want       []struct {
		Resource string `yaml:"resource"`
		Path     string `yaml:"path"`
		Message  string `yaml:"message"`
		Severity string `yaml:"severity"`
		Fix      string `yaml:"fix"`
		CDK      string `yaml:"cdk"`
		When     string `yaml:"when"`
		Alias    string `yaml:"alias"`
	} `yaml:"want"`
	Unknown bool   `yaml:"unknown"` // the rule must be among the open questions
	Settle  string `yaml:"settle"`  // part of what one of its open questions says would settle it
}

func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, path := range paths {
		id := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(path), ".yaml"), "_", "-")
		rule(t, id)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var doc struct {
			EveryDialect bool       `yaml:"everyDialect"` // a rule about several resources: see twoSided
			Cases        []testCase `yaml:"cases"`
		}
		require.NoError(t, yaml.Load(text, &doc, yaml.WithKnownFields()), path)
		require.NotEmpty(t, doc.Cases, path)
		if doc.EveryDialect {
			twoSided(t, path, doc.Cases)
		}
		for _, c := range doc.Cases {
			t.Run(id+"/"+c.Name, func(t *testing.T) { runCase(t, id, c) })
		}
	}
}

// twoSided demands that a rule is shown to speak and to be silent in SAM, plain CloudFormation and the output of CDK.
func twoSided(t *testing.T, path string, cases []testCase) {
	missing := map[string]bool{}
	for _, dialect := range []string{"SAM", "CloudFormation", "CDK"} {
		missing[dialect+" with a finding"], missing[dialect+" without"] = true, true
	}
	for _, c := range cases {
		text := c.Template + strings.Join(slices.Collect(maps.Values(c.Files)), "")
		dialect := "CloudFormation"
		switch {
		case strings.Contains(text, "aws:cdk:path"):
			dialect = "CDK"
		case strings.Contains(text, "AWS::Serverless"):
			dialect = "SAM"
		}
		if len(c.Want) > 0 {
			delete(missing, dialect+" with a finding")
		} else {
			delete(missing, dialect+" without")
		}
	}
	assert.Empty(t, missing, "%s has no such case", path)
}

func runCase(t *testing.T, id string, c testCase) {
	files := c.Files
	if files == nil {
		files = map[string]string{"template.yaml": c.Template}
	}
	r := review(t, files, c.Parameters, rules.Options{Only: []string{id}})
	var messages []string
	for _, f := range r.Findings {
		messages = append(messages, f.Resource.ID+" "+f.Evidence[0].Path+": "+f.Message)
	}
	require.Len(t, r.Findings, len(c.Want), "%s", strings.Join(messages, "\n"))
	for _, w := range c.Want {
		var hit *rules.Finding
		for i, f := range r.Findings {
			if f.Resource.ID == w.Resource && (w.Path == "" || f.Evidence[0].Path == w.Path) {
				hit = &r.Findings[i]
			}
		}
		if !assert.NotNil(t, hit, "nothing at %s %s among\n%s", w.Resource, w.Path, strings.Join(messages, "\n")) {
			continue
		}
		assert.Contains(t, hit.Message, w.Message)
		assert.Contains(t, hit.Fix.Summary, w.Fix)
		assert.Contains(t, hit.Fix.CDK, w.CDK)
		assert.Equal(t, w.When, hit.When)
		if w.Alias != "" {
			assert.Contains(t, hit.Aliases, w.Alias)
		}
		if w.Severity != "" {
			assert.Equal(t, w.Severity, string(hit.Severity))
		}
	}
	asked, settled := false, false
	for _, u := range r.Unknown {
		if slices.Contains(u.Rules, id) {
			asked, settled = true, settled || strings.Contains(u.Settle, c.Settle)
		}
	}
	assert.Equal(t, c.Unknown, asked, "open questions: %v", r.Unknown)
	assert.True(t, settled || c.Settle == "", "what settles it is not among the open questions: %v", r.Unknown)
}

func TestEveryRuleIsWhole(t *testing.T) {
	codes := map[string]string{}
	for _, r := range rules.All() {
		assert.Regexp(t, `^[a-z][a-z0-9]*(-[a-z0-9]+)+$`, r.ID)
		assert.Regexp(t, `^[A-Z][A-Z0-9]{2}\d{3}$`, r.Code, r.ID)
		assert.Empty(t, codes[r.Code], "%s and %s have one code", r.ID, codes[r.Code])
		codes[r.Code] = r.ID
		for name, text := range map[string]string{"Title": r.Title, "Why": r.Why, "Fix": r.Fix, "CDK": r.CDK, "Bad": r.Bad, "Good": r.Good} {
			assert.NotEmpty(t, text, "%s has no %s", r.ID, name)
		}
		assert.Contains(t, rules.Severities, r.Severity, r.ID)
		assert.Contains(t, rules.Pillars, r.Pillar, r.ID)
		assert.NotNil(t, r.Check, r.ID)
		assert.NotEmpty(t, r.Sources, r.ID)
		for _, s := range r.Sources {
			day, err := time.Parse(time.DateOnly, s.Checked)
			assert.NoError(t, err, r.ID)
			assert.False(t, day.After(time.Now()), "%s: a source from the future", r.ID)
			assert.NotEmpty(t, s.Title, r.ID)
			assert.Regexp(t, `^https://\S+$`, s.URL, r.ID)
		}
		for _, e := range r.Equivalents {
			assert.Regexp(t, `^[a-z_-]+:\S+$`, e, r.ID)
		}
	}
}

// A rule stands in the file of its name. Go must not take the last word of that name for an operating system or
// an architecture: it would leave the file out.
func TestFilesAreNamedAfterTheirRules(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	holds := regexp.MustCompile(`(?m)^\tID: +"([a-z0-9-]+)",$`)
	none := build.Default
	none.GOOS, none.GOARCH = "none", "none"
	seen := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		ids := holds.FindAllStringSubmatch(string(text), -1)
		if len(ids) == 0 {
			continue
		}
		require.Len(t, ids, 1, "%s holds more than one rule", path)
		assert.Equal(t, strings.ReplaceAll(ids[0][1], "-", "_")+".go", path)
		ok, err := none.MatchFile(".", path)
		require.NoError(t, err)
		assert.True(t, ok, "Go builds %s on some systems only", path)
		seen[ids[0][1]] = true
	}
	for _, r := range rules.All() {
		assert.True(t, seen[r.ID], "%s has no file of its name", r.ID)
	}
}

func TestOutrankedCodesExistOrAreOfTheCatalogue(t *testing.T) {
	for _, r := range rules.All() {
		for _, code := range r.Outranks {
			assert.Regexp(t, `^[A-Z][A-Z0-9]{2}\d{3}$`, code, r.ID)
			assert.NotEqual(t, r.Code, code)
		}
	}
}

func TestFindKnowsIDAndCode(t *testing.T) {
	byID, ok := rules.Find("queue-without-dlq")
	require.True(t, ok)
	byCode, ok := rules.Find("SQS001")
	require.True(t, ok)
	require.Same(t, byID, byCode)
	_, ok = rules.Find("no-such-rule")
	require.False(t, ok)
}

// A JSON template has no comments: its expectations stand beside it.
func TestRulesReadJSONAlike(t *testing.T) {
	var tree any
	require.NoError(t, yaml.Load([]byte("Resources: {Orders: {Type: AWS::SQS::Queue}}"), &tree))
	text, err := json.Marshal(tree)
	require.NoError(t, err)
	r := reviewOne(t, string(text), rules.Options{Only: []string{"SQS001"}})
	require.Len(t, r.Findings, 1)
	require.Equal(t, "/Resources/Orders", r.Findings[0].Evidence[0].Path)
}

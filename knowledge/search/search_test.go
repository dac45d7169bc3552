package search_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/search"
	"github.com/seed-8eee7107/serverless-architect/references"
)

const smallPage = `---
title: Queues that feed functions
summary: How long a message stays hidden.
domain: eda
topics: [sqs-lambda]
services: [SQS, Step Functions]
kind: guide
rules: [queue-without-dlq]
related: [patterns/queue-worker]
---

## Visibility timeout {#visibility-timeout}

The visibility timeout of an SQS queue hides a message for [x](fact:sqs.visibility_default_seconds). [^a]

## Poison messages {#poison}

A poison message of an SQS queue comes back until maxReceiveCount is reached, then goes to the dead-letter queue. [^a]

` + "```yaml\nRedrivePolicy: {maxReceiveCount: 5} # [not a link](fact:nothing)\n```\n" + `
[^a]: SQS Developer Guide, <https://docs.aws.amazon.com/sqs>, checked 2026-11-23.
`

func small(t *testing.T, files map[string]string) *search.Corpus {
	fsys := fstest.MapFS{"guides/eda/queues.md": {Data: []byte(smallPage)}, "patterns/README.md": {Data: []byte("no page")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return search.NewCorpus(fsys)
}

func TestPassagesComeWithFactsResolvedAndSources(t *testing.T) {
	ix, err := search.Memory(t.Context(), small(t, nil))
	require.NoError(t, err)
	res, err := ix.Search(t.Context(), search.Query{Text: "visibility timeout", Kind: "guide"})
	require.NoError(t, err)
	require.NotEmpty(t, res.Passages)
	p := res.Passages[0]
	assert.Equal(t, "guides/eda/queues#visibility-timeout", p.ID)
	assert.Equal(t, "The visibility timeout of an SQS queue hides a message for 30 seconds.", p.Text)
	assert.Equal(t, []search.Source{{Title: "SQS Developer Guide", URL: "https://docs.aws.amazon.com/sqs", Checked: "2026-11-23"}}, p.Sources)
	assert.Equal(t, []string{"queue-without-dlq"}, p.Rules)
	assert.Equal(t, []string{"patterns/queue-worker"}, p.Patterns)
}

func TestCodeIsLeftAsItIs(t *testing.T) {
	d, err := small(t, nil).Read("guides/eda/queues#poison")
	require.NoError(t, err)
	assert.Contains(t, d.Sections[0].Text, "[not a link](fact:nothing)")
}

func TestOtherWaysToAskAreSearchedAndNotShown(t *testing.T) {
	text := "---\ntitle: Queues\n---\n\n## Receive limit {#limit}\n<!-- asked: why does my parcel come back; it returns for ever -->\n\nSQS moves a message. [^s]\n\n[^s]: SQS, <https://example.com>, checked 2026-11-24.\n"
	other := "---\ntitle: Topics\n---\n\n## Filters {#filters}\n\nSNS filters. [^s]\n\n[^s]: SNS, <https://example.com>, checked 2026-11-24.\n"
	ix, err := search.Memory(t.Context(), search.NewCorpus(fstest.MapFS{
		"guides/eda/queues.md": {Data: []byte(text)}, "guides/eda/topics.md": {Data: []byte(other)}, "patterns/README.md": {}}))
	require.NoError(t, err)
	res, err := ix.Search(t.Context(), search.Query{Text: "parcel comes back"})
	require.NoError(t, err)
	require.NotEmpty(t, res.Passages)
	assert.Equal(t, "guides/eda/queues#limit", res.Passages[0].ID)
	assert.Equal(t, "SQS moves a message.", res.Passages[0].Text)
}

func TestSectionsOfOnePageThatAnswerTogetherComeAsOnePassage(t *testing.T) {
	section := func(anchor, fill string) string {
		return "## Drain time of " + anchor + " {#" + anchor + "}\n\nSQS drain time " + strings.Repeat(fill+" ", 200) + ". [^" + anchor + "]\n\n"
	}
	note := func(anchor string) string {
		return "[^" + anchor + "]: " + anchor + ", <https://example.com/" + anchor + ">, checked 2026-11-24.\n"
	}
	text := "---\ntitle: Queues\n---\n\n" + section("fifo", "ordered") + section("standard", "loose") + section("fair", "even") + note("fifo") + note("standard") + note("fair")
	ix, err := search.Memory(t.Context(), search.NewCorpus(fstest.MapFS{"guides/eda/queues.md": {Data: []byte(text)}, "patterns/README.md": {}}))
	require.NoError(t, err)
	res, err := ix.Search(t.Context(), search.Query{Text: "sqs drain time of fifo", Kind: "guide"})
	require.NoError(t, err)
	require.Len(t, res.Passages, 2, "three sections are too long for one passage")
	first := res.Passages[0]
	assert.Equal(t, "guides/eda/queues#fifo", first.ID)
	require.Len(t, first.With, 1)
	assert.Len(t, first.Sources, 2)
	assert.Contains(t, first.Text, "**"+first.With[0].Title+".**")
	assert.Contains(t, res.Markdown(), "`"+first.With[0].ID+"`")
	total := 0
	for _, p := range res.Passages {
		total += (len(p.Title)+3)/4 + (len(p.Text)+3)/4
	}
	assert.Equal(t, total, res.Tokens)
}

// Of two pages that say the same, a question in everyday words means the one that is on no single call or message; one that names
// a service that pages are on may mean either.
func TestALayQuestionSeldomMeansAReference(t *testing.T) {
	page := func(kind, body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("---\ntitle: " + kind + "\nkind: " + kind + "\nservices: [SQS]\n---\n\n## Parcels {#parcels}\n\n" + body + " [^s]\n\n[^s]: SQS, <https://example.com>, checked 2026-11-24.\n")}
	}
	ix, err := search.Memory(t.Context(), search.NewCorpus(fstest.MapFS{"patterns/README.md": {},
		"guides/eda/a.md": page("errors", "SQS returns a parcel to its sender."), "guides/eda/b.md": page("guide", "SQS returns the parcel to the sender after a while, which may be long.")}))
	require.NoError(t, err)
	best := func(question string) string {
		res, err := ix.Search(t.Context(), search.Query{Text: question})
		require.NoError(t, err)
		require.NotEmpty(t, res.Passages)
		return res.Passages[0].ID
	}
	assert.Equal(t, "guides/eda/b#parcels", best("parcel returned"))
	assert.Equal(t, "guides/eda/a#parcels", best("sqs parcel returned"))
}

func TestResultIsSearch1(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	res, err := ix.Search(t.Context(), search.Query{Text: "sqs visibility timeout", Limit: 1})
	require.NoError(t, err)
	raw, err := json.Marshal(res)
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(raw, &got))
	assert.Equal(t, "search/1", got["schema"])
	assert.Equal(t, "sqs visibility timeout", got["query"])
	for _, key := range []string{"passages", "tokens", "took_us"} {
		assert.Contains(t, got, key)
	}
	p := got["passages"].([]any)[0].(map[string]any)
	for _, key := range []string{"id", "title", "domain", "text", "score", "sources"} {
		assert.Contains(t, p, key)
	}
	assert.NotEmpty(t, p["sources"].([]any)[0].(map[string]any)["checked"])
}

func TestFiltersAdmitOnlyWhatTheyName(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	for _, q := range []search.Query{{Domain: "security"}, {Domain: "Observability"}, {Kind: "rule"}, {Kind: "fact"}, {Kind: "error"}} {
		q.Text, q.Limit, q.MaxTokens = "lambda function timeout", 10, 100000
		res, err := ix.Search(t.Context(), q)
		require.NoError(t, err)
		assert.NotEmpty(t, res.Passages, "%+v", q)
		for _, p := range res.Passages {
			if q.Domain != "" {
				assert.Equal(t, strings.ToLower(q.Domain), p.Domain)
			} else {
				assert.Equal(t, q.Kind, strings.TrimSuffix(p.Kind, "s"))
			}
		}
	}
	for _, service := range []string{"step-functions", "Step Functions", "AWS Step Functions"} {
		ix, err := search.Memory(t.Context(), small(t, nil))
		require.NoError(t, err)
		res, err := ix.Search(t.Context(), search.Query{Text: "poison message", Service: service, Kind: "guide"})
		require.NoError(t, err)
		assert.NotEmpty(t, res.Passages, service)
	}
}

func TestUnknownDomainsAndKindsAreRefusedAndServicesAreNot(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	var unknown *search.UnknownFilterError
	_, err = ix.Search(t.Context(), search.Query{Text: "saga compensation", Kind: "poem"})
	require.ErrorAs(t, err, &unknown)
	assert.Contains(t, unknown.Known, "pattern")
	_, err = ix.Search(t.Context(), search.Query{Text: "saga compensation", Domain: "gardening"})
	require.ErrorAs(t, err, &unknown)
	assert.Contains(t, unknown.Known, "eda")

	res, err := ix.Search(t.Context(), search.Query{Text: "saga compensation", Service: "Timestream"})
	require.NoError(t, err)
	assert.Empty(t, res.Passages)
	assert.NotEmpty(t, res.Nearest, "what comes closest elsewhere")
}

func TestBudgetIsKeptByWholePassages(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	const question = "dead-letter queue redrive"
	few, err := ix.Search(t.Context(), search.Query{Text: question, Kind: "guide", Limit: 10, MaxTokens: 600}) // a fact reads as a row of its table
	require.NoError(t, err)
	assert.LessOrEqual(t, few.Tokens, 600)
	assert.Positive(t, few.Omitted)
	sum := 0
	for _, p := range few.Passages {
		sum += (len([]rune(p.Title))+3)/4 + (len([]rune(p.Text))+3)/4
		// Where there was room, neighbouring sections follow, whole and under their own titles.
		for _, part := range append([]search.Title{{ID: p.ID}}, p.With...) {
			d, err := ix.Read(part.ID)
			require.NoError(t, err)
			assert.Contains(t, p.Text, d.Sections[0].Text, "%s is cut", part.ID)
		}
	}
	assert.Equal(t, few.Tokens, sum)
}

func TestNearDuplicatesAreThinned(t *testing.T) {
	copied := strings.ReplaceAll(smallPage, "title: Queues that feed functions", "title: Queues again")
	ix, err := search.Memory(t.Context(), small(t, map[string]string{"guides/eda/again.md": copied}))
	require.NoError(t, err)
	res, err := ix.Search(t.Context(), search.Query{Text: "poison message maxReceiveCount", Kind: "guide"})
	require.NoError(t, err)
	texts := map[string]int{}
	for _, p := range res.Passages {
		texts[p.Text]++
		assert.Equal(t, 1, texts[p.Text], p.ID)
	}
	assert.NotEmpty(t, texts)
}

func TestMisspelledWordsAreMendedAndRightOnesLeftAlone(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	right, err := ix.Search(t.Context(), search.Query{Text: "visibility timeout of a queue"})
	require.NoError(t, err)
	wrong, err := ix.Search(t.Context(), search.Query{Text: "visbility timeuot of a queue"})
	require.NoError(t, err)
	ids := []string{}
	for _, p := range wrong.Passages {
		ids = append(ids, p.ID)
	}
	assert.Contains(t, ids, right.Passages[0].ID)
}

func TestScenesDoNotDecideWhatIsFound(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	first := func(question string) string {
		res, err := ix.Search(t.Context(), search.Query{Text: question})
		require.NoError(t, err)
		require.NotEmpty(t, res.Passages, question)
		return res.Passages[0].ID
	}
	plain := first("two people change the same record")
	for _, scene := range []string{"two clerks in our london office change the same record", "on monday two shoppers change the same record"} {
		assert.Equal(t, plain, first(scene), scene)
	}
}

func TestPhrasesAreFoundWithTheirSmallWords(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	domain := func(question string) string {
		res, err := ix.Search(t.Context(), search.Query{Text: question})
		require.NoError(t, err)
		require.NotEmpty(t, res.Passages, question)
		return res.Passages[0].Domain
	}
	assert.Equal(t, "security", domain("users log in to the app"))
	assert.Equal(t, "observability", domain("which logs does a function write"))
}

func TestNothingGoodNamesTheNearestTitles(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	for _, question := range []string{
		"recipe for chocolate cake with strawberries on top", "bash loop over files", "terraform aws_instance", "kubernetes ingress controller",
		"python list comprehension", "jenkins pipeline stage", "excel pivot table", "vim exit", "mysql left join",
	} {
		res, err := ix.Search(t.Context(), search.Query{Text: question})
		require.NoError(t, err)
		assert.Empty(t, res.Passages, question)
		assert.NotEmpty(t, res.Nearest, question)
		assert.Contains(t, res.Markdown(), "Nothing in the knowledge base")
	}
	for _, question := range []string{ // few words, some unknown, but about the matter
		"lambda zyx", "nodejs 24 lamda handler calback", "xray annotations vs metadata", "eventbridge failover rto", "why is my bill so high", "terraform lambda function url",
		"the archive wont fit",
	} {
		res, err := ix.Search(t.Context(), search.Query{Text: question})
		require.NoError(t, err)
		assert.NotEmpty(t, res.Passages, question)
	}
	res, err := ix.Search(t.Context(), search.Query{Text: "xyzzy qwrtpl"})
	require.NoError(t, err)
	assert.Empty(t, res.Passages)
	raw, err := json.Marshal(res)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"passages":[]`)
}

func TestAnEmptyQuestionIsRefused(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	_, err = ix.Search(t.Context(), search.Query{Text: "  "})
	assert.ErrorContains(t, err, "the question is empty")
}

// Memory and disk must agree, scores included. The questions come at one time: posting lists are read into buffers that serve
// again, and none may read into another's.
func TestAnIndexOnDiskAnswersLikeOneInMemory(t *testing.T) {
	c, dir := search.NewCorpus(references.Files), t.TempDir()
	require.NoError(t, search.Build(t.Context(), c, dir))
	disk, err := search.Open(t.Context(), c, dir)
	require.NoError(t, err)
	defer disk.Close()
	memory, err := ours()
	require.NoError(t, err)
	questions := []string{"how often does lambda retry an asynchronous event", "SQS FIFO throughput", "ReportBatchItemFailures", "kinesis shard limit", "cold start of java",
		"a bad message keeps coming back, is it stuck", "who may call us at a given time", "keep warm and pay less, out of the box, dlq and esm"} // these by synonyms
	got := make([]search.Result, len(questions))
	var all sync.WaitGroup
	for i, text := range questions {
		all.Go(func() {
			var err error
			got[i], err = disk.Search(t.Context(), search.Query{Text: text})
			assert.NoError(t, err)
		})
	}
	all.Wait()
	for i, text := range questions {
		want, err := memory.Search(t.Context(), search.Query{Text: text})
		require.NoError(t, err)
		want.TookUS, got[i].TookUS = 0, 0
		assert.Equal(t, want, got[i])
	}
}

func TestOpenRefusesAnIndexOfAnotherCorpus(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, search.Build(t.Context(), small(t, nil), dir))
	changed := small(t, map[string]string{"guides/eda/more.md": strings.ReplaceAll(smallPage, "Queues", "More")})
	_, err := search.Open(t.Context(), changed, dir)
	assert.ErrorIs(t, err, search.ErrStale)
	_, err = search.Open(t.Context(), changed, filepath.Join(dir, "nowhere"))
	assert.Error(t, err)
}

func TestReadKnowsEveryKindOfID(t *testing.T) {
	ix, err := ours()
	require.NoError(t, err)
	for id, title := range map[string]string{
		"facts": "Facts", "facts/sqs": "Amazon SQS: limits and defaults", "lambda.timeout_seconds": "Longest timeout of a function (AWS Lambda)",
		"facts/runtimes": "Lambda runtimes: end of support, blocks, successor", "rules/queue-without-dlq": "", "SQS001": "",
		"guides/serverless/lambda-limits": "",
	} {
		d, err := ix.Read(id)
		require.NoError(t, err, id)
		assert.Equal(t, "read/1", d.Schema)
		assert.NotEmpty(t, d.Title, id)
		if title != "" {
			assert.Equal(t, title, d.Title)
		}
		assert.NotContains(t, d.Markdown(), "](fact:", id)
	}
	_, err = ix.Read("guides/serverless/lambda-limit")
	var missing *search.NotFoundError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "guides/serverless/lambda-limits", missing.Near[0])
	_, err = ix.Read("../../etc/passwd")
	assert.ErrorAs(t, err, &missing)
}

func TestEveryPassageCanBeRead(t *testing.T) {
	c := search.NewCorpus(references.Files)
	all, err := c.Passages()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, p := range all {
		assert.False(t, seen[p.ID], p.ID)
		seen[p.ID] = true
		d, err := c.Read(p.ID)
		require.NoError(t, err)
		assert.NotEmpty(t, d.Sections, p.ID)
	}
}

func TestWithinLeavesOutWholeSections(t *testing.T) {
	d, err := small(t, nil).Read("guides/eda/queues")
	require.NoError(t, err)
	cut := d.Within(30)
	assert.Len(t, cut.Sections, 1)
	assert.Equal(t, []string{"guides/eda/queues#poison"}, cut.Omitted)
	assert.Equal(t, d, d.Within(0))
}

func BenchmarkSearch(b *testing.B) {
	ix, err := ours()
	require.NoError(b, err)
	var questions []string
	for _, file := range questionFiles(b) {
		for _, q := range readQuestions(b, file) {
			questions = append(questions, q.Query)
		}
	}
	for _, text := range questions { // parse the pages
		_, err := ix.Search(context.Background(), search.Query{Text: text})
		require.NoError(b, err)
	}
	var took []time.Duration
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, err := ix.Search(context.Background(), search.Query{Text: questions[i%len(questions)]}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		if err := search.Build(context.Background(), search.NewCorpus(references.Files), b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}

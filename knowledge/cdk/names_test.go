package cdk_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// keywords are words that no variable of a language may be named by.
var keywords = map[string]string{
	"typescript": `break case catch class const continue debugger default delete do else enum export extends false finally for function if import in
		instanceof new null return super switch this throw true try typeof var void while with implements interface let package private protected
		public static yield await arguments eval undefined`,
	"python": `False None True and as assert async await break class continue def del elif else except finally for from global if import in is
		lambda nonlocal not or pass raise return try while with yield self print str dict list len`,
	"go": `break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select
		struct switch type var nil true false`,
	"java": `abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for
		goto if implements import instanceof int interface long native new package private protected public return short static strictfp super
		switch synchronized this throw throws transient try void volatile while true false null`,
}

// declared finds the variables that the code of a language declares.
var declared = map[string]*regexp.Regexp{
	"typescript": regexp.MustCompile(`(?m)^\s*const (\w+) =`),
	"python":     regexp.MustCompile(`(?m)^ {8}(\w+) = `),
	"go":         regexp.MustCompile(`(?m)^\t(\w+) := `),
	"java":       regexp.MustCompile(`(?m)^ {4}(?:\w+ )?(\w+) =(?: |$)`),
	"sam":        logicalIDs, "cloudformation": logicalIDs,
}

var logicalIDs = regexp.MustCompile(`(?m)^  '?(\w+)'?:\n    Type: `)

// Whatever the nodes are called, each becomes one variable that no language takes for a word of its own, and one
// construct. 100 sketches of chance, the same in every run, whose names are the words of all languages and names that
// look alike.
func TestNamesBecomeIdentifiersOfTheirOwn(t *testing.T) {
	var pool []string
	for _, words := range keywords {
		pool = append(pool, strings.Fields(words)...)
	}
	pool = append(pool, strings.Fields(`app scope id stage alarm sqs lambda lambda_ events sfn targets iam s3 node path Duration Stack isProduction removalPolicy
		alarmTopic idempotency orders Orders ordersDlq ordersDLQ ordersDlq2 ordersQueue orderId orderID a A aB AB x1 x11 default resource Default Resource Function
		environment props2 ordersLogs ordersRole on no y Release`)...)
	pool = slices.DeleteFunc(pool, func(s string) bool { return strings.Contains(s, "_") })
	sort.Strings(pool)
	dice := rand.New(rand.NewPCG(3, 5))
	kinds := []string{"queue", "function", "table", "topic", "eventBus", "bucket", "stream", "secret", "stateMachine", "httpApi"}
	tried := 0
	for range 100 {
		var nodes, edges []string
		seen := map[string]bool{}
		byKind := map[string][]string{}
		for range 4 + dice.IntN(8) {
			name, kind := pool[dice.IntN(len(pool))], kinds[dice.IntN(7)]
			if seen[strings.ToLower(name)] {
				continue
			}
			seen[strings.ToLower(name)] = true
			nodes, byKind[kind] = append(nodes, fmt.Sprintf("%q: {kind: %s}", name, kind)), append(byKind[kind], name)
		}
		for i, fn := range byKind["function"] {
			for j, q := range byKind["queue"] {
				if i == j {
					edges = append(edges, fmt.Sprintf("%q", q+" -> "+fn))
				}
			}
			for _, table := range byKind["table"] {
				edges = append(edges, fmt.Sprintf("%q", fn+" -> "+table))
			}
		}
		text := fmt.Sprintf("{name: names, nodes: {%s}, edges: [%s]}", strings.Join(nodes, ", "), strings.Join(edges, ", "))
		b, err := patterns.ParseSketch("s.yaml", []byte(text))
		require.NoError(t, err, text)
		d, err := b.Graph(nil)
		require.NoError(t, err, text)
		tried++
		for _, language := range cdk.Writable(d.Graph) {
			require.NotNil(t, declared[language], "say how %s declares variables", language)
			pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
			require.NoError(t, err)
			checkNames(t, language, pr.Files[0].Text, text)
		}
	}
	assert.Equal(t, 100, tried)
}

func checkNames(t *testing.T, language, code, sketch string) {
	found := declared[language].FindAllStringSubmatch(code, -1)
	require.NotEmpty(t, found, "%s: %s", language, code)
	seen := map[string]bool{}
	taken := strings.Fields(keywords[language])
	for _, m := range found {
		assert.False(t, seen[m[1]] && m[1] != "alarm" && m[1] != "logGroup" && m[1] != "log_group", "%s: %s is declared twice: %s", language, m[1], sketch)
		assert.NotContains(t, taken, m[1], "%s: %s", language, sketch)
		seen[m[1]] = true
	}
	ids := map[string]bool{}
	if language == "typescript" {
		for _, m := range regexp.MustCompile(`new [\w.]+\(this, '(\w+)'`).FindAllStringSubmatch(code, -1) {
			assert.False(t, ids[m[1]], "the construct %s stands twice: %s", m[1], sketch)
			ids[m[1]] = true
		}
	}
}

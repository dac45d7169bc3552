package services_test

import (
	"regexp"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// names in reasons stand for themselves only: "parameter Stage has no default" is one reason, not many.
var reasonWords = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`^parameter \S+`), "parameter P"},
	{regexp.MustCompile(`^import .*: no`), "import NAME: no"},
	{regexp.MustCompile(`^import .*`), "import NAME"},
	{regexp.MustCompile(`mapping \S+ is looked up by .*`), "mapping M is looked up by a value that is not known"},
	{regexp.MustCompile(`(ssm|secretsmanager|ssm-secure):\S+`), "$1:NAME"},
	{regexp.MustCompile(`parameter /?\S+/\S*`), "parameter NAME"},
	{regexp.MustCompile(`"[^"]*"`), `"..."`},
	{regexp.MustCompile(`state .* takes`), "state S takes"},
	{regexp.MustCompile(`managed policy \S+`), "managed policy P"},
	{regexp.MustCompile(`in \S+\.(json|yaml|yml)`), "in FILE"},
	{regexp.MustCompile(`from \S+, which`), "from FILE, which"},
	{regexp.MustCompile(`\S+\.\S+ is known only`), "R.A is known only"},
}

func reasonOf(s string) string {
	for _, r := range reasonWords {
		s = r.pattern.ReplaceAllString(s, r.word)
	}
	return s
}

// TestUnknownsByReason counts what the graphs of all templates know of settings, and why they do not know the
// rest. Reading more must not raise the number of what is unknown.
func TestUnknownsByReason(t *testing.T) {
	known, defaulted, unknown := 0, 0, 0
	settings, gaps := map[string]int{}, map[string]int{}
	each(t, func(_ string, _ *cfn.System, g *graph.Graph) {
		for _, n := range g.Nodes {
			for _, name := range n.SettingNames() {
				n.Setting(name).Walk(func(v graph.Value) {
					switch {
					case v.Kind == graph.Map || v.Kind == graph.List || v.Kind == graph.Absent:
					case v.Reason() != "":
						unknown++
						settings[reasonOf(v.Reason())]++
					case v.Origin == graph.Default:
						defaulted++
					default:
						known++
					}
				})
			}
			if n.PolicyUnknown != "" && !n.External {
				gaps["policy: "+reasonOf(n.PolicyUnknown)]++
			}
		}
		for _, gap := range g.Gaps {
			gaps[reasonOf(gap.Why)]++
		}
	})
	t.Logf("settings: %d known, %d defaulted, %d unknown", known, defaulted, unknown)
	for _, list := range []map[string]int{settings, gaps} {
		reasons := make([]string, 0, len(list))
		for r := range list {
			reasons = append(reasons, r)
		}
		sort.Slice(reasons, func(i, j int) bool {
			return list[reasons[i]] > list[reasons[j]] || list[reasons[i]] == list[reasons[j]] && reasons[i] < reasons[j]
		})
		for _, r := range reasons[:min(len(reasons), 25)] {
			t.Logf("%6d  %s", list[r], r)
		}
	}
	// Nine in ten of these are parameters without default, imports, and names that AWS gives: no file holds them.
	assert.Less(t, float64(unknown)/float64(known+defaulted+unknown), 0.055)
}

package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var (
	rateExpression = lazy.Regexp(`^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$`)
	everyExpr      = lazy.Regexp(`^(\*|\d+)/(\d+)$`)
)

// interval reads how often a schedule expression fires at its fastest: a rate as written, a cron expression whose
// minutes or hours are repeated. ok is false for one-time expressions and for what is not a literal. A cron
// expression that fires at given hours only is taken for one that fires once a day.
func interval(v graph.Value) (d time.Duration, ok bool) {
	s, ok := v.Str()
	if !ok {
		return 0, false
	}
	s = strings.TrimSpace(s)
	if m := rateExpression().FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
		return time.Duration(n) * unit, err == nil && n > 0
	}
	if !strings.HasPrefix(s, "cron(") || !strings.HasSuffix(s, ")") {
		return 0, false
	}
	fields := strings.Fields(s[len("cron(") : len(s)-1])
	if len(fields) != 6 {
		return 0, false
	}
	if n, repeats := step(fields[0]); repeats {
		return time.Duration(n) * time.Minute, true
	}
	n, repeats := step(fields[1])
	if gap, listed := listGap(fields[0], 60); listed && repeats {
		return time.Duration(gap) * time.Minute, true
	}
	if strings.ContainsAny(fields[0], ",-") {
		return 0, false
	}
	if repeats {
		return time.Duration(n) * time.Hour, true
	}
	if gap, listed := listGap(fields[1], 24); listed {
		return time.Duration(gap) * time.Hour, true
	}
	return 24 * time.Hour, !strings.ContainsAny(fields[1], ",-")
}

// listGap reads "0,20,40": the shortest time between two of the values, the last and the first of the next round included.
func listGap(field string, round int) (gap int, listed bool) {
	var values []int
	for _, word := range strings.Split(field, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || n >= round {
			return 0, false
		}
		values = append(values, n)
	}
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) < 2 {
		return 0, false
	}
	gap = values[0] + round - values[len(values)-1]
	for i := 1; i < len(values); i++ {
		gap = min(gap, values[i]-values[i-1])
	}
	return gap, true
}

// step reads "*" and "0/5".
func step(field string) (n int, repeats bool) {
	if field == "*" {
		return 1, true
	}
	if m := everyExpr().FindStringSubmatch(field); m != nil {
		n, err := strconv.Atoi(m[2])
		return n, err == nil && n > 0
	}
	return 0, false
}

// repeatsWithinTheHour tells whether a schedule soon makes good a run that was lost.
func repeatsWithinTheHour(v graph.Value) bool {
	text, _ := v.Str()
	if fields := strings.Fields(text); len(fields) == 6 {
		if _, err := strconv.Atoi(fields[1]); err == nil { // some minutes of one hour of the day
			return false
		}
		if !each(fields[2]) || !each(fields[3]) || !each(fields[4]) && !strings.Contains(fields[4], "-") { // some days only; working days will do
			return false
		}
	}
	d, ok := interval(v)
	return ok && d <= time.Hour
}

// each tells whether a field of a cron expression leaves nothing out.
func each(field string) bool {
	return field == "?" || field == "*" || field == "*/1" || field == "1/1"
}

// disabled tells whether a rule or schedule is switched off.
func disabled(n *graph.Node) bool {
	s, ok := n.Setting("state").Str()
	return ok && s == "DISABLED"
}

// stateUnknown records that a rule or schedule may be off. It is false where it surely is on.
func (p *Pass) stateUnknown(n *graph.Node) bool {
	if v := n.Setting("state"); open(v) {
		p.Unknown(n, v)
		return true
	}
	return false
}

package rules

import (
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
	if strings.ContainsAny(fields[0], ",-") {
		return 0, false
	}
	if n, repeats := step(fields[1]); repeats {
		return time.Duration(n) * time.Hour, true
	}
	return 24 * time.Hour, !strings.ContainsAny(fields[1], ",-")
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
	d, ok := interval(v)
	return ok && d <= time.Hour
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

package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var rateExpression = lazy.Regexp(`^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$`)

// interval reads the shortest time between two runs of a schedule expression: a rate as written, a cron expression by its
// minutes and hours. ok is false for one-time expressions and for what is not a literal. Which days a cron expression
// names matters only for the time from the last run of a day to the first of the next.
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
	minutes, known := cronValues(fields[0], 60)
	hours, also := cronValues(fields[1], 24)
	if !known || !also {
		return 0, false
	}
	return time.Duration(shortestGap(minutes, hours, dayAfterDay(fields[2]) && dayAfterDay(fields[4]))) * time.Minute, true
}

const minutesOfDay = 24 * 60

// shortestGap is the shortest time in minutes between two of the times of day that minutes and hours, both sorted, make.
func shortestGap(minutes, hours []int, daily bool) int {
	gap, last := minutesOfDay, -1
	for _, h := range hours {
		for _, m := range minutes {
			if at := h*60 + m; last >= 0 {
				gap = min(gap, at-last)
			}
			last = h*60 + m
		}
	}
	if daily {
		gap = min(gap, hours[0]*60+minutes[0]+minutesOfDay-last)
	}
	return gap
}

// cronValues reads the minutes or hours of a cron expression ("*", "0/5", "8-18", "0,30", "0-10/5"): the values below
// end, sorted.
func cronValues(field string, end int) (values []int, ok bool) {
	for _, part := range strings.Split(field, ",") {
		span, every, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			if step, _ = strconv.Atoi(every); step < 1 {
				return nil, false
			}
		}
		first, last := 0, end-1
		if span != "*" {
			from, to, ranged := strings.Cut(span, "-")
			var err error
			if first, err = strconv.Atoi(from); err != nil {
				return nil, false
			}
			switch {
			case ranged:
				if last, err = strconv.Atoi(to); err != nil {
					return nil, false
				}
			case !stepped:
				last = first
			}
		}
		if first < 0 || last >= end || first > last {
			return nil, false
		}
		for n := first; n <= last; n += step {
			values = append(values, n)
		}
	}
	slices.Sort(values)
	return slices.Compact(values), true
}

// dayAfterDay tells whether a field of a cron expression lets one day follow the other: it leaves none out, or names a range.
func dayAfterDay(field string) bool { return each(field) || strings.Contains(field, "-") }

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

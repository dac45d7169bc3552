package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// firing is when a schedule starts what it calls: at minutes of the day, on days of the week and of the month.
type firing struct {
	zone     string
	minutes  []int
	once     string // of a one-time schedule, its time
	week     [7]bool
	month    [31]bool
	schedule *graph.Node
}

func checkFiringTogether(p *Pass) {
	together := map[string][]firing{} // by time zone and target
	var order []string
	for _, s := range p.Graph.OfKind(graph.Schedule, graph.Rule) {
		if s.External || disabled(s) {
			continue
		}
		f, ok := firingOf(s)
		if !ok {
			continue
		}
		if mode, known := s.Setting("flexibleTimeWindow", "Mode").Str(); known && mode == "FLEXIBLE" {
			continue
		}
		if v := firstOpen(s.Setting("flexibleTimeWindow"), s.Setting("flexibleTimeWindow", "Mode"), s.Setting("scheduleExpressionTimezone"), s.Setting("state")); v.Exists() {
			p.Unknown(s, v)
			continue
		}
		for _, id := range startedBy(p.Graph, s) {
			key := f.zone + " " + id
			if together[key] == nil {
				order = append(order, key)
			}
			together[key] = append(together[key], f)
		}
	}
	told := map[*graph.Node]bool{}
	for _, key := range order {
		all := sameMinute(together[key])
		if len(all) < crowd || told[all[0]] {
			continue
		}
		told[all[0]] = true
		fix, cdk := "", ""
		if all[0].Type == "AWS::Events::Rule" {
			fix, cdk = "Give the rules different minutes, or make them schedules of EventBridge Scheduler (AWS::Scheduler::Schedule; in SAM an event of type ScheduleV2) with FlexibleTimeWindow: {Mode: FLEXIBLE, MaximumWindowInMinutes: 15}.", "schedule: events.Schedule.cron({ minute: ... }) with a minute of its own for each"
		}
		p.Report(Hit{Node: all[0], Related: all[1:], Values: []graph.Value{{}}, Fix: fix, CDK: cdk,
			Message: fmt.Sprintf("%d schedules start %s in the same minute (%s)", len(all), plainID(key[strings.LastIndexByte(key, ' ')+1:]), all[0].Setting("scheduleExpression"))})
	}
}

// startedBy lists what a schedule starts, and then the databases and tables that functions among these use.
func startedBy(g *graph.Graph, s *graph.Node) []string {
	var ids []string
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	started := g.Out(s, graph.Routes, graph.Invokes)
	for _, e := range started {
		add(e.To.ID)
	}
	for _, e := range started {
		for _, used := range g.Out(e.To, graph.Reads, graph.Writes) {
			if e.To.Kind == graph.Function && (used.To.Kind == graph.Database || used.To.Kind == graph.Table) {
				add(used.To.ID)
			}
		}
	}
	return ids
}

// sameMinute is the largest set of schedules that start in one minute of one day.
func sameMinute(all []firing) []*graph.Node {
	if len(all) < crowd {
		return nil
	}
	at := map[string][]firing{}
	for _, f := range all {
		if f.once != "" {
			at[f.once] = append(at[f.once], f)
		}
		for _, m := range f.minutes {
			key := strconv.Itoa(m)
			at[key] = append(at[key], f)
		}
	}
	var most []*graph.Node
	for _, fs := range at {
		for day := 0; len(fs) >= crowd && day < 7*31; day++ {
			var here []*graph.Node
			for _, f := range fs {
				if f.week[day%7] && f.month[day/7] && !slices.Contains(here, f.schedule) {
					here = append(here, f.schedule)
				}
			}
			if len(here) > len(most) || len(here) == len(most) && len(most) > 0 && here[0].ID < most[0].ID {
				most = here
			}
			if len(here) == len(fs) {
				break
			}
		}
	}
	return most
}

func firingOf(s *graph.Node) (f firing, ok bool) {
	expr, ok := s.Setting("scheduleExpression").Str()
	if !ok {
		return f, false
	}
	f.schedule, f.zone = s, "UTC"
	if zone, known := s.Setting("scheduleExpressionTimezone").Str(); known {
		f.zone = zone
	}
	expr = strings.TrimSpace(expr)
	if strings.HasPrefix(expr, "at(") {
		f.once = expr
		for i := range f.week {
			f.week[i] = true
		}
		for i := range f.month {
			f.month[i] = true
		}
		return f, true
	}
	fields := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(expr, "cron("), ")"))
	if !strings.HasPrefix(expr, "cron(") || len(fields) < 5 {
		return f, false
	}
	minutes, okM := cronField(fields[0], 0, 59)
	hours, okH := cronField(fields[1], 0, 23)
	if !okM || !okH {
		return f, false
	}
	for _, h := range hours {
		for _, m := range minutes {
			f.minutes = append(f.minutes, 60*h+m)
		}
	}
	month, okD := cronField(fields[2], 1, 31)
	for i := range f.month {
		f.month[i] = !okD || slices.Contains(month, i+1)
	}
	week, okW := cronField(weekdays.Replace(strings.ToUpper(fields[4])), 1, 7)
	for i := range f.week {
		f.week[i] = !okW || slices.Contains(week, i+1)
	}
	return f, true
}

var weekdays = strings.NewReplacer("SUN", "1", "MON", "2", "TUE", "3", "WED", "4", "THU", "5", "FRI", "6", "SAT", "7")

// cronField reads a field of a cron expression: "*", "?", "5", "1,2", "1-5", "0/15".
func cronField(field string, low, high int) (values []int, ok bool) {
	for _, word := range strings.Split(field, ",") {
		span, every, stepped := strings.Cut(word, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(every)
			if err != nil || n < 1 {
				return nil, false
			}
			step = n
		}
		from, to := low, high
		if span != "*" && span != "?" {
			a, b, ranged := strings.Cut(span, "-")
			n, err := strconv.Atoi(a)
			if err != nil || n < low || n > high {
				return nil, false
			}
			from = n
			if !stepped {
				to = n
			}
			if ranged {
				if to, err = strconv.Atoi(b); err != nil || to > high {
					return nil, false
				}
			}
		}
		for n := from; n <= to; n += step {
			values = append(values, n)
		}
	}
	return values, len(values) > 0
}

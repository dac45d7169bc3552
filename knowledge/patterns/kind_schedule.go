package patterns

import (
	"regexp"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// A run that could not be started is tried again for an hour: after that the next one is due, or somebody has to look.
const (
	scheduleAgeSeconds = 3600
	scheduleRetries    = 5
)

var (
	rateForm     = lazy.Regexp(`^rate\((1 (minute|hour|day)|[2-9] (minutes|hours|days)|[1-9][0-9]{1,4} (minutes|hours|days))\)$`)
	cronForm     = lazy.Regexp(`^cron\([0-9A-Za-z*?,/#L W-]+\)$`)
	timeZoneForm = lazy.Regexp(`^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$`)
)

var _ = learn(func(g *grammar) {
	g.kind(graph.Schedule, "AWS::Scheduler::Schedule", map[string]reader{
		"rate":        readExpression("rate", rateForm, "a number and a unit, such as 1 hour or 5 minutes"),
		"cron":        readExpression("cron", cronForm, "minute hour day month weekday year, such as 0 2 * * ? *"),
		"timezone":    readTimeZone,
		"flexible":    whole("flexible", 1, 1440),
		"description": words("Description"),
	})
	for _, to := range []graph.Kind{graph.Function, graph.Queue, graph.Topic} {
		g.arrows[[2]graph.Kind{graph.Schedule, to}] = routes
	}
	g.verbs[graph.FailsTo] = append(g.verbs[graph.FailsTo], [2]graph.Kind{graph.Schedule, graph.Queue})
	g.impossible[[2]graph.Kind{graph.Schedule, graph.Table}] = [2]string{"the generator writes no universal targets", "schedule -> function -> table"}
	g.impossible[[2]graph.Kind{graph.Schedule, graph.EventBus}] = [2]string{"the generator writes no universal targets", "schedule -> function -> bus"}
	g.impossible[[2]graph.Kind{graph.Schedule, graph.Stream}] = [2]string{"a schedule has no records to write", "schedule -> function -> stream"}
})

func readExpression(word string, form func() *regexp.Regexp, want string) reader {
	return func(d *draft, n *node, name string, v graph.Value) error {
		text, ok := v.Str()
		if expression := word + "(" + text + ")"; ok && form().MatchString(expression) && !n.has("ScheduleExpression") {
			n.set("ScheduleExpression", graph.NewString(v.At, expression))
			return nil
		}
		return wrong(*v.At, want+"; one of rate and cron", "%s of %s is %s", name, n.id, clip(v.String()))
	}
}

func readTimeZone(d *draft, n *node, name string, v graph.Value) error {
	text, ok := v.Str()
	if !ok || !timeZoneForm().MatchString(text) {
		return wrong(*v.At, "a time zone such as Europe/Berlin", "%s of %s is %s", name, n.id, clip(v.String()))
	}
	n.set("ScheduleExpressionTimezone", v)
	return nil
}

func (d *draft) refuseSchedules() error {
	for _, s := range d.ofKind(graph.Schedule) {
		expression, _ := s.get("ScheduleExpression").Str()
		targets := d.out(s, graph.Routes)
		switch {
		case expression == "":
			return refusal(s.at, `{kind: schedule, rate: 1 hour} or {kind: schedule, cron: "0 2 * * ? *", timezone: Europe/Berlin}`, "the schedule %s does not say when", s.id)
		case rateForm().MatchString(expression) && s.has("ScheduleExpressionTimezone"):
			return refusal(s.at, "cron with a time zone, or rate without", "%s has a rate and a time zone: a rate does not look at the clock", s.id)
		case len(targets) == 0:
			return refusal(s.at, s.id+" -> function", "the schedule %s starts nothing", s.id)
		case len(targets) > 1:
			return refusal(targets[1].at, s.id+" -> topic, or one schedule for each", "the schedule %s has %d targets: EventBridge Scheduler has one for each schedule", s.id, len(targets))
		case targets[0].to.truth("FifoQueue") || targets[0].to.truth("FifoTopic"):
			return refusal(targets[0].at, "a standard "+string(targets[0].to.kind), "%s -> %s: the generator writes no message groups for schedules", s.id, targets[0].to.id)
		}
	}
	return nil
}

// completeSchedules spreads the starts where that is asked for, bounds the tries, and keeps what was never started.
func (d *draft) completeSchedules() {
	for _, s := range d.ofKind(graph.Schedule) {
		window := []graph.Field{field("Mode", s.text("OFF"))}
		if minutes := s.get("flexible"); minutes.Exists() {
			window = []graph.Field{field("Mode", s.text("FLEXIBLE")), field("MaximumWindowInMinutes", minutes)}
			s.props = drop(s.props, "flexible")
		}
		s.set("FlexibleTimeWindow", s.object(window...))
		if expression, _ := s.get("ScheduleExpression").Str(); cronForm().MatchString(expression) {
			s.setNew("ScheduleExpressionTimezone", s.text("UTC"))
		}
		for _, e := range d.out(s, graph.Routes) {
			if !d.bare() {
				e.setNew("MaximumEventAgeInSeconds", s.num(scheduleAgeSeconds))
				e.setNew("MaximumRetryAttempts", s.num(scheduleRetries))
			}
			if len(e.props) > 0 {
				e.props = []graph.Field{field("RetryPolicy", s.object(e.props...))}
			}
		}
		if len(d.out(s, graph.FailsTo)) == 0 && !s.noDLQ {
			dlq := d.failureQueue(s, "Dlq")
			d.connect(s, dlq, graph.FailsTo, graph.Async, s.at)
			d.note("Added %s, where %s leaves runs that could not be started. Turn it off with deadLetterQueue: false on %s.", dlq.id, s.id, s.id)
		}
		for _, e := range d.out(s, graph.FailsTo) {
			e.label = "dead letters"
			s.set("Target", s.object(field("DeadLetterConfig", s.object(field("Arn", s.ref(e.to, "Arn"))))))
		}
	}
}

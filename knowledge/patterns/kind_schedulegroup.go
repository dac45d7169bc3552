package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = learn(func(g *grammar) {
	g.kind(graph.ScheduleGroup, "AWS::Scheduler::ScheduleGroup", nil)
	g.arrows[[2]graph.Kind{graph.Function, graph.ScheduleGroup}] = sends
	g.arrows[[2]graph.Kind{graph.ScheduleGroup, graph.Function}] = routes
	g.verbs[graph.FailsTo] = append(g.verbs[graph.FailsTo], [2]graph.Kind{graph.ScheduleGroup, graph.Queue})
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.ScheduleGroup, graph.Queue}:        {"the generator lets schedules that are made at run time start functions", "scheduleGroup -> function -> queue"},
		{graph.ScheduleGroup, graph.Topic}:        {"the generator lets schedules that are made at run time start functions", "scheduleGroup -> function -> topic"},
		{graph.ScheduleGroup, graph.EventBus}:     {"the generator lets schedules that are made at run time start functions", "scheduleGroup -> function -> bus"},
		{graph.ScheduleGroup, graph.StateMachine}: {"the generator lets schedules that are made at run time start functions", "scheduleGroup -> function -> stateMachine"},
		{graph.HTTPAPI, graph.ScheduleGroup}:      {"the generator writes no schedules without code", "httpApi POST /reminders -> function -> scheduleGroup"},
		{graph.Schedule, graph.ScheduleGroup}:     {"a schedule that is known beforehand needs no group", "schedule -> function"},
		{graph.Queue, graph.ScheduleGroup}:        {"SQS makes no schedules", "httpApi POST /reminders -> function -> scheduleGroup"},
	} {
		g.impossible[pair] = words
	}
})

// refuseScheduleGroups finds groups in which nobody makes schedules, or whose schedules start nothing that is known.
func (d *draft) refuseScheduleGroups() error {
	for _, g := range d.ofKind(graph.ScheduleGroup) {
		makers, targets := d.in(g, graph.Writes), d.out(g, graph.Routes)
		if d.bare() && len(makers)+len(targets) == 0 {
			continue
		}
		switch {
		case len(makers) == 0:
			return refusal(g.at, "function -> "+g.id, "nothing makes schedules in %s", g.id)
		case len(targets) == 0:
			return refusal(g.at, g.id+" -> function", "the schedules of %s start nothing", g.id)
		case len(targets) > 1:
			return refusal(targets[1].at, "a group for each", "the schedules of %s have %d targets: a schedule has one", g.id, len(targets))
		}
		for _, e := range makers {
			calls := d.in(e.from, graph.Invokes)
			posts := len(calls) > 0
			for _, c := range calls {
				posts = posts && c.from.kind == graph.HTTPAPI && len(c.label) > 4 && c.label[:5] == "POST "
			}
			switch {
			case !posts:
				return refusal(e.at, "httpApi POST /reminders -> "+e.from.id, "%s -> %s: the generator makes schedules for POST requests to an HTTP API", e.from.id, g.id)
			case len(d.out(e.from, graph.Writes, graph.Reads)) > 1:
				return refusal(e.at, "a function of its own that makes schedules", "%s makes schedules in %s and does something else besides", e.from.id, g.id)
			}
		}
	}
	return nil
}

// completeScheduleGroups keeps what Scheduler could not hand over.
func (d *draft) completeScheduleGroups() {
	for _, g := range d.ofKind(graph.ScheduleGroup) {
		if len(d.out(g, graph.FailsTo)) == 0 && !g.noDLQ {
			dlq := d.failureQueue(g, "Dlq")
			d.connect(g, dlq, graph.FailsTo, graph.Async, g.at)
			d.note("Added %s, where schedules of %s leave runs that could not be started. Turn it off with deadLetterQueue: false on %s.", dlq.id, g.id, g.id)
		}
		for _, e := range d.out(g, graph.FailsTo) {
			e.label = "dead letters"
		}
	}
}

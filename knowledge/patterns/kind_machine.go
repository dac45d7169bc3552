package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// How long an execution may take where nothing is written, in seconds, and the longest that Express allows.
const (
	machineSeconds = 3600
	expressSeconds = 240
	expressLongest = 300
)

var _ = learn(func(g *grammar) {
	g.kind(graph.StateMachine, "AWS::StepFunctions::StateMachine", map[string]reader{
		"type":        extraWords("type", "standard", "express"),
		"timeout":     extraWhole(1, 31536000),
		"description": extraWords("description"),
	})
	g.arrows[[2]graph.Kind{graph.StateMachine, graph.Function}] = calls
	g.arrows[[2]graph.Kind{graph.Function, graph.StateMachine}] = meaning{graph.Invokes, graph.Async}
	g.arrows[[2]graph.Kind{graph.Rule, graph.StateMachine}] = routes
	g.arrows[[2]graph.Kind{graph.Schedule, graph.StateMachine}] = routes
	g.arrows[[2]graph.Kind{graph.Bucket, graph.StateMachine}] = routes
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.Topic, graph.StateMachine}:        {"SNS does not start workflows", "topic -> function -> stateMachine, or a rule"},
		{graph.Stream, graph.StateMachine}:       {"a stream does not start workflows by itself", "stream -> function -> stateMachine"},
		{graph.Table, graph.StateMachine}:        {"a table's stream does not start workflows by itself", "table -> function -> stateMachine"},
		{graph.StateMachine, graph.Queue}:        {"the generator's workflows call functions", "stateMachine -> function -> queue"},
		{graph.StateMachine, graph.Topic}:        {"the generator's workflows call functions", "stateMachine -> function -> topic"},
		{graph.StateMachine, graph.Table}:        {"the generator's workflows call functions", "stateMachine -> function -> table"},
		{graph.StateMachine, graph.EventBus}:     {"the generator's workflows call functions", "stateMachine -> function -> bus"},
		{graph.StateMachine, graph.StateMachine}: {"the generator writes no nested workflows", "stateMachine -> function"},
	} {
		g.impossible[pair] = words
	}
})

// readUndo notes the function that undoes a step when a later one fails.
func (e *edge) readUndo(v graph.Value) error {
	id, ok := v.Str()
	if !ok || id == "" {
		return wrong(*v.At, "the name of a function", "undo of %s -> %s is %s", e.from.id, e.to.id, clip(v.String()))
	}
	e.step.undo, e.step.undoAt = id, *v.At
	return nil
}

// orderSteps lists the steps of each workflow in the order of its arrows, and joins it with what undoes them.
func (d *draft) orderSteps() error {
	for _, m := range d.ofKind(graph.StateMachine) {
		var steps []graph.Value
		seen := map[*node]bool{}
		for _, e := range d.out(m, graph.Invokes) {
			if seen[e.to] {
				return refusal(e.at, "a second function", "%s is a step of %s twice: the generator writes each step once", e.to.id, m.id)
			}
			seen[e.to] = true
			step := []graph.Field{field("step", m.text(e.to.id))}
			if e.step.undo != "" {
				undo := d.byID[e.step.undo]
				if undo == nil || undo.kind != graph.Function || undo == e.to {
					return wrong(e.step.undoAt, "another function of the sketch", "undo of %s -> %s is %q", m.id, e.to.id, clip(e.step.undo))
				}
				step = append(step, field("undo", m.text(undo.id)))
			}
			steps = append(steps, m.object(append(step, e.step.described(m)...)...))
		}
		if len(steps) == 0 {
			return refusal(m.at, m.id+" -> function", "the workflow %s has no step", m.id)
		}
		for _, e := range d.out(m, graph.Invokes) {
			e.label = stepName(e.to)
			if undo := d.byID[e.step.undo]; undo != nil && !seen[undo] {
				seen[undo] = true
				d.connect(m, undo, graph.Invokes, graph.Sync, e.at).label = stepName(undo)
			}
		}
		m.setExtra("steps", m.list(steps...))
	}
	return nil
}

func stepName(fn *node) string { return graph.UpperFirst(fn.id) + "Step" }

// refuseLongExpress finds Express workflows whose steps may take longer than Express allows.
func (d *draft) refuseLongExpress() error {
	for _, m := range d.ofKind(graph.StateMachine) {
		if t, _ := m.getExtra("type").Str(); t != "express" {
			continue
		}
		if limit, ok := m.getExtra("timeout").Int(); ok && limit > expressLongest {
			return refusal(m.at, "timeout: 300 or less, or type: standard", "%s may run %d s, but an Express workflow ends after 300 s", m.id, limit)
		}
		for _, e := range d.out(m, graph.Invokes) {
			if t := e.to.number("Timeout"); t > expressLongest {
				return refusal(e.at, "type: standard", "%s may run %d s, but the Express workflow %s ends after 300 s", e.to.id, t, m.id)
			}
		}
	}
	return nil
}

func (d *draft) completeMachines() {
	for _, m := range d.ofKind(graph.StateMachine) {
		typ, seconds := "STANDARD", machineSeconds
		for _, e := range d.out(m, graph.Invokes) { // the answer, and an hour for all the rest
			if wait, ok := e.step.callback.Int(); ok {
				seconds += wait
			}
		}
		if t, _ := m.getExtra("type").Str(); t == "express" {
			typ, seconds = "EXPRESS", expressSeconds
			if d.calledByAPI(m) {
				seconds = apiTimeoutSeconds
			}
		}
		m.set("StateMachineType", m.text(typ))
		m.setExtraNew("timeout", m.num(seconds))
		m.set("TracingConfiguration", m.object(field("Enabled", m.bool(true))))
		group := d.logGroup(m, "Logs")
		m.set("LoggingConfiguration", m.object(field("Level", m.text("ALL")),
			field("Destinations", m.list(m.object(field("CloudWatchLogsLogGroup", m.object(field("LogGroupArn", m.ref(group, "Arn")))))))))
		d.connect(group, m, graph.Logs, "", m.at)
	}
}

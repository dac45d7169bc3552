package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// Steps that are more than a call: those that wait for somebody's answer, and those that are done for every object of
// a bucket.
const (
	mapConcurrency = 40 // far below an account's concurrency, so that others keep theirs
	mapBatch       = 10
)

var _ = learn(func(g *grammar) {
	g.verbs[graph.Reads] = append(g.verbs[graph.Reads], [2]graph.Kind{graph.StateMachine, graph.Bucket})
	g.verbs[graph.Writes] = append(g.verbs[graph.Writes], [2]graph.Kind{graph.StateMachine, graph.Bucket}, [2]graph.Kind{graph.Function, graph.StateMachine})
	g.impossible[[2]graph.Kind{graph.StateMachine, graph.Bucket}] = [2]string{
		"a workflow works through a bucket's objects, or keeps results in it", "flow reads bucket, flow writes bucket, beside flow -> function: {eachObject: true}"}
})

// step is what is written at the arrow from a workflow to a function.
type step struct {
	undo       string // the function that undoes it
	undoAt     graph.Evidence
	callback   graph.Value // seconds it waits for an answer
	each       bool        // it is done for every object of the bucket that the workflow reads
	batch      graph.Value
	concurrent graph.Value
	tolerated  graph.Value
}

// readStep reads a setting of a workflow's step.
func (e *edge) readStep(name string, v graph.Value) (known bool, err error) {
	number := func(into *graph.Value, low, high int) error {
		i, ok := v.Int()
		if !ok || i < low || i > high {
			return wrong(*v.At, graph.NewInt(nil, low).String()+" to "+graph.NewInt(nil, high).String(), "%s of %s -> %s is %s", name, e.from.id, e.to.id, clip(v.String()))
		}
		*into = v
		return nil
	}
	switch name {
	case "undo":
		return true, e.readUndo(v)
	case "callback":
		return true, number(&e.step.callback, 1, 31536000)
	case "batchSize":
		return true, number(&e.step.batch, 1, 1000)
	case "maxConcurrency":
		return true, number(&e.step.concurrent, 1, 10000)
	case "toleratedFailurePercentage":
		return true, number(&e.step.tolerated, 0, 100)
	case "eachObject":
		on, ok := v.Truth()
		if !ok {
			return true, wrong(*v.At, "true or false", "eachObject of %s -> %s is %s", e.from.id, e.to.id, clip(v.String()))
		}
		e.step.each = on
		return true, nil
	}
	return false, nil
}

// described are the fields by which a workflow's list of steps tells what kind of step it is.
func (s step) described(m *node) []graph.Field {
	var out []graph.Field
	if s.callback.Exists() {
		out = append(out, field("callback", s.callback))
	}
	if s.each {
		out = append(out, field("each", m.bool(true)), field("batchSize", first(s.batch, m.num(mapBatch))),
			field("maxConcurrency", first(s.concurrent, m.num(mapConcurrency))), field("toleratedFailurePercentage", first(s.tolerated, m.num(0))))
	}
	return out
}

// refuseSteps finds steps that would wait for nobody, or work through nothing.
func (d *draft) refuseSteps() error {
	for _, m := range d.ofKind(graph.StateMachine) {
		express, _ := m.getExtra("type").Str()
		waits, each := 0, 0
		for _, e := range d.out(m, graph.Invokes) {
			switch {
			case e.step.callback.Exists() && express == "express":
				return refusal(e.at, "type: standard", "%s -> %s cannot work: an Express workflow cannot wait for a callback", m.id, e.to.id)
			case e.step.callback.Exists() && len(d.out(e.to, graph.Writes)) == 0:
				return refusal(e.at, e.to.id+" -> table", "%s -> %s waits for an answer, but %s keeps the token nowhere", m.id, e.to.id, e.to.id)
			case e.step.each && express == "express":
				return refusal(e.at, "type: standard", "%s -> %s cannot work: an Express workflow has no distributed map", m.id, e.to.id)
			case e.step.each && e.step.callback.Exists():
				return refusal(e.at, "one of callback and eachObject", "%s -> %s: the generator writes no callback for each object", m.id, e.to.id)
			case !e.step.each && (e.step.batch.Exists() || e.step.concurrent.Exists() || e.step.tolerated.Exists()):
				return refusal(e.at, "eachObject: true", "%s -> %s is done once: batchSize, maxConcurrency and toleratedFailurePercentage are for steps with eachObject", m.id, e.to.id)
			}
			if e.step.callback.Exists() {
				waits++
				limit, ok := m.getExtra("timeout").Int()
				if answer, _ := e.step.callback.Int(); ok && answer >= limit {
					return refusal(e.at, "a callback shorter than the timeout of "+m.id, "%s waits %d s for an answer, but the whole of %s ends after %d s", e.to.id, answer, m.id, limit)
				}
			}
			if e.step.each {
				each++
			}
		}
		if err := d.refuseStepEnds(m, waits, each); err != nil {
			return err
		}
	}
	return nil
}

// refuseStepEnds finds workflows whose steps lack what gives them work or an answer, and the other way about.
func (d *draft) refuseStepEnds(m *node, waits, each int) error {
	reads, writes, answers := d.out(m, graph.Reads), d.out(m, graph.Writes), d.in(m, graph.Writes)
	switch {
	case each > 1:
		return refusal(m.at, "one step with eachObject", "%s works through a bucket %d times", m.id, each)
	case each == 1 && (len(reads) != 1 || len(writes) != 1):
		return refusal(m.at, m.id+" reads input, "+m.id+" writes results", "%s works through a bucket, but does not say which, and where results go", m.id)
	case each == 1 && reads[0].to == writes[0].to:
		return refusal(writes[0].at, "a second bucket", "%s reads and writes the bucket %s: the next run would work on the results of this one", m.id, reads[0].to.id)
	case each == 0 && len(reads)+len(writes) > 0:
		return refusal(m.at, m.id+" -> function: {eachObject: true}", "no step of %s works on the objects of a bucket", m.id)
	case waits > 1:
		return refusal(m.at, "one step with callback", "%s waits for %d answers: the generator writes one", m.id, waits)
	case waits == 0 && len(answers) > 0:
		return refusal(answers[0].at, m.id+" -> function: {callback: 86400}", "%s answers %s, but no step waits for an answer", answers[0].from.id, m.id)
	case waits == 1 && len(answers) == 0:
		return refusal(m.at, "function writes "+m.id, "%s waits for an answer that no function gives", m.id)
	}
	for _, e := range answers {
		if err := d.refuseAnswer(m, e); err != nil {
			return err
		}
	}
	return nil
}

// refuseAnswer finds functions that answer a workflow without knowing how.
func (d *draft) refuseAnswer(m *node, e *edge) error {
	calls, reads := d.in(e.from, graph.Invokes), d.out(e.from, graph.Reads)
	for _, s := range d.out(m, graph.Invokes) {
		if !s.step.callback.Exists() {
			continue
		}
		for _, kept := range d.out(s.to, graph.Writes) {
			for _, r := range reads {
				if r.to == kept.to && len(calls) > 0 && calls[0].from.kind == graph.HTTPAPI && namesOne(calls[0].label) {
					return nil
				}
			}
		}
	}
	return refusal(e.at, "httpApi POST /approvals/{id} -> "+e.from.id+", which reads the table that the waiting step writes", "%s answers %s, but has no request that names the answered one, or no table with its token", e.from.id, m.id)
}

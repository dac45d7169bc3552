package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "saga-without-compensation",
	Code:     "SFN012",
	Title:    `Steps that change things are never undone`,
	Severity: Medium,
	Pillar:   Reliability,
	Profile:  Advisory,
	Why:      `The workflow catches the failure of a later step, but leads nowhere that undoes the earlier ones: the business transaction stays half done.`,
	Fix:      `Catch the failure of each step into tasks that revert the earlier ones, in reverse order (saga).`,
	CDK:      `task.addCatch(compensation)`,
	Sources: []Source{
		{Title: `AWS Prescriptive Guidance, "Saga pattern"`, URL: "https://docs.aws.amazon.com/prescriptive-guidance/latest/modernization-data-persistence/saga-pattern.html", Checked: "2026-11-30"},
	},
	Gaps: `A compensation is any task, behind a Catch, that changes things. Whether it reverts the right ones is not judged. A transaction of one table in one call needs none.`,
	Bad: `Resources:
  Flow: # want "never undone"
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge: {Type: Task, Resource: "arn:aws:states:::dynamodb:putItem", Parameters: {TableName: payments, Item: {id: {S: "1"}}}, Next: Ship}
          Ship: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: ship, MessageBody: "1"}, Catch: [{ErrorEquals: [States.ALL], Next: Failed}], End: true}
          Failed: {Type: Fail, Error: failed}
`,
	Good: `Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: Charge
        States:
          Charge: {Type: Task, Resource: "arn:aws:states:::dynamodb:putItem", Parameters: {TableName: payments, Item: {id: {S: "1"}}}, Next: Ship}
          Ship: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: ship, MessageBody: "1"}, Catch: [{ErrorEquals: [States.ALL], Next: Refund}], End: true}
          Refund: {Type: Task, Resource: "arn:aws:states:::dynamodb:deleteItem", Parameters: {TableName: payments, Key: {id: {S: "1"}}}, End: true}
`,
	Check: func(p *Pass) {
		for _, m := range p.Graph.OfKind(graph.StateMachine) {
			if m.External || m.Workflow == nil || m.Workflow.Unknown != "" {
				continue
			}
			changing := inSequence(m.Workflow)
			if len(changing) < 2 || compensates(m.Workflow) {
				continue
			}
			if v := openUndoing(m.Workflow); v.Exists() {
				p.Unknown(m, v)
				continue
			}
			p.Report(Hit{Node: m, Confidence: Likely, Values: []graph.Value{{}, graph.NewString(changing[0].At, changing[0].Name)},
				Message: fmt.Sprintf("what %s of %s changes is never undone when %s or a later step fails", changing[0].Name, nameOf(m), changing[1].Name)})
		}
	},
})

// inSequence are the tasks that change different things, one after the other, outside what a Catch leads to: those of the
// workflow itself, or of the branch of a Parallel or Map state that has most of them.
func inSequence(w *graph.Workflow) []graph.State {
	q := sequence{states: map[string]graph.State{}, from: map[string][]graph.State{}}
	for _, s := range w.States {
		q.states[s.Name] = s
	}
	longest := q.changing(w.StartAt)
	for _, s := range w.States {
		starts := append(s.Definition.Get("ItemProcessor").Each(), s.Definition.Get("Iterator").Each()...)
		for _, branch := range append(starts, s.Definition.Get("Branches").Each()...) {
			start, _ := branch.Get("StartAt").Str()
			if inner := q.changing(start); len(inner) > len(longest) {
				longest = inner
			}
		}
	}
	return longest
}

// sequence keeps what was found from each state on.
type sequence struct {
	states map[string]graph.State
	from   map[string][]graph.State
}

// changing are the tasks that change different things from one state on, on the way that has most of them. A way that
// turns back adds nothing.
func (q sequence) changing(name string) []graph.State {
	if known, been := q.from[name]; been {
		return known
	}
	q.from[name] = nil
	s := q.states[name]
	ways := append(s.Definition.Get("Next").Each(), s.Definition.Get("Default").Each()...)
	for _, choice := range s.Definition.Get("Choices").Each() {
		ways = append(ways, choice.Get("Next"))
	}
	var longest []graph.State
	for _, way := range ways {
		next, _ := way.Str()
		if on := q.changing(next); len(on) > len(longest) {
			longest = on
		}
	}
	if s.Type == "Task" && changesThings(s) {
		others := slices.DeleteFunc(slices.Clone(longest), func(t graph.State) bool { return whatChanges(t) == whatChanges(s) })
		longest = append([]graph.State{s}, others...)
	}
	q.from[name] = longest
	return longest
}

// whatChanges tells two tasks apart by what they change.
func whatChanges(s graph.State) string {
	return s.Resource.String() + s.Definition.Get("Parameters").String() + s.Definition.Get("Arguments").String()
}

// compensates tells whether a Catch leads to a task that changes things.
func compensates(w *graph.Workflow) bool {
	states := map[string]graph.State{}
	for _, s := range w.States {
		states[s.Name] = s
	}
	for _, s := range w.States {
		for _, c := range s.Definition.Get("Catch").Each() {
			next, _ := c.Get("Next").Str()
			behind := reach(states, next)
			behind[next] = true
			for name := range behind {
				if t := states[name]; t.Type == "Task" && changesThings(t) || t.Type == "Parallel" || t.Type == "Map" {
					return true
				}
			}
		}
	}
	return false
}

// openUndoing finds what leaves open whether a Catch leads to a task that undoes something: where it leads, or what a
// state is.
func openUndoing(w *graph.Workflow) graph.Value {
	for _, s := range w.States {
		catch := s.Definition.Get("Catch")
		found := []graph.Value{catch, s.Definition.Get("Type")}
		for _, c := range catch.Items() {
			found = append(found, c, c.Get("Next"))
		}
		if v := firstOpen(found...); v.Exists() {
			return v
		}
	}
	return graph.Value{}
}

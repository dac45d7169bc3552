package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::Scheduler::ScheduleGroup", Kind: graph.ScheduleGroup, ARN: "scheduler:schedule-group/", Name: "Name",
	Connect: func(b *builder, _ *graph.Resource, n *graph.Node) {
		b.later = append(b.later, func() { b.startedLater(n) })
	},
})

// startedLater joins a group with what the schedules that code makes in it may start. No template has those schedules: who
// makes them must be allowed to pass a role that Scheduler takes, and that role says what it may reach. A queue beside
// something else is where failures go, as a schedule has one target.
func (b *builder) startedLater(group *graph.Node) {
	seen := map[*graph.Node]bool{}
	for _, made := range b.g.In(group, graph.Writes) {
		if made.Strength == graph.Wildcard {
			continue
		}
		for _, own := range b.g.Out(made.From, graph.Assumes) {
			for _, role := range b.passed(own.To, "scheduler.amazonaws.com") {
				if !seen[role] {
					seen[role] = true
					b.reachedBy(group, role)
				}
			}
		}
	}
}

func (b *builder) reachedBy(group, role *graph.Node) {
	var reached []allowance
	others := false
	for _, a := range b.allowances(role) {
		if a.exact && (a.use.edge == graph.Writes || a.use.edge == graph.Invokes) {
			reached = append(reached, a)
			others = others || a.thing.Kind != graph.Queue
		}
	}
	for _, a := range reached {
		e := graph.Edge{From: group, Kind: graph.Routes, Mode: graph.Async, Strength: graph.Likely, Notes: a.notes}
		if others && a.thing.Kind == graph.Queue {
			e.Kind, e.Label = graph.FailsTo, "dead letters"
		}
		b.edge(e, target{node: a.thing}, a.evidence)
	}
}

// passed lists the roles that an actor's role may hand to a service, and that trust it.
func (b *builder) passed(own *graph.Node, service string) []*graph.Node {
	var out []*graph.Node
	for _, s := range own.Statements {
		if s.Effect != "Allow" || !lists(s.Actions, "iam:PassRole") {
			continue
		}
		for _, v := range s.Resources {
			if to := b.find(v, "iam:role/"); to.node != nil && to.node.Kind == graph.Role && taken(to.node, service) {
				out = append(out, to.node)
			}
		}
	}
	return out
}

func lists(actions []graph.Value, action string) bool {
	for _, a := range actions {
		if text, ok := a.Str(); ok && strings.EqualFold(text, action) {
			return true
		}
	}
	return false
}

// taken tells whether a role's trust policy lets a service take it.
func taken(role *graph.Node, service string) bool {
	for _, s := range role.ResourcePolicy {
		for _, p := range s.Principals {
			if text, ok := p.Value.Str(); ok && p.Kind == "Service" && text == service && s.Effect == "Allow" {
				return true
			}
		}
	}
	return false
}

package services

import (
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// allowances lists what a role's statements let it do to things, each use once. A statement is looked at for
// the uses its actions cover, then for the things its resources name, so that the cost is that of what is
// written; only a wildcard resource goes over all things of a kind. What the role's permissions boundary rules
// out is left out.
func (b *builder) allowances(role *graph.Node) []allowance {
	if known, ok := b.allowed[role]; ok {
		return known
	}
	var out []allowance
	at := map[*graph.Node]map[use]int{}
	record := func(a allowance) {
		notes, ok := possible(role, a)
		if !ok {
			return
		}
		a.notes = notes
		if at[a.thing] == nil {
			at[a.thing] = map[use]int{}
		}
		key := a.use
		key.action = "" // one edge for PutItem and UpdateItem
		if i, seen := at[a.thing][key]; seen {
			if a.exact && !out[i].exact {
				out[i] = a
			}
			return
		}
		at[a.thing][key] = len(out)
		out = append(out, a)
	}
	for _, s := range role.Statements {
		if s.Effect != "Allow" || len(s.NotActions) > 0 || len(s.NotResources) > 0 {
			continue
		}
		uses := b.shared.right(s).uses
		for _, u := range uses {
			for _, res := range s.Resources {
				b.allowedBy(role, s, u, res, oneKind(uses), record)
			}
		}
	}
	b.allowed[role] = out
	return out
}

// oneKind tells whether uses are all of things of one kind: then even a resource that says nothing of itself
// (a parameter, an import) is one.
func oneKind(uses []use) bool {
	for _, u := range uses {
		if u.kind != uses[0].kind && u.kind != graph.HTTPAPI {
			return false
		}
	}
	return true
}

// possible asks the role's own denials and its permissions boundary about one use, and notes things of other
// accounts.
func possible(role *graph.Node, a allowance) (notes []string, ok bool) {
	request := policy.Request{Action: a.use.action, Resource: policy.On(a.thing), Boundary: role.Boundary}
	statements := []graph.Statement{allowAll}
	for _, s := range role.Statements {
		if s.Effect == "Deny" {
			statements = append(statements, s)
		}
	}
	if len(statements) == 1 && role.Boundary == nil && !a.thing.External {
		return nil, true
	}
	d := policy.Decide(request, statements)
	if d.Answer == policy.No {
		return nil, false
	}
	if d.Answer != policy.Yes {
		notes = []string{d.Why}
	}
	return append(notes, d.Notes...), true
}

var allowAll = graph.Statement{Effect: "Allow", Actions: []graph.Value{graph.NewString(nil, "*")}, Resources: []graph.Value{graph.NewString(nil, "*")}}

const answersTask = "states:SendTaskSuccess"

// covered lists the uses that a statement's actions allow.
func covered(s graph.Statement) []use {
	var out []use
	type action struct {
		text string
		wild bool
	}
	actions := make([]action, 0, len(s.Actions))
	for _, a := range s.Actions {
		if text, ok := a.Str(); ok {
			actions = append(actions, action{strings.ToLower(text), strings.ContainsAny(text, "*?")})
		}
	}
	lower := lowerUses()
	for i, u := range uses {
		if u.mode == graph.Poll && strings.HasPrefix(s.Origin, "managed ") {
			continue // these serve mappings, not code
		}
		spelled := u.mode == graph.Poll || u.action == answersTask
		for _, a := range actions {
			// sqs:* is given to senders as well, states:* to those who start: only a right that is spelled out says
			// "receives" or "answers".
			if a.text == lower[i] || !spelled && a.wild && policy.Glob(a.text, lower[i]) {
				out = append(out, u)
				break
			}
		}
	}
	return out
}

// lowerUses are the actions of uses in lower case.
var lowerUses = sync.OnceValue(func() []string {
	out := make([]string, len(uses))
	for i, u := range uses {
		out[i] = strings.ToLower(u.action)
	}
	return out
})

func (b *builder) allowedBy(role *graph.Node, s graph.Statement, u use, res graph.Value, single bool, record func(allowance)) {
	evidence := res
	if strings.HasPrefix(s.Origin, "managed ") {
		evidence = graph.NewString(s.At, s.Origin)
	}
	conditional := s.Conditions.Exists()
	if to := b.find(res); to.node != nil {
		nested := single && isStack(to.node) // an output of a nested stack that was not given
		if (to.node.Kind == u.kind && ofService(to.node, u) || nested) && !(u.edge == graph.Reads && u.mode == graph.Poll && to.node.Kind == graph.Table) {
			record(allowance{use: u, thing: to.node, exact: true, unsure: to.byName || conditional, evidence: evidence})
		}
		return
	}
	if to := b.granted(role, s, u, res, single); to.node != nil {
		record(allowance{use: u, thing: to.node, exact: true, unsure: conditional, evidence: evidence})
		return
	}
	wild := false
	if text, ok := res.Str(); ok {
		wild = text == "*" || strings.HasPrefix(text, "arn:") && strings.Contains(text, "*")
	} else {
		wild = strings.HasSuffix(spell(res), "*")
	}
	if !wild || res.IsUnknown() {
		return
	}
	for _, thing := range b.covers(role, s, u, res) {
		record(allowance{use: u, thing: thing, unsure: conditional, evidence: evidence})
	}
}

// ofService tells whether a thing is of the service that a use is about, where its kind does not say so: a
// search domain and a cluster are both databases, an endpoint may be anything.
func ofService(n *graph.Node, u use) bool {
	switch u.kind {
	case graph.Database, graph.Endpoint, graph.Other:
	default:
		return true
	}
	service, _, _ := strings.Cut(u.action, ":")
	if n.Resource == nil {
		return true
	}
	t := types()[n.Resource.Type]
	if t == nil {
		return false
	}
	own, form, _ := strings.Cut(t.ARN, ":")
	switch service {
	case "rds-data":
		return own == "rds"
	case "ecs":
		return own == "ecs" && form == "task-definition/"
	}
	return own == service
}

// covers lists the things of the system that a resource with wildcards stands for.
func (b *builder) covers(role *graph.Node, s graph.Statement, u use, res graph.Value) []*graph.Node {
	things := b.byKind[u.kind]
	if len(things) > maxWild {
		things = b.inEnvironments(role, u.kind)
		b.once(s.Via, res, "the grant covers more than "+strconv.Itoa(maxWild)+" things of one kind: only those that environment variables name are joined")
	}
	var out []*graph.Node
	for _, thing := range things {
		if thing.External && thing.ID != defaultBusID || !ofService(thing, u) {
			continue
		}
		if text, ok := res.Str(); !ok || text != "*" {
			d := policy.Decide(policy.Request{Action: u.action, Resource: policy.On(thing)}, []graph.Statement{{Effect: "Allow", Actions: s.Actions, Resources: []graph.Value{res}}})
			if d.Answer != policy.Yes && d.Answer != policy.Likely {
				continue
			}
		}
		out = append(out, thing)
	}
	return out
}

// maxWild is over how many things a wildcard grant is spelled out one by one. Beyond it the edges would say
// nothing and their number would grow with the product of functions and things.
const maxWild = 20

// inEnvironments returns the things of a kind that the environments of a role's functions name.
func (b *builder) inEnvironments(role *graph.Node, kind graph.Kind) []*graph.Node {
	var out []*graph.Node
	seen := map[*graph.Node]bool{}
	for _, e := range b.g.In(role, graph.Assumes) {
		env := b.environments[e.From]
		if env == nil {
			continue
		}
		for thing := range env.things {
			if thing.Kind == kind && !seen[thing] {
				seen[thing] = true
				out = append(out, thing)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// once lists a gap of a resource, but not again.
func (b *builder) once(r *graph.Resource, v graph.Value, why string) {
	if r == nil || b.told[r.ID+why] {
		return
	}
	b.told[r.ID+why] = true
	b.gap(r, v, why)
}

package services

import (
	"sort"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// use is what a right lets its holder do to a thing, as an edge.
type use struct {
	action string // IAM action
	kind   graph.Kind
	edge   graph.EdgeKind
	mode   graph.Mode
}

// uses are the rights that make an edge between an actor and a thing. One action stands for its family where
// the others never come alone in practice.
var uses = []use{
	{"sqs:SendMessage", graph.Queue, graph.Writes, graph.Async},
	{"sqs:ReceiveMessage", graph.Queue, graph.Reads, graph.Poll},
	{"sns:Publish", graph.Topic, graph.Writes, graph.Async},
	{"events:PutEvents", graph.EventBus, graph.Writes, graph.Async},
	{"dynamodb:PutItem", graph.Table, graph.Writes, graph.Sync},
	{"dynamodb:UpdateItem", graph.Table, graph.Writes, graph.Sync},
	{"dynamodb:DeleteItem", graph.Table, graph.Writes, graph.Sync},
	{"dynamodb:BatchWriteItem", graph.Table, graph.Writes, graph.Sync},
	{"dynamodb:PartiQLInsert", graph.Table, graph.Writes, graph.Sync},
	{"dynamodb:PartiQLUpdate", graph.Table, graph.Writes, graph.Sync},
	{"dynamodb:GetItem", graph.Table, graph.Reads, graph.Sync},
	{"dynamodb:Query", graph.Table, graph.Reads, graph.Sync},
	{"dynamodb:Scan", graph.Table, graph.Reads, graph.Sync},
	{"dynamodb:BatchGetItem", graph.Table, graph.Reads, graph.Sync},
	{"dynamodb:PartiQLSelect", graph.Table, graph.Reads, graph.Sync},
	{"kinesis:PutRecord", graph.Stream, graph.Writes, graph.Async},
	{"kinesis:PutRecords", graph.Stream, graph.Writes, graph.Async},
	{"kinesis:GetRecords", graph.Stream, graph.Reads, graph.Poll},
	{"firehose:PutRecord", graph.Firehose, graph.Writes, graph.Async},
	{"firehose:PutRecordBatch", graph.Firehose, graph.Writes, graph.Async},
	{"s3:PutObject", graph.Bucket, graph.Writes, graph.Sync},
	{"s3:DeleteObject", graph.Bucket, graph.Writes, graph.Sync},
	{"s3:GetObject", graph.Bucket, graph.Reads, graph.Sync},
	{"lambda:InvokeFunction", graph.Function, graph.Invokes, ""},
	{"states:StartExecution", graph.StateMachine, graph.Invokes, graph.Async},
	{"states:StartSyncExecution", graph.StateMachine, graph.Invokes, graph.Sync},
	{"appsync:GraphQL", graph.GraphQLAPI, graph.Invokes, graph.Sync},
	{"execute-api:Invoke", graph.RestAPI, graph.Invokes, graph.Sync},
	{"execute-api:Invoke", graph.HTTPAPI, graph.Invokes, graph.Sync},
	{"execute-api:ManageConnections", graph.WebSocketAPI, graph.Writes, graph.Sync},
	{"secretsmanager:GetSecretValue", graph.Secret, graph.Reads, graph.Sync},
	{"ssm:GetParameter", graph.Parameter, graph.Reads, graph.Sync},
	{"ssm:GetParameters", graph.Parameter, graph.Reads, graph.Sync},
	{"rds-data:ExecuteStatement", graph.Database, graph.Writes, graph.Sync},
}

// sends makes the edges that a function's code makes: nothing in a template says what code does, so they come
// from what its role allows, narrowed by what its environment names.
//
//   - The role names the thing and the environment does: certain.
//   - The role names it, or allows everything and the environment names it: likely.
//   - The role allows everything of the kind and nothing names the thing: wildcard.
//
// A right that is already explained otherwise (polling a source, delivering failures) makes no edge unless
// the environment names the thing too. Where several functions share a role, a thing that only another one's
// environment names is left to that one.
func (b *builder) sends() {
	byRole := map[*graph.Node][]*graph.Node{}
	b.environments, b.told = map[*graph.Node]map[*graph.Node]graph.Value{}, map[string]bool{}
	for _, fn := range b.byKind[graph.Function] {
		if fn.External {
			continue
		}
		b.environments[fn] = b.environment(fn)
		for _, e := range b.g.Out(fn, graph.Assumes) {
			byRole[e.To] = append(byRole[e.To], fn)
		}
	}
	for _, role := range b.byKind[graph.Role] {
		if functions := byRole[role]; len(functions) > 0 {
			b.roleSends(role, functions)
		}
	}
}

// environment returns the things a function's environment variables name.
func (b *builder) environment(fn *graph.Node) map[*graph.Node]graph.Value {
	out := map[*graph.Node]graph.Value{}
	for _, f := range fn.Setting("environment", "Variables").Fields() {
		for _, ref := range f.Value.Refs() {
			if to := b.standsFor(ref.Resource); to.node != nil {
				out[to.node] = f.Value
			}
		}
		if f.Value.Kind != graph.String {
			continue
		}
		if to := b.find(f.Value, environmentNamespaces...); to.node != nil {
			out[to.node] = f.Value
		}
	}
	return out
}

// environmentNamespaces are where a bare name in an environment variable is looked up.
var environmentNamespaces = []string{
	"dynamodb:table/", "sqs:", "s3:", "events:event-bus/", "lambda:function:", "kinesis:stream/",
	"firehose:deliverystream/", "ssm:parameter/", "secretsmanager:secret:",
}

// allowance is one use that a role allows of one thing.
type allowance struct {
	use      use
	thing    *graph.Node
	exact    bool // a statement names the thing, not a wildcard over it
	byName   bool
	evidence graph.Value
}

func (b *builder) roleSends(role *graph.Node, functions []*graph.Node) {
	allowed := b.allowances(role)
	for _, a := range allowed {
		others := 0
		for _, fn := range functions {
			if _, ok := b.environments[fn][a.thing]; ok {
				others++
			}
		}
		for _, fn := range functions {
			env, inEnv := b.environments[fn][a.thing]
			if !inEnv && others > 0 || a.thing == fn && !inEnv {
				continue
			}
			if !inEnv && b.explained(fn, a) {
				continue
			}
			b.send(fn, a, env, inEnv)
		}
	}
}

func (b *builder) send(fn *graph.Node, a allowance, env graph.Value, inEnv bool) {
	e := graph.Edge{From: fn, Kind: a.use.edge, Mode: a.use.mode, Strength: graph.Wildcard}
	switch {
	case a.exact && inEnv && !a.byName:
		e.Strength = graph.Certain
	case a.exact || inEnv:
		e.Strength = graph.Likely
	}
	b.edge(e, target{node: a.thing}, a.evidence, env)
}

// explained tells whether a right serves a mapping or a failure target of the function, not its code.
func (b *builder) explained(fn *graph.Node, a allowance) bool {
	switch a.use.edge {
	case graph.Reads:
		for _, e := range b.g.In(fn, graph.Polls) {
			if e.From == a.thing && (a.use.mode == graph.Poll || a.thing.Kind != graph.Table) {
				return true
			}
		}
	case graph.Writes, graph.Invokes:
		for _, e := range b.g.Out(fn, graph.FailsTo, a.use.edge) {
			if e.To == a.thing && (e.Kind == graph.FailsTo || e.Label == "on success") {
				return true
			}
		}
	}
	return false
}

// allowances lists what a role's statements let it do to the things of the system, each use once. A statement
// is looked at for the uses its actions cover, then for the things its resources name, so that the cost is
// that of what is written; only a wildcard resource goes over all things of a kind.
func (b *builder) allowances(role *graph.Node) []allowance {
	var out []allowance
	at := map[*graph.Node]map[use]int{}
	record := func(a allowance) {
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
		for _, u := range covered(s) {
			for _, res := range s.Resources {
				b.allowedBy(role, s, u, res, record)
			}
		}
	}
	return out
}

// covered lists the uses that a statement's actions allow.
func covered(s graph.Statement) []use {
	var out []use
	for _, u := range uses {
		if u.mode == graph.Poll && strings.HasPrefix(s.Origin, "managed ") {
			continue // these serve mappings, not code
		}
		for _, a := range s.Actions {
			text, ok := a.Str()
			if u.mode == graph.Poll { // sqs:* is given to senders as well: only a right that is spelled out says "receives"
				ok = ok && strings.EqualFold(text, u.action)
			}
			if ok && (text == u.action || strings.ContainsAny(text, "*?") && policy.Glob(strings.ToLower(text), strings.ToLower(u.action)) || strings.EqualFold(text, u.action)) {
				out = append(out, u)
				break
			}
		}
	}
	return out
}

func (b *builder) allowedBy(role *graph.Node, s graph.Statement, u use, res graph.Value, record func(allowance)) {
	evidence := res
	if strings.HasPrefix(s.Origin, "managed ") {
		evidence = graph.NewString(s.At, s.Origin)
	}
	wild := false
	if text, ok := res.Str(); ok {
		wild = text == "*" || strings.HasPrefix(text, "arn:") && strings.Contains(text, "*")
	} else {
		wild = strings.HasSuffix(spell(res), "*")
	}
	if to := b.find(res); to.node != nil {
		if to.node.Kind == u.kind && !(u.edge == graph.Reads && u.mode == graph.Poll && to.node.Kind == graph.Table) {
			record(allowance{u, to.node, true, to.byName, evidence})
		}
		return
	}
	if !wild || res.IsUnknown() {
		return
	}
	things := b.byKind[u.kind]
	if len(things) > maxWild {
		things = b.inEnvironments(role, u.kind)
		b.once(s.Via, res, "the grant covers more than "+strconv.Itoa(maxWild)+" things of one kind: only those that environment variables name are joined")
	}
	for _, thing := range things {
		if thing.External && thing.ID != defaultBusID {
			continue
		}
		if text, ok := res.Str(); !ok || text != "*" {
			d := policy.Decide(policy.Request{Action: u.action, Resource: policy.On(thing)}, []graph.Statement{{Effect: "Allow", Actions: s.Actions, Resources: []graph.Value{res}}})
			if d.Answer != policy.Yes && d.Answer != policy.Likely {
				continue
			}
		}
		record(allowance{u, thing, false, false, evidence})
	}
}

// maxWild is over how many things a wildcard grant is spelled out one by one. Beyond it the edges would say
// nothing and their number would grow with the product of functions and things.
const maxWild = 20

// inEnvironments returns the things of a kind that the environments of a role's functions name.
func (b *builder) inEnvironments(role *graph.Node, kind graph.Kind) []*graph.Node {
	var out []*graph.Node
	seen := map[*graph.Node]bool{}
	for _, e := range b.g.In(role, graph.Assumes) {
		for thing := range b.environments[e.From] {
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

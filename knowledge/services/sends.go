package services

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
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
	{answersTask, graph.StateMachine, graph.Writes, graph.Sync}, // the answer that a waiting state gets
	{"states:StartSyncExecution", graph.StateMachine, graph.Invokes, graph.Sync},
	{"appsync:GraphQL", graph.GraphQLAPI, graph.Invokes, graph.Sync},
	{"appsync:EventPublish", graph.EventAPI, graph.Writes, graph.Async},
	{"execute-api:Invoke", graph.RestAPI, graph.Invokes, graph.Sync},
	{"execute-api:Invoke", graph.HTTPAPI, graph.Invokes, graph.Sync},
	{"execute-api:ManageConnections", graph.WebSocketAPI, graph.Writes, graph.Sync},
	{"scheduler:CreateSchedule", graph.ScheduleGroup, graph.Writes, graph.Async},
	{"secretsmanager:GetSecretValue", graph.Secret, graph.Reads, graph.Sync},
	{"ssm:GetParameter", graph.Parameter, graph.Reads, graph.Sync},
	{"ssm:GetParameters", graph.Parameter, graph.Reads, graph.Sync},
	{"rds-data:ExecuteStatement", graph.Database, graph.Writes, graph.Sync},
	{"es:ESHttpPost", graph.Database, graph.Writes, graph.Sync},
	{"es:ESHttpPut", graph.Database, graph.Writes, graph.Sync},
	{"es:ESHttpGet", graph.Database, graph.Reads, graph.Sync},
	{"sagemaker:InvokeEndpoint", graph.Endpoint, graph.Invokes, graph.Sync},
	{"codebuild:StartBuild", graph.Other, graph.Invokes, graph.Async},
	{"ecs:RunTask", graph.Other, graph.Invokes, graph.Async},
	{"batch:SubmitJob", graph.Other, graph.Invokes, graph.Async},
	{"glue:StartJobRun", graph.Other, graph.Invokes, graph.Async},
}

// sends makes the edges that an actor's code makes: nothing in a template says what code does, so they come
// from what its role allows, narrowed by what its environment names.
//
//   - The role names the thing and the environment does: certain.
//   - The role names it, or allows everything and the environment names it: likely.
//   - The role allows everything of the kind and nothing names the thing: wildcard.
//
// A right that is already explained otherwise (polling a source, delivering failures) makes no edge unless
// the environment names the thing too. Where several actors share a role, a thing that only another one's
// environment names is left to that one.
func (b *builder) sends() {
	byRole := map[*graph.Node][]*graph.Node{}
	b.told = map[string]bool{}
	for _, n := range b.actors() {
		b.environments[n] = b.environment(n)
		for _, e := range b.g.Out(n, graph.Assumes) {
			if e.Label != executionRole {
				byRole[e.To] = append(byRole[e.To], n)
			}
		}
	}
	for _, role := range b.byKind[graph.Role] {
		if actors := byRole[role]; len(actors) > 0 {
			b.roleSends(role, actors)
		}
	}
	for _, later := range b.later {
		later()
	}
}

// allowance is one use that a role allows of one thing.
type allowance struct {
	use      use
	thing    *graph.Node
	exact    bool // a statement names the thing, not a wildcard over it
	unsure   bool // found by name, under a condition, or through a role that the actor's own may assume
	evidence graph.Value
	notes    []string
}

func (b *builder) roleSends(role *graph.Node, actors []*graph.Node) {
	for _, a := range append(b.allowances(role), b.assumable(role)...) {
		others := 0
		for _, n := range actors {
			if _, ok := b.environments[n].names(a.thing); ok {
				others++
			}
		}
		for _, n := range actors {
			env, inEnv := b.environments[n].names(a.thing)
			if !inEnv && others > 0 || a.thing == n && !inEnv {
				continue
			}
			if !inEnv && (b.explained(n, a) || a.thing.External && a.use.mode == graph.Poll) {
				continue
			}
			b.send(n, a, env, inEnv)
		}
	}
}

func (b *builder) send(n *graph.Node, a allowance, env graph.Value, inEnv bool) {
	e := graph.Edge{From: n, Kind: a.use.edge, Mode: a.use.mode, Strength: graph.Wildcard, Notes: a.notes}
	if n.Kind == graph.StateMachine && a.use.action == "lambda:InvokeFunction" {
		e.Mode = graph.Sync
	}
	switch {
	case a.exact && inEnv && !a.unsure:
		e.Strength = graph.Certain
	case a.exact || inEnv:
		e.Strength = graph.Likely
	}
	to := target{node: a.thing}
	if t := b.find(env, environmentNamespaces...); t.node == a.thing { // by one of its aliases
		to.qualifier = t.qualifier
	}
	b.edge(e, to, a.evidence, env)
}

// explained tells whether a right serves a mapping or a failure target of the actor, not its code.
func (b *builder) explained(fn *graph.Node, a allowance) bool {
	switch a.use.edge {
	case graph.Reads:
		for _, e := range b.g.In(fn, graph.Polls) {
			if (e.From == a.thing || outside(e.From, a.thing)) && (a.use.mode == graph.Poll || a.thing.Kind != graph.Table) {
				return true
			}
		}
	case graph.Writes, graph.Invokes:
		for _, e := range b.g.Out(fn, graph.FailsTo, a.use.edge) {
			if (e.To == a.thing || outside(e.To, a.thing)) && (e.Kind == graph.FailsTo || e.Label == "on success") {
				return true
			}
		}
	}
	return false
}

// outside tells two things of one kind that are both named from outside the system: they may be the same one,
// imported by its ARN here and granted by its name there.
func outside(a, b *graph.Node) bool { return a.External && b.External && a.Kind == b.Kind }

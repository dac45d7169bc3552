package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// signs are the calls and properties that realise an edge of each kind. Kinds that are missing are no part of the
// architecture: alarms, log groups and roles are written together with what they serve.
var signs = map[graph.EdgeKind][]string{
	graph.Polls:      {"SqsEventSource", "KinesisEventSource", "DynamoEventSource", "sourceParameters"},
	graph.Invokes:    {"addRoutes", "addMethod", "HttpOrigin", "enrichment", "addRoute", "FunctionUrl", "lambdaFunction", "grantStartExecution", "grantStartSyncExecution", "grantInvoke"},
	graph.Routes:     {"eventBus", "eventBusArn", "targetArn", "sourceEventBus", "eventPattern", "addTarget", "addSubscription", "LambdaInvoke", "SqsSendMessage", "SnsPublish", "StepFunctionsStartExecution", "target", "grantInvoke"},
	graph.Writes:     {"grantSendMessages", "grantPublish", "grantPutEventsTo", "grantWriteData", "grantReadWriteData", "grantWrite", "grantPut", "grantReadWrite", "HttpSqsIntegration", "grantManageConnections", "grantTaskResponse", "resultWriterV2", "scheduler:CreateSchedule", "events:PutEvents", "appsync:EventPublish", "DynamoDbDataSource", "PutItem", "DeleteItem"},
	graph.Reads:      {"GetItem", "DynamoDbDataSource", "alarms", "withOriginAccessControl", "itemReader", "grantReadData", "grantReadWriteData", "grantRead", "grantReadWrite"},
	graph.FailsTo:    {"deadLetterQueue", "onFailure", "deadLetterConfig", "onFailureConfiguration"},
	graph.Authorizes: {"cognitoUserPools", "HttpUserPoolAuthorizer", "userPoolConfig", "cognitoConfig"},
}

// lost lists the edges that nothing in the program realises. It looks at what was written, not at how it came
// about: an edge is there when one statement names both its ends and a sign of its kind.
func (l *lowerer) lost() []*graph.Edge {
	said := l.said()
	var out []*graph.Edge
	for _, e := range l.g.Edges {
		if signs[e.Kind] != nil && !realised(e, said) {
			out = append(out, e)
		}
	}
	return out
}

func realised(e *graph.Edge, said []mentions) bool {
	for _, m := range said {
		if e.From.Kind == graph.StateMachine && m.nodes[e.To] && m.words["lambdaFunction"] {
			return true // a step stands for itself: the chain may reach it through a Catch
		}
		if e.From.Kind == graph.ScheduleGroup && e.Kind == graph.FailsTo && m.nodes[e.From] && m.nodes[e.To] && m.words["grantSendMessages"] {
			return true // the schedules' role may write there
		}
		if m.nodes[e.From] && m.nodes[e.To] && m.any(signs[e.Kind]) && m.route(e) {
			return true
		}
	}
	return false
}

// mentions is what one statement speaks of: nodes, and the names and texts around them.
type mentions struct {
	nodes map[*graph.Node]bool
	words map[string]bool
}

func (m mentions) any(words []string) bool {
	for _, w := range words {
		if m.words[w] {
			return true
		}
	}
	return false
}

// route tells whether an API's statement is about the edge's own route: a function may have several.
func (m mentions) route(e *graph.Edge) bool {
	if e.Kind == graph.Authorizes || e.From.Kind != graph.HTTPAPI && e.From.Kind != graph.RestAPI {
		return true
	}
	method, path, _ := strings.Cut(e.Label, " ")
	return m.words[method] && (m.words[path] || path == "/")
}

func (m mentions) add(other mentions) {
	for n := range other.nodes {
		m.nodes[n] = true
	}
	for w := range other.words {
		m.words[w] = true
	}
}

// said collects the mentions of each statement. What a variable that is no node stands for counts as said by those
// who use it.
func (l *lowerer) said() []mentions {
	r := &reader{nodes: map[string]*graph.Node{}, byID: map[text]*graph.Node{}, variables: map[string]mentions{}, behind: map[*graph.Node][]*graph.Node{}}
	for _, e := range l.g.OfEdge(graph.Deploys) {
		if e.From.Kind == graph.Alias {
			r.behind[e.From] = append(r.behind[e.From], e.To)
		}
	}
	for n, name := range l.names {
		r.nodes[name] = n
		r.byID[constructID(n)] = n
	}
	var out []mentions
	for _, s := range l.p.Body {
		m := mentions{map[*graph.Node]bool{}, map[string]bool{}}
		switch x := s.(type) {
		case let:
			r.read(x.Value, m)
			if n := r.nodes[x.Name]; n != nil {
				m.nodes[n] = true
			} else {
				r.variables[x.Name] = m
			}
		case run:
			r.read(x.Value, m)
		}
		out = append(out, m)
	}
	return out
}

type reader struct {
	nodes     map[string]*graph.Node
	byID      map[text]*graph.Node
	variables map[string]mentions
	behind    map[*graph.Node][]*graph.Node // alias → its function
}

func (r *reader) read(e expression, m mentions) {
	all := func(items []expression) {
		for _, it := range items {
			r.read(it, m)
		}
	}
	fields := func(fields []argument) {
		for _, f := range fields {
			m.words[f.Name] = true
			r.read(f.Value, m)
		}
	}
	switch x := e.(type) {
	case local:
		if n := r.nodes[string(x)]; n != nil {
			m.nodes[n] = true
			for _, fn := range r.behind[n] { // an alias stands for its function
				m.nodes[fn] = true
			}
		}
		m.add(r.variables[string(x)])
	case text:
		m.words[string(x)] = true
	case member:
		m.words[x.Name] = true
	case list:
		all(x.Items)
	case object:
		fields(x.Fields)
	case dict:
		fields(x.Fields)
	case construct:
		m.words[x.Type.Name] = true
		if id, ok := x.ID.(text); ok && r.byID[id] != nil {
			m.nodes[r.byID[id]] = true
		}
		if x.Props != nil {
			fields(x.Props.Fields)
		}
	case value:
		m.words[x.Type.Name] = true
		all(x.Args)
	case call:
		m.words[x.Name] = true
		r.read(x.On, m)
		all(x.Args)
	case static:
		m.words[x.Name] = true
		all(x.Args)
	case helper:
		all(x.Args)
	case attribute:
		r.read(x.On, m)
	case joined:
		all(x)
	case escaped:
		r.read(x.On, m)
	case jsonText:
		r.read(x.Value, m)
	}
}

package services

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/asl"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::StepFunctions::StateMachine", Kind: graph.StateMachine, ARN: "states:stateMachine:", Name: "StateMachineName",
	Defaults: []setting{text("stateMachineType", "STANDARD")}, // CloudFormation reference
	// A machine whose definition is not at hand is told what its substitutions name.
	Variables: valuesOf("DefinitionSubstitutions"),
	Connect:   connectMachine,
})

var _ = add(resourceType{Type: "AWS::StepFunctions::Activity", Kind: graph.Other, ARN: "states:activity:", Name: "Name"})
var _ = add(resourceType{Type: "AWS::StepFunctions::StateMachineVersion", Of: "StateMachineArn", ARN: "states:stateMachine:"})
var _ = add(resourceType{Type: "AWS::StepFunctions::StateMachineAlias", Kind: graph.Alias, Name: "Name", Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
	for _, v := range versionsOf(r) {
		b.edge(graph.Edge{From: n, Kind: graph.Deploys, Via: r, Settings: r.Properties}, b.find(v, "states:stateMachine:"), v)
	}
}})

// versionsOf are the versions of a state machine that its alias leads to.
func versionsOf(alias *graph.Resource) []graph.Value {
	p := alias.Properties
	var out []graph.Value
	for _, route := range append(slices.Clone(p.Get("RoutingConfiguration").Each()), p.Get("DeploymentPreference").Each()...) {
		out = append(out, route.Get("StateMachineVersionArn"))
	}
	return out
}

func connectMachine(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	b.role(n, r, p.Get("RoleArn"))
	b.encrypted(n, r, p.Get("EncryptionConfiguration", "KmsKeyId"))
	for _, d := range p.Get("LoggingConfiguration", "Destinations").Each() {
		v := d.Get("CloudWatchLogsLogGroup", "LogGroupArn")
		to := b.find(v, "logs:log-group:")
		b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Logs, Via: r}, target{byName: to.byName}, v)
	}
	definition := p.Get("Definition")
	if !definition.Exists() {
		definition = p.Get("DefinitionString")
	}
	if !definition.Exists() && (p.Get("DefinitionS3Location").Exists() || p.Get("DefinitionUri").Exists()) {
		definition = graph.NewUnknown(r.At, "the definition is in a file that was not given")
	}
	n.Workflow = asl.Parse(asl.Substitute(definition, p.Get("DefinitionSubstitutions")))
	if t, ok := n.Setting("stateMachineType").Str(); ok {
		n.Workflow.Express = t == "EXPRESS"
	}
	if n.Workflow.Unknown != "" {
		b.gap(r, definition, n.Workflow.Unknown)
	}
	for _, s := range n.Workflow.States {
		b.task(n, r, s)
	}
	if n.Workflow.Unknown != "" {
		b.later = append(b.later, func() { b.substituted(n, r, p.Get("DefinitionSubstitutions")) })
	}
}

// substituted joins a machine whose definition cannot be read with what its substitutions name, as likely,
// where its role has not told already what it does to them.
func (b *builder) substituted(n *graph.Node, r *graph.Resource, substitutions graph.Value) {
	for _, f := range substitutions.Fields() {
		to := b.find(f.Value)
		if to.node == nil || b.joined(n, to.node) {
			continue
		}
		e := graph.Edge{From: n, Via: r, Strength: graph.Likely, Label: f.Name}
		switch to.node.Kind {
		case graph.Function, graph.StateMachine:
			e.Kind = graph.Invokes
		case graph.Queue, graph.Topic, graph.EventBus:
			e.Kind, e.Mode = graph.Writes, graph.Async
		case graph.Table, graph.Bucket, graph.Stream:
			e.Kind = graph.Writes
		default:
			continue
		}
		b.edge(e, to, f.Value)
	}
}

// task joins a machine with the thing one of its states works on.
func (b *builder) task(n *graph.Node, r *graph.Resource, s graph.State) {
	if s.Type == "Map" {
		b.itemSource(n, r, s)
		return
	}
	if s.Type != "Task" || !s.Resource.Exists() {
		return
	}
	e := graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: s.Name, Settings: s.Definition}
	resource := spell(s.Resource)
	service, action, integrated := integration(resource)
	if !integrated {
		to := b.reach(s.Resource, graph.Function, "lambda:function:")
		b.edge(e, to, s.Resource)
		return
	}
	call, known := integrations[service]
	if !known {
		b.sdkTask(n, r, s, service, action)
		return
	}
	argument := graph.Value{}
	for _, name := range call.argument {
		if argument = asl.Argument(s, name); argument.Exists() {
			break
		}
	}
	if service == "events" || service == "eventbridge" {
		b.putEvents(n, r, s)
		return
	}
	e.Kind, e.Mode = call.kind(action), call.mode(action, s.Pattern)
	if kind, _ := asl.Argument(s, "InvocationType").Str(); kind == "Event" && service == "lambda" {
		e.Mode = graph.Async
	}
	if isPath(argument) {
		why := "state " + s.Name + " takes the " + strings.ToLower(strings.Join(call.argument, " or ")) + " from its input"
		b.later = append(b.later, func() { b.fromInput(e, r, s, call.target, why) })
		return
	}
	to := target{}
	if call.address {
		to = b.host(argument)
		connection := asl.Argument(s, "Authentication").Get("ConnectionArn")
		b.edge(graph.Edge{From: n, Kind: graph.Reads, Via: r, Label: "connection"}, b.find(connection, "events:connection/"), connection)
	}
	if to.node == nil {
		to = b.reach(argument, call.target, call.namespace)
	}
	b.edge(e, to, s.Resource, argument)
}

// joined tells whether an actor does anything to a thing already, other than perhaps.
func (b *builder) joined(n, thing *graph.Node) bool {
	for _, e := range b.g.Out(n, graph.Invokes, graph.Writes, graph.Reads) {
		if e.To == thing && e.Strength != graph.Wildcard {
			return true
		}
	}
	return false
}

// fromInput joins a machine with what a state names only when it runs: the things that the machine's role
// names for such a use and that no other state explains.
func (b *builder) fromInput(e graph.Edge, r *graph.Resource, s graph.State, kind graph.Kind, why string) {
	found := false
	for _, assumes := range b.g.Out(e.From, graph.Assumes) {
		for _, a := range b.allowances(assumes.To) {
			if !a.exact || a.thing.Kind != kind || a.use.edge != e.Kind || b.joined(e.From, a.thing) {
				continue
			}
			found = true
			e.Strength = graph.Likely
			b.edge(e, target{node: a.thing}, s.Resource, a.evidence)
		}
	}
	if !found {
		b.gap(r, s.Resource, why)
	}
}

// isPath tells a value that is read from the input when the machine runs.
func isPath(v graph.Value) bool {
	s, ok := v.Str()
	return ok && (strings.HasPrefix(s, "$") || strings.HasPrefix(s, "{%") || strings.HasPrefix(s, "States."))
}

// integration splits arn:aws:states:::lambda:invoke.waitForTaskToken into service and action.
func integration(resource string) (service, action string, ok bool) {
	a, ok := parseARN(resource)
	if !ok || a.service != "states" || a.region != "" {
		return "", "", false
	}
	service, action, _ = strings.Cut(a.resource, ":")
	if service == "aws-sdk" {
		service, action, _ = strings.Cut(action, ":")
	}
	if service == "http" {
		return service, action, true
	}
	action, _, _ = strings.Cut(action, ".")
	return strings.ToLower(service), action, true
}

// putEvents joins a machine with each bus its entries name; no name is the default bus.
func (b *builder) putEvents(n *graph.Node, r *graph.Resource, s graph.State) {
	entries := asl.Argument(s, "Entries")
	e := graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: s.Name, Settings: s.Definition}
	for _, entry := range entries.Each() {
		v := entry.Get("EventBusName")
		if isPath(v) || entry.Get("EventBusName.$").Exists() {
			continue
		}
		b.edge(e, b.bus(v), s.Resource, v)
	}
}

// itemSource joins a distributed map with the bucket it reads its items from and the one it writes results to.
func (b *builder) itemSource(n *graph.Node, r *graph.Resource, s graph.State) {
	for _, io := range []struct {
		name string
		kind graph.EdgeKind
	}{{"ItemReader", graph.Reads}, {"ResultWriter", graph.Writes}} {
		args := s.Definition.Get(io.name, "Parameters")
		if !args.Exists() {
			args = s.Definition.Get(io.name, "Arguments")
		}
		if v := args.Get("Bucket"); v.Exists() && !isPath(v) {
			b.edge(graph.Edge{From: n, Kind: io.kind, Mode: graph.Sync, Via: r, Label: s.Name, Settings: s.Definition}, b.reach(v, graph.Bucket, "s3:"), v)
		}
	}
}

// sdkTask joins a task of any other service with the things of this system that its arguments name.
func (b *builder) sdkTask(n *graph.Node, r *graph.Resource, s graph.State, service, action string) {
	seen := map[*graph.Node]bool{}
	for _, ref := range asl.Arguments(s).Refs() {
		to := b.standsFor(ref.Resource)
		if to.node == nil || seen[to.node] || to.node.Kind == graph.Role || to.node.Kind == graph.Subnet || to.node.Kind == graph.SecurityGroup {
			continue
		}
		seen[to.node] = true
		kind := graph.Writes
		if reading(action) {
			kind = graph.Reads
		}
		b.edge(graph.Edge{From: n, Kind: kind, Mode: graph.Sync, Via: r, Label: s.Name, Settings: s.Definition}, to, s.Resource)
	}
}

func reading(action string) bool {
	for _, verb := range []string{"get", "list", "describe", "head", "query", "scan", "batchGet"} {
		if strings.HasPrefix(strings.ToLower(action), strings.ToLower(verb)) {
			return true
		}
	}
	return false
}

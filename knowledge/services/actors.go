package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// executionRole is the label of the role that starts a container; its code works under the other one.
const executionRole = "execution"

// actors are the things whose doings no property spells out: functions, containers and jobs, which run code,
// and machines whose definition is not at hand. What they do is read from their roles.
func (b *builder) actors() []*graph.Node {
	var out []*graph.Node
	for _, n := range b.g.Nodes {
		if n.External || n.Resource == nil {
			continue
		}
		t := types()[n.Resource.Type]
		if t != nil && t.Variables != nil && (n.Workflow == nil || n.Workflow.Unknown != "") {
			out = append(out, n)
		}
	}
	return out
}

// environment is what an actor is told: the things its environment variables name, and the words in them,
// by which things outside the system are found.
type environment struct {
	things map[*graph.Node]graph.Value
	words  map[string]graph.Value
}

// names tells whether the environment names a thing, and where.
func (e *environment) names(n *graph.Node) (graph.Value, bool) {
	if e == nil {
		return graph.Value{}, false
	}
	if v, ok := e.things[n]; ok || !n.External {
		return v, ok
	}
	if v, ok := e.words[n.ID]; ok {
		return v, true
	}
	v, ok := e.words[n.Name]
	return v, ok && n.Name != ""
}

func (b *builder) environment(n *graph.Node) *environment {
	e := &environment{map[*graph.Node]graph.Value{}, map[string]graph.Value{}}
	for _, v := range types()[n.Resource.Type].Variables(n) {
		for _, ref := range v.Refs() {
			if to := b.standsFor(ref.Resource); to.node != nil {
				e.things[to.node] = v
			}
		}
		switch v.Kind {
		case graph.Unknown:
			e.words[unknownID(v.Reason())] = v
		case graph.String:
			if to := b.find(v, environmentNamespaces...); to.node != nil {
				e.things[to.node] = v
			} else if s := spell(v); s != "" {
				e.words[s] = v
				e.words[s[strings.LastIndex(s, "/")+1:]] = v // the name in a queue's URL
			}
		}
	}
	return e
}

// environmentNamespaces are where a bare name in an environment variable is looked up.
var environmentNamespaces = []string{
	"dynamodb:table/", "sqs:", "s3:", "events:event-bus/", "lambda:function:", "kinesis:stream/",
	"firehose:deliverystream/", "ssm:parameter/", "secretsmanager:secret:",
}

// valuesOf returns the values of a mapping that stands at a path of the properties.
func valuesOf(path ...string) func(*graph.Node) []graph.Value {
	return func(n *graph.Node) []graph.Value {
		var out []graph.Value
		for _, f := range n.Resource.Properties.Get(path...).Fields() {
			out = append(out, f.Value)
		}
		return out
	}
}

// listed returns the Value of each entry of a list of names and values, such as a container's environment.
func listed(list graph.Value) []graph.Value {
	var out []graph.Value
	for _, v := range list.Each() {
		out = append(out, first(v, "Value", "ValueFrom"))
	}
	return out
}

package rules

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// openLink finds, among the resources of some types in the stack of n, a property that says what they are for and is not
// known: such a resource may be for n. It is absent where there is none. An import is passed over: what it names is
// of another stack for certain.
func openLink(g *graph.Graph, n *graph.Node, property string, types ...string) graph.Value {
	for _, r := range g.Resources {
		if !slices.Contains(types, r.Type) || !sameStack(r, n) {
			continue
		}
		v := r.Properties.Get(strings.Split(property, "/")...)
		for _, one := range append([]graph.Value{v}, v.Items()...) {
			if mayMeanOwn(one) {
				return one
			}
		}
	}
	return graph.Value{}
}

// sameStack tells whether a resource is of the stack of n.
func sameStack(r *graph.Resource, n *graph.Node) bool {
	return r != nil && n.Resource != nil && r.File == n.Resource.File && r.Stack == n.Resource.Stack
}

// mayMeanOwn tells whether a value that is not known may name a thing of this system.
func mayMeanOwn(v graph.Value) bool { return open(v) && !strings.HasPrefix(v.Reason(), "import ") }

// firstWithin is the first value within v, itself among them, that is not known; absent where all is known.
func firstWithin(v graph.Value) graph.Value {
	if open(v) {
		return v
	}
	for _, f := range v.Fields() {
		if found := firstWithin(f.Value); found.Exists() {
			return found
		}
	}
	for _, item := range v.Items() {
		if found := firstWithin(item); found.Exists() {
			return found
		}
	}
	return graph.Value{}
}

// versionsOfOthers finds a version or alias of a function that is not known: it may be fn.
func versionsOfOthers(g *graph.Graph, fn *graph.Node) graph.Value {
	return openLink(g, fn, "FunctionName", "AWS::Lambda::Version", "AWS::Lambda::Alias")
}

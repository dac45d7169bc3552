package rules

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// openLink finds, among the resources of some types in the stack of n, a property that says what they are for and is not
// known: such a resource may be for n. It is absent where there is none. An import is passed over: what it names is
// of another stack for certain.
// Without types all resources are looked at.
func (p *Pass) openLink(n *graph.Node, property string, types ...string) graph.Value {
	for _, l := range p.openLinks(property, types...) {
		if sameStack(l.of, n) && !p.namesAnother(l.value, n) {
			return l.value
		}
	}
	return graph.Value{}
}

// openLinks finds such properties of all stacks, once for each question.
func (p *Pass) openLinks(property string, types ...string) []link {
	key := property + " " + strings.Join(types, " ")
	found, asked := p.links[key]
	if !asked {
		found = openLinks(p.Graph, property, types)
		if p.links == nil {
			p.links = map[string][]link{}
		}
		p.links[key] = found
	}
	return found
}

// namesAnother tells whether a value refers to a thing of the kind of n that is not n: what is open of it is but a part,
// such as the alias.
func (p *Pass) namesAnother(v graph.Value, n *graph.Node) bool {
	for _, ref := range v.Refs() {
		if other := p.Graph.Node(ref.Resource); other != nil && other != n && other.Kind == n.Kind {
			return true
		}
	}
	return false
}

// link is a property of a resource that says what it is for and is not known.
type link struct {
	of    *graph.Resource
	value graph.Value
}

func openLinks(g *graph.Graph, property string, types []string) []link {
	var out []link
	for _, r := range g.Resources {
		if len(types) > 0 && !slices.Contains(types, r.Type) {
			continue
		}
		v := r.Properties.Get(property)
		for _, one := range append([]graph.Value{v}, v.Items()...) {
			if mayMeanOwn(one) {
				out = append(out, link{r, one})
			}
		}
	}
	return out
}

// linkNames are the properties by which one thing uses another, with the kind that they name; of some it may be any.
var linkNames = map[string]graph.Kind{
	"EventSourceArn": graph.Queue, "Source": graph.Queue, "Queue": graph.Queue, "QueueUrl": graph.Queue, "deadLetterTargetArn": graph.Queue, "RedrivePolicy": graph.Queue,
	"TopicArn": graph.Topic, "Topic": graph.Topic, "AlarmActions": graph.Topic, "OKActions": graph.Topic, "InsufficientDataActions": graph.Topic,
	"EventBusName": graph.EventBus, "EventBusArn": graph.EventBus,
	"FunctionName": graph.Function, "TargetFunctionArn": graph.Function, "ServiceToken": graph.Function, "Function": graph.Function,
	"FunctionArn": graph.Function, "LambdaFunctionArn": graph.Function, "AuthorizerUri": graph.Function,
	"StateMachineArn": graph.StateMachine, "DefinitionString": "", "Definition": "",
	"Endpoint": "", "Arn": "", "Target": "", "TargetArn": "", "Destination": "", "DestinationArn": "", "Uri": "", "IntegrationUri": "",
}

// openUse finds, in the stack of n, a property by which something uses another thing that is not known: it may be n. It is
// absent where there is none. What a dynamic reference brings in was written down before n had a name.
// Without names all such properties are looked at.
func (p *Pass) openUse(n *graph.Node, names ...string) graph.Value {
	if !p.asked {
		p.asked, p.uses = true, openUses(p.Graph)
	}
	for _, u := range p.uses {
		if u.of != n.Resource && sameStack(u.of, n) && (u.kind == "" || u.kind == n.Kind) && (len(names) == 0 || slices.Contains(names, u.name)) {
			return u.value
		}
	}
	return graph.Value{}
}

// use is a property by which a resource uses a thing, of a kind where it tells it, that is not known.
type use struct {
	link
	name string
	kind graph.Kind
}

func openUses(g *graph.Graph) []use {
	var out []use
	for _, r := range g.Resources {
		if rightsOnly[r.Type] && r.Type != "AWS::Lambda::Permission" {
			continue // what a policy allows is told by its statements
		}
		var walk func(name string, v graph.Value)
		walk = func(name string, v graph.Value) {
			if mayMeanOwn(v) && !strings.HasPrefix(v.Reason(), "dynamic reference ") { // asked first: most values are known
				if kind, named := linkNames[name]; named {
					out = append(out, use{link{r, v}, name, kind})
					return
				}
			}
			for _, f := range v.Fields() {
				walk(f.Name, f.Value)
			}
			for _, item := range v.Items() {
				walk(name, item)
			}
		}
		walk("", r.Properties)
	}
	return out
}

// openRouteTable finds what leaves open where the subnets of a function lead: a route of an unknown table, or an unknown
// table of a subnet that may be one of them. It is absent where there is none.
func (p *Pass) openRouteTable(fn *graph.Node) graph.Value {
	if v := firstOpen(p.openDefaultRoute(fn), p.openLink(fn, "SubnetId", "AWS::EC2::SubnetRouteTableAssociation")); v.Exists() {
		return v
	}
	for _, l := range p.openLinks("RouteTableId", "AWS::EC2::SubnetRouteTableAssociation") {
		for _, e := range p.Graph.Out(fn, graph.AttachedTo) {
			if ref, ok := l.of.Properties.Get("SubnetId").Ref(); ok && sameStack(l.of, fn) && ref.Resource == e.To.ID {
				return l.value
			}
		}
	}
	return graph.Value{}
}

// openDefaultRoute finds the table of a route that is not known, where the route leads, or may lead, to everywhere.
func (p *Pass) openDefaultRoute(fn *graph.Node) graph.Value {
	for _, l := range p.openLinks("RouteTableId", "AWS::EC2::Route") {
		to, six := l.of.Properties.Get("DestinationCidrBlock"), l.of.Properties.Get("DestinationIpv6CidrBlock")
		if sameStack(l.of, fn) && (open(to) || open(six) || to.String() == "0.0.0.0/0" || six.String() == "::/0") {
			return l.value
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
func versionsOfOthers(p *Pass, fn *graph.Node) graph.Value {
	return p.openLink(fn, "FunctionName", "AWS::Lambda::Version", "AWS::Lambda::Alias")
}

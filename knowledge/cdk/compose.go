package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// composer turns a graph into the resources of a template. A node keeps its name: the logical id is its id with a
// capital. What belongs to a node and is none itself (a policy, a permission, a role) is named after it.
type composer struct {
	g       *graph.Graph
	o       Options
	sam     bool
	t       templateText
	ids     map[*graph.Node]string
	taken   map[string]bool
	carried map[*graph.Edge]bool
	lacks   []string // what no resource could be written for
	notes   []string
	leftOut bool   // a snippet has less than the project
	alarmed bool   // a snippet has an alarm that stands for its like
	heading string // of the next resource
}

// composes is how a kind of node becomes resources.
var composed = map[graph.Kind]func(*composer, *graph.Node){}

// composedTypes are the types without a kind of their own that can be written.
var composedTypes = map[string]func(*composer, *graph.Node){}

func composes(k graph.Kind, compose func(*composer, *graph.Node)) bool {
	composed[k] = compose
	return true
}

func composesType(typ string, compose func(*composer, *graph.Node)) bool {
	composedTypes[typ] = compose
	return true
}

// headings begin the paragraphs of a template, by rank.
var headings = map[int]string{
	rankUsers: "Who may call", rankData: "Data and queues", rankFunctions: "Functions", rankEntries: "What starts the work", rankAlarms: "What fails in silence is watched", rankReleases: "Releases",
}

func compose(g *graph.Graph, o Options) *composer {
	c := &composer{g: g, o: o, sam: o.Language == "sam", ids: map[*graph.Node]string{}, taken: map[string]bool{}, carried: map[*graph.Edge]bool{}}
	c.nameNodes()
	c.nameReleases()
	if !c.snippet() {
		c.parameter("Stage", "prod keeps data when the stack is deleted; every other stage deletes it", "prod")
	}
	c.globals()
	order := &lowerer{g: g}
	last := -1
	for _, n := range order.order() {
		if rank := (order.rank(n) + 9) / 10; rank != last && !c.snippet() {
			c.heading, last = headings[rank], rank
		}
		write := composed[n.Kind]
		if n.Kind == graph.Other {
			write = composedTypes[n.Type]
		}
		if write == nil {
			c.lacks = append(c.lacks, fmt.Sprintf("%s (%s)", n.ID, n.Type))
			continue
		}
		write(c, n)
	}
	for _, e := range g.Edges {
		if !c.carried[e] && !folded[e.From.Kind] {
			c.lacks = append(c.lacks, fmt.Sprintf("%s %s %s", e.From.ID, e.Kind, e.To.ID))
		}
	}
	if c.snippet() {
		c.terse()
	}
	if c.leftOut {
		also := " Its policies demand TLS."
		if !c.sam {
			also = " Its functions are traced, its policies demand TLS."
		}
		c.notes = append(c.notes, snippetNote+also)
	}
	return c
}

// parameterNames are the parameters that a template may have: no resource may be called like one.
var parameterNames = map[string]bool{"Stage": true, "Release": true, "JwtIssuer": true, "JwtAudience": true, "ServiceUrl": true, "SubnetIds": true, "SecurityGroupId": true}

func (c *composer) nameNodes() {
	for _, n := range c.g.Nodes {
		if id := graph.UpperFirst(n.ID); !parameterNames[id] {
			c.ids[n], c.taken[id] = id, true
		}
	}
	for _, n := range c.g.Nodes {
		if c.ids[n] == "" {
			c.ids[n] = c.name(graph.UpperFirst(n.ID) + graph.UpperFirst(string(n.Kind)))
		}
	}
}

func (c *composer) snippet() bool { return c.o.Scope == "snippet" }

// lowerer answers questions about the graph that both back ends ask.
func (c *composer) lowerer() *lowerer { return &lowerer{g: c.g, o: c.o} }

// name takes a logical id that no other resource has.
func (c *composer) name(id string) string {
	for base, i := id, 2; c.taken[id]; i++ {
		id = fmt.Sprintf("%s%d", base, i)
	}
	c.taken[id] = true
	return id
}

// add appends a resource under an id that was taken before.
func (c *composer) add(id, typ string, properties mapping) *resource {
	r := &resource{ID: id, Type: typ, Properties: properties, Heading: c.heading}
	c.heading = ""
	c.t.Resources = append(c.t.Resources, r)
	return r
}

// node appends the resource of a node.
func (c *composer) node(n *graph.Node, properties mapping) *resource {
	return c.add(c.ids[n], n.Type, properties)
}

// properties are those of the node's description.
func (c *composer) properties(n *graph.Node) mapping {
	m, _ := c.tree(n.Resource.Properties).(mapping)
	return m
}

func (c *composer) carry(edges ...*graph.Edge) {
	for _, e := range edges {
		c.carried[e] = true
	}
}

// keep gives a resource that holds data its deletion policies: production keeps it.
func (c *composer) keep(r *resource) *resource {
	var policy tree = staged{"Retain", "Delete"}
	if c.snippet() {
		policy = "Retain"
	}
	r.Attributes = r.Attributes.with("DeletionPolicy", policy).with("UpdateReplacePolicy", policy)
	return r
}

// inProduction is true in production and false in every other stage.
func (c *composer) inProduction() tree {
	if c.snippet() {
		return true
	}
	return staged{true, false}
}

// parameter adds a parameter to the template and refers to it; in a snippet it is the value itself.
func (c *composer) parameter(name, comment, value string) tree {
	if c.snippet() {
		c.notes = append(c.notes, fmt.Sprintf("Put your own %s in place of the example: %s.", graph.LowerFirst(name), comment))
		return value
	}
	for _, p := range c.t.Parameters {
		if p.Name == name {
			return reference(name)
		}
	}
	p := mapping{}.with("Type", "String").with("Default", value).with("Description", comment)
	if name == "Stage" {
		p = p.with("AllowedPattern", "^[a-z][a-z0-9-]*$")
	}
	c.t.Parameters = c.t.Parameters.with(name, p)
	return reference(name)
}

// parameters is a parameter that is a list.
func (c *composer) parameters(name, comment string, values ...string) tree {
	v := c.parameter(name, comment, strings.Join(values, ","))
	if c.snippet() {
		list := sequence{}
		for _, one := range values {
			list = append(list, one)
		}
		return list
	}
	for _, p := range c.t.Parameters {
		if body, ok := p.Value.(mapping); ok && p.Name == name {
			body.put("Type", "CommaDelimitedList")
		}
	}
	return v
}

// output tells a value to whoever deploys the stack.
func (c *composer) output(id string, v tree) {
	if !c.snippet() {
		c.t.Outputs = c.t.Outputs.with(id, mapping{}.with("Value", v))
	}
}

// arn is how a policy names a node; what goes on below it is text.
func (c *composer) arn(n *graph.Node) tree {
	if n.External {
		return c.external(n)
	}
	switch n.Kind {
	case graph.Topic, graph.StateMachine, graph.Secret, graph.Alias:
		return reference(c.ids[n])
	}
	if n.Type == customBus {
		return getAtt{c.ids[n], "EventBusArn"}
	}
	return getAtt{c.ids[n], "Arn"}
}

// below is an ARN with text behind it.
func (c *composer) below(n *graph.Node, rest string) tree {
	switch x := c.arn(n).(type) {
	case getAtt:
		return substituted("${" + x.ID + "." + x.Attribute + "}" + rest)
	case reference:
		return substituted("${" + string(x) + "}" + rest)
	}
	return nil
}

// external is the ARN of a thing of another account.
func (c *composer) external(n *graph.Node) tree {
	arn, _ := n.ARN.Str()
	// The node itself is no resource: its logical id is free.
	return c.parameter(c.ids[n], "ARN of the bus "+n.ID+" of another account, whose policy lets this one in", arn)
}

// callee is what a caller of a function names: its alias, where it has one.
func (c *composer) callee(fn *graph.Node) tree {
	if a := c.aliasOf(fn); a != nil {
		return reference(c.ids[a])
	}
	return c.arn(fn)
}

func (c *composer) aliasOf(fn *graph.Node) *graph.Node {
	for _, e := range c.g.In(fn, graph.Deploys) {
		if e.From.Kind == graph.Alias {
			return e.From
		}
	}
	return nil
}

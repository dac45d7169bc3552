package services

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(resourceType{Type: "AWS::IAM::Role", Kind: graph.Role, ARN: "iam:role/", Name: "RoleName", Connect: connectRole})

// connectRole reads what stands in the role itself: inline policies, managed policies, boundary and trust.
// The trust policy becomes the role's resource policy: it says who may assume it.
func connectRole(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	for i, pol := range p.Get("Policies").Each() {
		if pol.IsUnknown() {
			undecided(n, pol.Reason())
		}
		b.statements(n, b.shared.parse(r, strconv.Itoa(i), pol.Get("PolicyDocument"), originOf(r, pol)))
	}
	for _, arn := range p.Get("ManagedPolicyArns").Each() {
		b.managedPolicy(n, r, arn)
	}
	if p.Get("ManagedPolicyArns").IsUnknown() {
		undecided(n, p.Get("ManagedPolicyArns").Reason())
	}
	if v := p.Get("PermissionsBoundary"); v.Exists() && v.Kind != graph.Null {
		b.boundaries[n] = v
	}
	n.ResourcePolicy = b.shared.parse(r, "trust", p.Get("AssumeRolePolicyDocument"), "trust policy").statements
}

// originOf names where a policy comes from: SAM's policy templates stand in roles that SAM made.
func originOf(r *graph.Resource, pol graph.Value) string {
	if r.Source == "" {
		return "inline"
	}
	name, _ := pol.Get("PolicyName").Str()
	return "SAM " + name
}

func (b *builder) statements(n *graph.Node, doc document) {
	allow(n, doc.statements)
	if doc.undecided != "" {
		undecided(n, doc.undecided)
	}
}

// allow adds statements to a role or policy. They are remembered, and nobody changes them: the first ones are not copied.
func allow(n *graph.Node, statements []graph.Statement) {
	if n.Statements == nil {
		n.Statements = slices.Clip(statements)
		return
	}
	n.Statements = append(n.Statements, statements...)
}

func undecided(n *graph.Node, why string) {
	if n.PolicyUnknown == "" {
		n.PolicyUnknown = why
	}
}

// managedPolicy adds the statements of a managed policy: one of this system's when all are read, AWS's own
// from the table in knowledge/policy. Others are named as not known.
func (b *builder) managedPolicy(n *graph.Node, r *graph.Resource, arn graph.Value) {
	if to := b.find(arn, "iam:policy/"); to.node != nil && to.node.Kind == graph.Policy {
		b.rolePolicy[n] = append(b.rolePolicy[n], to.node)
		return
	}
	if arn.IsUnknown() {
		undecided(n, arn.Reason())
		return
	}
	s := spell(arn)
	statements, known := b.shared.awsPolicy(r, s, arn.At)
	if !known {
		undecided(n, "the statements of managed policy "+arn.String()+" are not part of this system")
		return
	}
	allow(n, statements)
}

// attachment is a policy that names roles it belongs to.
type attachment struct {
	role   graph.Value
	policy *graph.Node
}

func init() {
	for _, t := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"} {
		name := "PolicyName"
		if t == "AWS::IAM::ManagedPolicy" {
			name = "ManagedPolicyName"
		}
		add(resourceType{Type: t, Kind: graph.Policy, ARN: "iam:policy/", Name: name, Connect: connectPolicy})
	}
}

func connectPolicy(b *builder, r *graph.Resource, n *graph.Node) {
	doc := b.shared.parse(r, "", r.Properties.Get("PolicyDocument"), "inline")
	b.statements(n, doc)
	for _, role := range append(r.Properties.Get("Roles").Each(), r.Properties.Get("RoleName").Each()...) {
		b.attachments = append(b.attachments, attachment{role, n})
		b.mayMean(role, target{}, nameless{kind: graph.Role, policy: r, statements: doc.statements, undecided: doc.undecided})
	}
}

// givenForPolicies are the kinds of thing with policies of their own, or which others attach policies to.
var givenForPolicies = map[graph.Kind]bool{
	graph.Queue: true, graph.Topic: true, graph.Function: true, graph.EventBus: true, graph.Bucket: true, graph.Key: true, graph.Role: true,
}

// nameless is a policy on a thing of a kind that nobody can tell before the deployment.
type nameless struct {
	kind       graph.Kind
	policy     *graph.Resource
	statements []graph.Statement
	undecided  string      // why not all of its statements are known, "" where they are
	owner      graph.Value // what names its owner
	why        string      // why that is not known
}

// mayMean remembers a policy whose owner v is not known. It may be any thing of its stack, since what a deployment
// names can be given as a parameter at the next one, and any of another whose name is written out. Only an import is
// of another stack for certain.
// A name that nothing of the system bears (to is outside) may be that of a thing whose own name is not known. A thing
// that the value refers to is the owner, whatever else of the value is open: of a function that may be the alias.
func (b *builder) mayMean(v graph.Value, to target, open nameless) {
	if to.node != nil && !to.node.External && !to.byName {
		return
	}
	_, literal := v.Str()
	open.owner = v
	if open.why = v.Reason(); open.why != "" && !strings.HasPrefix(open.why, "import ") || literal && to.node != nil && to.node.External {
		b.nameless = append(b.nameless, open)
	}
}

// leaveOpen marks the things that policies of open owners may belong to, and those that are handed to a nested stack whose
// template is not at hand: it may hold a policy on them.
func (b *builder) leaveOpen() {
	for _, w := range b.all {
		if !w.resource.Unread {
			continue
		}
		for _, ref := range w.resource.Properties.Get("Parameters").Refs() {
			if to := b.standsFor(ref.Resource).node; to != nil && givenForPolicies[to.Kind] {
				undecided(to, "nested stack "+w.resource.LogicalID+", whose template is not here, is given it")
			}
		}
	}
	for _, open := range b.nameless {
		for _, n := range b.byKind[open.kind] {
			why := open.why
			if why == "" {
				why = n.Named.Reason()
			}
			own := n.Resource != nil && n.Resource.File == open.policy.File && n.Resource.Stack == open.policy.Stack
			if n.External || why == "" || !own && !n.Named.Exists() || holdsItsPolicy(n) {
				continue
			}
			why = open.policy.LogicalID + " may belong to it: " + why
			if open.undecided != "" {
				undecided(n, why)
				continue
			}
			n.MayApply = append(n.MayApply, graph.OpenPolicy{Statements: open.statements, Owner: open.owner, Why: why})
		}
	}
}

// holdsItsPolicy tells whether a thing has the one policy that its kind can have: a second one would take its place.
func holdsItsPolicy(n *graph.Node) bool {
	switch n.Kind {
	case graph.Queue, graph.Topic, graph.Bucket:
		return len(n.ResourcePolicy) > 0
	}
	return false
}

// attachPolicies runs when all resources are read: it gives roles the statements of the policies that are
// attached to them from outside, and joins roles with what their statements name.
func (b *builder) attachPolicies() {
	for _, a := range b.attachments {
		to := b.find(a.role, "iam:role/")
		if to.node == nil && a.role.Kind == graph.String {
			to = b.reach(a.role, graph.Role, "iam:role/")
		}
		if to.node != nil && to.node.Kind == graph.Role {
			b.rolePolicy[to.node] = append(b.rolePolicy[to.node], a.policy)
		}
	}
	for _, role := range b.byKind[graph.Role] {
		seen := map[*graph.Node]bool{}
		for _, p := range b.rolePolicy[role] {
			if seen[p] {
				continue
			}
			seen[p] = true
			role.Statements = append(role.Statements, p.Statements...)
			if p.PolicyUnknown != "" {
				undecided(role, p.PolicyUnknown)
			}
		}
		if v, ok := b.boundaries[role]; ok {
			role.Boundary = b.boundary(v)
		}
		if role.External {
			undecided(role, "the role is not part of this system")
			continue
		}
		b.grants(role)
	}
}

// boundary reads the statements of a permissions boundary.
func (b *builder) boundary(v graph.Value) *graph.Boundary {
	if to := b.find(v, "iam:policy/"); to.node != nil && to.node.Kind == graph.Policy {
		return &graph.Boundary{Statements: to.node.Statements, Unknown: to.node.PolicyUnknown}
	}
	if v.IsUnknown() {
		return &graph.Boundary{Unknown: v.Reason()}
	}
	statements, known := policy.Managed(spell(v), v.At, nil)
	if !known {
		return &graph.Boundary{Unknown: "the policy " + v.String() + " is not part of this system"}
	}
	return &graph.Boundary{Statements: statements}
}

// grants joins a role with the things its Allow statements name.
func (b *builder) grants(role *graph.Node) {
	for _, s := range role.Statements {
		if s.Effect != "Allow" {
			continue
		}
		for _, v := range s.Resources {
			if text, ok := v.Str(); ok && text == "*" {
				continue
			}
			to := b.find(v)
			if to.node == nil || to.node.Kind == graph.Role {
				continue
			}
			to.qualifier = ""
			b.edge(graph.Edge{From: role, Kind: graph.Grants, Via: s.Via, Label: b.shared.right(s).label}, to, v)
		}
	}
}

// actionLabel names up to three actions.
func actionLabel(s graph.Statement) string {
	var names []string
	for i, a := range s.Actions {
		if i == 3 {
			names = append(names, "...")
			break
		}
		names = append(names, a.String())
	}
	return strings.Join(names, ", ")
}

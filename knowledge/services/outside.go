package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// granted makes, or finds again, the node of a thing outside the system that a statement names: by an ARN with
// a whole name in it, by a parameter or by an import. single says that the statement's actions are about things
// of one kind, so that a resource which shows nothing of itself must be one. It joins role and thing.
func (b *builder) granted(role *graph.Node, s graph.Statement, u use, res graph.Value, single bool) target {
	if u.kind == graph.HTTPAPI {
		return target{} // an ARN of an API does not say which kind it is: it is taken as a REST API's
	}
	to := b.namedOutside(u, res, single)
	if to.node != nil {
		b.edge(graph.Edge{From: role, Kind: graph.Grants, Via: s.Via, Label: b.shared.right(s).label}, to, res)
	}
	return to
}

func (b *builder) namedOutside(u use, res graph.Value, single bool) target {
	s := spell(res)
	if res.IsUnknown() || strings.HasPrefix(s, "${?") {
		head, rest, _ := cut(s, ":/")
		if !single || !pointsOutside(res.Reason()) || !res.IsUnknown() && strings.Trim(rest, "/*:") != "" {
			return target{}
		}
		return b.external(head, res, u.kind)
	}
	a, ok := parseARN(s)
	if !ok || !kindFits(kindOfARN(a, ""), u) {
		return target{}
	}
	prefix, name := nameInARN(a)
	if name == "" || strings.ContainsAny(name, "*") || strings.Contains(name, "?") && !strings.Contains(name, "${?") || ownReference(name) {
		return target{}
	}
	if strings.Contains(name, "${?") && !pointsOutside(res.Reason()) {
		return target{}
	}
	if u.kind == graph.EventBus && name == "default" {
		return target{node: b.defaultBus()}
	}
	whole := strings.HasPrefix(name, "${?") && strings.IndexByte(name, '}') == len(name)-1
	if whole {
		id := unknownID(name[3 : len(name)-1])
		if n := b.g.Node(id); n == nil || n.External && n.Kind == u.kind {
			return b.external(name, graph.NewString(res.At, name), u.kind)
		}
	}
	to := b.external(s[:len(s)-len(a.resource)]+prefix+name, res, u.kind)
	if to.node != nil && !whole {
		to.node.Name = name
	}
	return to
}

// pointsOutside tells a reason that says of one thing where it comes from: a parameter, an import or a dynamic
// reference. Other reasons may be those of many things.
func pointsOutside(reason string) bool {
	for _, start := range []string{"parameter ", "import ", "dynamic reference "} {
		if strings.HasPrefix(reason, start) {
			return true
		}
	}
	return false
}

// kindFits tells whether an ARN can be of the thing that a use is about.
func kindFits(k graph.Kind, u use) bool {
	return k == u.kind || k == graph.RestAPI && u.kind == graph.WebSocketAPI
}

// nameInARN splits an ARN's resource part into what stands before the name, and the name.
func nameInARN(a arn) (prefix, name string) {
	for _, f := range forms {
		if f.service != a.service || !strings.HasPrefix(a.resource, f.prefix) || f.namespace == "" {
			continue
		}
		name := a.resource[len(f.prefix):]
		if f.ends != "" {
			name, _, _ = cut(name, f.ends)
		}
		return f.prefix, name
	}
	return "", ""
}

// ownReference tells a name that is made of a resource of the system, but is not that resource.
func ownReference(name string) bool {
	for i := strings.Index(name, "${"); i >= 0; i = strings.Index(name, "${") {
		name = name[i+2:]
		end := strings.IndexByte(name, '}')
		if end < 0 || name[0] != '?' && !strings.Contains(name[:end], "::") {
			return true
		}
		name = name[end:]
	}
	return false
}

func isStack(n *graph.Node) bool {
	return n.Type == "AWS::CloudFormation::Stack" || n.Type == "AWS::Serverless::Application"
}

// assumable lists what the roles that a role may assume allow: its code can act under each of them. Either the
// role's own right names the other one and that one's trust does not rule it out, or the trust names the role.
func (b *builder) assumable(role *graph.Node) []allowance {
	var out []allowance
	for _, other := range b.assumed(role) {
		for _, a := range b.allowances(other) {
			a.unsure = true
			a.notes = append(append([]string{}, a.notes...), "by assuming the role "+other.ID)
			out = append(out, a)
		}
	}
	return out
}

func (b *builder) assumed(role *graph.Node) []*graph.Node {
	var out []*graph.Node
	seen := map[*graph.Node]bool{role: true}
	for _, s := range role.Statements {
		if s.Effect != "Allow" || !b.shared.right(s).assumes {
			continue
		}
		for _, res := range s.Resources {
			other := b.find(res).node
			if other == nil || other.Kind != graph.Role || other.External || seen[other] {
				continue
			}
			seen[other] = true
			if trusts(other, role) != policy.No {
				out = append(out, other)
			}
		}
	}
	for _, other := range b.trusting()[role.ID] {
		if !seen[other] && trusts(other, role) == policy.Yes {
			seen[other] = true
			out = append(out, other)
		}
	}
	return out
}

func trusts(other, role *graph.Node) policy.Answer {
	return policy.Decide(policy.Request{Principal: policy.Role(role), Action: "sts:AssumeRole", Resource: policy.On(other)}, other.ResourcePolicy).Answer
}

// trusting returns the roles whose trust policies name a role of this system, by that role's id.
func (b *builder) trusting() map[string][]*graph.Node {
	if b.trustedBy != nil {
		return b.trustedBy
	}
	b.trustedBy = map[string][]*graph.Node{}
	for _, n := range b.byKind[graph.Role] {
		for _, s := range n.ResourcePolicy {
			for _, p := range s.Principals {
				if ref, ok := p.Value.Ref(); ok && p.Kind == "AWS" {
					b.trustedBy[ref.Resource] = append(b.trustedBy[ref.Resource], n)
				}
			}
		}
	}
	return b.trustedBy
}

// assumes tells whether a statement is about assuming roles.
func assumes(s graph.Statement) bool {
	for _, a := range s.Actions {
		if text, ok := a.Str(); ok && policy.GlobFold(text, "sts:assumerole") {
			return true
		}
	}
	return false
}

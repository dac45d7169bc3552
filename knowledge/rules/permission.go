package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// serviceMay asks whether an AWS service, acting for from, may do action on to, by to's resource policy.
func serviceMay(service, action string, to, from *graph.Node) policy.Decision {
	return policy.Decide(policy.Request{
		Principal: policy.Service(service), Action: action, Resource: policy.On(to), Source: policy.From(from, ""), Incomplete: to.PolicyUnknown,
	}, attached(to))
}

// attached are the statements of a thing's resource policy. Those of a function name the function in several
// ways (name, ARN, alias); they are attached to it, so that their resource is not compared again.
func attached(n *graph.Node) []graph.Statement {
	if n.Kind != graph.Function {
		return n.ResourcePolicy
	}
	out := make([]graph.Statement, len(n.ResourcePolicy))
	for i, s := range n.ResourcePolicy {
		s.Resources = nil
		out[i] = s
	}
	return out
}

// policiesOf are the resources that hold the given statements, for the related part of a finding.
func policiesOf(statements []graph.Statement) []*graph.Resource {
	var out []*graph.Resource
	seen := map[*graph.Resource]bool{}
	for _, s := range statements {
		if s.Via != nil && !seen[s.Via] {
			seen[s.Via] = true
			out = append(out, s.Via)
		}
	}
	return out
}

// rolesOf are the roles a thing works under.
func rolesOf(g *graph.Graph, n *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, e := range g.Out(n, graph.Assumes) {
		out = append(out, e.To)
	}
	return out
}

// isAllow tells whether a statement grants something.
func isAllow(s graph.Statement) bool { return strings.EqualFold(s.Effect, "Allow") }

// principalText is the text of a principal whose every part but the partition is known: CDK joins all ARNs with the latter.
func principalText(pr graph.Principal) (string, bool) {
	text, ok := pr.Value.Str()
	text = strings.ReplaceAll(text, "${AWS::Partition}", "aws")
	return text, ok && !strings.Contains(text, "${")
}

// literals are the texts of a list that are fully known.
func literals(vs []graph.Value) []string {
	var out []string
	for _, v := range vs {
		if s, ok := v.Str(); ok {
			out = append(out, s)
		}
	}
	return out
}

// weaker is the confidence of a finding that rests on an edge.
func weaker(edges ...*graph.Edge) Confidence {
	for _, e := range edges {
		if e.Strength != graph.Certain && e.Strength != "" {
			return Likely
		}
	}
	return Certain
}

// roleMay asks whether a role may do action on to, by its own statements or by to's resource policy.
func roleMay(role *graph.Node, action string, to *graph.Node) policy.Decision {
	statements := append(append([]graph.Statement{}, role.Statements...), attached(to)...)
	return policy.Decide(policy.Request{Principal: policy.Role(role), Asker: asker(role), Action: action, Resource: policy.On(to), Incomplete: incomplete(role, to), Boundary: role.Boundary}, statements)
}

// asker is a role as policies name it; nil for one of another system, whose id is all that is known, and for one with a
// path, which its ARN has before the name.
func asker(role *graph.Node) *policy.Target {
	if role.External || !role.ARN.Exists() || role.Setting("path").Exists() {
		return nil
	}
	t := policy.On(role)
	return &t
}

// incomplete says why statements of a role, or of the policy of the thing that it uses, may be missing.
func incomplete(role, to *graph.Node) string {
	if role.PolicyUnknown != "" || to.Kind == graph.Role { // what is missing of a role is what it may do itself
		return role.PolicyUnknown
	}
	return to.PolicyUnknown
}

// roleMayCall asks whether a role may call the target of an edge. A version or alias of a function is a resource of its
// own: a statement on the bare ARN does not cover it.
func roleMayCall(role *graph.Node, action string, e *graph.Edge) policy.Decision {
	if e.To.Kind != graph.Function || e.To.External || e.Qualifier == "" {
		return roleMay(role, action, e.To)
	}
	qualified, named := policy.On(e.To), policy.Target{IDs: e.To.StandIns}
	qualified.IDs, qualified.Rest = []string{e.To.ID}, ":"+e.Qualifier
	ask := func(to policy.Target) policy.Decision {
		statements := append(append([]graph.Statement{}, role.Statements...), attached(e.To)...)
		return policy.Decide(policy.Request{Principal: policy.Role(role), Asker: asker(role), Action: action, Resource: to, Incomplete: incomplete(role, e.To), Boundary: role.Boundary}, statements)
	}
	d := ask(qualified)
	if d.Answer == policy.No && len(named.IDs) > 0 {
		if other := ask(named); other.Answer != policy.No {
			return other
		}
	}
	return d
}

// way is how to let a service do what it needs: the statement that the policy of a queue or topic lacks, or in whole
// sentences the permission of a function.
type way struct {
	statement, permission, cdk string
	severity                   Severity // "" is the rule's
}

// checkMay reports that the target of an edge does not let the service that makes the edge do what it needs.
func checkMay(p *Pass, e *graph.Edge, service, action, what string, out way) {
	if e.To.External {
		p.Unclear(e.From, "the policy of "+nameOf(e.To)+" is not part of this system")
		return
	}
	d := serviceMay(service, action, e.To, e.From)
	switch d.Answer {
	case policy.Unknown:
		p.Unclear(e.To, "whether its policy lets "+what+": "+d.Why)
	case policy.No:
		fix := out.permission
		if out.statement != "" {
			fix = amend(e.To, d, map[graph.Kind]string{graph.Queue: "AWS::SQS::QueuePolicy", graph.Topic: "AWS::SNS::TopicPolicy"}[e.To.Kind], out.statement)
		}
		p.Report(Hit{Node: e.To, Severity: out.severity, Confidence: weaker(e), Related: []*graph.Node{e.From}, RelatedResources: append(policiesOf(e.To.ResourcePolicy), e.Via),
			Message: fmt.Sprintf("the policy of %s does not let %s: %s", nameOf(e.To), what, d.Why), Fix: fix, CDK: out.cdk,
			Values: append([]graph.Value{{}}, edgePlace(e)...)})
	}
}

// amend is the fix for a queue or topic whose policy lacks a statement. Such a thing holds one policy: a second resource
// would take the first one's place.
func amend(n *graph.Node, d policy.Decision, policyType, statement string) string {
	if len(d.Denied) > 0 && d.Denied[0].Via != nil {
		return "Narrow the Deny in " + placeOf(nil, d.Denied[0].Via).ID + " so that it spares this sender, and have: " + statement
	}
	for _, r := range policiesOf(n.ResourcePolicy) {
		if r.Type == policyType && r.Source == "" {
			return "Add a statement to " + placeOf(nil, r).ID + ": " + statement
		}
	}
	return "Add an " + policyType + " on the " + string(n.Kind) + ": " + statement
}

// mayDoOnAnything finds in the role of n a right to an action on something that is not known at all: it may be any thing
// of the system. It is absent where there is none.
func mayDoOnAnything(g *graph.Graph, n *graph.Node, action string) graph.Value {
	for _, role := range rolesOf(g, n) {
		for _, s := range role.Statements {
			if !isAllow(s) || !allowsAction(s, action) {
				continue
			}
			for _, v := range s.Resources {
				if v.IsUnknown() && mayMeanOwn(v) && s.Via != nil && sameStack(s.Via, n) {
					return v
				}
			}
		}
	}
	return graph.Value{}
}

// openRights records what is not known of the rights that a role or policy gives by itself: a whole statement, or the
// actions of one. Rules on rights that go too far cannot speak of these.
func (p *Pass) openRights(n *graph.Node) {
	if n.PolicyUnknown != "" && !strings.HasPrefix(n.PolicyUnknown, "the statements of managed policy ") {
		p.Unclear(n, "what it allows is not all known: "+n.PolicyUnknown)
	}
	for _, s := range n.Statements {
		if s.Via != nil && s.Via != n.Resource || !isAllow(s) {
			continue
		}
		if v := firstOpen(s.Actions...); v.Exists() {
			p.Unknown(n, v)
		}
	}
}

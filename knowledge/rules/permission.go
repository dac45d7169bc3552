package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// serviceMay asks whether an AWS service, acting for from, may do action on to, by to's resource policy.
func serviceMay(service, action string, to, from *graph.Node) policy.Decision {
	return decideOn(to, policy.Request{Principal: policy.Service(service), Action: action, Resource: policy.On(to), Source: policy.From(from, ""), Context: lackedBy[service]})
}

// invocation is what a trigger asks of a function. The ARN of an API goes on with the route, which is not asked for here.
func invocation(fn, from *graph.Node) policy.Request {
	service := servicePrincipals[serviceOfType(from.Type)] + ".amazonaws.com"
	switch from.Kind {
	case graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI: // one of another stack has no type
		service = "apigateway.amazonaws.com"
	}
	req := policy.Request{Principal: policy.Service(service), Action: "lambda:InvokeFunction", Resource: policy.On(fn), Context: lackedBy[service]}
	if from.Kind == graph.Rule || from.Kind == graph.Bucket || from.Kind == graph.Topic {
		req.Source = policy.From(from, "")
	}
	return req
}

// ofAWS tells a principal that is an AWS service.
func ofAWS(principal string) bool {
	return strings.Contains(principal, ".amazonaws.com") || strings.HasSuffix(principal, ".${AWS::URLSuffix}")
}

// decideOn answers a request by the resource policy of a thing.
func decideOn(to *graph.Node, req policy.Request) policy.Decision {
	req.Incomplete = missing(to, req)
	return policy.Decide(req, attached(to))
}

// missing says why statements that would answer a request may be missing from the policy of n, "" where none can be.
// A policy of an unknown owner counts where it would let the request in, if it were that of n.
func missing(n *graph.Node, req policy.Request) string {
	if n.PolicyUnknown != "" {
		return n.PolicyUnknown
	}
	for _, other := range n.MayApply {
		if lets(n, other, req) {
			return other.Why
		}
	}
	return ""
}

// lets tells whether a policy of an unknown owner may let a request in, were it that of n.
func lets(n *graph.Node, other graph.OpenPolicy, req policy.Request) bool {
	if !policy.Names(other.Statements, req.Action) {
		return false
	}
	req.Incomplete, req.Boundary = "", nil
	return policy.Decide(req, unbound(n, other.Statements)).Answer != policy.No
}

// mayLet finds what names the owner of a policy that may let a request in, were it that of n; it is absent where there is none
// whose owner is open.
func mayLet(n *graph.Node, req policy.Request) graph.Value {
	for _, other := range n.MayApply {
		if open(other.Owner) && lets(n, other, req) {
			return other.Owner
		}
	}
	return graph.Value{}
}

// policyUnknown says why the policy of n is not all known, whoever asks; "" where it is.
func policyUnknown(n *graph.Node) string {
	if n.PolicyUnknown == "" && len(n.MayApply) > 0 {
		return n.MayApply[0].Why
	}
	return n.PolicyUnknown
}

// lackedBy are the condition keys that services are known not to send. The policy that SNS gives a topic admits by
// aws:SourceOwner, and neither EventBridge nor S3 gets in by it: both have to be named. Sources: AWS re:Post, SNS topic
// does not get EventBridge notifications; Amazon S3 User Guide, "Granting permissions to publish event notification
// messages to a destination"; checked 2026-12-01.
var lackedBy = map[string]map[string]graph.Value{
	"events.amazonaws.com":     {"aws:sourceowner": {}, throughURL: {}},
	"s3.amazonaws.com":         {"aws:sourceowner": {}, throughURL: {}},
	"sns.amazonaws.com":        {throughURL: {}},
	"apigateway.amazonaws.com": {throughURL: {}},
}

// throughURL is the condition key of calls through a function URL, which no trigger makes.
const throughURL = "lambda:invokedviafunctionurl"

// attached are the statements of a thing's resource policy. Those of a function name the function in several
// ways (name, ARN, alias); they are attached to it, so that their resource is not compared again.
func attached(n *graph.Node) []graph.Statement { return unbound(n, n.ResourcePolicy) }

func unbound(n *graph.Node, statements []graph.Statement) []graph.Statement {
	if n.Kind != graph.Function {
		return statements
	}
	out := make([]graph.Statement, len(statements))
	for i, s := range statements {
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
	return policy.Decide(incomplete(role, to, policy.Request{Principal: policy.Role(role), Asker: asker(role), Action: action, Resource: policy.On(to), Boundary: role.Boundary}), statements)
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

// incomplete adds to a request why statements of a role, or of the policy of the thing that it uses, may be missing.
func incomplete(role, to *graph.Node, req policy.Request) policy.Request {
	why := missing(role, req)
	if why == "" && to.Kind != graph.Role { // what is missing of a role is what it may do itself
		why = missing(to, req)
	}
	req.Incomplete = why
	return req
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
		return policy.Decide(incomplete(role, e.To, policy.Request{Principal: policy.Role(role), Asker: asker(role), Action: action, Resource: to, Boundary: role.Boundary}), statements)
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

// checkTargetRole reports a rule's target whose role may not do what the delivery needs: where there is one, EventBridge
// works under it instead of the target's own policy. Source: EventBridge user guide, "Using resource-based policies for
// Amazon EventBridge", checked 2026-12-01.
func checkTargetRole(p *Pass, e *graph.Edge, action string) {
	v := e.Setting("roleArn")
	if open(v) {
		p.Unknown(e.From, v)
		return
	}
	ref, _ := v.Ref()
	role := p.Graph.Node(ref.Resource)
	if role == nil || role.Kind != graph.Role || e.To.External {
		p.Unclear(e.From, "whether the role of its target may do "+action+" on "+nameOf(e.To))
		return
	}
	switch d := roleMayCall(role, action, e); d.Answer {
	case policy.Unknown:
		p.Unclear(role, "whether it may do "+action+" on "+nameOf(e.To)+": "+d.Why)
	case policy.No:
		p.Report(Hit{Node: e.To, Confidence: weaker(e), Related: []*graph.Node{e.From, role}, RelatedResources: []*graph.Resource{e.Via}, Values: append([]graph.Value{{}}, edgePlace(e)...),
			Fix: fmt.Sprintf("Allow role %s to do %s on %s, or take RoleArn away and let its own policy admit the rule.", nameOf(role), action, nameOf(e.To)), CDK: "a target construct without a role writes the policy of its target",
			Message: fmt.Sprintf("rule %s delivers to %s under role %s, which may not do %s: %s", nameOf(e.From), nameOf(e.To), nameOf(role), action, d.Why)})
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
	if why := policyUnknown(n); why != "" && !strings.HasPrefix(why, "the statements of managed policy ") {
		p.Unclear(n, "what it allows is not all known: "+why)
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

// qualifierOf reads the alias or version in the name of a function: a reference to an alias, an ARN or name
// with a qualifier. ok is false where it is not known.
func qualifierOf(g *graph.Graph, name graph.Value) (string, bool) {
	if ref, ok := name.Ref(); ok {
		n := g.Node(ref.Resource)
		switch {
		case n == nil: // a version has no node of its own
			return "${" + ref.Resource + "}", true
		case n.Kind == graph.Alias:
			return n.Setting("name").String(), true
		}
		return "", true
	}
	if name.Reason() != "" {
		return "", false
	}
	text := strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::Region}", "region", "${AWS::AccountId}", "account").Replace(name.String())
	fields := strings.Split(text, ":")
	switch {
	case fields[0] == "arn" && len(fields) == 8:
		return fields[7], true
	case fields[0] == "arn" && len(fields) == 7:
		return "", true
	case fields[0] != "arn" && len(fields) == 2: // function:alias
		return fields[1], true
	case fields[0] != "arn" && len(fields) == 1:
		return "", true
	}
	return "", false
}

// openQualifier tells whether a qualifier is spelt of something other than a version of this system.
func openQualifier(g *graph.Graph, qualifier string) bool {
	id, ok := strings.CutPrefix(qualifier, "${")
	if qualifier == "$LATEST" {
		return false
	}
	if !ok {
		return strings.ContainsAny(qualifier, "$(")
	}
	id, _, _ = strings.Cut(strings.TrimSuffix(id, "}"), ".")
	for _, r := range g.Resources {
		if plainID(r.ID) == id && r.Type == "AWS::Lambda::Version" {
			return false
		}
	}
	return true
}

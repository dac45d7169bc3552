package policy

import (
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// Answer is what Decide says.
type Answer string

// The answers. Likely: a statement allows it under a condition that the files do not decide, or a deny may
// stand in the way under such a condition. Unknown: an element of a statement that matters is not known.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Likely  Answer = "likely"
	Unknown Answer = "unknown"
)

// Request is the question: may Principal do Action on Resource?
type Request struct {
	// Principal is who asks. It is compared with resource policies' statements only; statements without a
	// principal are taken as the asker's own. Use Service("events.amazonaws.com") or Role(node).
	Principal graph.Principal
	// Asker is the role that asks, where its ARN is to be compared with those that policies name; nil otherwise.
	Asker    *Target
	Action   string // "sqs:SendMessage"
	Resource Target
	// Source is the thing on whose behalf a service asks: it gives aws:SourceArn and, inside the system,
	// aws:SourceAccount. nil where a principal asks for itself.
	Source *Target
	// Context holds what else is known of the call, by condition key in lower case. An absent Value says that
	// the call is known to lack the key.
	Context map[string]graph.Value
	// Incomplete says why statements may be missing (a node's PolicyUnknown): a plain no becomes Unknown.
	Incomplete string
	// Boundary is the asking role's permissions boundary, nil without one. It takes away and never gives.
	Boundary *graph.Boundary
}

// Decision is the answer with the statements that decide it.
type Decision struct {
	Answer  Answer
	Allowed []graph.Statement // those that allow it, or would if their open parts hold
	Denied  []graph.Statement // those that deny it, or might
	Why     string            // one clause for messages: "no statement allows sqs:SendMessage"
	Notes   []string          // what to know beside the answer: a boundary that was asked, another account that must agree
}

// Target is the thing asked about.
type Target struct {
	IDs  []string    // graph ids that mean it
	ARN  graph.Value // its ARN, with placeholders for what is not known
	Rest string      // what is asked about below it: "/*" any object, "/stream/*"; "" is filled in where the action needs it
}

// On makes the target of a node.
func On(n *graph.Node) Target {
	t := Target{IDs: append([]string{n.ID}, n.StandIns...), ARN: n.ARN}
	if !t.ARN.Exists() && n.External {
		t.ARN = graph.NewString(nil, n.ID)
	}
	return t
}

// ARN makes a target of ARN text.
func ARN(text string) Target { return Target{ARN: graph.NewString(nil, text)} }

// Service is the principal of an AWS service, such as "events.amazonaws.com".
func Service(name string) graph.Principal {
	return graph.Principal{Kind: "Service", Value: graph.NewString(nil, name)}
}

// Role is the principal of a role.
func Role(n *graph.Node) graph.Principal {
	if n.External {
		return graph.Principal{Kind: "AWS", Value: graph.NewString(nil, n.ID)}
	}
	return graph.Principal{Kind: "AWS", Value: graph.NewRef(nil, n.ID, "Arn")}
}

// From is the Source of a call that a service makes on behalf of n. rest is what follows its ARN, such as
// "/prod/GET/orders" for a method of an API, or "".
func From(n *graph.Node, rest string) *Target {
	t := On(n)
	t.Rest = rest
	return &t
}

// Decide answers a request from the statements that apply to it: the asker's own and those of the thing's
// resource policy, in any order. Any match of an Allow is enough, as within one account; whether a key or a
// role's trust needs both sides is for the caller to ask twice.
func Decide(req Request, statements []graph.Statement) Decision {
	req.Resource.Rest = restFor(req)
	d := Decision{}
	best, deny := no, no
	bestLikely, denyByCondition, why := false, false, ""
	for _, s := range statements {
		match, conditions := applies(req, s), holds(s.Conditions, req)
		if match == no || conditions == no {
			continue
		}
		total := both(match, conditions)
		if unknown := unknownIn(s); total == maybe && unknown != "" && why == "" {
			why = unknown
		}
		switch strings.ToLower(s.Effect) {
		case "deny":
			d.Denied = append(d.Denied, s)
			deny = either(deny, total)
			denyByCondition = denyByCondition || match == yes && conditions == maybe && unknownWithin(s.Conditions) == ""
		case "allow":
			d.Allowed = append(d.Allowed, s)
			best = either(best, total)
			bestLikely = bestLikely || match == yes && conditions == maybe && unknownWithin(s.Conditions) == ""
		default: // the effect itself is not known
			d.Allowed = append(d.Allowed, s)
			best = either(best, maybe)
		}
	}
	d.Answer, d.Why = conclude(req, best, deny, bestLikely, denyByCondition)
	if d.Answer == Unknown && why != "" && req.Incomplete == "" {
		d.Why += ": " + why
	}
	if note := acrossAccounts(req); note != "" {
		d.Notes = append(d.Notes, note)
	}
	if req.Boundary != nil && d.Answer != No {
		d.bounded(req)
	}
	return d
}

// unknownIn says why an element of a statement is not known, "" where all are.
func unknownIn(s graph.Statement) string {
	for _, list := range [][]graph.Value{s.Actions, s.NotActions, s.Resources, s.NotResources} {
		for _, v := range list {
			if v.Reason() != "" && v.Reason() != Generated {
				return v.Reason()
			}
		}
	}
	for _, p := range s.Principals {
		if v := p.Value.Reason(); v != "" && v != Generated {
			return v
		}
	}
	return unknownWithin(s.Conditions)
}

// unknownWithin says why a value, or one below it, is not known, "" where all is.
func unknownWithin(v graph.Value) string {
	if why := v.Reason(); why != "" && why != Generated {
		return why
	}
	for _, f := range v.Fields() {
		if why := unknownWithin(f.Value); why != "" {
			return why
		}
	}
	for _, item := range v.Items() {
		if why := unknownWithin(item); why != "" {
			return why
		}
	}
	return ""
}

// bounded narrows an answer by the permissions boundary.
func (d *Decision) bounded(req Request) {
	within := req
	within.Boundary, within.Incomplete, within.Principal = nil, req.Boundary.Unknown, graph.Principal{}
	b := Decide(within, req.Boundary.Statements)
	switch b.Answer {
	case No:
		d.Answer, d.Why = No, "the permissions boundary does not allow "+req.Action
	case Unknown, Likely:
		if d.Answer == Yes {
			d.Answer, d.Why = b.Answer, "the permissions boundary may not allow "+req.Action
		}
		d.Notes = append(d.Notes, "a permissions boundary applies: "+b.Why)
	case Yes:
		d.Notes = append(d.Notes, "a permissions boundary applies, and allows it")
	}
}

// acrossAccounts notes a thing whose ARN is written with an account that is not the asker's, as far as the
// files tell: there both sides must allow what one alone may within an account.
func acrossAccounts(req Request) string {
	theirs, mine := account(req.Resource.ARN), account(req.Principal.Value)
	if len(theirs) != 12 || theirs == mine || !isAccount(theirs) {
		return ""
	}
	return "the thing is in account " + theirs + ": if the caller is in another, the caller's own policy and the thing's must both allow it"
}

// account reads the account of an ARN, "" where the ARN has none or it is not written out.
func account(v graph.Value) string {
	parts := v.Parts()
	if len(parts) == 0 {
		return ""
	}
	fields := strings.SplitN(parts[0].Literal, ":", 6)
	if len(fields) < 6 || fields[0] != "arn" {
		return ""
	}
	return fields[4]
}

func conclude(req Request, allow, deny verdict, likely, denyByCondition bool) (Answer, string) {
	switch {
	case deny == yes:
		return No, "a statement denies " + req.Action
	case allow == no && req.Incomplete != "":
		return Unknown, "not all statements are known: " + req.Incomplete
	case allow == no:
		return No, "no statement allows " + req.Action
	case deny == maybe && !denyByCondition:
		return Unknown, "a statement that may deny " + req.Action + " is not fully known"
	case allow == maybe && !likely:
		return Unknown, "the statement that may allow " + req.Action + " is not fully known"
	case allow == maybe || deny == maybe:
		return Likely, "a condition decides whether " + req.Action + " is allowed"
	}
	return Yes, "a statement allows " + req.Action
}

// applies tells whether a statement is about this principal, action and resource.
func applies(req Request, s graph.Statement) verdict {
	out := matchActions(s, req.Action) // first: most statements are about others
	if out == no {
		return no
	}
	if out = both(out, matchPrincipals(req, s)); out == no {
		return no
	}
	switch {
	case len(s.NotResources) > 0:
		return both(out, anyOf(s.NotResources, req.Resource.match).not())
	case len(s.Resources) > 0:
		return both(out, anyOf(s.Resources, req.Resource.match))
	case len(s.Principals) == 0:
		return no // an identity statement without resource is about nothing
	}
	return out // a resource policy's statement may leave out the resource it is attached to
}

// Names tells whether any of some statements may allow an action, on whatever and to whomever: where none does, there is no
// need to ask more.
func Names(statements []graph.Statement, action string) bool {
	return slices.ContainsFunc(statements, func(s graph.Statement) bool {
		return !strings.EqualFold(s.Effect, "Deny") && matchActions(s, action) != no
	})
}

func matchActions(s graph.Statement, action string) verdict {
	if len(s.NotActions) > 0 {
		return anyOf(s.NotActions, func(v graph.Value) verdict { return matchAction(v, action) }).not()
	}
	return anyOf(s.Actions, func(v graph.Value) verdict { return matchAction(v, action) })
}

func matchPrincipals(req Request, s graph.Statement) verdict {
	if len(s.Principals) == 0 {
		return yes
	}
	out := no
	for _, p := range s.Principals {
		out = either(out, matchPrincipal(req, p))
	}
	if s.NotPrincipal {
		return out.not()
	}
	return out
}

func matchPrincipal(req Request, p graph.Principal) verdict {
	text, literal := p.Value.Str()
	if p.Kind == "*" || p.Kind == "AWS" && literal && text == "*" {
		return yes
	}
	if p.Kind == "" {
		return maybe
	}
	if p.Kind != req.Principal.Kind {
		return no
	}
	if p.Kind == "Service" {
		return sameService(p.Value, req.Principal.Value)
	}
	if mine, ok := req.Principal.Value.Ref(); ok {
		if theirs, ok := p.Value.Ref(); ok {
			return truth(mine.Resource == theirs.Resource)
		}
	}
	mine, _ := req.Principal.Value.Str()
	if literal && (strings.HasSuffix(text, ":root") || isAccount(text)) {
		return matchAccount(text, mine)
	}
	if literal && mine != "" && !strings.Contains(text+mine, "${") {
		return truth(text == mine)
	}
	if req.Asker != nil && strings.Contains(p.Value.String(), ":role/") {
		return req.Asker.match(p.Value)
	}
	return maybe
}

// matchAccount compares an account principal with a caller. The account as principal hands the decision to
// the caller's own policies, so it never is a plain yes.
func matchAccount(account, caller string) verdict {
	if isAccount(account) {
		account = "arn:aws:iam::" + account + ":root"
	}
	owner := strings.Split(strings.ReplaceAll(account, "${AWS::AccountId}", "self"), ":")
	mine := strings.Split(strings.ReplaceAll(caller, "${AWS::AccountId}", "self"), ":")
	if len(owner) > 4 && len(mine) > 4 && owner[4] != mine[4] && owner[4] != "self" && mine[4] != "self" {
		return no
	}
	return maybe
}

func isAccount(s string) bool {
	return s == "${AWS::AccountId}" || len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// sameService compares service principals; the ending differs between partitions.
func sameService(pattern, name graph.Value) verdict {
	if _, ok := pattern.Str(); !ok {
		return maybe
	}
	head := func(v graph.Value) string {
		s, _ := v.Str()
		for _, end := range []string{".amazonaws.com.cn", ".amazonaws.com", ".${AWS::URLSuffix}"} {
			s = strings.TrimSuffix(s, end)
		}
		return strings.TrimSuffix(s, ".${AWS::Region}")
	}
	return truth(head(pattern) == head(name))
}

func truth(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// restFor fills in what an action acts on below its resource.
func restFor(req Request) string {
	if req.Resource.Rest != "" {
		return req.Resource.Rest
	}
	service, action, _ := strings.Cut(req.Action, ":")
	switch strings.ToLower(service) {
	case "s3":
		if strings.Contains(action, "Object") || strings.Contains(action, "MultipartUploadParts") || action == "AbortMultipartUpload" {
			return "/*"
		}
	case "dynamodb":
		switch action {
		case "GetRecords", "GetShardIterator", "DescribeStream":
			return "/stream/*"
		}
	case "logs":
		switch action {
		case "PutLogEvents", "GetLogEvents", "CreateLogStream":
			return ":*"
		}
	case "execute-api":
		return "/*"
	}
	return ""
}

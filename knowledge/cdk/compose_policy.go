package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// allow is a statement that lets whoever has the policy do something with a resource.
func allow(resource tree, actions ...string) mapping {
	return mapping{}.with("Effect", "Allow").with("Action", oneOrMore(actions)).with("Resource", resource)
}

func oneOrMore(actions []string) tree {
	if len(actions) == 1 {
		return actions[0]
	}
	s := sequence{}
	for _, a := range actions {
		s = append(s, a)
	}
	return s
}

func document(statements []mapping) mapping {
	s := sequence{}
	for _, st := range statements {
		s = append(s, st)
	}
	return mapping{}.with("Version", "2012-10-17").with("Statement", s)
}

// role appends a role that a service takes, with the rights it needs and no more.
func (c *composer) role(id, service string, condition mapping, rights []mapping) *resource {
	trust := mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", service, ""}}).with("Action", "sts:AssumeRole")
	if condition != nil {
		trust = trust.with("Condition", condition)
	}
	p := mapping{}.with("AssumeRolePolicyDocument", document([]mapping{trust}))
	if len(rights) > 0 {
		p = p.with("Policies", sequence{mapping{}.with("PolicyName", "rights").with("PolicyDocument", document(rights))})
	}
	return c.add(id, "AWS::IAM::Role", p)
}

// admit is a statement of a resource's own policy that lets a service in on behalf of one thing.
func admit(service, action string, resource, source tree) mapping {
	return mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", service, ""}}).with("Action", action).with("Resource", resource).
		with("Condition", flat{{"ArnEquals", flat{{"aws:SourceArn", source, ""}}, ""}})
}

// resourcePolicy writes a policy of a resource's own, whose first statement demands TLS: a snippet does without that one.
func (c *composer) resourcePolicy(id, typ string, of item, rules []mapping) *resource {
	if c.snippet() {
		c.leftOut = true
		if rules = rules[1:]; len(rules) == 0 {
			return nil
		}
	}
	return c.add(c.name(id), typ, mapping{of}.with("PolicyDocument", document(rules)))
}

// onlyTLS denies what does not come over TLS.
func onlyTLS(action string, resource tree) mapping {
	return mapping{}.with("Effect", "Deny").with("Principal", "*").with("Action", action).with("Resource", resource).
		with("Condition", flat{{"Bool", flat{{"aws:SecureTransport", "false", ""}}, ""}})
}

// permission lets a service call a function, or its alias.
func (c *composer) permission(fn *graph.Node, id, service string, source tree) {
	c.add(c.name(id), "AWS::Lambda::Permission", mapping{}.
		with("Action", "lambda:InvokeFunction").
		with("FunctionName", c.callee(fn)).
		with("Principal", service).
		with("SourceArn", source))
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composesType("AWS::WAFv2::WebACL", composeWebACL)

func composeWebACL(c *composer, acl *graph.Node) {
	id := c.ids[acl]
	seen := func(metric string) mapping {
		return mapping{}.with("MetricName", metric).with("CloudWatchMetricsEnabled", true).with("SampledRequestsEnabled", true)
	}
	common := mapping{}.with("Name", "CommonRules").with("Priority", 0).
		with("OverrideAction", flat{{"None", mapping{}, ""}}).
		with("Statement", mapping{}.with("ManagedRuleGroupStatement", mapping{}.with("VendorName", "AWS").with("Name", "AWSManagedRulesCommonRuleSet"))).
		with("VisibilityConfig", seen(id+"Common"))
	rate := mapping{}.with("Name", "RateLimit").with("Priority", 1).
		with("Action", flat{{"Block", mapping{}, ""}}).
		with("Statement", mapping{}.with("RateBasedStatement", mapping{}.because("Limit", requestsPerAddress, "of one address, in five minutes").with("AggregateKeyType", "IP"))).
		with("VisibilityConfig", seen(id+"Rate"))
	c.node(acl, c.properties(acl).
		with("DefaultAction", flat{{"Allow", mapping{}, ""}}).
		with("VisibilityConfig", seen(id)).
		with("Rules", sequence{common, rate})).Comment = "AWS's common rules, and a limit on what one address may send in five minutes."
}

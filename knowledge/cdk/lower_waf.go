package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

const wafModule = "aws-wafv2"

// requestsPerAddress is how many requests one address may make in five minutes before it is blocked for a while.
const requestsPerAddress = 2000

func lowerWebACL(l *lowerer, acl *graph.Node) {
	id := string(constructID(acl))
	none := dict{}
	common := props(typeName{wafModule, "CfnWebACL.RuleProperty"}).open().
		with("name", text("CommonRules")).
		with("priority", whole(0)).
		with("overrideAction", *props(typeName{wafModule, "CfnWebACL.OverrideActionProperty"}).with("none", none).done()).
		with("statement", *props(typeName{wafModule, "CfnWebACL.StatementProperty"}).
			with("managedRuleGroupStatement", *props(typeName{wafModule, "CfnWebACL.ManagedRuleGroupStatementProperty"}).
				with("vendorName", text("AWS")).with("name", text("AWSManagedRulesCommonRuleSet")).done()).done()).
		with("visibilityConfig", visibility(id+"Common")).done()
	rate := props(typeName{wafModule, "CfnWebACL.RuleProperty"}).open().
		with("name", text("RateLimit")).
		with("priority", whole(1)).
		with("action", *props(typeName{wafModule, "CfnWebACL.RuleActionProperty"}).with("block", *props(typeName{wafModule, "CfnWebACL.BlockActionProperty"}).done()).done()).
		with("statement", *props(typeName{wafModule, "CfnWebACL.StatementProperty"}).
			with("rateBasedStatement", *props(typeName{wafModule, "CfnWebACL.RateBasedStatementProperty"}).
				with("limit", whole(requestsPerAddress)).with("aggregateKeyType", text("IP")).done()).done()).
		with("visibilityConfig", visibility(id+"Rate")).done()
	l.let(acl, typeName{wafModule, "CfnWebACL"}, props(typeName{wafModule, "CfnWebACLProps"}).open().
		with("scope", text("REGIONAL")).
		with("defaultAction", *props(typeName{wafModule, "CfnWebACL.DefaultActionProperty"}).with("allow", *props(typeName{wafModule, "CfnWebACL.AllowActionProperty"}).done()).done()).
		with("visibilityConfig", visibility(id)).
		with("rules", list{Of: typeName{wafModule, "CfnWebACL.RuleProperty"}, Items: []expression{*common, *rate}}).done(),
		"AWS's common rules, and a limit on what one address may send in five minutes.")
}

func visibility(metric string) object {
	return *props(typeName{wafModule, "CfnWebACL.VisibilityConfigProperty"}).
		with("metricName", text(metric)).
		with("cloudWatchMetricsEnabled", truth(true)).
		with("sampledRequestsEnabled", truth(true)).done()
}

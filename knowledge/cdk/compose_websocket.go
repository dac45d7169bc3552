package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.WebSocketAPI, composeWebSocket)

func composeWebSocket(c *composer, api *graph.Node) {
	id := c.ids[api]
	c.node(api, append(mapping{}.with("Name", substituted("${AWS::StackName}-"+kebab(api.ID))), c.properties(api)...))
	for _, e := range c.g.Out(api, graph.Invokes) {
		c.carry(e)
		integration := c.name(id + "To" + c.ids[e.To])
		c.add(integration, "AWS::ApiGatewayV2::Integration", mapping{}.
			with("ApiId", reference(id)).
			with("IntegrationType", "AWS_PROXY").
			with("IntegrationUri", c.invocationURI(e.To, "2015-03-31", "invocations")))
		route := mapping{}.with("ApiId", reference(id)).with("RouteKey", e.Label).with("Target", substituted("integrations/${"+integration+"}"))
		if e.Label == "$connect" && spelled(api.Setting("authorizer")) == "iam" {
			route = route.because("AuthorizationType", "AWS_IAM", "the caller signs the address: only here is a caller checked")
		}
		name := id + pascal(pathWords(strings.ToLower(e.Label)))
		c.add(c.name(name), "AWS::ApiGatewayV2::Route", route)
		c.permission(e.To, name+"Permission", "apigateway.amazonaws.com",
			substituted("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${"+id+"}/*/"+plainSub(e.Label)))
	}
	access := c.accessLog(api, socketLogFormat)
	stage := c.name(id + "Stage")
	r := c.add(stage, "AWS::ApiGatewayV2::Stage", mapping{}.
		with("ApiId", reference(id)).
		with("StageName", liveStage).
		with("AutoDeploy", true).
		with("DefaultRouteSettings", mapping{}.
			with("ThrottlingRateLimit", intOf(api.Setting("throttlingRateLimit"))).
			with("ThrottlingBurstLimit", intOf(api.Setting("throttlingBurstLimit")))).
		with("AccessLogSettings", access))
	if access != nil {
		r.Attributes = r.Attributes.with("DependsOn", c.logAccount(api))
	}
	c.output(id+"Url", substituted("wss://${"+id+"}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"+liveStage))
}

// invocationURI is how API Gateway names a function that it calls.
func (c *composer) invocationURI(fn *graph.Node, version, path string) tree {
	name := c.ids[fn] + ".Arn"
	if a := c.aliasOf(fn); a != nil {
		name = c.ids[a]
	}
	return substituted("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/" + version + "/functions/${" + name + "}/" + path)
}

// logAccount lets API Gateway write logs, and returns the resource that says so.
func (c *composer) logAccount(api *graph.Node) string {
	role, account := c.name(c.ids[api]+"LogRole"), c.name(c.ids[api]+"Account")
	trust := mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", "apigateway.amazonaws.com", ""}}).with("Action", "sts:AssumeRole")
	roleResource := c.add(role, "AWS::IAM::Role", mapping{}.
		with("AssumeRolePolicyDocument", document([]mapping{trust})).
		with("ManagedPolicyArns", sequence{substituted("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")}))
	r := c.add(account, "AWS::ApiGateway::Account", mapping{}.with("CloudWatchRoleArn", getAtt{role, "Arn"}))
	r.Comment = "Lets API Gateway write logs: one setting for the whole account and region, which other stacks may need, too."
	for _, kept := range []*resource{roleResource, r} {
		kept.Attributes = kept.Attributes.with("DeletionPolicy", "Retain").with("UpdateReplacePolicy", "Retain")
	}
	return account
}

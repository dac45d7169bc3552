package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.EventAPI, composeEventAPI)

func composeEventAPI(c *composer, api *graph.Node) {
	id := c.ids[api]
	role := c.appsyncLogRole(api)
	way := func(names ...string) sequence {
		s := sequence{}
		for _, n := range names {
			s = append(s, mapping{}.with("AuthType", n))
		}
		return s
	}
	const users, back = "AMAZON_COGNITO_USER_POOLS", "AWS_IAM"
	providers := sequence{}
	for _, e := range c.g.Out(api, graph.Authorizes) {
		c.carry(e)
		providers = append(providers, mapping{}.with("AuthType", users).
			with("CognitoConfig", mapping{}.with("UserPoolId", reference(c.ids[e.To])).with("AwsRegion", reference("AWS::Region"))))
	}
	c.node(api, mapping{}.with("Name", c.stagedName(spelled(api.Setting("name")))).with("EventConfig", mapping{}.
		with("AuthProviders", append(providers, way(back)...)).
		with("ConnectionAuthModes", way(users, back)).
		because("DefaultPublishAuthModes", way(back), "back ends publish, users listen, unless a namespace says otherwise").
		with("DefaultSubscribeAuthModes", way(users)).
		with("LogConfig", mapping{}.with("CloudWatchLogsRoleArn", getAtt{role, "Arn"}).with("LogLevel", "ERROR"))))
	c.appsyncLogGroup(api)
	for _, n := range api.Setting("namespaces").Fields() {
		m := mapping{}.with("ApiId", getAtt{id, "ApiId"}).with("Name", n.Name)
		if spelled(n.Value) == "shared" {
			m = m.with("PublishAuthModes", way(users))
		}
		c.add(c.name(id+graph.UpperFirst(n.Name)), "AWS::AppSync::ChannelNamespace", m.with("CodeHandlers", block(channelText(n.Name, spelled(n.Value)))))
	}
	c.output(id+"Url", substituted("https://${"+id+".Dns.Http}/event"))
}

// appsyncLogRole is the role by which an API writes its logs.
func (c *composer) appsyncLogRole(api *graph.Node) string {
	role := c.name(c.ids[api] + "LogRole")
	trust := mapping{}.with("Effect", "Allow").with("Principal", flat{{"Service", "appsync.amazonaws.com", ""}}).with("Action", "sts:AssumeRole")
	c.add(role, "AWS::IAM::Role", mapping{}.
		with("AssumeRolePolicyDocument", document([]mapping{trust})).
		with("ManagedPolicyArns", sequence{substituted("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs")}))
	return role
}

// appsyncLogGroup is the log group of an API, under the name that AppSync gives it.
func (c *composer) appsyncLogGroup(api *graph.Node) {
	group := c.logGroup(api, "Logs")
	for _, r := range c.t.Resources {
		if r.ID == group {
			r.Properties = append(mapping{}.because("LogGroupName", substituted("/aws/appsync/apis/${"+c.ids[api]+".ApiId}"), "the name that AppSync gives it: made here, it does not keep logs for ever"), r.Properties...)
		}
	}
}

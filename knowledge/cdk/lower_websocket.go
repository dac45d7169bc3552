package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.WebSocketAPI, rankEntries, lowerWebSocket)

// socketLogFormat is one JSON object a line. The variables exist in WebSocket APIs. Source: API Gateway developer
// guide, "Monitoring WebSocket API execution with CloudWatch metrics" and "WebSocket API mapping template reference",
// checked 2026-11-29.
const socketLogFormat = `{"requestId":"$context.requestId","connection":"$context.connectionId","time":"$context.requestTime",` +
	`"route":"$context.routeKey","event":"$context.eventType","status":"$context.status","error":"$context.error.message"}`

func lowerWebSocket(l *lowerer, api *graph.Node) {
	const integrations, authorizers = "aws-apigatewayv2-integrations", "aws-apigatewayv2-authorizers"
	l.let(api, typeName{apigw2, "WebSocketApi"}, props(typeName{apigw2, "WebSocketApiProps"}).
		with("routeSelectionExpression", text(spelled(api.Setting("routeSelectionExpression")))).done(), "")
	for _, e := range l.g.Out(api, graph.Invokes) {
		b := props(typeName{apigw2, "WebSocketRouteOptions"}).open()
		if e.Label == "$connect" && spelled(api.Setting("authorizer")) == "iam" {
			b.because("authorizer", value{typeName{authorizers, "WebSocketIamAuthorizer"}, nil}, "the caller signs the address: only here is a caller checked")
		}
		b.with("integration", value{typeName{integrations, "WebSocketLambdaIntegration"}, []expression{joinedID(constructID(e.To), "Integration"), l.callee(e.To)}})
		l.do(call{l.ref(api), "addRoute", []expression{text(e.Label), *b.done()}})
	}
	stage := l.socketStage(api)
	for _, e := range l.g.In(api, graph.Writes) {
		l.do(call{l.ref(api), "grantManageConnections", []expression{l.ref(e.From)}})
		l.do(call{l.ref(e.From), "addEnvironment", []expression{text(envName(api)), attribute{local(stage), "callbackUrl"}}})
		l.accept(e.From, "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<"+logicalID(string(constructID(api)))+">/*/*/@connections/*]",
			"Connections have ids of their own: the right holds for those of this API.")
	}
	l.accept(api, "AwsSolutions-APIG4", "Who is let in is asked at $connect: the routes after it belong to a connection that was let in.")
	l.output(api, attribute{local(stage), "url"})
}

// socketStage writes the stage with its access log, for which the account needs a role.
func (l *lowerer) socketStage(api *graph.Node) string {
	name := l.names[api]
	id := constructID(api)
	role, account, stage := name+"LogRole", name+"Account", name+"Stage"
	l.taken[role], l.taken[account], l.taken[stage] = true, true, true
	options := props(typeName{apigw2, "WebSocketStageProps"}).open().
		with("webSocketApi", l.ref(api)).
		with("stageName", text("live")).
		with("autoDeploy", truth(true)).
		with("throttle", throttle(api))
	l.accessLog(api, options, socketLogFormat)
	stageType := typeName{apigw2, "WebSocketStage"}
	made := let{Name: stage, Type: stageType, Value: construct{stageType, joinedID(id, "Stage"), options.done()}}
	if l.snippet() {
		l.emit(made)
		return stage
	}
	roleType := typeName{"aws-iam", "Role"}
	l.emit(let{Name: role, Type: roleType, Value: construct{roleType, joinedID(id, "LogRole"), props(typeName{"aws-iam", "RoleProps"}).open().
		with("assumedBy", value{typeName{"aws-iam", "ServicePrincipal"}, []expression{text("apigateway.amazonaws.com")}}).
		with("managedPolicies", list{Of: typeName{"aws-iam", "IManagedPolicy"}, Items: []expression{
			static{typeName{"aws-iam", "ManagedPolicy"}, "fromAwsManagedPolicyName", []expression{text("service-role/AmazonAPIGatewayPushToCloudWatchLogs")}}}}).done()}})
	l.emit(let{Name: account, Type: rest("CfnAccount"), Comment: "Lets API Gateway write logs: one setting for the whole account and region.",
		Value: construct{rest("CfnAccount"), joinedID(id, "Account"), props(rest("CfnAccountProps")).with("cloudWatchRoleArn", attribute{local(role), "roleArn"}).done()}})
	l.emit(made)
	l.do(call{attribute{local(stage), "node"}, "addDependency", []expression{local(account)}})
	l.p.Accepts = append(l.p.Accepts, acceptance{role, "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
		"API Gateway takes this managed policy to write logs for the whole account."})
	return stage
}

package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = lowers(graph.HTTPAPI, rankEntries, lowerHTTPAPI)

const apigw2 = "aws-apigatewayv2"

// accessLogFormat is one JSON object a line, with what a search in CloudWatch Logs Insights needs. The variables
// exist in HTTP APIs. Source: API Gateway developer guide, "Customize HTTP API access logs", checked 2026-11-23.
const accessLogFormat = `{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","time":"$context.requestTime",` +
	`"route":"$context.routeKey","status":"$context.status","latency":"$context.responseLatency","error":"$context.integrationErrorMessage"}`

func lowerHTTPAPI(l *lowerer, api *graph.Node) {
	name := l.names[api]
	b := props(typeName{apigw2, "HttpApiProps"}).open().with("createDefaultStage", truth(false))
	b.with("defaultAuthorizer", l.httpAuthorizer(api))
	if origins := api.Setting("corsOrigins"); len(origins.Each()) > 0 {
		b.with("corsPreflight", l.cors(origins))
	}
	l.let(api, typeName{apigw2, "HttpApi"}, b.done(), "")
	integrations := map[*graph.Node]expression{}
	for _, e := range l.routed(api) {
		method, path, _ := strings.Cut(e.Label, " ")
		l.do(call{l.ref(api), "addRoutes", []expression{*props(typeName{apigw2, "AddRoutesOptions"}).open().
			with("path", text(path)).
			with("methods", list{Of: typeName{apigw2, "HttpMethod"}, Items: []expression{member{typeName{apigw2, "HttpMethod"}, method}}}).
			with("integration", l.integration(e, integrations)).done()}})
	}
	options := props(typeName{apigw2, "HttpStageOptions"}).open().
		with("stageName", text("$default")).
		with("autoDeploy", truth(true)).
		with("throttle", throttle(api))
	l.accessLog(api, options, accessLogFormat)
	stage := name + "Stage"
	l.taken[stage] = true
	l.emit(let{Name: stage, Type: typeName{apigw2, "HttpStage"}, Value: call{l.ref(api), "addStage", []expression{text("Stage"), *options.done()}}})
	l.openAPI(api)
	l.unthrottled(api)
	l.output(api, attribute{local(stage), "url"})
}

// accessLog has a stage write a line for each call: in projects, a snippet does without.
func (l *lowerer) accessLog(api *graph.Node, options *builder, format string) {
	if l.snippet() {
		l.leftOut = true
		return
	}
	logs := l.names[api] + "AccessLogs"
	l.emit(let{Name: logs, Type: logGroup, Value: l.functionLogs(joinedID(constructID(api), "AccessLogs"))})
	options.with("accessLogSettings", *props(typeName{apigw2, accessLogSettings}).
		with("destination", value{typeName{apigw2, "LogGroupLogDestination"}, []expression{local(logs)}}).
		with("format", static{rest("AccessLogFormat"), "custom", []expression{jsonText{jsonLiteral(format)}}}).done())
}

// throttle is the ceiling of an API's calls; nil where it has none but the account's.
func throttle(api *graph.Node) expression {
	b := props(typeName{apigw2, "ThrottleSettings"}).
		with("rateLimit", wholeOf(api.Setting("throttlingRateLimit"))).
		with("burstLimit", wholeOf(api.Setting("throttlingBurstLimit")))
	if len(b.o.Fields) == 0 {
		return nil
	}
	return *b.done()
}

// unthrottled explains an API without a ceiling of its own.
func (l *lowerer) unthrottled(api *graph.Node) {
	if !api.Setting("throttlingRateLimit").Exists() {
		l.accept(api, "Serverless-APIGWDefaultThrottling", "The description sets no ceiling: the account's holds.")
	}
}

// openAPI explains an API that lets everyone in, as far as it can be explained.
func (l *lowerer) openAPI(api *graph.Node) {
	if spelled(api.Setting("authorizer")) != "none" {
		return
	}
	reason := "The description asks for an API without an authorizer: everyone may call it."
	for _, e := range l.routed(api) {
		if workOf(l.g, e.To, l.o.Name).secret() != nil {
			reason = "The sender has no token: the handler checks the signature of each request."
		}
	}
	l.accept(api, "AwsSolutions-APIG4", reason)
}

func (l *lowerer) output(api *graph.Node, v expression) { l.outputs(api, "Url", v) }

// outputs tells what of a node whoever deploys the stack has to know.
func (l *lowerer) outputs(n *graph.Node, what string, v expression) {
	if !l.snippet() {
		l.do(construct{typeName{"", "CfnOutput"}, joinedID(constructID(n), what), props(typeName{"", "CfnOutputProps"}).with("value", v).done()})
	}
}

// integration joins an API to a function: one for each function, however many routes it has.
func (l *lowerer) integration(e *graph.Edge, made map[*graph.Node]expression) expression {
	if got, ok := made[e.To]; ok {
		return got
	}
	v := value{typeName{"aws-apigatewayv2-integrations", "HttpLambdaIntegration"}, []expression{joinedID(constructID(e.To), "Integration"), l.callee(e.To)}}
	if e.To.Kind == graph.Queue {
		v = l.queueIntegration(e)
	}
	routes := 0
	for _, other := range l.routed(e.From) {
		if other.To == e.To {
			routes++
		}
	}
	made[e.To] = v
	if routes > 1 {
		name := l.names[e.To] + "Integration"
		// The routes' statements come later, so the shared integration is put before the first.
		l.emit(let{Name: name, Type: v.Type, Value: v})
		made[e.To] = local(name)
	}
	return made[e.To]
}

func (l *lowerer) httpAuthorizer(api *graph.Node) expression {
	const module = "aws-apigatewayv2-authorizers"
	for _, e := range l.g.Out(api, graph.Authorizes) {
		return value{typeName{module, "HttpUserPoolAuthorizer"}, []expression{text("UserPoolAuthorizer"), l.ref(e.To),
			*props(typeName{module, "HttpUserPoolAuthorizerProps"}).
				with("userPoolClients", list{Of: typeName{"aws-cognito", "IUserPoolClient"}, Items: []expression{local(l.names[e.To] + "Client")}}).done()}}
	}
	switch spelled(api.Setting("authorizer")) {
	case "jwt":
		issuer, audience := l.stackProp("jwtIssuer", "text", text("https://issuer.example.com"), "issuer of the JSON web tokens, as in their iss claim"),
			l.stackProp("jwtAudience", "texts", list{Items: []expression{text("api")}}, "accepted values of the tokens' aud claim")
		return value{typeName{module, "HttpJwtAuthorizer"}, []expression{text("JwtAuthorizer"), issuer,
			*props(typeName{module, "HttpJwtAuthorizerProps"}).with("jwtAudience", audience).done()}}
	case "iam":
		return value{typeName{module, "HttpIamAuthorizer"}, nil}
	}
	return nil
}

// stackProp adds a property to the stack and refers to it; in a snippet it is the value itself.
func (l *lowerer) stackProp(name, typ string, v expression, comment string) expression {
	if l.snippet() {
		l.notes = append(l.notes, fmt.Sprintf("Put your own %s in place of the example: %s.", name, comment))
		return v
	}
	for _, p := range l.p.Props {
		if p.Name == name {
			return prop(name)
		}
	}
	l.p.Props = append(l.p.Props, parameter{Name: name, Type: typ, Value: v, Comment: comment})
	return prop(name)
}

func (l *lowerer) cors(origins graph.Value) expression {
	var items []expression
	for _, o := range origins.Each() {
		items = append(items, text(spelled(o)))
	}
	return *props(typeName{apigw2, "CorsPreflightOptions"}).
		with("allowOrigins", list{Items: items}).
		with("allowMethods", list{Of: typeName{apigw2, "CorsHttpMethod"}, Items: []expression{member{typeName{apigw2, "CorsHttpMethod"}, "ANY"}}}).
		with("allowHeaders", list{Items: []expression{text("authorization"), text("content-type")}}).done()
}

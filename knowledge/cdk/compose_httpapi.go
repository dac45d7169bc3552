package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = composes(graph.HTTPAPI, composeHTTPAPI)

// liveStage is the name of the one stage of REST and WebSocket APIs.
const liveStage = "live"

func composeHTTPAPI(c *composer, api *graph.Node) {
	if c.samHTTPAPI(api) {
		c.serverlessHTTPAPI(api)
		return
	}
	id := c.ids[api]
	c.node(api, c.cors(api, mapping{}.with("Name", substituted("${AWS::StackName}-"+kebab(api.ID))).with("ProtocolType", "HTTP")))
	guard := c.httpAuthorizer(api)
	integrations := map[*graph.Node]string{}
	for _, e := range c.g.Out(api, graph.Invokes, graph.Writes, graph.Reads) {
		method, path, _ := strings.Cut(e.Label, " ")
		if integrations[e.To] == "" {
			integrations[e.To] = c.httpIntegration(api, e)
		}
		if integrations[e.To] == "" {
			continue
		}
		c.carry(e)
		route := id + pascal(strings.ToLower(method)+"-"+pathWords(path))
		c.add(c.name(route), "AWS::ApiGatewayV2::Route", append(mapping{}.
			with("ApiId", reference(id)).
			with("RouteKey", method+" "+path).
			with("Target", substituted("integrations/${"+integrations[e.To]+"}")), guard...))
		if e.To.Kind == graph.Function {
			c.permission(e.To, route+"Permission", "apigateway.amazonaws.com",
				substituted("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${"+id+"}/*/"+method+plainSub(path)))
		}
	}
	access := c.accessLog(api, accessLogFormat)
	c.add(c.name(id+"Stage"), "AWS::ApiGatewayV2::Stage", mapping{}.
		with("ApiId", reference(id)).
		with("StageName", "$default").
		with("AutoDeploy", true).
		with("DefaultRouteSettings", c.routeSettings(api)).
		with("AccessLogSettings", access))
	c.output(id+"Url", getAtt{id, "ApiEndpoint"})
}

// cors adds who may call an API from web pages of other origins.
func (c *composer) cors(api *graph.Node, p mapping) mapping {
	origins := api.Setting("corsOrigins")
	if len(origins.Each()) == 0 {
		return p
	}
	return p.with("CorsConfiguration", mapping{}.
		with("AllowOrigins", c.tree(origins)).
		with("AllowMethods", sequence{"*"}).
		with("AllowHeaders", sequence{"authorization", "content-type"}))
}

// routeSettings are the ceilings of an API's calls.
func (c *composer) routeSettings(api *graph.Node) mapping {
	return mapping{}.
		with("ThrottlingRateLimit", intOf(api.Setting("throttlingRateLimit"))).
		with("ThrottlingBurstLimit", intOf(api.Setting("throttlingBurstLimit")))
}

// accessLog has a stage write a line for each call: in projects, a snippet does without.
func (c *composer) accessLog(api *graph.Node, format string) tree {
	if c.snippet() {
		c.leftOut = true
		return nil
	}
	return mapping{}.with("DestinationArn", getAtt{c.logGroup(api, "AccessLogs"), "Arn"}).with("Format", format)
}

// pathWords are the words of a path, joined by dashes: items-id of /items/{id}.
func pathWords(path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return !isWord(r) })
	if len(words) == 0 {
		return "root"
	}
	return strings.Join(words, "-")
}

// httpIntegration writes the integration of a route's target, one for all its routes.
func (c *composer) httpIntegration(api *graph.Node, e *graph.Edge) string {
	id := c.ids[api] + "To" + c.ids[e.To]
	switch e.To.Kind {
	case graph.Function:
		id = c.name(id)
		c.add(id, "AWS::ApiGatewayV2::Integration", mapping{}.
			with("ApiId", reference(c.ids[api])).
			with("IntegrationType", "AWS_PROXY").
			with("IntegrationUri", c.callee(e.To)).
			with("PayloadFormatVersion", "2.0"))
		return id
	case graph.Queue:
		role := c.name(id + "Role")
		c.role(role, "apigateway.amazonaws.com", nil, []mapping{allow(c.arn(e.To), "sqs:SendMessage")})
		id = c.name(id)
		c.add(id, "AWS::ApiGatewayV2::Integration", mapping{}.
			with("ApiId", reference(c.ids[api])).
			with("IntegrationType", "AWS_PROXY").
			with("IntegrationSubtype", "SQS-SendMessage").
			with("CredentialsArn", getAtt{role, "Arn"}).
			with("PayloadFormatVersion", "1.0").
			with("RequestParameters", mapping{}.with("QueueUrl", reference(c.ids[e.To])).with("MessageBody", "$request.body")))
		return id
	}
	return ""
}

// tokens are who makes the tokens by which callers are let in, and for whom; nil where no tokens are asked for.
func (c *composer) tokens(api *graph.Node) (issuer, audience tree) {
	for _, e := range c.g.Out(api, graph.Authorizes) {
		c.carry(e)
		pool := c.ids[e.To]
		issuer, audience = substituted("https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${"+pool+"}"), reference(pool+"Client")
	}
	switch way := spelled(api.Setting("authorizer")); {
	case way == "iam" || way == "none":
		return nil, nil
	case way == "jwt" && issuer == nil:
		issuer = c.parameter("JwtIssuer", "issuer of the JSON web tokens, as in their iss claim", "https://issuer.example.com")
		audience = c.parameter("JwtAudience", "accepted value of the tokens' aud claim", "api")
	}
	return issuer, audience
}

// httpAuthorizer writes who checks the callers, and returns what a route says of it.
func (c *composer) httpAuthorizer(api *graph.Node) mapping {
	issuer, audience := c.tokens(api)
	switch {
	case issuer == nil && spelled(api.Setting("authorizer")) == "iam":
		return mapping{}.with("AuthorizationType", "AWS_IAM")
	case issuer == nil:
		return nil
	}
	id := c.name(c.ids[api] + "Authorizer")
	c.add(id, "AWS::ApiGatewayV2::Authorizer", mapping{}.
		with("ApiId", reference(c.ids[api])).
		with("Name", "jwt").
		with("AuthorizerType", "JWT").
		with("IdentitySource", sequence{"$request.header.Authorization"}).
		with("JwtConfiguration", mapping{}.with("Issuer", issuer).with("Audience", sequence{audience})))
	return mapping{}.with("AuthorizationType", "JWT").with("AuthorizerId", reference(id))
}

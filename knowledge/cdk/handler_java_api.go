package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// javaRequest is how a kind of API hands requests over: the types, how an answer is made, and what spells a route.
type javaRequest struct{ in, out, answer, built, route string }

func (w work) javaRequest() javaRequest {
	if w.trigger == triggerREST {
		return javaRequest{"APIGatewayProxyRequestEvent", "APIGatewayProxyResponseEvent", "new APIGatewayProxyResponseEvent()", "",
			`request.getHttpMethod() + " " + request.getResource()`}
	}
	return javaRequest{"APIGatewayV2HTTPEvent", "APIGatewayV2HTTPResponse", "APIGatewayV2HTTPResponse.builder()", ".build()", "request.getRouteKey()"}
}

// javaAnswering are the methods that answer some of a handler's routes.
type javaAnswering struct {
	name, does string
	routes     []route
	body       func() string
}

// api writes the handler of an API's routes.
func (h *javaHandler) api() {
	r := h.javaRequest()
	h.events(r.in)
	h.events(r.out)
	table, param := h.asked()
	found := func(r route) bool { return !r.body() && table != nil && r.param() == param }
	var parts []javaAnswering
	for _, part := range []javaAnswering{
		{"accept", "Takes what a request brings.", h.routesWhere(route.body), h.accept},
		{"lookUp", "Answers with an item.", h.routesWhere(found), h.lookUp},
		{"ask", "Answers a request that brings nothing.", h.routesWhere(func(r route) bool { return !r.body() && !found(r) }), h.ask},
	} {
		if len(part.routes) > 0 {
			parts = append(parts, part)
		}
	}
	access := "private "
	if len(parts) == 1 {
		parts[0].name, access = "handleRequest", "public "
	} else {
		h.routing(parts)
	}
	for _, part := range parts {
		override := ""
		if access == "public " {
			override = "@Override\n"
		}
		at := len(h.members)
		body := part.body()
		method := fmt.Sprintf("/** %s */\n%s%s%s %s(%s request, Context context) {\n%s}\n", part.does, override, access, r.out, part.name, r.in, body)
		h.members = append(h.members[:at], append([]string{method}, h.members[at:]...)...) // before what it calls
	}
	h.member("private static %s answer(int status, Map<String, ?> body) {\nreturn %s.withStatusCode(status).withHeaders(Map.of(\"content-type\", \"application/json\")).withBody(Json.write(body))%s;\n}\n",
		r.out, r.answer, r.built)
}

// routing declares which method answers which route; the last one answers all others.
func (h *javaHandler) routing(parts []javaAnswering) {
	r := h.javaRequest()
	var tests []string
	for _, part := range parts[:len(parts)-1] {
		var routes []string
		for _, route := range part.routes {
			routes = append(routes, "route.equals("+javaString(route.method+" "+route.path)+")")
		}
		tests = append(tests, "if ("+strings.Join(routes, " || ")+") {\nreturn "+part.name+"(request, context);\n}\n")
	}
	h.member("/** Knows a request by its route. */\n@Override\npublic %s handleRequest(%s request, Context context) {\nString route = %s;\n%sreturn %s(request, context);\n}\n",
		r.out, r.in, r.route, strings.Join(tests, ""), parts[len(parts)-1].name)
}

// refusedInJava spells the answer that nothing comes of a request.
func refusedInJava(status int, message string) string {
	return fmt.Sprintf("return answer(%d, Map.of(\"message\", %s));\n", status, javaString(message))
}

// accept takes what a request brings, and passes it on.
func (h *javaHandler) accept() string {
	if h.answers != nil {
		return h.decide()
	}
	h.use("java.nio.charset.StandardCharsets")
	thing := h.thing()
	body := thing + " work;\ntry {\nbyte[] body = Requests.body(request.getBody(), request.getIsBase64Encoded());\n"
	if h.secret() != nil {
		body += h.signed()
	}
	body += "work = " + thing + ".read(new String(body, StandardCharsets.UTF_8));\n} catch (InvalidInputException e) {\n" +
		"Log.info(context, \"refused\", Map.of(\"issue\", e.getMessage()));\nmetrics.count(\"Refused\", 1);\nreturn answer(400, Map.of(\"message\", \"The body is not valid.\", \"issue\", e.getMessage()));\n}\n"
	if h.circuit() != nil {
		body += h.guarded()
		h.model()
		return body
	}
	send := "send(work, context);\n"
	if taken := h.taken(); taken != "" {
		send = "try {\n" + send + "} catch (" + taken + " e) {\n" + refusedInJava(409, "It is there already.") + "}\n"
	}
	h.sendMember("send", "Passes the work on.")
	h.model()
	return body + send + "Log.info(context, \"accepted\", " + h.logged() + ");\nmetrics.count(\"Accepted\", 1);\n" +
		fmt.Sprintf("return answer(%d, %s);\n", h.accepted(), h.logged())
}

// accepted is what a request is answered with that is passed on.
func (w work) accepted() int {
	if len(w.writes) > 0 && w.writes[0].Kind == graph.Table {
		return 201
	}
	return 202
}

// taken names the exception that says that what the handler creates is there already: that stays.
func (h *javaHandler) taken() string {
	service, exception := h.conflict()
	if service == "" {
		return ""
	}
	return h.modelOf(service, exception)
}

// conflict is the exception of AWS that says that what the handler creates is there already, with its service.
func (w work) conflict() (service, exception string) {
	if !w.creates() {
		return "", ""
	}
	for _, n := range w.writes {
		switch n.Kind {
		case graph.Table:
			return "dynamodb", "ConditionalCheckFailedException"
		case graph.ScheduleGroup:
			return "scheduler", "ConflictException"
		case graph.StateMachine:
			return "sfn", "ExecutionAlreadyExistsException"
		}
	}
	return "", ""
}

// lookUp answers with an item that the route names.
func (h *javaHandler) lookUp() string {
	table, param := h.asked()
	value := h.modelOf("dynamodb", "AttributeValue")
	key := []string{javaString(h.key) + ", " + value + ".fromS(request.getPathParameters().get(" + javaString(param) + "))"}
	if h.tenant != "" {
		key = append(key, javaString(h.tenant)+", "+value+".fromS(context.getTenantId())")
	}
	return "metrics.count(\"Asked\", 1);\nMap<String, " + value + "> key = Map.of(" + strings.Join(key, ", ") + ");\nMap<String, " + value + "> item = " +
		h.client("dynamodb") + ".getItem(r -> r.tableName(" + h.variable(envName(table)) + ").key(key)).item();\nif (item.isEmpty()) {\n" + refusedInJava(404, "There is no such item.") + "}\n" +
		"return answer(200, Item.fields(item));\n"
}

// ask answers a request that neither brings a thing nor asks for one.
func (h *javaHandler) ask() string {
	sent := ""
	if len(h.writes) > 0 {
		if !h.takesBody() {
			h.fields = h.fields[:1:1]
			h.sendMember("send", "Passes the work on.")
			h.model()
		}
		sent = "send(" + h.thing() + ".read(Json.write(Map.of(" + javaString(h.key) + ", context.getAwsRequestId()))), context);\n"
	}
	return sent + "Log.info(context, \"asked\", Map.of());\nmetrics.count(\"Asked\", 1);\nreturn answer(200, Map.of());\n"
}

package cdk

import (
	"fmt"
	"strings"
)

func (t *javaTest) api() {
	in := t.javaRequest()
	t.usesEvents(in.in)
	for _, r := range t.routes {
		if r.body() {
			switch {
			case t.answers != nil:
				t.decided(r)
			case t.circuit() != nil:
				t.guarded(r)
			case t.secret() != nil:
				t.signed(r)
			default:
				t.accepts(r)
			}
			break
		}
	}
	t.looked()
}

// request spells a request for a route; more are its further settings.
func (t *javaTest) request(r route, more string) string {
	method := r.method
	if method == "ANY" {
		method = "POST"
	}
	switch in := t.javaRequest(); {
	case t.trigger == triggerREST:
		return "new " + in.in + "().withHttpMethod(" + javaString(method) + ").withResource(" + javaString(r.path) + ")" + more
	case t.url:
		return in.in + ".builder()" + more + ".build()"
	default:
		return in.in + ".builder().withRouteKey(" + javaString(r.method+" "+r.path) + ")" + more + ".build()"
	}
}

// posts declares the helper that sends a body.
func (t *javaTest) posts(r route, more string) {
	out := t.javaRequest().out
	t.usesEvents(out)
	t.helper("private %s post(String body) {\n%s request = %s;\nreturn handler.handleRequest(request, context);\n}\n", out, t.javaRequest().in, t.request(r, ".withBody(body)"+more))
}

// status claims what a body is answered with.
func status(code int, body string) string {
	return fmt.Sprintf("assertEquals(%d, post(%s).getStatusCode());\n", code, body)
}

// accepts tests what is done with the body of a request.
func (t *javaTest) accepts(r route) {
	t.helper("private static final String GOOD = %s;\n", javaString(t.example("a")))
	t.claim("aValidRequestIsPassedOn", "%s%s", status(t.accepted(), "GOOD"), t.calls(t.each()))
	refused := status(400, `"no JSON"`) + status(400, `"{}"`)
	if t.due != "" {
		refused += status(400, "GOOD.replace(\"2100-\", \"2000-\")")
	}
	t.claim("whatBreaksTheContractIsRefused", "%s%s", refused, t.calls(0))
	if t.asks() && t.each() > 0 {
		t.claim("whatAwsRefusesFailsTheCall", refusing+"assertThrows(IllegalStateException.class, () -> post(GOOD));\n%s", t.calls(1))
	}
	if service, exception := t.conflict(); service != "" { // what comes before it is refused alike, and by the same error
		t.uses(javaSDK + service + ".model." + exception)
		t.claim("whatIsThereAlreadyStays", "aws.refusing(%s.builder().build());\n%s%s", exception, status(409, "GOOD"), t.calls(1))
	}
	t.posts(r, "")
}

// looked tests the route that answers from a table; where the handler has no such route and takes nothing, that it answers.
func (t *javaTest) looked() {
	table, param := t.asked()
	for _, r := range t.routes {
		if table == nil || r.body() || r.param() != param {
			continue
		}
		for _, class := range []string{"AttributeValue", "GetItemRequest", "GetItemResponse"} {
			t.uses(javaSDK + "dynamodb.model." + class)
		}
		tenant := ""
		if t.tenant != "" {
			tenant = ", " + javaString(t.tenant) + ", AttributeValue.fromS(\"tenant\")"
		}
		in := t.javaRequest()
		t.claim("anItemIsFound", "Map<String, AttributeValue> item = Map.of(\"n\", AttributeValue.fromN(\"1.50\"));\naws.answering(GetItemRequest.class, () -> GetItemResponse.builder().item(item).build());\n"+
			"assertEquals(\"{\\\"n\\\":1.50}\", handler.handleRequest(lookUp(), context).getBody());\nGetItemRequest asked = aws.call(GetItemRequest.class);\n"+
			"assertEquals(Map.of(%s, AttributeValue.fromS(\"a\")%s), asked.key());\n", javaString(t.key), tenant)
		t.claim("anItemThatIsNotThereIsNotFound", "assertEquals(404, handler.handleRequest(lookUp(), context).getStatusCode());\n")
		t.helper("private static %s lookUp() {\nreturn %s;\n}\n", in.in, t.request(r, ".withPathParameters(Map.of("+javaString(param)+", \"a\"))"))
		return
	}
	if len(t.members) == 0 {
		t.claim("aQuestionIsAnswered", "%s request = %s;\nassertEquals(200, handler.handleRequest(request, context).getStatusCode());\n%s", t.javaRequest().in, t.request(t.routes[0], ""), t.calls(t.each()))
	}
}

// signed tests a handler that checks signatures: a sound request, and some that are forged. All ways to forge one are
// tested beside what checks it.
func (t *javaTest) signed(r route) {
	for _, class := range []string{"java.nio.charset.StandardCharsets", "java.time.Instant", "java.util.HexFormat"} {
		t.uses(class)
	}
	out := t.javaRequest().out
	t.usesEvents(out)
	t.helper("private static final String GOOD = %s;\n\nprivate final String now = Long.toString(Instant.now().getEpochSecond());\n", javaString(t.example("a")))
	post := func(code int, body, sent, signature string) string {
		return fmt.Sprintf("assertEquals(%d, post(%s, %s, %s).getStatusCode());\n", code, body, sent, signature)
	}
	t.claim("aSignedRequestIsPassedOn", "%s%s", post(t.accepted(), "GOOD", "now", `sign("key", now, GOOD)`), t.calls(t.each()))
	t.claim("aForgedRequestIsRefused", "%s%s%s%s%s", post(401, "GOOD", "now", `""`), post(401, "GOOD", "now", `sign("other", now, GOOD)`), post(401, `GOOD + " "`, "now", `sign("key", now, GOOD)`),
		post(401, "GOOD", `"1000"`, `sign("key", "1000", GOOD)`), t.calls(0))
	t.claim("aSignedRequestThatBreaksTheContractIsRefused", "%s%s", post(400, `"{}"`, "now", `sign("key", now, "{}")`), t.calls(0))
	if first := t.writesFirst(); first != "" {
		t.claim("whatCouldNotBeKeptIsNotPassedOn", refusing+"assertThrows(IllegalStateException.class, () -> post(GOOD, now, sign(\"key\", now, GOOD)));\n%sassertTrue(aws.calls.get(0) instanceof %s);\n", t.calls(1), first)
	}
	t.helper("private %s post(String body, String sent, String signature) {\n%s request = %s;\nreturn handler.handleRequest(request, context);\n}\n", out, t.javaRequest().in,
		t.request(r, `.withBody(body).withHeaders(Map.of("X-Timestamp", sent, "X-Signature", signature))`))
	t.helper("private static String sign(String key, String sent, String body) {\nreturn HexFormat.of().formatHex(Signature.sign(key, sent, body.getBytes(StandardCharsets.UTF_8)));\n}\n")
}

// guarded tests a handler that calls another system through its circuit breaker.
func (t *javaTest) guarded(r route) {
	for _, class := range []string{"com.sun.net.httpserver.HttpServer", "java.io.IOException", "java.net.InetAddress", "java.net.InetSocketAddress", "java.time.Instant",
		javaSDK + "dynamodb.model.AttributeValue", javaSDK + "dynamodb.model.GetItemRequest", javaSDK + "dynamodb.model.GetItemResponse", javaSDK + "dynamodb.model.UpdateItemRequest",
		javaSDK + "dynamodb.model.UpdateItemResponse"} {
		t.uses(class)
	}
	t.helper("private int asked;\n")
	for _, c := range []struct {
		name                                    string
		openUntil                               string
		failures, answers, status, calls, asked int
	}{
		{"aSoundAnswerIsPassedOnAndClosesTheCircuit", "0", 0, 201, 201, 2, 1},
		{"whatThePartnerRefusesIsNoFailureOfIt", "0", 0, 422, 422, 2, 1},
		{"aFailureIsCounted", "0", 4, 500, 502, 2, 1},
		{"theLastFailureOpensTheCircuit", "0", 5, 500, 502, 3, 1},
		{"anOpenCircuitSparesThePartner", "Instant.now().getEpochSecond() + 60", 0, 200, 503, 1, 0},
	} {
		t.claim(c.name+throwsIOException, "assertEquals(%d, call(%s, %d, %d));\nassertEquals(%d, aws.calls.size());\nassertEquals(%d, asked);\n", c.status, c.openUntil, c.failures, c.answers, c.calls, c.asked)
	}
	t.uses(javaSDK + "dynamodb.model.DeleteItemRequest")
	t.uses(javaSDK + "dynamodb.model.RequestLimitExceededException")
	t.claim("aFaultOfTheTableSpoilsNoSoundAnswer"+throwsIOException, "aws.failing(DeleteItemRequest.class, RequestLimitExceededException.builder().build());\nassertEquals(201, call(0, 0, 201));\n")
	t.claim("silenceIsAFailure", "state(0, 4);\n%[1]s silent = new %[1]s(aws.client(DynamoDbClient.class), name -> \"http://127.0.0.1:1\");\nassertEquals(502, silent.handleRequest(request(), context).getStatusCode());\nassertEquals(2, aws.calls.size());\n", t.javaClass())
	in := t.javaRequest()
	t.helper("/** Calls the handler while the partner answers so, and gives the handler's status. */\nprivate int call(long openUntil, long failures, int answers) throws IOException {\nstate(openUntil, failures);\n"+
		"HttpServer partner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);\npartner.createContext(\"/\", e -> answer(e, answers));\npartner.start();\ntry {\n"+
		"String url = \"http://127.0.0.1:\" + partner.getAddress().getPort();\n%[1]s calling = new %[1]s(aws.client(DynamoDbClient.class), name -> url);\n"+
		"return calling.handleRequest(request(), context).getStatusCode();\n} finally {\npartner.stop(0);\n}\n}\n", t.javaClass())
	t.uses("com.sun.net.httpserver.HttpExchange")
	t.helper("private void answer(HttpExchange exchange, int status) throws IOException {\nasked++;\nexchange.sendResponseHeaders(status, -1);\nexchange.close();\n}\n")
	t.helper("/** Sets what is known of the circuit. */\nprivate void state(long openUntil, long failures) {\nMap<String, AttributeValue> state = Map.of(\"openUntil\", number(openUntil), \"failures\", number(failures));\n" +
		"aws.answering(GetItemRequest.class, () -> GetItemResponse.builder().item(state).build());\naws.answering(UpdateItemRequest.class, () -> UpdateItemResponse.builder().attributes(state).build());\n}\n")
	t.helper("private static AttributeValue number(long n) {\nreturn AttributeValue.fromN(Long.toString(n));\n}\n")
	t.helper("private static %s request() {\nreturn %s;\n}\n", in.in, t.request(r, ".withBody("+javaString(t.example("a"))+")"))
}

const throwsIOException = "() throws IOException"

// decided tests a handler that answers a waiting workflow.
func (t *javaTest) decided(r route) {
	for _, class := range []string{"dynamodb.model.AttributeValue", "dynamodb.model.GetItemRequest", "dynamodb.model.GetItemResponse", "sfn.model.SendTaskSuccessRequest", "sfn.model.TaskDoesNotExistException", "sfn.model.TaskTimedOutException"} {
		t.uses(javaSDK + class)
	}
	t.helper("private static final String YES = \"{\\\"approved\\\":true}\";\n")
	t.claim("theWaitingWorkflowIsTold", "waiting();\n%sSendTaskSuccessRequest told = aws.call(SendTaskSuccessRequest.class);\nassertEquals(\"t\", told.taskToken());\nassertEquals(YES, told.output());\n", status(202, "YES"))
	t.claim("whatNobodyWaitsForIsNotFound", "%s", status(404, "YES"))
	t.claim("whatIsNoDecisionIsRefused", "waiting();\n%s%s", status(400, `"{}"`), status(400, `"yes"`))
	for _, exception := range []string{"TaskTimedOutException", "TaskDoesNotExistException"} {
		t.claim("aWorkflowThatSays"+strings.TrimSuffix(exception, "Exception")+"IsGone", "waiting();\naws.failing(SendTaskSuccessRequest.class, %s.builder().build());\n%s", exception, status(410, "YES"))
	}
	t.helper("private void waiting() {\nMap<String, AttributeValue> item = Map.of(\"token\", AttributeValue.fromS(\"t\"));\naws.answering(GetItemRequest.class, () -> GetItemResponse.builder().item(item).build());\n}\n")
	t.posts(r, ".withPathParameters(Map.of("+javaString(t.routes[0].param())+", \"a\"))")
}

// testHead makes of a test's name, which may tell what it throws, the head of its method.
func testHead(name string) string {
	if strings.HasSuffix(name, throwsIOException) {
		return "void " + name
	}
	return "void " + name + "()"
}

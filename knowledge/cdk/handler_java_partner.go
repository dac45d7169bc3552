package cdk

// What an API's handler does that another system is behind: signed requests, calls of a partner, waiting workflows.

// signed spells the check of a request's signature, which stands before the body is read.
func (h *javaHandler) signed() string {
	h.use("java.time.Instant")
	h.part(javaPart{"senderKey", "SenderKey", "new SenderKey(" + h.client("secretsmanager") + ", settings.apply(" + javaString(envName(h.secret())) + "))"})
	return "// The signature is over the bytes as they came: nothing is parsed before.\nString sent = Requests.header(request.getHeaders(), \"x-timestamp\");\n" +
		"String signature = Requests.header(request.getHeaders(), \"x-signature\");\nInstant now = Instant.now();\nif (!Signature.valid(senderKey.get(now), sent, signature, body, now)) {\n" +
		"Log.warn(context, \"forged\", Map.of());\nmetrics.count(\"Forged\", 1);\n" + refusedInJava(401, "The signature is not valid.") + "}\n"
}

// guarded spells what is done with the work that another system gets through its circuit breaker, and declares the call.
func (h *javaHandler) guarded() string {
	for _, class := range []string{"java.io.IOException", "java.net.URI", "java.net.http.HttpClient", "java.net.http.HttpRequest", "java.net.http.HttpResponse.BodyHandlers", "java.time.Duration",
		"software.amazon.awssdk.core.exception.SdkException"} {
		h.use(class)
	}
	h.part(javaPart{"breaker", "CircuitBreaker", "new CircuitBreaker(" + h.client("dynamodb") + ", settings.apply(" + javaString(envName(h.circuit())) + `), "partner")`})
	h.part(javaPart{"partner", "HttpClient", "HttpClient.newHttpClient()"})
	address := h.variable("SERVICE_URL")
	h.member("/** Gives the partner's status. Its own failures, and silence, are exceptions. */\nprivate int call(%s work) throws IOException {\n"+
		"HttpRequest request = HttpRequest.newBuilder(URI.create(%s)).timeout(Duration.ofSeconds(%d)).header(\"content-type\", \"application/json\").POST(HttpRequest.BodyPublishers.ofString(work.text())).build();\n"+
		"try {\nint status = partner.send(request, BodyHandlers.discarding()).statusCode();\nif (status >= 500) {\nthrow new IOException(\"the partner answered \" + status);\n}\nreturn status;\n"+
		"} catch (InterruptedException e) {\nThread.currentThread().interrupt();\nthrow new IOException(\"the call was interrupted\", e);\n}\n}\n", h.thing(), address, partnerSeconds)
	return "if (breaker.open()) {\nmetrics.count(\"Spared\", 1);\n" + refusedInJava(503, "The partner is down. Try again later.") + "}\nint status;\ntry {\nstatus = call(work);\n} catch (IOException e) {\n" +
		"Log.error(context, \"the call failed\", e, Map.of());\nmetrics.count(\"Failed\", 1);\nbreaker.failed(context);\n" + refusedInJava(502, "The partner did not answer.") + "}\ntry {\nbreaker.succeeded();\n} catch (SdkException e) {\n// The partner has done its work by now.\n" +
		"Log.error(context, \"the failures were not forgotten\", e, Map.of());\n}\n" +
		"Log.info(context, \"called\", Map.of(" + javaString(h.key) + ", " + h.value(h.key) + ", \"status\", status));\nmetrics.count(\"Called\", 1);\nreturn answer(status, " + h.logged() + ");\n"
}

// decide spells what is done with the answer to a waiting workflow: the token is in the table.
func (h *javaHandler) decide() string {
	h.use("com.fasterxml.jackson.databind.JsonNode")
	h.use("java.nio.charset.StandardCharsets")
	value := h.modelOf("dynamodb", "AttributeValue")
	late, gone := h.modelOf("sfn", "TaskTimedOutException"), h.modelOf("sfn", "TaskDoesNotExistException")
	table := h.lookup()
	return "boolean approved;\ntry {\nbyte[] body = Requests.body(request.getBody(), request.getIsBase64Encoded());\nJsonNode json = Json.read(new String(body, StandardCharsets.UTF_8));\n" +
		"approved = Json.truth(json, \"approved\");\n} catch (InvalidInputException e) {\nmetrics.count(\"Refused\", 1);\n" + refusedInJava(400, "The body is not valid.") + "}\n" +
		"String id = request.getPathParameters().get(" + javaString(h.routes[0].param()) + ");\nMap<String, " + value + "> key = Map.of(" + javaString(tableKey(table, "HASH")) + ", " + value + ".fromS(id));\n" +
		"Map<String, " + value + "> item = " + h.client("dynamodb") + ".getItem(r -> r.tableName(" + h.variable(envName(table)) + ").key(key)).item();\nif (!item.containsKey(\"token\")) {\n" +
		refusedInJava(404, "Nobody waits for this decision.") + "}\nMap<String, Boolean> decision = Map.of(\"approved\", approved);\ntry {\n" +
		h.made("sfn", "sendTaskSuccess", `taskToken(item.get("token").s())`, "output(Json.write(decision))") + "} catch (" + late + " | " + gone + " e) {\n" + refusedInJava(410, "The decision comes too late.") + "}\n" +
		"Log.info(context, \"decided\", decision);\nmetrics.count(\"Decided\", 1);\nreturn answer(202, decision);\n"
}

package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// socket writes the handler of a WebSocket API's route: those who come and go are remembered in a table, and a message
// is passed on like the body of a request.
func (h *javaHandler) socket() {
	h.events("APIGatewayV2WebSocketEvent")
	h.events("APIGatewayV2WebSocketResponse")
	table, route := h.connectionTable(), h.routes[0].path
	at := len(h.members)
	body := ""
	switch {
	case table != nil && (route == "$connect" || route == "$disconnect"):
		value := h.modelOf("dynamodb", "AttributeValue")
		name, key := h.variable(envName(table)), "Map.of("+javaString(tableKey(table, "HASH"))+", "+value+".fromS(id))"
		if route == "$disconnect" {
			body = h.made("dynamodb", "deleteItem", "tableName("+name+")", "key("+key+")")
			break
		}
		h.use("java.time.Duration")
		h.use("java.time.Instant")
		body = fmt.Sprintf("// A connection whose end nobody tells of is forgotten after some hours.\nlong end = Instant.now().plus(Duration.ofHours(%d)).getEpochSecond();\n", connectionHours) +
			"Map<String, " + value + "> item = Map.of(" + javaString(tableKey(table, "HASH")) + ", " + value + ".fromS(id), \"expiration\", " + value + ".fromN(Long.toString(end)));\n" +
			h.made("dynamodb", "putItem", "tableName("+name+")", "item(item)")
	default:
		thing := h.thing()
		body = thing + " work;\ntry {\nwork = " + thing + ".read(request.getBody());\n} catch (InvalidInputException e) {\n" +
			"Log.info(context, \"refused\", Map.of(\"connectionId\", id, \"issue\", e.getMessage()));\nmetrics.count(\"Refused\", 1);\nreturn answer(400);\n}\nsend(work, context);\n"
		h.sendMember("send", "Passes the work on.")
		h.model()
	}
	method := fmt.Sprintf("/** Is told of a connection. */\n@Override\npublic APIGatewayV2WebSocketResponse handleRequest(APIGatewayV2WebSocketEvent request, Context context) {\n"+
		"String id = request.getRequestContext().getConnectionId();\n%sLog.info(context, %s, Map.of(\"connectionId\", id));\nmetrics.count(\"Done\", 1);\nreturn answer(200);\n}\n", body, javaString(route))
	h.members = append(h.members[:at], append([]string{method}, h.members[at:]...)...) // before what it calls
	h.member("private static APIGatewayV2WebSocketResponse answer(int status) {\nAPIGatewayV2WebSocketResponse answer = new APIGatewayV2WebSocketResponse();\nanswer.setStatusCode(status);\nreturn answer;\n}\n")
}

// push sends the work to everybody who is connected, and forgets those who are gone.
func (h *javaHandler) push(api *graph.Node) string {
	h.endpoint = envName(api)
	h.use("java.net.URI")
	h.use("software.amazon.awssdk.core.SdkBytes")
	h.use(javaSDK + "dynamodb.paginators.ScanIterable")
	value, gone := h.modelOf("dynamodb", "AttributeValue"), h.modelOf("apigatewaymanagementapi", "GoneException")
	table := h.connectionTable()
	name, key := h.variable(envName(table)), javaString(tableKey(table, "HASH"))
	return "ScanIterable connected = " + h.client("dynamodb") + ".scanPaginator(r -> r.tableName(" + name + "));\nfor (Map<String, " + value + "> connection : connected.items()) {\n" +
		value + " id = connection.get(" + key + ");\ntry {\n" +
		h.made("apigatewaymanagementapi", "postToConnection", "connectionId(id.s())", "data(SdkBytes.fromUtf8String(work.text()))") + "} catch (" + gone + " e) {\n" +
		h.made("dynamodb", "deleteItem", "tableName("+name+")", "key(Map.of("+key+", id))") + "}\n}\n"
}

// enrich writes the handler of a pipe's enrichment: it is given a list of records and returns the list of what goes on,
// shorter where records are left out.
func (h *javaHandler) enrich() {
	for _, class := range []string{"com.fasterxml.jackson.databind.JsonNode", "java.util.ArrayList", "java.util.List"} {
		h.use(class)
	}
	text := `Json.text(record, "body")`
	switch h.envelope {
	case "stream":
		h.use("java.util.Base64")
		text = `new String(Base64.getDecoder().decode(Json.text(record, "data")), StandardCharsets.UTF_8)`
	case "table":
		text = `Json.write(DynamoJson.fields(record.path("dynamodb").path("NewImage")))`
	}
	found := "enriched.add(work.json());\n"
	if table := h.joined(); table != nil {
		h.use("com.fasterxml.jackson.databind.node.ObjectNode")
		value, key := h.modelOf("dynamodb", "AttributeValue"), tableKey(table, "HASH")
		found = "Map<String, " + value + "> key = Map.of(" + javaString(key) + ", " + value + ".fromS(" + h.textOf(key) + "));\nMap<String, " + value + "> found = " +
			h.client("dynamodb") + ".getItem(r -> r.tableName(" + h.variable(envName(table)) + ").key(key)).item();\nObjectNode fields = work.json().deepCopy();\n" +
			"if (!found.isEmpty()) {\nfields.set(\"found\", Json.of(Item.fields(found)));\n}\nenriched.add(fields);\n"
	}
	h.readsEvent("Adds to each record what is known of it.", "List<JsonNode> enriched = new ArrayList<>();\nfor (JsonNode record : Json.read(event)) {\n"+h.thing()+" work = "+h.thing()+".read("+text+");\n"+found+
		"}\nLog.info(context, \"enriched\", Map.of(\"records\", enriched.size()));\nmetrics.count(\"Enriched\", enriched.size());\n", "Json.write(enriched)")
	h.model()
}

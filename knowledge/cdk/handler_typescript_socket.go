package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// connectionHours is how long a connection is remembered at most: longer than the two hours that API Gateway keeps one.
const connectionHours = 3

// socket writes the handler of a WebSocket API's route: those who come and go are remembered in a table, and a message
// is passed on like the body of a request.
func (h *tsHandler) socket() {
	h.use("aws-lambda", "type APIGatewayProxyResultV2", "type APIGatewayProxyWebsocketEventV2", "type Context")
	table := h.connectionTable()
	coming, going := table != nil && h.routes[0].path == "$connect", table != nil && h.routes[0].path == "$disconnect"
	if !coming && !going {
		h.schema()
	}
	h.printf("\n%s", layout(group(txt("export const handler = async ("), nest(softline, txt("event: APIGatewayProxyWebsocketEventV2,"), line, txt("context: Context")), ifWide(","), softline,
		txt("): Promise<APIGatewayProxyResultV2> => {")), tsWidth, "  "))
	h.printf("\n  logger.addContext(context);\n  const { connectionId } = event.requestContext;\n")
	switch {
	case coming:
		h.document()
		h.use("@aws-sdk/lib-dynamodb", "PutCommand")
		h.printf("  // A connection whose end nobody tells of is forgotten after %d hours.\n  const expiration = Math.floor(Date.now() / 1000) + %d * 60 * 60;\n", connectionHours, connectionHours)
		h.command("  ", "table", "PutCommand", "TableName: process.env."+envName(table), "Item: { "+connectionKey(table)+", expiration }")
	case going:
		h.document()
		h.use("@aws-sdk/lib-dynamodb", "DeleteCommand")
		h.command("  ", "table", "DeleteCommand", "TableName: process.env."+envName(table), "Key: { "+connectionKey(table)+" }")
	default:
		h.printf("  const parsed = %s.safeParse(JSON.parse(event.body ?? '{}'));\n  if (!parsed.success) {\n    return { statusCode: 400 };\n  }\n  const work = parsed.data;\n", h.event)
		h.send("  ")
	}
	h.printf("  logger.info(%s, { connectionId });\n  return { statusCode: 200 };\n};\n", tsString(h.routes[0].path))
}

func connectionKey(table *graph.Node) string {
	if key := tableKey(table, "HASH"); key != "connectionId" {
		return tsKey(key) + ": connectionId"
	}
	return "connectionId"
}

// connectionTable is the table in which the function remembers or finds who is connected, nil if there is none.
func (w work) connectionTable() *graph.Node {
	for _, n := range append(append([]*graph.Node{}, w.writes...), w.reads...) {
		if spelled(n.Setting("role")) == "connections" {
			return n
		}
	}
	return nil
}

// push sends the work to everybody who is connected, and forgets those who are gone.
func (h *tsHandler) push(indent string, api *graph.Node) {
	table := h.connectionTable()
	key := tableKey(table, "HASH")
	h.document()
	h.use("@aws-sdk/client-apigatewaymanagementapi", "ApiGatewayManagementApiClient", "GoneException", "PostToConnectionCommand")
	h.use("@aws-sdk/lib-dynamodb", "DeleteCommand", "paginateScan")
	h.client("const socket = new ApiGatewayManagementApiClient({ endpoint: process.env." + envName(api) + " });")
	h.client("const TableName = process.env." + envName(table) + ";")
	h.b.WriteString(indented(strings.Join([]string{
		"for await (const page of paginateScan({ client: table }, { TableName })) {",
		"  for (const item of page.Items ?? []) {",
		"    const ConnectionId = String(item" + tsAccess(key) + ");",
		"    try {",
		"      const Data = JSON.stringify(work);",
		"      await socket.send(new PostToConnectionCommand({ ConnectionId, Data }));",
		"    } catch (error) {",
		"      if (!(error instanceof GoneException)) {",
		"        throw error;",
		"      }",
		"      await table.send(new DeleteCommand({ TableName, Key: { " + tsKey(key) + ": ConnectionId } }));",
		"    }",
		"  }",
		"}",
	}, "\n"), indent))
}

// tsSocketTest tests the handler of a WebSocket API's route.
func tsSocketTest(w work) string {
	table := w.connectionTable()
	command := map[string]string{"$connect": "PutCommand", "$disconnect": "DeleteCommand"}[w.routes[0].path]
	if table == nil || command == "" {
		return ""
	}
	var b strings.Builder
	w.writes = nil
	b.WriteString(w.testHead(map[string][]string{
		"aws-lambda": {"type APIGatewayProxyWebsocketEventV2", "type Context"}, "aws-sdk-client-mock": {"mockClient"}, "@aws-sdk/lib-dynamodb": {"DynamoDBDocumentClient", command},
	}))
	fmt.Fprintf(&b, "process.env.%s = 'table';\n\nconst table = mockClient(DynamoDBDocumentClient);\ntable.on(%s).resolves({});\n", envName(table), command)
	b.WriteString(w.mocks())
	b.WriteString("\nconst event = {\n  requestContext: { connectionId: 'c' },\n} as APIGatewayProxyWebsocketEventV2;\n")
	fmt.Fprintf(&b, "\ntest('the connection is told of', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	fmt.Fprintf(&b, "  assert.deepEqual(await handler(event, context), { statusCode: 200 });\n  assert.equal(table.commandCalls(%s).length, 1);\n});\n", command)
	return b.String()
}

package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// socket writes the handler of a WebSocket API's route: those who come and go are remembered in a table, and a message
// is passed on like the body of a request.
func (h *goHandler) socket() {
	for _, path := range []string{"fmt", "log/slog", "net/http", goLambda + "/events"} {
		h.use(path)
	}
	const nothing = "return events.APIGatewayProxyResponse{}, "
	table, route := h.connectionTable(), h.routes[0].path
	body := ""
	switch {
	case table != nil && (route == "$connect" || route == "$disconnect"):
		key := goString(tableKey(table, "HASH")) + ": " + h.textValue("id")
		if route == "$connect" {
			h.use("strconv")
			h.use("time")
			types := h.types("dynamodb")
			body = fmt.Sprintf("// A connection whose end nobody tells of is forgotten after some hours.\nexpiration := strconv.FormatInt(time.Now().Add(%d*time.Hour).Unix(), 10)\n", connectionHours) +
				"_, err := " + h.call("dynamodb", "PutItem") + "TableName: &" + h.variable(envName(table)) + ", Item: map[string]" + types + ".AttributeValue{\n" + key +
				",\n\"expiration\": &" + types + ".AttributeValueMemberN{Value: expiration},\n}})\nif err != nil {\n" + nothing + "fmt.Errorf(\"remembering the connection: %w\", err)\n}\n"
			break
		}
		body = "_, err := " + h.call("dynamodb", "DeleteItem") + "TableName: &" + h.variable(envName(table)) + ", Key: map[string]" + h.types("dynamodb") + ".AttributeValue{\n" + key +
			",\n}})\nif err != nil {\n" + nothing + "fmt.Errorf(\"forgetting the connection: %w\", err)\n}\n"
	default:
		h.model()
		h.sendBlock("send", "passes the work on")
		body = "w, err := read([]byte(request.Body))\nif err != nil {\nslog.InfoContext(ctx, \"refused\", \"connectionId\", id, \"error\", err)\nh.metrics.Count(\"Refused\", 1)\n" +
			"return events.APIGatewayProxyResponse{StatusCode: http.StatusBadRequest}, nil\n}\nif err := h.send(ctx, w); err != nil {\n" + nothing + "err\n}\n"
	}
	h.block("// handle is told of a connection.\nfunc (h *handler) handle(ctx context.Context, request events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {\n"+
		"id := request.RequestContext.ConnectionID\n%sslog.InfoContext(ctx, %s, \"connectionId\", id)\nh.metrics.Count(\"Done\", 1)\nreturn events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, nil\n}\n", body, goString(route))
}

// push sends the work to everybody who is connected, and forgets those who are gone.
func (h *goHandler) push(api *graph.Node) string {
	h.use("errors")
	h.use(goSDK + "/aws")
	table := h.connectionTable()
	name, key := h.variable(envName(table)), tableKey(table, "HASH")
	types, sockets := h.types("dynamodb"), h.types("apigatewaymanagementapi")
	h.endpoint = envName(api)
	h.use(goSDK + "/service/dynamodb")
	deleted := h.call("dynamodb", "DeleteItem")
	posted := h.call("apigatewaymanagementapi", "PostToConnection")
	h.call("dynamodb", "Scan")
	return "pages := dynamodb.NewScanPaginator(h.tables, &dynamodb.ScanInput{TableName: &" + name + "})\nfor pages.HasMorePages() {\npage, err := pages.NextPage(ctx)\nif err != nil {\n" +
		"return fmt.Errorf(\"listing the connections: %w\", err)\n}\nfor _, connection := range page.Items {\nid, ok := connection[" + goString(key) + "].(*" + types + ".AttributeValueMemberS)\nif !ok {\ncontinue\n}\n" +
		"_, err := " + posted + "ConnectionId: &id.Value, Data: w.text})\nvar gone *" + sockets + ".GoneException\nif errors.As(err, &gone) {\n" +
		"_, err = " + deleted + "TableName: &" + name + ", Key: map[string]" + types + ".AttributeValue{" + goString(key) + ": id}})\n}\nif err != nil {\nreturn fmt.Errorf(\"sending to a connection: %w\", err)\n}\n}\n}\n"
}

package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// passed tests what the other tests do not show: what is in an item that the handler makes itself, a bus that takes
// nothing, and connections that are gone.
func (t *javaTest) passed() {
	send := "send"
	if t.memory == nil && len(t.routes) == 0 {
		send = "perform"
	}
	call := fmt.Sprintf("handler.%s(work, context)", send)
	work := fmt.Sprintf("%[1]s.%[2]s work = %[1]s.%[2]s.read(%[3]s);\n", t.javaClass(), t.thing(), javaString(t.example("a")))
	for _, n := range t.writes {
		switch {
		case n.Kind == graph.EventBus:
			t.uses(javaSDK + "eventbridge.model.PutEventsResultEntry")
			t.claim("whatTheBusRefusesFails", "%sPutEventsResultEntry entry = PutEventsResultEntry.builder().errorMessage(\"full\").build();\n"+
				"aws.answering(PutEventsRequest.class, () -> PutEventsResponse.builder().failedEntryCount(1).entries(entry).build());\nassertThrows(IllegalStateException.class, () -> %s);\n", work, call)
			return
		case n.Kind == graph.WebSocketAPI:
			t.uses(javaSDK + "apigatewaymanagementapi.model.GoneException")
			t.uses(javaSDK + "apigatewaymanagementapi.model.PostToConnectionRequest")
			t.uses(javaSDK + "dynamodb.model.DeleteItemRequest")
			t.claim("whoIsGoneIsForgotten", "%saws.failing(PostToConnectionRequest.class, GoneException.builder().build());\n%s;\nDeleteItemRequest deleted = aws.call(DeleteItemRequest.class);\n"+
				"assertEquals(Map.of(%s, AttributeValue.fromS(\"c\")), deleted.key());\n", work, call, javaString(tableKey(t.connectionTable(), "HASH")))
			return
		case n.Kind == graph.Table && (t.tenant != "" || t.collects != nil || t.undoes) && t.work.textual(t.key):
			t.itemOf(n, work, call)
			return
		}
	}
}

// textual tells whether a field is a text.
func (w work) textual(name string) bool {
	for _, f := range w.fields {
		if f.name == name {
			return f.javaType() == "String"
		}
	}
	return true
}

// itemOf tests by which key an item is written or deleted.
func (t *javaTest) itemOf(table *graph.Node, work, call string) {
	request, item := "PutItemRequest", "item"
	if t.undoes {
		request, item = "DeleteItemRequest", "key"
	}
	t.uses(javaSDK + "dynamodb.model." + request)
	tenant := ""
	if t.tenant != "" {
		tenant = fmt.Sprintf("assertEquals(\"tenant\", written.%s().get(%s).s());\n", item, javaString(t.tenant))
	}
	t.claim("theItemHasItsKey", "%s%s;\n%[3]s written = aws.call(%[3]s.class);\nassertEquals(\"a\", written.%[4]s().get(%[5]s).s());\n%[6]s", work, call, request, item, javaString(t.key), tenant)
}

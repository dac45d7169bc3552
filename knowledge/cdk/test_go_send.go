package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// sent tests what the rows of the other tests do not show: what is in an item that the handler makes itself, a bus that
// takes nothing, and connections that are gone.
func (t *goTest) sent() {
	send := "send"
	if t.memory == nil && len(t.goHandler.routes) == 0 {
		send = "perform"
	}
	for _, n := range t.writes {
		switch {
		case n.Kind == graph.EventBus:
			t.sending(send, "WhatTheBusRefusesFails", "refused: 1", "err == nil", "it did not\"")
			return
		case n.Kind == graph.WebSocketAPI:
			t.imports[goSDK+"/service/apigatewaymanagementapi/types"] = "apigatewaymanagementapitypes"
			item := goString(tableKey(t.connectionTable(), "HASH")) + `: &dynamodbtypes.AttributeValueMemberS{Value: "c"}`
			t.sending(send, "WhoIsGoneIsForgotten", "posted: &apigatewaymanagementapitypes.GoneException{}, item: map[string]dynamodbtypes.AttributeValue{"+item+"}",
				"err != nil || len(cloud.calls) != 3", "%v, calls: %v\", err, cloud.calls")
			return
		case n.Kind == graph.Table && (t.tenant != "" || t.collects != nil || t.undoes) && !t.fieldOf(t.key).pointer():
			t.itemOf(send, n)
			return
		}
	}
}

// sending declares a test that passes one piece of work on. fake spells the fields of the fake, wrong what must not be,
// message what is said then: the rest of a call behind its opening quote.
func (t *goTest) sending(send, name, fake, wrong, message string) {
	t.claim("func Test%s(t *testing.T) {\nw, err := read([]byte(%s))\nif err != nil {\nt.Fatal(err)\n}\ncloud := &fake{%s}\nif err := newHandler(cloud).%s(%s, w); %s {\nt.Errorf(\"%s)\n}\n}\n",
		name, goString(t.example("a")), fake, send, t.context(), wrong, message)
}

// itemOf tests by which key an item is written or deleted.
func (t *goTest) itemOf(send string, table *graph.Node) {
	t.imports[goSDK+"/service/dynamodb/types"] = "dynamodbtypes"
	want := fmt.Sprintf("%s: \"a\"", goString(t.key))
	if t.tenant != "" {
		want = goString(t.tenant) + ": \"tenant\", " + want
	}
	input, item := "PutItem", "Item"
	if t.undoes {
		input, item = "DeleteItem", "Key"
	}
	t.claim("func TestTheItemHasItsKey(t *testing.T) {\nw, err := read([]byte(%s))\nif err != nil {\nt.Fatal(err)\n}\ncloud := &fake{}\nif err := newHandler(cloud).%s(%s, w); err != nil {\nt.Fatal(err)\n}\n"+
		"var in *dynamodb.%sInput\nfor _, call := range cloud.calls {\nif found, ok := call.(*dynamodb.%[4]sInput); ok {\nin = found\n}\n}\nif in == nil {\nt.Fatalf(\"calls: %%v\", cloud.calls)\n}\nfor name, want := range map[string]string{%[5]s} {\n"+
		"if got, ok := in.%[6]s[name].(*dynamodbtypes.AttributeValueMemberS); !ok || got.Value != want {\nt.Errorf(\"%%s is %%v\", name, in.%[6]s[name])\n}\n}\n}\n",
		goString(t.example("a")), send, t.context(), input, want, item)
}

package cdk

import (
	"fmt"
	"slices"
	"strings"
)

// runs tests a handler that is given one thing at a time.
func (t *goTest) runs() {
	made := "json.RawMessage(body)"
	if t.trigger != triggerPlain {
		t.uses(goLambda + "/events")
	}
	switch t.trigger {
	case triggerTopic:
		made = "events.SNSEvent{Records: []events.SNSEventRecord{{SNS: events.SNSEntity{Message: body}}}}"
	case triggerEvent:
		made = "events.EventBridgeEvent{Detail: json.RawMessage(body)}"
		t.uses("encoding/json")
	default:
		t.uses("encoding/json")
	}
	t.bodies()
	each := t.each()
	twice := "\"a second delivery changes nothing\""
	switch {
	case len(t.faked) == 0:
		twice = "\"a second delivery fails nothing\""
	case t.memory == nil:
		twice = "\"each delivery is worked on\""
	}
	calls := func(n int) string { return t.withFake(fmt.Sprintf(", calls: %d", n), "") }
	rows := twice + ": {bodies: []string{good, good, other}" + calls((t.once()+1)*each) + "},\n" +
		"\"a broken contract fails\": {bodies: []string{bad}, fails: true},\n\"no JSON fails\": {bodies: []string{\"no JSON\"}, fails: true},\n"
	if len(t.faked) > 0 {
		t.uses("errors")
		rows += "\"what AWS refuses fails\": {bodies: []string{good}, refusal: errors.New(\"down\"), fails: true, calls: 1},\n"
	}
	t.claim(goRunTest, t.withFake("refusal error // of each call to AWS\n", ""), t.withFake("calls int\n", ""), rows,
		t.cloud(), t.withFake("cloud", ""), made, t.counted())
}

const goRunTest = `func TestRuns(t *testing.T) {
	tests := map[string]struct {
		bodies []string
		%[1]sfails bool // the last one
		%[2]s}{
%[3]s}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			%[4]sh := newHandler(%[5]s)
			var err error
			for _, body := range test.bodies {
				err = h.handle(t.Context(), %[6]s)
			}
			if (err != nil) != test.fails {
				t.Errorf("got %%v", err)
			}
			%[7]s})
	}
}
`

func (t *goTest) stream() {
	s := goStreams[t.trigger]
	each := t.each()
	good, bad := "good", `"{}"`
	if t.trigger == triggerTable {
		var fields []string
		for i, f := range t.fields {
			value := `events.NewStringAttribute("x")`
			switch {
			case f.typ == "number" || f.typ == "integer":
				value = `events.NewNumberAttribute("1")`
			case f.typ == "boolean":
				value = "events.NewBooleanAttribute(true)"
			case i == 0:
				value = `events.NewStringAttribute("a")`
			}
			fields = append(fields, goString(f.name)+": "+value)
		}
		t.claim("type image = map[string]events.DynamoDBAttributeValue\n\nvar good = image{%s}\n\nfunc record(place string, item image) events.DynamoDBEventRecord {\n"+
			"return events.DynamoDBEventRecord{EventID: place, Change: events.DynamoDBStreamRecord{SequenceNumber: place, NewImage: item}}\n}\n", strings.Join(fields, ", "))
		bad = `image{"strange": events.NewStringAttribute("x")}`
	} else {
		t.claim("const good = %s\n\nfunc record(place, body string) events.KinesisEventRecord {\n"+
			"return events.KinesisEventRecord{EventID: place, Kinesis: events.KinesisRecord{SequenceNumber: place, Data: []byte(body)}}\n}\n", goString(t.example("a")))
	}
	twice := goRow{name: "a second delivery changes nothing", calls: 2 * each}
	if t.memory == nil {
		twice = goRow{name: "each delivery is worked on", calls: 3 * each}
	}
	list := func(records ...string) string {
		var out []string
		for i := 0; i < len(records); i += 2 {
			out = append(out, fmt.Sprintf("record(%q, %s)", records[i], records[i+1]))
		}
		return strings.Join(out, ", ")
	}
	twice.records = list("1", good, "1", good, "2", good)
	rows := []goRow{twice, {name: "nothing overtakes a record that failed", records: list("1", good, "2", bad, "3", good), failed: `"2"`, calls: each}}
	if t.trigger == triggerTable {
		rows = append(rows, goRow{name: "an item that is deleted is no work", records: list("1", "nil", "2", good), calls: each})
	}
	if len(t.faked) > 0 {
		rows = append(rows, goRow{name: "Lambda goes on from what AWS refuses", records: list("1", good, "2", good), refused: true, failed: `"1"`, calls: 1})
	}
	t.batches(s.record, "events."+s.kind+"Event{Records: test.records}", "ItemIdentifier", rows)
}

// someObjects tests a step that is given a few objects.
func (t *goTest) someObjects() {
	t.uses("encoding/json")
	counted := t.withFake(fmt.Sprintf("if len(cloud.calls) != %d {\nt.Errorf(\"calls: %%v\", cloud.calls)\n}\n", (1+t.once())*t.each()), "")
	t.claim("func TestEveryObjectIsDoneOnce(t *testing.T) {\n%sa, b := json.RawMessage(%s), json.RawMessage(%s)\nanswer, err := newHandler(%s).handle(t.Context(), batch{Items: []json.RawMessage{a, a, b}})\n"+
		"if err != nil || answer.Done != 3 {\nt.Errorf(\"got %%v, %%v\", answer, err)\n}\n%s}\n", t.withFake("cloud := &fake{}\n", ""), goString(t.example("a")), goString(t.example("b")), t.withFake("cloud", ""), counted)
	t.claim("func TestABatchThatIsNoneFails(t *testing.T) {\nif _, err := newHandler(%s).handle(t.Context(), batch{Items: []json.RawMessage{[]byte(\"{}\")}}); err == nil {\nt.Error(\"it did not\")\n}\n}\n", t.withFake("&fake{}", ""))
}

// enriched tests the enrichment of a pipe.
func (t *goTest) enriched() {
	t.uses("encoding/json")
	made := "record{Body: body}"
	good, bad := goString(t.example("a")), `"{}"`
	switch t.envelope {
	case "stream":
		made = "record{Data: []byte(body)}"
	case "table":
		t.uses(goLambda + "/events")
		made = "record{DynamoDB: events.DynamoDBStreamRecord{NewImage: image}}"
	}
	names := []string{}
	for _, f := range t.fields {
		names = append(names, f.name)
	}
	item := ""
	if t.joined() != nil {
		item = "cloud.item = map[string]dynamodbtypes.AttributeValue{\"n\": &dynamodbtypes.AttributeValueMemberN{Value: \"1.5\"}}\n"
		t.imports[goSDK+"/service/dynamodb/types"] = "dynamodbtypes"
		names = append(names, "found")
	}
	slices.Sort(names)
	var want []string
	for _, name := range names {
		value := `"x"`
		switch f := t.fieldOf(name); {
		case name == "found" && t.joined() != nil:
			value = `{"n":1.5}`
		case f.pointer():
			value = map[string]string{"boolean": "true"}[f.typ]
			if value == "" {
				value = "1"
			}
		case name == t.fields[0].name:
			value = `"a"`
		}
		want = append(want, jsonString(name)+":"+value)
	}
	read := ""
	if t.envelope == "table" {
		read = "var image map[string]events.DynamoDBAttributeValue\nif err := json.Unmarshal([]byte(body), &image); err != nil {\npanic(err)\n}\n"
		good, bad = goString(t.image()), `"{}"`
	}
	t.claim("func made(body string) record {\n%sreturn %s\n}\n", read, made)
	t.claim("func TestEachRecordGoesOnWithWhatWasFound(t *testing.T) {\n%s%sanswer, err := newHandler(%s).handle(t.Context(), []record{made(%s)})\nif err != nil {\nt.Fatal(err)\n}\n"+
		"text, err := json.Marshal(answer)\nif want := %s; err != nil || string(text) != want {\nt.Errorf(\"got %%s, %%v, want %%s\", text, err, want)\n}\n}\n",
		t.withFake("cloud := &fake{}\n", ""), item, t.withFake("cloud", ""), good, goString("[{"+strings.Join(want, ",")+"}]"))
	t.claim("func TestARecordThatBreaksTheContractFailsTheBatch(t *testing.T) {\nif _, err := newHandler(%s).handle(t.Context(), []record{made(%s)}); err == nil {\nt.Error(\"it did not\")\n}\n}\n", t.withFake("&fake{}", ""), bad)
}

// image spells a piece of work as a table's stream tells of it.
func (t *goTest) image() string {
	var fields []string
	for i, f := range t.fields {
		value := `{"S":"x"}`
		switch {
		case f.typ == "boolean":
			value = `{"BOOL":true}`
		case f.pointer():
			value = `{"N":"1"}`
		case i == 0:
			value = `{"S":"a"}`
		}
		fields = append(fields, jsonString(f.name)+":"+value)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// connection tests the handler of a WebSocket API's route.
func (t *goTest) connection() {
	t.uses("net/http")
	t.uses(goLambda + "/events")
	const request = "events.APIGatewayWebsocketProxyRequest{RequestContext: events.APIGatewayWebsocketProxyRequestContext{ConnectionID: \"c\"}, Body: "
	operation := map[string]string{"$connect": "PutItem", "$disconnect": "DeleteItem"}[t.routes[0].path]
	if t.connectionTable() != nil && operation != "" {
		t.claim("func TestTheConnectionIsToldOf(t *testing.T) {\ncloud := &fake{}\nanswer, err := newHandler(cloud).handle(t.Context(), %s\"\"})\nif err != nil || answer.StatusCode != http.StatusOK {\n"+
			"t.Errorf(\"got %%v, %%v\", answer, err)\n}\nif _, ok := cloud.calls[0].(*dynamodb.%sInput); !ok {\nt.Errorf(\"calls: %%v\", cloud.calls)\n}\n}\n", request, operation)
		return
	}
	t.claim("func TestMessages(t *testing.T) {\nfor body, status := range map[string]int{%s: http.StatusOK, \"{}\": http.StatusBadRequest, \"no JSON\": http.StatusBadRequest} {\n%s"+
		"answer, err := newHandler(%s).handle(t.Context(), %sbody})\nif err != nil || answer.StatusCode != status {\nt.Errorf(\"%%s: got %%v, %%v\", body, answer, err)\n}\n%s}\n}\n",
		goString(t.example("a")), t.withFake("cloud := &fake{}\n", ""), t.withFake("cloud", ""), request,
		t.withFake("if passed := len(cloud.calls) > 0; passed != (status == http.StatusOK) {\nt.Errorf(\"%s: calls: %v\", body, cloud.calls)\n}\n", ""))
}

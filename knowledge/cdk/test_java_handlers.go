package cdk

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// javaTest writes the unit test of one handler: what it asks of AWS is kept by a fake.
type javaTest struct {
	*javaHandler
	imports map[string]bool
	members []string
}

// javaTests write the test of a handler by its trigger.
var javaTests = map[trigger]func(*javaTest){
	triggerHTTP:    (*javaTest).api,
	triggerREST:    (*javaTest).api,
	triggerQueue:   (*javaTest).queue,
	triggerEvent:   (*javaTest).runs,
	triggerTopic:   (*javaTest).runs,
	triggerPlain:   (*javaTest).runs,
	triggerStream:  (*javaTest).stream,
	triggerTable:   (*javaTest).stream,
	triggerObjects: (*javaTest).someObjects,
	triggerEnrich:  (*javaTest).enriched,
	triggerSocket:  (*javaTest).connection,
}

// test returns the file of the handler's test. It comes after text: what the handler asks is known then.
func (h *javaHandler) test() string {
	t := &javaTest{javaHandler: h, imports: map[string]bool{}}
	t.uses(javaLambda + "Context")
	t.uses("org.junit.jupiter.api.Test")
	javaTests[h.trigger](t)
	t.passed()
	members := append([]string{t.made()}, t.members...)
	code := "class " + h.javaClass() + "Test {\n" + strings.Join(members, "\n") + "}\n"
	var static strings.Builder
	for _, name := range []string{"assertEquals", "assertThrows", "assertTrue"} {
		if strings.Contains(code, name+"(") {
			static.WriteString("import static org.junit.jupiter.api.Assertions." + name + ";\n")
		}
	}
	for _, class := range []string{"java.util.List", "java.util.Map"} {
		if name := class[len("java.util."):]; strings.Contains(code, name+".") || strings.Contains(code, name+"<") {
			t.uses(class)
		}
	}
	return "package " + h.pkg + ";\n\n" + static.String() + "\n" + javaImports(t.imports) + "\n" + javaFormatted(code)
}

func (t *javaTest) uses(full string) { t.imports[full] = true }

func (t *javaTest) usesEvents(classes ...string) {
	for _, class := range classes {
		t.uses(javaLambda + "events." + class)
	}
}

// asks tells whether the handler asks something of AWS.
func (t *javaTest) asks() bool { return len(t.clients) > 0 }

// claim declares a test.
func (t *javaTest) claim(name, format string, args ...any) {
	t.members = append(t.members, "@Test\n"+testHead(name)+" {\n"+fmt.Sprintf(format, args...)+"}\n")
}

func (t *javaTest) helper(format string, args ...any) {
	t.members = append(t.members, fmt.Sprintf(format, args...))
}

// made declares the fake and the handler that asks it; for each test JUnit makes them anew.
func (t *javaTest) made() string {
	handler := "new " + t.javaClass() + "()"
	fake := ""
	if t.asks() {
		var made []string
		for _, service := range sortedNames(t.clients) {
			class := javaServices[service].class
			t.uses(javaSDK + service + "." + class)
			if service == "secretsmanager" {
				made = append(made, "SECRETS.client("+class+".class)")
				continue
			}
			made = append(made, "aws.client("+class+".class)")
		}
		if strings.Contains(t.constructors(), "settings") {
			made = append(made, "name -> name")
		}
		handler = "new " + t.javaClass() + "(" + strings.Join(made, ", ") + ")"
		fake = "private final FakeAws aws = new FakeAws()" + strings.Join(t.standardAnswers(), "") + ";\n"
	}
	if t.secret() != nil {
		t.uses("software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest")
		t.uses("software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse")
		fake = "private static final FakeAws SECRETS = new FakeAws().answering(GetSecretValueRequest.class, () -> GetSecretValueResponse.builder().secretString(\"key\").build());\n\n" + fake
	}
	return fake + "private final Context context = new TestContext();\nprivate final " + t.javaClass() + " handler = " + handler + ";\n"
}

// standardAnswers are those of AWS without which a handler does not go on.
func (t *javaTest) standardAnswers() []string {
	var out []string
	if t.buses > 0 {
		t.uses("software.amazon.awssdk.services.eventbridge.model.PutEventsRequest")
		t.uses("software.amazon.awssdk.services.eventbridge.model.PutEventsResponse")
		out = append(out, ".answering(PutEventsRequest.class, () -> PutEventsResponse.builder().failedEntryCount(0).build())")
	}
	if t.writesKind(graph.WebSocketAPI) { // somebody is connected
		t.uses(javaSDK + "dynamodb.model.AttributeValue")
		t.uses(javaSDK + "dynamodb.model.ScanRequest")
		t.uses(javaSDK + "dynamodb.model.ScanResponse")
		out = append(out, ".answering(ScanRequest.class, () -> ScanResponse.builder().items(List.of(Map.of("+javaString(tableKey(t.connectionTable(), "HASH"))+", AttributeValue.fromS(\"c\")))).build())")
	}
	if t.fetches {
		t.uses("software.amazon.awssdk.core.ResponseBytes")
		t.uses("software.amazon.awssdk.services.s3.model.GetObjectRequest")
		t.uses("software.amazon.awssdk.services.s3.model.GetObjectResponse")
		out = append(out, `.answering(GetObjectRequest.class, () -> ResponseBytes.fromByteArray(GetObjectResponse.builder().build(), "{\"n\":1.5}".getBytes()))`)
	}
	return out
}

// calls claims how many calls AWS has got.
func (t *javaTest) calls(n int) string {
	if !t.asks() {
		return ""
	}
	return fmt.Sprintf("assertEquals(%d, aws.calls.size());\n", n)
}

// each is how many calls one piece of work makes.
func (t *javaTest) each() int {
	n := len(t.writes)
	if t.fetches {
		n++
	}
	if t.writesKind(graph.WebSocketAPI) { // it lists who is connected, too
		n++
	}
	return n
}

// example spells a piece of work as JSON, with the given name.
func (t *javaTest) example(name string) string {
	return (&goTest{goHandler: &goHandler{work: t.work}}).example(name)
}

func (t *javaTest) wrapped(body string) string {
	if t.trigger == triggerEvent {
		return `{"detail":` + body + "}"
	}
	return (&goTest{goHandler: &goHandler{work: t.work}}).wrapped(body)
}

// bodies declares what comes in.
func (t *javaTest) bodies() {
	t.helper("private static final String GOOD = %s;\nprivate static final String OTHER = %s;\nprivate static final String BROKEN = %s;\n",
		javaString(t.wrapped(t.example("a"))), javaString(t.wrapped(t.example("b"))), javaString(t.wrapped("{}")))
}

// second names the test of what comes twice.
func (t *javaTest) second() string {
	switch {
	case t.memory == nil && t.asks():
		return "eachDeliveryIsWorkedOn"
	case t.memory == nil:
		return "aSecondDeliveryFailsNothing"
	}
	return "aSecondDeliveryChangesNothing"
}

const refusing = "aws.refusing(new IllegalStateException(\"down\"));\n"

func (t *javaTest) queue() {
	t.usesEvents("SQSBatchResponse.BatchItemFailure", "SQSEvent", "SQSEvent.SQSMessage")
	t.bodies()
	each := t.each()
	if t.fifo {
		t.claim("whatStandsBehindABadMessageOfItsGroupWaitsForIt", "assertEquals(List.of(\"2\", \"3\"), failed(message(\"1\", \"a\", GOOD), message(\"2\", \"a\", BROKEN), message(\"3\", \"a\", GOOD), message(\"4\", \"b\", OTHER)));\n%s", t.calls(2*each))
		t.claim(t.second(), "assertEquals(List.of(), failed(message(\"1\", \"a\", GOOD), message(\"2\", \"a\", GOOD)));\n%s", t.calls(t.once()*each))
	} else {
		t.claim(t.second(), "assertEquals(List.of(), failed(message(\"1\", GOOD), message(\"2\", GOOD), message(\"3\", OTHER)));\n%s", t.calls((1+t.once())*each))
		t.claim("badMessagesComeBackAlone", "assertEquals(List.of(\"2\", \"3\"), failed(message(\"1\", GOOD), message(\"2\", \"no JSON\"), message(\"3\", BROKEN), message(\"4\", OTHER)));\n%s", t.calls(2*each))
	}
	first := `message("1", GOOD)`
	group, set := "", ""
	if t.fifo {
		first, group, set = `message("1", "a", GOOD)`, "String group, ", "message.setAttributes(Map.of(\"MessageGroupId\", group));\n"
	}
	if t.asks() && each > 0 {
		t.claim("whatAwsRefusesComesBack", refusing+"assertEquals(List.of(\"1\"), failed(%s));\n%s", first, t.calls(1))
	}
	t.helper("private List<String> failed(SQSMessage... messages) {\nSQSEvent batch = new SQSEvent();\nbatch.setRecords(List.of(messages));\n" +
		"List<BatchItemFailure> failures = handler.handleRequest(batch, context).getBatchItemFailures();\nreturn failures.stream().map(BatchItemFailure::getItemIdentifier).toList();\n}\n")
	t.helper("private static SQSMessage message(String id, %sString body) {\nSQSMessage message = new SQSMessage();\nmessage.setMessageId(id);\nmessage.setBody(body);\n%sreturn message;\n}\n", group, set)
}

// runs tests a handler that is given one thing at a time.
func (t *javaTest) runs() {
	t.bodies()
	each := t.each()
	t.claim(t.second(), "run(GOOD);\nrun(GOOD);\nrun(OTHER);\n%s", t.calls((1+t.once())*each))
	t.claim("whatBreaksTheContractFails", "assertThrows(InvalidInputException.class, () -> run(BROKEN));\nassertThrows(InvalidInputException.class, () -> run(\"no JSON\"));\n%s", t.calls(0))
	if t.asks() && each > 0 {
		t.claim("whatAwsRefusesFails", refusing+"assertThrows(IllegalStateException.class, () -> run(GOOD));\n%s", t.calls(1))
	}
	if t.trigger != triggerTopic {
		t.helper("private void run(String event) {\nhandler.handle(event, context);\n}\n")
		return
	}
	t.usesEvents("SNSEvent", "SNSEvent.SNS", "SNSEvent.SNSRecord")
	t.helper("private void run(String message) {\nSNSRecord record = new SNSRecord().withSns(new SNS().withMessage(message));\nhandler.handleRequest(new SNSEvent().withRecords(List.of(record)), context);\n}\n")
}

func (t *javaTest) stream() {
	s := javaStreams[t.trigger]
	t.usesEvents(s.event, s.event+"."+s.record, "StreamsEventResponse.BatchItemFailure")
	each := t.each()
	typ, broken := "String", `"{}"`
	if t.trigger == triggerTable {
		typ, broken = "Map<String, AttributeValue>", `Map.of("strange", new AttributeValue().withS("x"))`
		t.usesEvents("models.dynamodb.AttributeValue", "models.dynamodb.StreamRecord")
		t.helper("private static final Map<String, AttributeValue> GOOD = Map.of(%s);\nprivate static final Map<String, AttributeValue> BROKEN = %s;\n", t.image(), broken)
	} else {
		t.uses("java.nio.ByteBuffer")
		t.uses("java.nio.charset.StandardCharsets")
		t.usesEvents("KinesisEvent.Record")
		t.helper("private static final String GOOD = %s;\nprivate static final String BROKEN = \"{}\";\n", javaString(t.example("a")))
	}
	t.claim(t.second(), "assertEquals(List.of(), failed(record(\"1\", GOOD), record(\"1\", GOOD), record(\"2\", GOOD)));\n%s", t.calls((1+t.once())*each))
	t.claim("nothingOvertakesARecordThatFailed", "assertEquals(List.of(\"2\"), failed(record(\"1\", GOOD), record(\"2\", BROKEN), record(\"3\", GOOD)));\n%s", t.calls(each))
	if t.trigger == triggerTable {
		t.claim("anItemThatIsDeletedIsNoWork", "assertEquals(List.of(), failed(record(\"1\", null), record(\"2\", GOOD)));\n%s", t.calls(each))
	}
	if t.asks() && each > 0 {
		t.claim("lambdaGoesOnFromWhatAwsRefuses", refusing+"assertEquals(List.of(\"1\"), failed(record(\"1\", GOOD), record(\"2\", GOOD)));\n%s", t.calls(1))
	}
	t.helper("private List<String> failed(%[1]s... records) {\n%[2]s batch = new %[2]s();\nbatch.setRecords(List.of(records));\n"+
		"List<BatchItemFailure> failures = handler.handleRequest(batch, context).getBatchItemFailures();\nreturn failures.stream().map(BatchItemFailure::getItemIdentifier).toList();\n}\n", s.record, s.event)
	body := "Record data = new Record();\ndata.setSequenceNumber(place);\ndata.setData(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));\nrecord.setKinesis(data);\n"
	if t.trigger == triggerTable {
		body = "record.setDynamodb(new StreamRecord().withSequenceNumber(place).withNewImage(body));\n"
	}
	t.helper("private static %[1]s record(String place, %[2]s body) {\n%[1]s record = new %[1]s();\nrecord.setEventID(place);\n%[3]sreturn record;\n}\n", s.record, typ, body)
}

// image spells a piece of work as a table's stream tells of it.
func (t *javaTest) image() string {
	var fields []string
	for i, f := range t.fields {
		value := `withS("x")`
		switch {
		case f.typ == "number" || f.typ == "integer":
			value = `withN("1")`
		case f.typ == "boolean":
			value = "withBOOL(true)"
		case i == 0:
			value = `withS("a")`
		}
		fields = append(fields, javaString(f.name)+", new AttributeValue()."+value)
	}
	return strings.Join(fields, ", ")
}

// someObjects tests a step that is given a few objects.
func (t *javaTest) someObjects() {
	a, b := t.example("a"), t.example("b")
	t.claim("everyObjectIsDoneOnce", "assertEquals(\"{\\\"done\\\":3}\", handler.handle(%s, context));\n%s", javaString(`{"Items":[`+a+","+a+","+b+"]}"), t.calls((1+t.once())*t.each()))
	t.claim("aBatchThatIsNoneFails", "assertThrows(InvalidInputException.class, () -> handler.handle(%s, context));\n", javaString(`{"Items":[{}]}`))
}

// enriched tests the enrichment of a pipe.
func (t *javaTest) enriched() {
	record := func(work string) string {
		switch t.envelope {
		case "stream":
			return `{"data":"` + base64.StdEncoding.EncodeToString([]byte(work)) + `"}`
		case "table":
			return `{"dynamodb":{"NewImage":` + work + "}}"
		}
		return `{"body":` + jsonString(work) + "}"
	}
	given, want, broken := t.example("a"), t.example("a"), "{}"
	if t.envelope == "table" {
		given = (&goTest{goHandler: &goHandler{work: t.work}}).image()
	}
	if t.joined() != nil {
		for _, class := range []string{"AttributeValue", "GetItemRequest", "GetItemResponse"} {
			t.uses(javaSDK + "dynamodb.model." + class)
		}
		t.claim("whatWasFoundIsAdded", "Map<String, AttributeValue> item = Map.of(\"n\", AttributeValue.fromN(\"1.50\"));\naws.answering(GetItemRequest.class, () -> GetItemResponse.builder().item(item).build());\n"+
			"assertEquals(%s, handler.handle(%s, context));\n", javaString("["+strings.TrimSuffix(want, "}")+`,"found":{"n":1.50}}]`), javaString("["+record(given)+"]"))
	}
	t.claim("eachRecordGoesOn", "assertEquals(%s, handler.handle(%s, context));\n", javaString("["+want+","+want+"]"), javaString("["+record(given)+","+record(given)+"]"))
	t.claim("aRecordThatBreaksTheContractFailsTheBatch", "assertThrows(InvalidInputException.class, () -> handler.handle(%s, context));\n", javaString("["+record(broken)+"]"))
}

// connection tests the handler of a WebSocket API's route.
func (t *javaTest) connection() {
	t.usesEvents("APIGatewayV2WebSocketEvent")
	operation := map[string]string{"$connect": "PutItemRequest", "$disconnect": "DeleteItemRequest"}[t.routes[0].path]
	if t.connectionTable() != nil && operation != "" {
		t.uses(javaSDK + "dynamodb.model." + operation)
		t.claim("theConnectionIsToldOf", "assertEquals(200, status(null));\nassertTrue(aws.calls.get(0) instanceof %s);\n%s", operation, t.calls(1))
	} else {
		t.claim("aMessageIsPassedOn", "assertEquals(200, status(%s));\n%s", javaString(t.example("a")), t.calls(t.each()))
		t.claim("whatBreaksTheContractIsRefused", "assertEquals(400, status(\"{}\"));\nassertEquals(400, status(\"no JSON\"));\n%s", t.calls(0))
	}
	t.helper("private int status(String body) {\nAPIGatewayV2WebSocketEvent.RequestContext connection = new APIGatewayV2WebSocketEvent.RequestContext();\nconnection.setConnectionId(\"c\");\n" +
		"APIGatewayV2WebSocketEvent request = new APIGatewayV2WebSocketEvent();\nrequest.setRequestContext(connection);\nrequest.setBody(body);\nreturn handler.handleRequest(request, context).getStatusCode();\n}\n")
}

// writesFirst is the request by which the handler keeps what came in, "" where it does not.
func (t *javaTest) writesFirst() string {
	if !t.keepsFirst() || !slices.Contains([]graph.Kind{graph.Bucket, graph.Table}, t.writes[0].Kind) {
		return ""
	}
	if t.writes[0].Kind == graph.Bucket {
		t.uses("software.amazon.awssdk.services.s3.model.PutObjectRequest")
		return "PutObjectRequest"
	}
	t.uses("software.amazon.awssdk.services.dynamodb.model.PutItemRequest")
	return "PutItemRequest"
}

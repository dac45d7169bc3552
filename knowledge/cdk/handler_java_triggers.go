package cdk

// Handlers that are given one thing, or a few, and answer nobody.

// done spells what is done with the thing that a text has.
func (h *javaHandler) done(text, perform string) string {
	return h.thing() + " work = " + h.thing() + ".read(" + text + ");\n" + perform + ";\nLog.info(context, \"done\", " + h.logged() + ");\n"
}

// readsEvent declares how Lambda calls a handler that reads its event itself, and the method that works on the event's text.
// gives is what the method returns, which is the answer in JSON; "" for none.
func (h *javaHandler) readsEvent(about, body, gives string) {
	for _, class := range []string{"java.io.IOException", "java.io.InputStream", "java.io.OutputStream", "java.nio.charset.StandardCharsets"} {
		h.use(class)
	}
	call, result := "handle(new String(input.readAllBytes(), StandardCharsets.UTF_8), context);\noutput.write(\"null\".getBytes(StandardCharsets.UTF_8));\n", "void"
	if gives != "" {
		call, result = "String answer = handle(new String(input.readAllBytes(), StandardCharsets.UTF_8), context);\noutput.write(answer.getBytes(StandardCharsets.UTF_8));\n", "String"
		body += "return " + gives + ";\n"
	}
	h.member("@Override\npublic void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {\n%s}\n", call)
	h.member("/** %s */\n%s handle(String event, Context context) {\n%s}\n", about, result, body)
}

const javaFails = "A failure is Lambda's to see: it delivers the event again."

func (h *javaHandler) onEvent() {
	h.readsEvent("Works on one event. "+javaFails, h.done(`Json.write(Json.read(event).path("detail"))`, "perform(work, context)")+"metrics.count(\"Done\", 1);\n", "")
	h.process()
	h.model()
}

func (h *javaHandler) given() {
	h.readsEvent("Works on one event. "+javaFails, h.done("event", "perform(work, context)")+"metrics.count(\"Done\", 1);\n", "")
	h.process()
	h.model()
}

func (h *javaHandler) onMessage() {
	h.events("SNSEvent")
	h.events("SNSEvent.SNSRecord")
	text := "record.getSNS().getMessage()"
	if h.envelope == "event" {
		text = `Json.write(Json.read(record.getSNS().getMessage()).path("detail"))`
	}
	h.member("/** Works on one message. A failure is Lambda's to see: it delivers the message again. */\n@Override\npublic Void handleRequest(SNSEvent message, Context context) {\n"+
		"for (SNSRecord record : message.getRecords()) {\n%smetrics.count(\"Done\", 1);\n}\nreturn null;\n}\n", h.done(text, "perform(work, context)"))
	h.process()
	h.model()
}

// objects writes the handler of a step that is done for every object of a bucket: it gets a few of them at once.
func (h *javaHandler) objects() {
	h.use("com.fasterxml.jackson.databind.JsonNode")
	h.readsEvent("Works on a few objects as the workflow's inventory names them, one after the other.", "JsonNode items = Json.read(event).path(\"Items\");\nfor (JsonNode item : items) {\n"+
		"perform("+h.thing()+".read(Json.write(item)), context);\n}\nLog.info(context, \"done\", Map.of(\"objects\", items.size()));\nmetrics.count(\"Done\", items.size());\n",
		`Json.write(Map.of("done", items.size()))`)
	h.process()
	h.model()
}

// javaStreams is how a batch of a stream's records looks to a handler.
var javaStreams = map[trigger]struct{ event, record, id, place string }{
	triggerStream: {"KinesisEvent", "KinesisEventRecord", "getEventID()", "getKinesis().getSequenceNumber()"},
	triggerTable:  {"DynamodbEvent", "DynamodbStreamRecord", "getEventID()", "getDynamodb().getSequenceNumber()"},
}

// stream writes a handler for the records of a Kinesis stream or a table's stream. A record is known by its place in the
// stream: the same key comes again with every change.
func (h *javaHandler) stream() {
	s := javaStreams[h.trigger]
	h.events(s.event)
	h.events(s.event + "." + s.record)
	h.events("StreamsEventResponse")
	h.events("StreamsEventResponse.BatchItemFailure")
	h.use("java.util.List")
	h.member("/** Works on a batch in its order. Nothing overtakes a record that failed: Lambda goes on from there. */\n@Override\npublic StreamsEventResponse handleRequest(%[1]s batch, Context context) {\n"+
		"int done = 0;\nfor (%[2]s record : batch.getRecords()) {\ntry {\nhandle(record, context);\n} catch (RuntimeException e) {\n"+
		"Log.error(context, \"failed\", e, Map.of(\"eventId\", record.getEventID()));\nmetrics.count(\"Done\", done);\nmetrics.count(\"Failed\", 1);\n"+
		"return new StreamsEventResponse(List.of(new BatchItemFailure(record.%[3]s)));\n}\ndone++;\n}\nmetrics.count(\"Done\", done);\nreturn new StreamsEventResponse(List.of());\n}\n",
		s.event, s.record, s.place)
	perform := "perform(work, context)"
	if h.memory != nil {
		perform = "perform(record.getEventID(), work, context)"
	}
	before, text := "", "StandardCharsets.UTF_8.decode(record.getKinesis().getData().duplicate()).toString()"
	if h.trigger == triggerTable {
		before, text = "if (record.getDynamodb().getNewImage() == null) {\nreturn; // the item was deleted\n}\n", "Json.write(Image.fields(record.getDynamodb().getNewImage()))"
	} else {
		h.use("java.nio.charset.StandardCharsets")
	}
	h.member("private void handle(%s record, Context context) {\n%s%s}\n", s.record, before, h.done(text, perform))
	if h.memory == nil {
		h.process()
	} else {
		h.remembered()
		h.member("/** Does the work of each record once: Lambda may deliver it again. */\nprivate void perform(String id, %s work, Context context) {\nonce.run(context, () -> send(work, context), id);\n}\n", h.thing())
		h.sendMember("send", "Passes the work on.")
	}
	h.model()
}

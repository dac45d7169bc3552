package cdk

// process declares what is done with one piece of work: once, even if it comes twice, where a table remembers it.
func (h *javaHandler) process() {
	if h.memory == nil {
		h.sendMember("perform", "Does the work.")
		return
	}
	h.remembered()
	h.member("/** Does the work once for each %s: a second delivery changes nothing. */\nprivate void perform(%s work, Context context) {\nonce.run(context, () -> send(work, context), %s);\n}\n",
		javaComment(h.identified()), h.thing(), h.names())
	h.sendMember("send", "Passes the work on.")
}

func (h *javaHandler) queue() {
	h.events("SQSBatchResponse")
	h.events("SQSBatchResponse.BatchItemFailure")
	h.events("SQSEvent")
	h.events("SQSEvent.SQSMessage")
	h.use("java.util.ArrayList")
	h.use("java.util.List")
	about, before, skipped, held := "A message that fails comes back alone.", "", "", ""
	if h.fifo {
		h.use("java.util.HashSet")
		h.use("java.util.Set")
		about, before = "After a failure the rest of its group goes back too: nothing overtakes it.", "Set<String> held = new HashSet<>();\n"
		skipped = "String group = message.getAttributes().get(\"MessageGroupId\");\nif (held.contains(group)) {\nfailures.add(new BatchItemFailure(message.getMessageId()));\ncontinue;\n}\n"
		held = "held.add(group);\n"
	}
	h.member("/** Works on a batch. %s */\n@Override\npublic SQSBatchResponse handleRequest(SQSEvent batch, Context context) {\nList<BatchItemFailure> failures = new ArrayList<>();\n%s"+
		"for (SQSMessage message : batch.getRecords()) {\n%stry {\nhandle(message, context);\n} catch (RuntimeException e) {\n"+
		"Log.error(context, \"failed\", e, Map.of(\"messageId\", message.getMessageId()));\n%sfailures.add(new BatchItemFailure(message.getMessageId()));\n}\n}\n"+
		"metrics.count(\"Done\", batch.getRecords().size() - failures.size());\nmetrics.count(\"Failed\", failures.size());\nreturn new SQSBatchResponse(failures);\n}\n", about, before, skipped, held)
	text := "message.getBody()"
	switch h.envelope {
	case "event":
		text = `Json.write(Json.read(message.getBody()).path("detail"))`
	case "topic":
		text = `Json.text(Json.read(message.getBody()), "Message")`
	}
	h.member("private void handle(SQSMessage message, Context context) {\n%[1]s work = %[1]s.read(%[2]s);\nperform(work, context);\nLog.info(context, \"done\", %[3]s);\n}\n", h.thing(), text, h.logged())
	h.process()
	h.model()
}

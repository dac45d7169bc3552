package cdk

// process declares what is done with one piece of work: once, even if it comes twice, where there is a table to
// remember it in.
func (h *pyHandler) process() {
	name := "process_" + pyAttribute(h.event)
	if h.memory == nil {
		h.block(append([]string{h.head(name, "None", "work: "+h.event)}, h.worked("    ")...)...)
		return
	}
	h.remember("event_key_jmespath="+pyString(h.identity()), "raise_on_no_idempotency_key=True")
	named := oneLine(h.key)
	if h.second != "" {
		named += " and " + oneLine(h.second)
	}
	lines := []string{
		h.laid("", "@idempotent_function", `data_keyword_argument="work"`, "persistence_store=done", "config=once"),
		h.head(name, "dict[str, str]", "work: "+h.event),
		"    " + `"""Runs once for each ` + pyDoc(named) + `: a second delivery gets the first one's answer."""`,
	}
	lines = append(lines, h.send("    ")...)
	h.block(append(lines, "    return {"+pyString(h.key)+": "+h.spelt(h.key)+"}")...)
}

// worked spells what is done with one piece of work. A function that hands nothing on yet says so.
func (h *pyHandler) worked(indent string) []string {
	if sent := h.send(indent); len(sent) > 0 {
		return sent
	}
	return []string{h.laid(indent, "logger.debug", `"got"`, "extra={"+pyString(h.key)+": "+h.named()+"}")}
}

// remember makes what idempotency needs, with its settings.
func (h *pyHandler) remember(settings ...string) {
	h.use("aws_lambda_powertools.utilities.idempotency", "DynamoDBPersistenceLayer", "IdempotencyConfig", "idempotent_function")
	h.client(h.laid("done = ", "DynamoDBPersistenceLayer", h.environment(envName(h.memory))))
	h.client(h.laid("once = ", "IdempotencyConfig", append(settings, "expires_after_seconds="+h.kept())...))
}

// identity is the JMESPath of what names one piece of work: the idempotency utility sees the model's own names.
func (h *pyHandler) identity() string {
	if h.second == "" {
		return h.attribute(h.key)
	}
	return "[" + h.attribute(h.key) + ", " + h.attribute(h.second) + "]"
}

// kept is the time for which work is remembered: as long as its source may deliver it again.
func (h *pyHandler) kept() string { return days24(h.keep) }

// processed spells the call of what process declares.
func (h *pyHandler) processed() string { return "process_" + pyAttribute(h.event) + "(work=work)" }

func (h *pyHandler) queue() {
	h.use("aws_lambda_powertools.utilities.batch", "process_partial_response")
	h.use("aws_lambda_powertools.utilities.data_classes.sqs_event", "SQSRecord")
	if h.fifo {
		h.use("aws_lambda_powertools.utilities.batch", "SqsFifoPartialProcessor")
		h.client("# After a failure the rest of its group goes back too: nothing overtakes it.")
		h.client("processor = SqsFifoPartialProcessor(skip_group_on_error=True)")
	} else {
		h.use("aws_lambda_powertools.utilities.batch", "BatchProcessor", "EventType")
		h.client(h.laid("processor = ", "BatchProcessor", "EventType.SQS", "raise_on_entire_batch_failure=False"))
	}
	h.model()
	h.process()
	read := h.event + ".model_validate_json(record.body)"
	switch h.envelope {
	case "event":
		read = h.event + `.model_validate(record.json_body["detail"])`
	case "topic":
		read = h.event + `.model_validate_json(record.json_body["Message"])`
	}
	h.record("SQSRecord", "messageId", "record.message_id", "        work = "+read, "        "+h.processed())
	h.batch()
}

// record declares what is done with one record. A failure is told of here: the processor only counts it.
func (h *pyHandler) record(class, placeName, place string, body ...string) {
	lines := append([]string{"@tracer.capture_method", h.head("handle_record", "None", "record: "+class), "    try:"}, body...)
	h.block(append(lines, h.log("        ", "done"), h.count("        ", "Done"), "    except Exception:",
		h.laid("        ", "logger.exception", `"failed"`, "extra={"+pyString(placeName)+": "+place+"}"), h.count("        ", "Failed"), "        raise")...)
}

// batch declares the handler of a batch.
func (h *pyHandler) batch() {
	h.use("aws_lambda_powertools.utilities.batch.types", "PartialItemFailureResponse")
	h.entry(false, "dict[str, Any]", "PartialItemFailureResponse", append(h.remembering(), "    return process_partial_response(event, handle_record, processor, context)")...)
}

package cdk

import "fmt"

// Handlers that are given one thing, or a few, and answer nobody.

// remembering spells what tells the idempotency utility how long the call may still take.
func (h *pyHandler) remembering() []string {
	if h.memory == nil {
		return nil
	}
	return []string{"    once.register_lambda_context(context)"}
}

// whole declares the handler of one thing. read spells how it is taken from the event.
func (h *pyHandler) whole(read string) {
	h.model()
	h.process()
	body := append(h.remembering(), "    work = "+read, "    "+h.processed(), h.log("    ", "done"), h.count("    ", "Done"))
	h.entry(false, "dict[str, Any]", "None", body...)
}

func (h *pyHandler) onEvent() { h.whole(h.event + `.model_validate(event["detail"])`) }

func (h *pyHandler) given() { h.whole(h.event + ".model_validate(event)") }

func (h *pyHandler) onMessage() {
	h.model()
	h.process()
	read := h.event + `.model_validate_json(record["Sns"]["Message"])`
	if h.envelope == "event" {
		h.use("json")
		read = h.laid("", h.event+".model_validate", `json.loads(record["Sns"]["Message"])["detail"]`)
	}
	h.entry(false, "dict[str, Any]", "None", append(h.remembering(), `    for record in event["Records"]:`, "        work = "+read, "        "+h.processed(),
		h.log("        ", "done"), h.count("        ", "Done"))...)
}

// objects writes the handler of a step that is done for every object of a bucket: it gets a few of them at once.
func (h *pyHandler) objects() {
	h.model()
	h.block("class Batch(BaseModel):", "    items: list["+h.event+`] = Field(alias="Items")`)
	h.process()
	h.entry(false, "dict[str, Any]", "dict[str, int]", append(h.remembering(), "    batch = Batch.model_validate(event)", "    for work in batch.items:", "        "+h.processed(),
		h.laid("    ", "logger.info", `"done"`, `extra={"objects": len(batch.items)}`),
		"    metrics.add_metric(\"Done\", MetricUnit.Count, len(batch.items))", `    return {"done": len(batch.items)}`)...)
	h.use("aws_lambda_powertools.metrics", "MetricUnit")
}

// pyStreams is how a batch of a stream's records looks to a handler.
var pyStreams = map[trigger]struct{ class, module, place string }{
	triggerStream: {"KinesisStreamRecord", "kinesis_stream_event", `["kinesis"]["sequenceNumber"]`},
	triggerTable:  {"DynamoDBRecord", "dynamo_db_stream_event", `["dynamodb"]["SequenceNumber"]`},
}

// stream writes a handler for the records of a Kinesis stream or a table's stream. A record is known by its place in
// the stream: the same key comes again with every change. The processor of Powertools would go on behind a record that
// failed, and a later change would be done before an earlier one.
func (h *pyHandler) stream() {
	s := pyStreams[h.trigger]
	h.use("aws_lambda_powertools.utilities.batch.types", "PartialItemFailureResponse")
	h.use("aws_lambda_powertools.utilities.data_classes."+s.module, s.class)
	h.model()
	h.processPlace()
	var body []string
	if h.trigger == triggerTable {
		h.plain()
		body = append(body, "    image = record.dynamodb.new_image if record.dynamodb else {}",
			"    if not image:", "        return  # the item was deleted",
			h.laid("    work = ", h.event+".model_validate_json", "json.dumps(image, default=plain)"))
	} else {
		body = append(body, "    work = "+h.event+".model_validate_json(record.kinesis.data_as_text())")
	}
	call := h.processed()
	if h.memory != nil {
		call = "process_" + pyAttribute(h.event) + "(work=work, place=record.event_id)"
	}
	lines := append([]string{"@tracer.capture_method", h.head("handle_record", "None", "record: "+s.class)}, append(body, "    "+call)...)
	h.block(append(lines, h.log("    ", "done"), h.count("    ", "Done"))...)
	h.entry(false, "dict[str, Any]", "PartialItemFailureResponse", append(h.remembering(),
		"    # In order: nothing overtakes a record that failed. Lambda goes on from there.",
		`    for given in event["Records"]:`,
		"        record = "+s.class+"(given)",
		"        try:",
		"            handle_record(record)",
		"        except Exception:",
		h.laid("            ", "logger.exception", `"failed"`, `extra={"eventId": record.event_id}`),
		h.count("            ", "Failed"),
		"            place = given"+s.place,
		`            return {"batchItemFailures": [{"itemIdentifier": place}]}`,
		`    return {"batchItemFailures": []}`)...)
}

// processPlace declares what is done with one record: once for each place in the stream.
func (h *pyHandler) processPlace() {
	if h.memory == nil {
		h.process()
		return
	}
	h.remember()
	place := "place: str"
	if h.trigger == triggerTable {
		place = "place: str | None"
	}
	lines := []string{
		h.laid("", "@idempotent_function", `data_keyword_argument="place"`, "persistence_store=done", "config=once"),
		h.head("process_"+pyAttribute(h.event), "dict[str, str]", "work: "+h.event, place),
		`    """Runs once for each record: Lambda may deliver it again."""`,
	}
	h.block(append(append(lines, h.worked("    ")...), "    return {"+pyString(h.key)+": "+h.spelt(h.key)+"}")...)
}

// enrich writes the handler of a pipe's enrichment: it is given a list of records and returns the list of what goes
// on, shorter where records are left out.
func (h *pyHandler) enrich() {
	h.model()
	read := h.event + `.model_validate_json(record["body"])`
	var before []string
	table := h.joined()
	if table != nil || h.envelope == "table" {
		h.plain()
	}
	switch h.envelope {
	case "stream":
		h.use("base64", "b64decode")
		read = h.event + `.model_validate_json(b64decode(record["data"]))`
	case "table":
		h.use("aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event", "StreamRecord")
		before = []string{`        image = StreamRecord(record["dynamodb"]).new_image`}
		read = h.event + ".model_validate_json(json.dumps(image, default=plain))"
	}
	lines := append(before, "        work = "+read, `        item = work.model_dump(mode="json", by_alias=True)`)
	if table != nil {
		key := tableKey(table, "HASH")
		lines = append(lines,
			h.laid("        answer = ", h.dynamo(table)+".get_item", "Key={"+pyString(key)+": work."+h.attribute(key)+"}"),
			`        if "Item" in answer:`,
			`            found = json.dumps(answer["Item"], default=plain)`,
			`            item["found"] = json.loads(found)`)
	}
	h.use("aws_lambda_powertools.metrics", "MetricUnit")
	body := append([]string{"    enriched = []", "    for record in event:"}, lines...)
	h.entry(false, "list[dict[str, Any]]", "list[dict[str, Any]]", append(body, "        enriched.append(item)",
		h.laid("    ", "logger.info", `"enriched"`, `extra={"records": len(enriched)}`),
		`    metrics.add_metric("Enriched", MetricUnit.Count, len(enriched))`, "    return enriched")...)
}

// socket writes the handler of a WebSocket API's route: those who come and go are remembered in a table, and a message
// is passed on like the body of a request.
func (h *pyHandler) socket() {
	table := h.connectionTable()
	body := []string{`    connection_id = event["requestContext"]["connectionId"]`}
	switch {
	case table != nil && h.routes[0].path == "$connect":
		h.use("time", "time")
		body = append(body, "    # A connection whose end nobody tells of is forgotten after some hours.",
			"    expiration = int(time()) + "+fmt.Sprint(connectionHours)+" * 60 * 60",
			h.laid("    ", h.dynamo(table)+".put_item", "Item={"+pyString(tableKey(table, "HASH"))+`: connection_id, "expiration": expiration}`))
	case table != nil && h.routes[0].path == "$disconnect":
		body = append(body, h.laid("    ", h.dynamo(table)+".delete_item", "Key={"+pyString(tableKey(table, "HASH"))+": connection_id}"))
	default:
		h.use("pydantic", "ValidationError")
		h.model()
		body = append(body, "    try:", "        work = "+h.event+`.model_validate_json(event.get("body") or "")`,
			"    except ValidationError:", `        logger.info("refused", extra={"connectionId": connection_id})`, h.count("        ", "Refused"), `        return {"statusCode": 400}`)
		body = append(body, h.send("    ")...)
	}
	h.entry(true, "dict[str, Any]", "dict[str, int]", append(body, h.laid("    ", "logger.info", pyString(h.routes[0].path), `extra={"connectionId": connection_id}`),
		h.count("    ", "Done"), `    return {"statusCode": 200}`)...)
}

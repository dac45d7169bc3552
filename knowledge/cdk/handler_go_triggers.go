package cdk

// Handlers that are given one thing, or a few, and answer nobody.

// done spells what follows when a thing was read: w, err. perform spells the call that does the work.
func (h *goHandler) done(perform string) string {
	h.use("log/slog")
	return "if err != nil {\nreturn err\n}\nif err := " + perform + "; err != nil {\nreturn err\n}\nslog.InfoContext(ctx, \"done\", " + h.logged() + ")\n"
}

// one declares the handler of one thing. typ is the event's, text spells the thing's text.
func (h *goHandler) one(typ, text string) {
	h.model()
	h.process()
	h.block("// handle works on one event. A failure is Lambda's to see: it delivers the event again.\nfunc (h *handler) handle(ctx context.Context, event %s) error {\n"+
		"w, err := read(%s)\n%sh.metrics.Count(\"Done\", 1)\nreturn nil\n}\n", typ, text, h.done("h.perform(ctx, w)"))
}

func (h *goHandler) onEvent() {
	h.use(goLambda + "/events")
	h.one("events.EventBridgeEvent", "event.Detail")
}

func (h *goHandler) given() {
	h.use("encoding/json")
	h.one("json.RawMessage", "event")
}

func (h *goHandler) onMessage() {
	h.use(goLambda + "/events")
	h.model()
	h.process()
	before, text := "", "[]byte(record.SNS.Message)"
	if h.envelope == "event" {
		before, text = "var event events.EventBridgeEvent\nif err := json.Unmarshal([]byte(record.SNS.Message), &event); err != nil {\nreturn fmt.Errorf(\"it is no event: %w\", err)\n}\n", "event.Detail"
	}
	h.block("// handle works on one message. A failure is Lambda's to see: it delivers the message again.\nfunc (h *handler) handle(ctx context.Context, message events.SNSEvent) error {\n"+
		"for _, record := range message.Records {\n%sw, err := read(%s)\n%sh.metrics.Count(\"Done\", 1)\n}\nreturn nil\n}\n", before, text, h.done("h.perform(ctx, w)"))
}

// objects writes the handler of a step that is done for every object of a bucket: it gets a few of them at once.
func (h *goHandler) objects() {
	h.use("log/slog")
	h.model()
	h.process()
	h.block("// batch is what the workflow hands over: a few objects as its inventory names them.\ntype batch struct {\nItems []json.RawMessage `json:\"Items\"`\n}\n\n" +
		"type result struct {\nDone int `json:\"done\"`\n}\n")
	h.block("// handle works on a few objects, one after the other.\nfunc (h *handler) handle(ctx context.Context, given batch) (result, error) {\nfor _, text := range given.Items {\n" +
		"w, err := read(text)\nif err != nil {\nreturn result{}, err\n}\nif err := h.perform(ctx, w); err != nil {\nreturn result{}, err\n}\n}\n" +
		"slog.InfoContext(ctx, \"done\", \"objects\", len(given.Items))\nh.metrics.Count(\"Done\", len(given.Items))\nreturn result{len(given.Items)}, nil\n}\n")
}

// goStreams is how a batch of a stream's records looks to a handler.
var goStreams = map[trigger]struct{ kind, record, place string }{
	triggerStream: {"Kinesis", "events.KinesisEventRecord", "record.Kinesis.SequenceNumber"},
	triggerTable:  {"DynamoDB", "events.DynamoDBEventRecord", "record.Change.SequenceNumber"},
}

// stream writes a handler for the records of a Kinesis stream or a table's stream. A record is known by its place in the
// stream: the same key comes again with every change.
func (h *goHandler) stream() {
	s := goStreams[h.trigger]
	h.use("log/slog")
	h.use(goLambda + "/events")
	h.model()
	perform := "h.perform(ctx, w)"
	if h.memory == nil {
		h.process()
	} else {
		perform = "h.perform(ctx, record.EventID, w)"
		h.remembered()
		h.block("// perform does the work of each record once: Lambda may deliver it again.\nfunc (h *handler) perform(ctx context.Context, id string, w %s) error {\n"+
			"return h.done.Do(ctx, func() error { return h.send(ctx, w) }, id)\n}\n", h.event)
		h.sendBlock("send", "passes the work on")
	}
	h.block("// handle works on a batch in its order. Nothing overtakes a record that failed: Lambda goes on from there.\n"+
		"func (h *handler) handle(ctx context.Context, batch events.%[1]sEvent) (events.%[1]sEventResponse, error) {\nfor i, record := range batch.Records {\n"+
		"if err := h.record(ctx, record); err != nil {\nslog.ErrorContext(ctx, \"failed\", \"eventId\", record.EventID, \"error\", err)\nh.metrics.Count(\"Done\", i)\nh.metrics.Count(\"Failed\", 1)\n"+
		"failed := events.%[1]sBatchItemFailure{ItemIdentifier: %[2]s}\nreturn events.%[1]sEventResponse{BatchItemFailures: []events.%[1]sBatchItemFailure{failed}}, nil\n}\n}\n"+
		"h.metrics.Count(\"Done\", len(batch.Records))\nreturn events.%[1]sEventResponse{BatchItemFailures: []events.%[1]sBatchItemFailure{}}, nil\n}\n", s.kind, s.place)
	before, text := "", "record.Kinesis.Data"
	if h.trigger == triggerTable {
		h.use(h.internal("item"))
		before, text = "if len(record.Change.NewImage) == 0 {\nreturn nil // the item was deleted\n}\ntext, err := item.FromImage(record.Change.NewImage)\nif err != nil {\nreturn err\n}\n", "text"
	}
	h.block("func (h *handler) record(ctx context.Context, record %s) error {\n%sw, err := read(%s)\n%sreturn nil\n}\n", s.record, before, text, h.done(perform))
}

// enrich writes the handler of a pipe's enrichment: it is given a list of records and returns the list of what goes on,
// shorter where records are left out.
func (h *goHandler) enrich() {
	h.use("log/slog")
	h.model()
	shape, text := "Body string `json:\"body\"`", "[]byte(r.Body)"
	before := ""
	switch h.envelope {
	case "stream":
		shape, text = "Data []byte `json:\"data\"`", "r.Data"
	case "table":
		h.use(goLambda + "/events")
		h.use(h.internal("item"))
		shape = "DynamoDB events.DynamoDBStreamRecord `json:\"dynamodb\"`"
		before, text = "text, err := item.FromImage(r.DynamoDB.NewImage)\nif err != nil {\nreturn nil, err\n}\n", "text"
	}
	found := ""
	if table := h.joined(); table != nil {
		key := tableKey(table, "HASH")
		types := h.types("dynamodb")
		h.use(goSDK + "/feature/dynamodb/attributevalue")
		found = "answer, err := " + h.call("dynamodb", "GetItem") + "\nTableName: &" + h.variable(envName(table)) + ",\nKey: map[string]" + types + ".AttributeValue{\n" + goString(key) +
			": &" + types + ".AttributeValueMemberS{Value: " + h.textOf(key) + "},\n},\n})\nif err != nil {\nreturn nil, fmt.Errorf(" + goString("reading from "+table.ID+": %w") + ", err)\n}\n" +
			"if answer.Item != nil {\nvar found map[string]any\nif err := attributevalue.UnmarshalMap(answer.Item, &found); err != nil {\nreturn nil, fmt.Errorf(\"reading what was found: %w\", err)\n}\n" +
			"if fields[\"found\"], err = json.Marshal(found); err != nil {\nreturn nil, fmt.Errorf(\"adding what was found: %w\", err)\n}\n}\n"
	}
	h.block("// record is what the pipe hands over.\ntype record struct {\n%s\n}\n", shape)
	h.block("// handle adds to each record what is known of it.\nfunc (h *handler) handle(ctx context.Context, records []record) ([]map[string]json.RawMessage, error) {\n"+
		"enriched := []map[string]json.RawMessage{}\nfor _, r := range records {\n%sw, err := read(%s)\nif err != nil {\nreturn nil, err\n}\nvar fields map[string]json.RawMessage\n"+
		"if err := json.Unmarshal(w.text, &fields); err != nil {\nreturn nil, fmt.Errorf(\"reading the fields: %%w\", err)\n}\n%senriched = append(enriched, fields)\n}\n"+
		"slog.InfoContext(ctx, \"enriched\", \"records\", len(enriched))\nh.metrics.Count(\"Enriched\", len(enriched))\nreturn enriched, nil\n}\n", before, text, found)
}

package cdk

import "fmt"

// process declares what is done with one piece of work: once, even if it comes twice, where a table remembers it.
func (h *goHandler) process() {
	if h.memory == nil {
		h.sendBlock("perform", "does the work")
		return
	}
	h.remembered()
	h.block("// perform does the work once for each %s: a second delivery changes nothing.\nfunc (h *handler) perform(ctx context.Context, w %s) error {\n"+
		"return h.done.Do(ctx, func() error { return h.send(ctx, w) }, %s)\n}\n", h.identified(), h.event, h.names())
	h.sendBlock("send", "passes the work on")
}

func (h *goHandler) queue() {
	h.use(goLambda + "/events")
	h.use("log/slog")
	h.model()
	h.process()
	text := "[]byte(message.Body)"
	before := ""
	switch h.envelope {
	case "event":
		before, text = "var event events.EventBridgeEvent\nif err := json.Unmarshal([]byte(message.Body), &event); err != nil {\nreturn fmt.Errorf(\"it is no event: %w\", err)\n}\n", "event.Detail"
	case "topic":
		before, text = "var entity events.SNSEntity\nif err := json.Unmarshal([]byte(message.Body), &entity); err != nil {\nreturn fmt.Errorf(\"it is no message of a topic: %w\", err)\n}\n", "[]byte(entity.Message)"
	}
	doc, groups := "A message that fails comes back alone.", ""
	work := "if err := h.message(ctx, message); err != nil {\nslog.ErrorContext(ctx, \"failed\", \"messageId\", message.MessageId, \"error\", err)\n%s}\n"
	failed := "answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})\n"
	if h.fifo {
		doc, groups = "After a failure the rest of its group goes back too: nothing overtakes it.", "held := map[string]bool{}\n"
		work = "group := message.Attributes[\"MessageGroupId\"]\nif !held[group] {\nerr := h.message(ctx, message)\nif err == nil {\ncontinue\n}\n" +
			"slog.ErrorContext(ctx, \"failed\", \"messageId\", message.MessageId, \"error\", err)\nheld[group] = true\n}\n%s"
	}
	h.block("// handle works on a batch. %s\nfunc (h *handler) handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {\n"+
		"answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}\n%sfor _, message := range batch.Records {\n%s}\n"+
		"h.metrics.Count(\"Done\", len(batch.Records)-len(answer.BatchItemFailures))\nh.metrics.Count(\"Failed\", len(answer.BatchItemFailures))\nreturn answer, nil\n}\n",
		doc, groups, fmt.Sprintf(work, failed))
	h.block("func (h *handler) message(ctx context.Context, message events.SQSMessage) error {\n%sw, err := read(%s)\nif err != nil {\nreturn err\n}\n"+
		"if err := h.perform(ctx, w); err != nil {\nreturn err\n}\nslog.InfoContext(ctx, \"done\", %s)\nreturn nil\n}\n", before, text, h.logged())
}

// identified says in words what names one piece of work.
func (w work) identified() string {
	if w.second != "" {
		return oneLine(w.key) + " and " + oneLine(w.second)
	}
	return oneLine(w.key)
}

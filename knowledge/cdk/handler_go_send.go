package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// sendBlock declares the function that passes work on to everything the handler writes to.
func (h *goHandler) sendBlock(name, does string) {
	h.block("// %s %s.\nfunc (h *handler) %[1]s(ctx context.Context, w %[3]s) error {\n%[4]sreturn nil\n}\n", name, does, h.event, h.sent())
}

// sent spells the statements that pass the work on. A function that hands nothing on yet says so.
func (h *goHandler) sent() string {
	var b strings.Builder
	b.WriteString(h.fetched())
	for _, n := range h.writes {
		if write := goSends[n.Kind]; write != nil {
			b.WriteString(write(h, n))
		}
	}
	if b.Len() == 0 {
		h.use("log/slog")
		return "slog.DebugContext(ctx, \"got\", " + h.logged() + ")\n"
	}
	return b.String()
}

// goSends write what passes work on to each kind of thing. A kind that is missing cannot be written to in Go.
var goSends = map[graph.Kind]func(*goHandler, *graph.Node) string{
	graph.Queue:         (*goHandler).enqueue,
	graph.Table:         (*goHandler).put,
	graph.Topic:         (*goHandler).tell,
	graph.Stream:        (*goHandler).append,
	graph.StateMachine:  (*goHandler).begin,
	graph.Bucket:        (*goHandler).store,
	graph.EventBus:      (*goHandler).publish,
	graph.ScheduleGroup: (*goHandler).plan,
	graph.WebSocketAPI:  (*goHandler).push,
}

// failed spells what is done with the error of a call.
func (h *goHandler) failed(doing string) string {
	h.use("fmt")
	return fmt.Sprintf("; err != nil {\nreturn fmt.Errorf(%s, err)\n}\n", goString(strings.ReplaceAll(doing, "%", "%%")+": %w"))
}

// made spells a call to AWS whose answer does not matter. fields are those of its input, "" for none.
func (h *goHandler) made(doing, service, operation string, fields ...string) string {
	return "if _, err := " + h.call(service, operation) + "\n" + goFields(fields) + "})" + h.failed(doing)
}

func goFields(fields []string) string {
	var b strings.Builder
	for _, f := range fields {
		if f != "" {
			b.WriteString(f + ",\n")
		}
	}
	return b.String()
}

// pointed spells a pointer to a text.
func (h *goHandler) pointed(text string) string {
	h.use(goSDK + "/aws")
	return "aws.String(" + text + ")"
}

func (h *goHandler) enqueue(n *graph.Node) string {
	before := ""
	if h.deposits != nil {
		h.use("encoding/json")
		before = "reference, err := json.Marshal(map[string]any{" + goString(h.key) + ": " + h.value(h.key) + ", " + goString(objectKey) + ": objectKey})\nif err != nil {\n" +
			"return fmt.Errorf(\"naming the object: %w\", err)\n}\n"
	}
	return before + h.made("sending to "+n.ID, "sqs", "SendMessage", "QueueUrl: &"+h.variable(envName(n)),
		"MessageBody: "+h.pointed("string("+h.message()+")"), h.inGroup(n, "fifoQueue"))
}

// inGroup keeps the order of what has the same name, where the target does.
func (h *goHandler) inGroup(n *graph.Node, setting string) string {
	if !isTrue(n.Setting(setting)) {
		return ""
	}
	return "MessageGroupId: " + h.pointed(h.textOf(h.key))
}

// message is what a queue is sent: the thing, or the reference to it.
func (h *goHandler) message() string {
	if h.deposits != nil {
		return "reference"
	}
	return "w.text"
}

// tell publishes what a topic's subscribers hear of the work: not the token, by which they could answer in another's place.
func (h *goHandler) tell(n *graph.Node) string {
	before, message := "", "w.text"
	if h.waits {
		h.use("encoding/json")
		before = "told, err := json.Marshal(map[string]any{" + goString(h.key) + ": " + h.value(h.key) + "})\nif err != nil {\nreturn fmt.Errorf(\"writing the message: %w\", err)\n}\n"
		message = "told"
	}
	return before + h.made("publishing to "+n.ID, "sns", "Publish", "TopicArn: &"+h.variable(envName(n)), "Message: "+h.pointed("string("+message+")"), h.inGroup(n, "fifoTopic"))
}

func (h *goHandler) append(n *graph.Node) string {
	return h.made("writing to "+n.ID, "kinesis", "PutRecord", "StreamName: &"+h.variable(envName(n)), "PartitionKey: "+h.pointed(h.textOf(h.key)), "Data: w.text")
}

func (h *goHandler) begin(n *graph.Node) string {
	return h.made("starting "+n.ID, "sfn", "StartExecution", "StateMachineArn: &"+h.variable(envName(n)), h.executionName(), "Input: "+h.pointed("string(w.text)"))
}

// executionName names the execution that the work starts.
func (h *goHandler) executionName() string {
	switch {
	case !h.namesExecutions():
		return ""
	case h.second != "":
		return "Name: " + h.pointed(h.textOf(h.key)+` + "--" + `+h.textOf(h.second))
	}
	return "Name: " + h.pointed(h.textOf(h.key))
}

// store writes the work into a bucket, as it came.
func (h *goHandler) store(n *graph.Node) string {
	h.use("bytes")
	before, key := "", h.pointed(h.textOf(h.key)+` + ".json"`)
	if n == h.deposits {
		before, key = "objectKey := "+h.textOf(h.key)+` + ".json"`+"\n", "&objectKey"
	}
	return before + h.made("storing in "+n.ID, "s3", "PutObject", "Bucket: &"+h.variable(envName(n)), "Key: "+key, "Body: bytes.NewReader(w.text)", "ContentType: "+h.pointed(`"application/json"`))
}

func (h *goHandler) publish(n *graph.Node) string {
	source, kind := h.source, h.kind
	if source == "" {
		source = h.service
	}
	if kind == "" {
		kind = h.event
	}
	h.buses++
	answer := "answer"
	if h.buses > 1 {
		answer = fmt.Sprintf("answer%d", h.buses)
	}
	return answer + ", err := " + h.call("eventbridge", "PutEvents") + "Entries: []" + h.types("eventbridge") + ".PutEventsRequestEntry{{\n" + goFields([]string{
		"EventBusName: &" + h.variable(envName(n)), "Source: " + h.pointed(goString(source)), "DetailType: " + h.pointed(goString(kind)), "Detail: " + h.pointed("string(w.text)")}) +
		"}}})\nif err != nil {\nreturn fmt.Errorf(" + goString("publishing to "+n.ID+": %w") + ", err)\n}\n// The call succeeds even where the bus took nothing: the entries tell.\n" +
		"if " + answer + ".FailedEntryCount > 0 {\nreturn fmt.Errorf(\"the bus refused the event: %s\", aws.ToString(" + answer + ".Entries[0].ErrorMessage))\n}\n"
}

// plan makes a schedule that hands the work over once, at its time, and is gone after that.
func (h *goHandler) plan(n *graph.Node) string {
	types := h.types("scheduler")
	name := h.textOf(h.key)
	if h.second != "" {
		name += ` + "." + ` + h.textOf(h.second)
	}
	target := []string{"Arn: &" + h.variable(groupEnv(n, "TARGET_ARN")), "RoleArn: &" + h.variable(groupEnv(n, "ROLE_ARN"))}
	if h.parksFailures {
		target = append(target, "DeadLetterConfig: &"+types+".DeadLetterConfig{Arn: &"+h.variable(groupEnv(n, "DLQ_ARN"))+"}")
	}
	retries := fmt.Sprintf("RetryPolicy: &%s.RetryPolicy{\nMaximumEventAgeInSeconds: aws.Int32(%d),\nMaximumRetryAttempts: aws.Int32(%d),\n}", types, scheduleAgeSeconds, scheduleRetries)
	target = append(target, retries, "Input: "+h.pointed("string(w.text)"))
	return h.made("planning with "+n.ID, "scheduler", "CreateSchedule",
		"GroupName: &"+h.variable(groupEnv(n, "GROUP_NAME")),
		"// A second schedule of this name is refused: nothing is planned twice.\nName: "+h.pointed(name),
		`ScheduleExpression: `+h.pointed(`"at(" + w.`+h.attribute(h.due)+`.UTC().Format("2006-01-02T15:04:05") + ")"`),
		"FlexibleTimeWindow: &"+types+".FlexibleTimeWindow{Mode: "+types+".FlexibleTimeWindowModeOff}",
		"ActionAfterCompletion: "+types+".ActionAfterCompletionDelete",
		"Target: &"+types+".Target{\n"+goFields(target)+"}")
}

// fetched spells what the handler reads before it passes work on: an object, or the thing that a message names.
func (h *goHandler) fetched() string {
	from, key := h.bucketOf(), h.textOf(h.key)
	if h.collects != nil {
		from, key = "h."+goVariable(envName(h.collects)), h.textOf(objectKey)
	}
	if from == "" {
		return ""
	}
	h.fetches = true
	h.use(goSDK + "/aws")
	call := "found, err := " + h.call("s3", "GetObject") + "Bucket: &" + from + ", Key: " + h.pointed(key) + "})\nif err != nil {\nreturn fmt.Errorf(\"reading the object: %w\", err)\n}\ndefer found.Body.Close()\n"
	if h.collects != nil {
		h.variable(envName(h.collects))
		h.use("io")
		return call + "payload, err := io.ReadAll(found.Body)\nif err != nil {\nreturn fmt.Errorf(\"reading the object: %w\", err)\n}\n"
	}
	h.use("log/slog")
	return call + "slog.InfoContext(ctx, \"read\", \"bytes\", aws.ToInt64(found.ContentLength))\n"
}

// bucketOf spells the bucket that has the object of the work, "" where the handler reads none.
func (h *goHandler) bucketOf() string {
	for _, n := range h.reads {
		switch {
		case n.Kind == graph.Bucket && h.trigger == triggerObjects:
			return h.variable(envName(n))
		case n.Kind == graph.Bucket && h.object:
			return "w." + h.attribute("bucket")
		}
	}
	return ""
}

// put writes the work as an item; one that answers a POST request never overwrites.
func (h *goHandler) put(n *graph.Node) string {
	if h.undoes {
		key := takenBackKey(n, func(name string) string { return goString(name) + ": " + h.textValue(h.textOf(name)) })
		return takenBack("//") + "\n" + h.made("taking back from "+n.ID, "dynamodb", "DeleteItem", "TableName: &"+h.variable(envName(n)),
			"Key: map[string]"+h.types("dynamodb")+".AttributeValue{"+strings.Join(key, ", ")+"}")
	}
	h.use(h.internal("item"))
	text, more := "w.text", ""
	if h.collects != nil {
		text, more = "payload", "made["+goString(h.key)+"] = "+h.textValue(h.textOf(h.key))+"\n"
	}
	if h.tenant != "" {
		h.use(goLambda + "/lambdacontext")
		more += "call, _ := lambdacontext.FromContext(ctx)\nmade[" + goString(h.tenant) + "] = " + h.textValue("call.TenantID") + "\n"
	}
	fields := []string{"TableName: &" + h.variable(envName(n)), "Item: made"}
	if h.creates() {
		fields = append(fields, "ConditionExpression: "+h.pointed(`"attribute_not_exists(#key)"`),
			"ExpressionAttributeNames: map[string]string{\"#key\": "+goString(tableKey(n, "HASH"))+"}")
	}
	made := "made, err := item.FromJSON(" + text + ")\nif err != nil {\nreturn err\n}\n" + more
	if h.items++; h.items > 1 {
		made = "" // all tables get the same
	}
	return made + h.made("writing to "+n.ID, "dynamodb", "PutItem", fields...)
}

// textValue spells a text as DynamoDB has it.
func (h *goHandler) textValue(text string) string {
	return "&" + h.types("dynamodb") + ".AttributeValueMemberS{Value: " + text + "}"
}

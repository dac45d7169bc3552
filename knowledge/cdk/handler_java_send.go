package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// sendMember declares the method that passes work on to everything the handler writes to.
func (h *javaHandler) sendMember(name, does string) {
	h.member("/** %s */\nvoid %s(%s work, Context context) {\n%s}\n", does, name, h.thing(), h.sent())
}

// sent spells the statements that pass the work on. A function that hands nothing on yet says so.
func (h *javaHandler) sent() string {
	var b strings.Builder
	b.WriteString(h.fetched())
	for _, n := range h.writes {
		if write := javaSends[n.Kind]; write != nil {
			b.WriteString(write(h, n))
		}
	}
	if b.Len() == 0 {
		return "Log.debug(context, \"got\", " + h.logged() + ");\n"
	}
	return b.String()
}

// javaSends write what passes work on to each kind of thing. A kind that is missing cannot be written to in Java.
var javaSends = map[graph.Kind]func(*javaHandler, *graph.Node) string{
	graph.Queue:         (*javaHandler).enqueue,
	graph.Table:         (*javaHandler).put,
	graph.Topic:         (*javaHandler).tell,
	graph.Stream:        (*javaHandler).append,
	graph.StateMachine:  (*javaHandler).begin,
	graph.Bucket:        (*javaHandler).store,
	graph.EventBus:      (*javaHandler).publish,
	graph.ScheduleGroup: (*javaHandler).plan,
	graph.WebSocketAPI:  (*javaHandler).push,
}

// made spells a call to AWS; set are the settings of its request, "" for none.
func (h *javaHandler) made(service, operation string, set ...string) string {
	return h.client(service) + "." + operation + "(r -> r" + javaSettings(set) + more(service, operation) + ");\n"
}

// more is what a call is given beside its request.
func more(service, operation string) string {
	if service == "s3" && operation == "putObject" {
		return ", RequestBody.fromString(work.text())"
	}
	return ""
}

func javaSettings(set []string) string {
	var b strings.Builder
	for _, s := range set {
		if s != "" {
			b.WriteString("." + s)
		}
	}
	return b.String()
}

func (h *javaHandler) enqueue(n *graph.Node) string {
	body := "work.text()"
	if h.deposits != nil {
		body = "Json.write(Map.of(" + javaString(h.key) + ", " + h.value(h.key) + ", " + javaString(objectKey) + ", objectKey))"
	}
	return h.made("sqs", "sendMessage", "queueUrl("+h.variable(envName(n))+")", "messageBody("+body+")", h.inGroup(n, "fifoQueue"))
}

// inGroup keeps the order of what has the same name, where the target does.
func (h *javaHandler) inGroup(n *graph.Node, setting string) string {
	if !isTrue(n.Setting(setting)) {
		return ""
	}
	return "messageGroupId(" + h.textOf(h.key) + ")"
}

// tell publishes what a topic's subscribers hear of the work: not the token, by which they could answer in another's place.
func (h *javaHandler) tell(n *graph.Node) string {
	message := "work.text()"
	if h.waits {
		message = "Json.write(Map.of(" + javaString(h.key) + ", " + h.value(h.key) + "))"
	}
	return h.made("sns", "publish", "topicArn("+h.variable(envName(n))+")", "message("+message+")", h.inGroup(n, "fifoTopic"))
}

func (h *javaHandler) append(n *graph.Node) string {
	h.use("software.amazon.awssdk.core.SdkBytes")
	return h.made("kinesis", "putRecord", "streamName("+h.variable(envName(n))+")", "partitionKey("+h.textOf(h.key)+")", "data(SdkBytes.fromUtf8String(work.text()))")
}

func (h *javaHandler) begin(n *graph.Node) string {
	return h.made("sfn", "startExecution", "stateMachineArn("+h.variable(envName(n))+")", h.executionName(), "input(work.text())")
}

// executionName names the execution that the work starts.
func (h *javaHandler) executionName() string {
	switch {
	case !h.namesExecutions():
		return ""
	case h.second != "":
		return "name(" + h.textOf(h.key) + ` + "." + ` + h.textOf(h.second) + ")"
	}
	return "name(" + h.textOf(h.key) + ")"
}

// store writes the work into a bucket, as it came.
func (h *javaHandler) store(n *graph.Node) string {
	h.use("software.amazon.awssdk.core.sync.RequestBody")
	before, key := "", h.textOf(h.key)+` + ".json"`
	if n == h.deposits {
		before, key = "String objectKey = "+key+";\n", "objectKey"
	}
	return before + h.made("s3", "putObject", "bucket("+h.variable(envName(n))+")", "key("+key+")", `contentType("application/json")`)
}

func (h *javaHandler) publish(n *graph.Node) string {
	source, kind := h.source, h.kind
	if source == "" {
		source = h.service
	}
	if kind == "" {
		kind = h.event
	}
	h.buses++
	answer, entry := "answer", "entry"
	if h.buses > 1 {
		answer, entry = fmt.Sprintf("answer%d", h.buses), fmt.Sprintf("entry%d", h.buses)
	}
	class := h.modelOf("eventbridge", "PutEventsRequestEntry")
	settings := []string{"eventBusName(" + h.variable(envName(n)) + ")", "source(" + javaString(source) + ")", "detailType(" + javaString(kind) + ")", "detail(work.text())", "build()"}
	return class + " " + entry + " = " + class + ".builder()" + javaSettings(settings) + ";\n" +
		h.modelOf("eventbridge", "PutEventsResponse") + " " + answer + " = " + h.made("eventbridge", "putEvents", "entries("+entry+")") +
		"// The call succeeds even where the bus took nothing: the entries tell.\nif (" + answer + ".failedEntryCount() > 0) {\n" +
		"throw new IllegalStateException(\"the bus refused the event: \" + " + answer + ".entries().get(0).errorMessage());\n}\n"
}

// plan makes a schedule that hands the work over once, at its time, and is gone after that.
func (h *javaHandler) plan(n *graph.Node) string {
	h.use("java.time.temporal.ChronoUnit")
	name := h.textOf(h.key)
	if h.second != "" {
		name += ` + "." + ` + h.textOf(h.second)
	}
	target := []string{"arn(" + h.variable(groupEnv(n, "TARGET_ARN")) + ")", "roleArn(" + h.variable(groupEnv(n, "ROLE_ARN")) + ")"}
	if h.parksFailures {
		target = append(target, "deadLetterConfig(d -> d.arn("+h.variable(groupEnv(n, "DLQ_ARN"))+"))")
	}
	target = append(target, fmt.Sprintf("retryPolicy(p -> p.maximumEventAgeInSeconds(%d).maximumRetryAttempts(%d))", scheduleAgeSeconds, scheduleRetries), "input(work.text())")
	mode, after := h.modelOf("scheduler", "FlexibleTimeWindowMode"), h.modelOf("scheduler", "ActionAfterCompletion")
	return "String due = work." + h.component(h.due) + "().truncatedTo(ChronoUnit.SECONDS).toString().replace(\"Z\", \"\");\n// A second schedule of this name is refused: nothing is planned twice.\n" +
		h.made("scheduler", "createSchedule", "groupName("+h.variable(groupEnv(n, "GROUP_NAME"))+")", "name("+name+")", `scheduleExpression("at(" + due + ")")`,
			"flexibleTimeWindow(w -> w.mode("+mode+".OFF))", "actionAfterCompletion("+after+".DELETE)", "target(t -> t"+javaSettings(target)+")")
}

// fetched spells what the handler reads before it passes work on: an object, or the thing that a message names.
func (h *javaHandler) fetched() string {
	from, key := h.bucketOf(), h.textOf(h.key)
	if h.collects != nil {
		from, key = h.variable(envName(h.collects)), h.textOf(objectKey)
	}
	if from == "" {
		return ""
	}
	h.fetches = true
	call := h.client("s3") + ".getObjectAsBytes(r -> r.bucket(" + from + ").key(" + key + "))"
	if h.collects != nil {
		return "String payload = " + call + ".asUtf8String();\n"
	}
	return "byte[] object = " + call + ".asByteArray();\nLog.info(context, \"read\", Map.of(\"bytes\", object.length));\n"
}

// bucketOf spells the bucket that has the object of the work, "" where the handler reads none.
func (h *javaHandler) bucketOf() string {
	for _, n := range h.reads {
		switch {
		case n.Kind == graph.Bucket && h.trigger == triggerObjects:
			return h.variable(envName(n))
		case n.Kind == graph.Bucket && h.object:
			return h.value("bucket")
		}
	}
	return ""
}

// put writes the work as an item; one that answers a POST request never overwrites.
func (h *javaHandler) put(n *graph.Node) string {
	value := h.modelOf("dynamodb", "AttributeValue")
	if h.undoes {
		key := takenBackKey(n, func(name string) string { return javaString(name) + ", " + value + ".fromS(" + h.textOf(name) + ")" })
		return takenBack("//") + "\n" + h.made("dynamodb", "deleteItem", "tableName("+h.variable(envName(n))+")", "key(Map.of("+strings.Join(key, ", ")+"))")
	}
	json, more := "work.json()", ""
	if h.collects != nil {
		json, more = "Json.read(payload)", "item.put("+javaString(h.key)+", "+value+".fromS("+h.textOf(h.key)+"));\n"
	}
	if h.tenant != "" {
		more += "item.put(" + javaString(h.tenant) + ", " + value + ".fromS(context.getTenantId()));\n"
	}
	set := []string{"tableName(" + h.variable(envName(n)) + ")", "item(item)"}
	if h.creates() {
		set = append(set, `conditionExpression("attribute_not_exists(#key)")`, "expressionAttributeNames(Map.of(\"#key\", "+javaString(tableKey(n, "HASH"))+"))")
	}
	item := "Map<String, " + value + "> item = Item.of(" + json + ");\n" + more
	if h.items++; h.items > 1 {
		item = "" // all tables get the same
	}
	return item + h.made("dynamodb", "putItem", set...)
}

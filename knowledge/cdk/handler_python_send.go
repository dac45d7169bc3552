package cdk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// send spells the statements that pass `work` on to everything the function writes to.
func (h *pyHandler) send(indent string) []string {
	var out []string
	if from := h.readsBucketOf(); from != "" && h.collects == nil {
		out = append(out, h.call(indent+"found = ", "s3", "get_object", "Bucket="+from, "Key="+h.named()),
			h.laid(indent, "logger.info", `"read"`, `extra={"bytes": found["ContentLength"]}`))
	}
	if h.collects != nil {
		out = append(out, h.collect(indent)...)
	}
	for _, n := range h.writes {
		switch n.Kind {
		case graph.StateMachine:
			out = append(out, h.call(indent, "workflows", "start_execution", "stateMachineArn="+h.environment(envName(n)), h.executionName(), "input="+h.asJSON()))
		case graph.Bucket:
			out = append(out, h.store(indent, n)...)
		case graph.Queue:
			out = append(out, h.call(indent, "sqs", "send_message", "QueueUrl="+h.environment(envName(n)), "MessageBody="+h.message(), h.inGroup(n, "fifoQueue")))
		case graph.Topic:
			out = append(out, h.call(indent, "sns", "publish", "TopicArn="+h.environment(envName(n)), "Message="+h.told(), h.inGroup(n, "fifoTopic")))
		case graph.Stream:
			out = append(out, h.call(indent, "kinesis", "put_record", "StreamName="+h.environment(envName(n)), "PartitionKey="+h.spelt(h.key), "Data="+h.asJSON()+".encode()"))
		case graph.Table:
			if h.undoes {
				out = append(out, indent+takenBack("#"), h.laid(indent, h.dynamo(n)+".delete_item", "Key={"+strings.Join(takenBackKey(n, func(name string) string { return pyString(name) + ": " + h.spelt(name) }), ", ")+"}"))
				continue
			}
			out = append(out, h.put(indent, n)...)
		case graph.EventBus:
			out = append(out, h.publish(indent, n)...)
		case graph.WebSocketAPI:
			out = append(out, h.push(indent, n)...)
		case graph.ScheduleGroup:
			out = append(out, h.plan(indent, n))
		}
	}
	return out
}

// pyServices are the names of services where boto3 has others than the variables of their clients.
var pyServices = map[string]string{"workflows": "stepfunctions"}

// call spells a call of a client, which is made once. before is the indent and, where the answer is kept, its name.
func (h *pyHandler) call(before, client, method string, args ...string) string {
	h.use("boto3")
	service := client
	if s, ok := pyServices[client]; ok {
		service = s
	}
	h.client(client + " = boto3.client(" + pyString(service) + ")")
	return h.laid(before, client+"."+method, args...)
}

// spelt spells a field of the work as a text.
func (h *pyHandler) spelt(name string) string {
	own := "work." + h.attribute(name)
	for _, f := range h.fields {
		if f.name == name && (f.typ == "number" || f.typ == "integer" || f.typ == "boolean") {
			return "str(" + own + ")"
		}
	}
	return own
}

// inGroup keeps the order of what has the same name, where the target does.
func (h *pyHandler) inGroup(n *graph.Node, setting string) string {
	if !isTrue(n.Setting(setting)) {
		return ""
	}
	return "MessageGroupId=" + h.spelt(h.key)
}

// told is what a topic's subscribers hear of the work: not the token, by which they could answer in another's place.
func (h *pyHandler) told() string {
	if h.waits {
		h.use("json")
		return "json.dumps({" + pyString(h.key) + ": " + h.named() + "})"
	}
	return h.asJSON()
}

// put writes the work as an item; one that answers a POST request never overwrites.
func (h *pyHandler) put(indent string, n *graph.Node) []string {
	h.use("json")
	h.use("decimal", "Decimal")
	args := []string{"Item=item"}
	if h.creates() {
		h.use("boto3.dynamodb.conditions", "Attr")
		args = append(args, "ConditionExpression=Attr("+pyString(tableKey(n, "HASH"))+").not_exists()")
	}
	var out []string
	switch {
	case h.collects != nil:
		out = append(out, indent+"item = payload | {"+pyString(h.key)+": "+h.named()+"}")
	default:
		out = append(out, indent+"# DynamoDB takes decimals and no floats.", indent+"item = json.loads("+h.asJSON()+", parse_float=Decimal)")
	}
	if h.tenant != "" {
		out = append(out, indent+"item["+pyString(h.tenant)+"] = app.lambda_context.tenant_id")
	}
	return append(out, h.laid(indent, h.dynamo(n)+".put_item", args...))
}

// store writes the work into a bucket, as JSON text or as a signed request came.
func (h *pyHandler) store(indent string, n *graph.Node) []string {
	var out []string
	key := `f"{` + h.named() + `}.json"`
	if n == h.deposits {
		out, key = append(out, indent+"object_key = "+key), "object_key"
	}
	body := h.asJSON()
	if h.secret() != nil {
		body = "body"
	}
	return append(out, h.call(indent, "s3", "put_object", "Bucket="+h.environment(envName(n)), "Key="+key, "Body="+body, `ContentType="application/json"`))
}

// message is what a queue is sent: the thing, or the reference to it.
func (h *pyHandler) message() string {
	if h.deposits == nil {
		return h.asJSON()
	}
	h.use("json")
	return "json.dumps({" + pyString(h.key) + ": " + h.named() + `, "` + objectKey + `": object_key})`
}

// collect fetches the thing that a message names.
func (h *pyHandler) collect(indent string) []string {
	h.use("json")
	h.use("decimal", "Decimal")
	return []string{
		h.call(indent+"found = ", "s3", "get_object", "Bucket="+h.environment(envName(h.collects)), "Key=work."+h.attribute(objectKey)),
		indent + `payload = json.loads(found["Body"].read(), parse_float=Decimal)`,
	}
}

// readsBucketOf spells the bucket that has the object of the work, "" where the handler reads none.
func (h *pyHandler) readsBucketOf() string {
	for _, n := range h.reads {
		switch {
		case n.Kind == graph.Bucket && h.trigger == triggerObjects:
			return h.environment(envName(n))
		case n.Kind == graph.Bucket && h.object:
			return "work.bucket"
		}
	}
	return ""
}

func (h *pyHandler) publish(indent string, bus *graph.Node) []string {
	source, kind := h.source, h.kind
	if source == "" {
		source = h.service
	}
	if kind == "" {
		kind = h.event
	}
	return []string{
		indent + "entry = {",
		indent + `    "EventBusName": ` + h.environment(envName(bus)) + ",",
		indent + `    "Source": ` + pyString(source) + ",",
		indent + `    "DetailType": ` + pyString(kind) + ",",
		indent + `    "Detail": ` + h.asJSON() + ",",
		indent + "}",
		h.call(indent+"answer = ", "events", "put_events", "Entries=[entry]"),
		indent + "# The call succeeds even where the bus took nothing: the entries tell.",
		indent + `if answer["FailedEntryCount"]:`,
		h.raise(indent+"    ", "RuntimeError", `f"The bus refused the event: {answer['Entries'][0]}"`),
	}
}

// raise spells the statement that raises an error.
func (h *pyHandler) raise(indent, class string, args ...string) string {
	return h.laid(indent+"raise ", class, args...)
}

// push sends the work to everybody who is connected, and forgets those who are gone.
func (h *pyHandler) push(indent string, api *graph.Node) []string {
	table := h.connectionTable()
	name := h.dynamo(table)
	h.client(h.laid("sockets = ", "boto3.client", `"apigatewaymanagementapi"`, "endpoint_url="+h.environment(envName(api))))
	h.client(`everybody = dynamodb.meta.client.get_paginator("scan")`)
	return []string{
		indent + "for page in everybody.paginate(TableName=" + h.environment(envName(table)) + "):",
		indent + `    for item in page["Items"]:`,
		indent + "        connection_id = item[" + pyString(tableKey(table, "HASH")) + "]",
		indent + "        try:",
		h.laid(indent+"            ", "sockets.post_to_connection", "ConnectionId=connection_id", "Data="+h.asJSON()),
		indent + "        except sockets.exceptions.GoneException:",
		h.laid(indent+"            ", name+".delete_item", "Key={"+pyString(tableKey(table, "HASH"))+": connection_id}"),
	}
}

// plan makes a schedule that hands the work over once, at its time, and is gone after that.
func (h *pyHandler) plan(indent string, group *graph.Node) string {
	h.use("datetime", "UTC")
	name := h.named()
	if h.second != "" {
		name = `f"{` + h.named() + "}.{work." + h.attribute(h.second) + `}"`
	}
	target := []string{
		indent + "    Target={",
		indent + `        "Arn": ` + h.environment(groupEnv(group, "TARGET_ARN")) + ",",
		indent + `        "RoleArn": ` + h.environment(groupEnv(group, "ROLE_ARN")) + ",",
	}
	if h.parksFailures {
		target = append(target, indent+`        "DeadLetterConfig": {"Arn": `+h.environment(groupEnv(group, "DLQ_ARN"))+"},")
	}
	retries := indent + fmt.Sprintf(`        "RetryPolicy": {`+"\n"+indent+`            "MaximumEventAgeInSeconds": %d,`+"\n"+indent+`            "MaximumRetryAttempts": %d,`+"\n"+indent+`        },`, scheduleAgeSeconds, scheduleRetries)
	h.call("", "scheduler", "create_schedule")
	lines := []string{
		indent + "scheduler.create_schedule(",
		indent + "    GroupName=" + h.environment(groupEnv(group, "GROUP_NAME")) + ",",
		indent + "    # A second schedule of this name is refused: nothing is planned twice.",
		indent + "    Name=" + name + ",",
		indent + `    ScheduleExpression=f"at({work.` + h.attribute(h.due) + `.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",`,
		indent + `    FlexibleTimeWindow={"Mode": "OFF"},`,
		indent + `    ActionAfterCompletion="DELETE",`,
	}
	lines = append(append(lines, target...), retries, indent+`        "Input": `+h.asJSON()+",", indent+"    },", indent+")")
	return strings.Join(lines, "\n")
}

// writesKind tells whether the function writes to something of a kind.
func (w work) writesKind(k graph.Kind) bool {
	return slices.ContainsFunc(w.writes, func(n *graph.Node) bool { return n.Kind == k })
}

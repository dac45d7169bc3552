package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func (t *pyTest) queue() {
	t.imports.add("json")
	t.imports.add("typing", "Any")
	body := "json.dumps(work)"
	switch t.envelope {
	case "event":
		body = `json.dumps({"detail": work})`
	case "topic":
		body = `json.dumps({"Message": json.dumps(work)})`
	}
	name, pieces, failed := "a bad message comes back alone", t.once(), `[{"itemIdentifier": "3"}]`
	records := `    records = [record("1", good), record("2", good), record("3", "not json")]`
	made := []string{`        "messageId": message_id,`, `        "body": body,`, `        "eventSource": "aws:sqs",`}
	params := []string{"message_id: str", "body: str"}
	switch {
	case t.fifo:
		name, pieces = "what stands behind a bad message of its group waits for it", 2
		failed = `[{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]`
		params = append(params, "group: str")
		made = append(made, `        "attributes": {"MessageGroupId": group},`)
		records = `    records = [
        record("1", good, "a"),
        record("2", "not json", "a"),
        record("3", good, "a"),
        record("4", other, "b"),
    ]`
	case t.memory != nil:
		name = "a second delivery changes nothing, and a bad message comes back alone"
	}
	t.block(append([]string{t.head("record", "dict[str, Any]", params...), "    return {"}, append(made, "    }")...)...)
	lines := append(t.answers(), t.good("    ", "work"), "    good = "+body)
	if t.fifo {
		if t.object {
			lines = append(lines, `    work["object"]["key"] = "b"`)
		} else {
			lines = append(lines, "    work["+pyString(t.fields[0].name)+"] = "+t.another())
		}
		lines = append(lines, "    other = "+body)
	}
	lines = append(lines, records, `    answer = handler({"Records": records}, context)`, "    failed = "+failed, `    assert answer == {"batchItemFailures": failed}`)
	t.claim(name, append(lines, t.counted(pieces)...)...)
}

// another spells another value of the first field.
func (t *pyTest) another() string {
	switch t.fields[0].typ {
	case "number", "integer":
		return "2"
	case "boolean":
		return "False"
	}
	return `"b"`
}

func (t *pyTest) event() {
	made := `{"id": "1", "detail": work}`
	if t.trigger == triggerTopic {
		t.imports.add("json")
		message := "work"
		if t.envelope == "event" {
			message = `{"detail": work}`
		}
		made = `{"Records": [{"Sns": {"Message": json.dumps(` + message + ")}}]}"
	}
	t.imports.add("typing", "Any")
	t.block(t.head("event", "dict[str, Any]", "work: dict[str, Any]"), "    return "+made)
	lines := append(t.answers(), t.good("    ", "work"), "    handler(event(work), context)", "    handler(event(work), context)")
	t.claim("an event is handled "+map[int]string{1: "once", 2: "each time"}[t.once()], append(lines, t.counted(t.once())...)...)
	t.rejected("an event that breaks the contract fails so that it is kept", "event({})")
}

func (t *pyTest) given() {
	lines := append(t.answers(), t.good("    ", "work"), "    handler(work, context)", "    handler(work, context)")
	t.claim("a run is done "+map[int]string{1: "once", 2: "each time"}[t.once()], append(lines, t.counted(t.once())...)...)
	t.rejected("a run without its name fails", "{}")
}

func (t *pyTest) stream() {
	t.imports.add("typing", "Any")
	params := []string{"place: str", "item: dict[str, Any]"}
	if t.trigger == triggerTable {
		t.imports.add("boto3.dynamodb.types", "TypeSerializer")
		t.block(t.head("record", "dict[str, Any]", params...),
			"    write = TypeSerializer().serialize",
			"    image = {name: write(value) for name, value in item.items()}",
			`    change = {"SequenceNumber": place, "NewImage": image}`,
			`    return {"eventID": place, "dynamodb": change}`)
	} else {
		t.imports.add("base64", "b64encode")
		t.imports.add("json")
		t.block(t.head("record", "dict[str, Any]", params...),
			"    data = b64encode(json.dumps(item).encode()).decode()",
			`    return {"eventID": place, "kinesis": {"sequenceNumber": place, "data": data}}`)
	}
	lines := append(t.answers(), t.good("    ", "good"),
		`    bad = {"strange": "x"}`,
		`    records = [record("1", good), record("2", bad), record("3", good)]`,
		`    answer = handler({"Records": records}, context)`,
		`    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}`)
	lines = append(lines, t.counted(1)...)
	if t.memory != nil {
		lines = append(lines, `    again = [records[0], records[2]]`, `    assert handler({"Records": again}, context) == {"batchItemFailures": []}`)
		if counted := t.counted(2); counted != nil {
			lines = append(append(lines, "    # The first record is not done twice."), counted...)
		}
	}
	t.claim("Lambda is told where to go on", lines...)
}

func (t *pyTest) objects() {
	lines := append(t.answers(), `    a = {"Key": "a", "Etag": "1", "Size": 1}`, `    items = [a, a, a | {"Etag": "2"}]`,
		`    assert handler({"Items": items}, context) == {"done": 3}`)
	t.claim("every object is done once", append(lines, t.counted(1+t.once())...)...)
	t.rejected("a batch that is none fails", `{"Items": [{}]}`)
}

func (t *pyTest) enrich() {
	t.imports.add("typing", "Any")
	body := []string{`    return {"body": json.dumps(work)}`}
	switch t.envelope {
	case "stream":
		t.imports.add("base64", "b64encode")
		t.imports.add("json")
		body = []string{`    return {"data": b64encode(json.dumps(work).encode()).decode()}`}
	case "table":
		t.imports.add("boto3.dynamodb.types", "TypeSerializer")
		body = []string{"    write = TypeSerializer().serialize", "    image = {name: write(value) for name, value in work.items()}", `    return {"dynamodb": {"NewImage": image}}`}
	default:
		t.imports.add("json")
	}
	t.block(append([]string{t.head("record", "dict[str, Any]", "work: dict[str, Any]")}, body...)...)
	lines := []string{t.good("    ", "work")}
	found := "[work]"
	if t.joined() != nil {
		t.imports.add("decimal", "Decimal")
		lines = append(lines, `    aws.answers["GetItem"] = {"Item": {"n": Decimal("1.5")}}`)
		found = `[work | {"found": {"n": 1.5}}]`
	}
	t.claim("each record goes on with what was found", append(lines, "    assert handler([record(work)], context) == "+found)...)
	t.rejected("a record that breaks the contract fails the batch", "[record({})]")
}

func (t *pyTest) socket() {
	event := `    event = {"requestContext": {"connectionId": "c"}}`
	table := t.connectionTable()
	operation := map[string]string{"$connect": "PutItem", "$disconnect": "DeleteItem"}[t.routes[0].path]
	if table != nil && operation != "" {
		t.claim("the connection is told of", event, `    assert handler(event, context) == {"statusCode": 200}`,
			fmt.Sprintf("    assert len(aws.made(%s)) == 1", pyString(operation)))
		return
	}
	t.imports.add("json")
	t.imports.add("typing", "Any")
	t.block(t.head("event", "dict[str, Any]", "body: str"), `    return {"requestContext": {"connectionId": "c"}, "body": body}`)
	lines := append(t.answers(), t.good("    ", "work"), `    assert handler(event(json.dumps(work)), context) == {"statusCode": 200}`)
	t.claim("a message is passed on", append(lines, t.counted(1)...)...)
	t.claim("what breaks the contract is refused", `    assert handler(event("{}"), context) == {"statusCode": 400}`, "    assert aws.calls == []")
}

// status is what a request is answered with that is passed on.
func (t *pyTest) status() int {
	if len(t.writes) > 0 && t.writes[0].Kind == graph.Table {
		return 201
	}
	return 202
}

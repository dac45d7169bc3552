package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

func (t *pyTest) api() {
	t.imports.add("typing", "Any")
	for _, r := range t.routes {
		if !r.body() {
			continue
		}
		t.request(r)
		switch {
		case t.waited():
			t.decided(r)
		case t.circuit() != nil:
			t.guarded()
		case t.secret() != nil:
			t.signed()
		default:
			t.accepted()
		}
		break
	}
	t.looked()
}

// waited tells whether the handler answers a waiting workflow.
func (t *pyTest) waited() bool { return t.work.answers != nil }

var pathParameter = lazy.Regexp(`\{[^}]*\}`)

// filled spells a route's path with a value for its parameter.
func (r route) filled(value string) string { return pathParameter().ReplaceAllString(r.path, value) }

// handed spells what API Gateway hands over for a route; how are more of its fields, as lines.
func (t *pyTest) handed(r route, path string, how ...string) []string {
	method := r.method
	if method == "ANY" {
		method = "POST"
	}
	if t.trigger == triggerREST {
		return append(append([]string{"    return {", `        "httpMethod": ` + pyString(method) + ",", `        "path": ` + path + ",", `        "requestContext": {"stage": "prod"},`}, how...), "    }")
	}
	return append(append([]string{`    http = {"method": ` + pyString(method) + `, "path": ` + path + "}", "    return {", `        "version": "2.0",`, `        "rawPath": ` + path + ",",
		`        "requestContext": {"http": http, "stage": "$default"},`}, how...), "    }")
}

// request declares what API Gateway hands over for a route that brings something.
func (t *pyTest) request(r route) {
	params, path, headers := []string{"body: str"}, pyString(r.filled("a")), `        "headers": {},`
	switch {
	case t.waited():
		params, path = []string{"key: str", "body: str"}, "f"+pyString(r.filled("{key}"))
	case t.secret() != nil:
		params, headers = append(params, "signature: str", "sent: str"), `        "headers": {"x-signature": signature, "x-timestamp": sent},`
	}
	t.block(append([]string{t.head("request", "dict[str, Any]", params...)}, t.handed(r, path, headers, `        "body": body,`, `        "isBase64Encoded": False,`)...)...)
}

func (t *pyTest) accepted() {
	t.imports.add("json")
	t.imports.add("pytest")
	good := []string{t.good("    ", "work"), "    answer = handler(request(json.dumps(work)), context)"}
	t.claim("a valid request is passed on", append(append(append(t.answers(), good...), fmt.Sprintf(`    assert answer["statusCode"] == %d`, t.status())), t.counted(1)...)...)
	refusal := map[bool]map[graph.Kind][2]string{true: {graph.Table: {"PutItem", "ConditionalCheckFailedException"}, graph.ScheduleGroup: {"CreateSchedule", "ConflictException"},
		graph.StateMachine: {"StartExecution", "ExecutionAlreadyExists"}}}[t.creates()]
	for _, n := range t.writes {
		if r, ok := refusal[n.Kind]; ok {
			t.claim("what is there already is not overwritten", append(append(append(t.answers(), "    aws.refusals["+pyString(r[0])+"] = "+pyString(r[1])), good...), `    assert answer["statusCode"] == 409`)...)
			break
		}
	}
	bodies := []string{`"not json"`, `"{}"`}
	if t.due != "" {
		t.imports.add("json")
		bodies = append(bodies, `json.dumps(LATE)`)
		var late []string
		for _, f := range t.fields {
			value := `"a"`
			if f.name == t.due {
				value = `"2000-01-01T08:00:00Z"`
			}
			late = append(late, pyString(f.name)+": "+value)
		}
		t.block(pyLine("LATE = {" + strings.Join(late, ", ") + "}"))
	}
	t.block(t.laid("@", "pytest.mark.parametrize", `"body"`, "["+strings.Join(bodies, ", ")+"]"), t.head("test_what_breaks_the_contract_is_refused", "None", "body: str", "aws: Aws", "context: Context"),
		"    answer = handler(request(body), context)", `    assert answer["statusCode"] == 400`, "    assert aws.calls == []")
}

// signed tests a handler that checks signatures: a sound request, and every way to forge one.
func (t *pyTest) signed() {
	t.imports.add("hashlib", "sha256")
	t.imports.add("hmac")
	t.imports.add("json")
	t.imports.add("pytest")
	t.imports.add("time", "time")
	t.block(t.good("", "WORK"), "BODY = json.dumps(WORK)", "NOW = str(int(time()))", `KEY = {"SecretString": "key"}`)
	t.block(t.head("sign", "str", "body: str", "key: str", "sent: str"), `    signed = f"{sent}.{body}".encode()`, "    return hmac.new(key.encode(), signed, sha256).hexdigest()")
	t.claim("a signed request is passed on", append(append(t.answers(), `    aws.answers["GetSecretValue"] = KEY`, `    answer = handler(request(BODY, sign(BODY, "key", NOW), NOW), context)`,
		fmt.Sprintf(`    assert answer["statusCode"] == %d`, t.status())), t.counted(1)...)...)
	if t.keepsFirst() {
		kept, _ := t.passed()
		t.imports.add("botocore.exceptions", "ClientError")
		t.claim("what could not be kept is not passed on", `    aws.answers["GetSecretValue"] = KEY`, "    aws.refusals["+pyString(kept)+`] = "AccessDenied"`, "    with pytest.raises(ClientError):",
			`        handler(request(BODY, sign(BODY, "key", NOW), NOW), context)`, "    assert aws.calls[-1][0] == "+pyString(kept))
	}
	t.block("@pytest.mark.parametrize(", `    "signature, sent",`, "    [",
		`        ("", NOW),`, `        ("ü", NOW),`, `        (sign(BODY, "other", NOW), NOW),`, `        (sign("{}", "key", NOW), NOW),`,
		`        (sign(BODY, "key", "1000"), "1000"),`, `        (sign(BODY, "key", "x"), "x"),`, `        (sign(BODY, "key", "nan"), "nan"),`, "    ],",
		`    ids=["none", "strange", "key", "body", "old", "no time", "nan"],`, ")",
		t.head("test_a_forged_request_is_refused", "None", "signature: str", "sent: str", "aws: Aws", "context: Context"),
		`    aws.answers["GetSecretValue"] = KEY`,
		"    answer = handler(request(BODY, signature, sent), context)", `    assert answer["statusCode"] == 401`,
		fmt.Sprintf("    assert aws.made(%s) == []", pyString(func() string { o, _ := t.passed(); return o }())))
}

func (t *pyTest) guarded() {
	t.imports.add("json")
	t.imports.add("io", "BytesIO")
	t.imports.add("time", "time")
	t.imports.add("unittest.mock", "MagicMock", "patch")
	t.imports.add("urllib.error", "HTTPError", "URLError")
	t.imports.add("email.message", "Message")
	t.block(t.good("", "WORK"), `PARTNER = "handlers.`+t.pyModule()+`.urlopen"`, `DOWN = URLError("down")`)
	t.block(t.head("status", "int", "aws: Aws", "context: Context", "partner: MagicMock"),
		"    with patch(PARTNER, partner):", `        return handler(request(json.dumps(WORK)), context)["statusCode"]`)
	t.claim("a sound answer is passed on and closes the circuit", "    partner = MagicMock()", "    partner.return_value.__enter__.return_value.status = 201",
		"    assert status(aws, context, partner) == 201", `    assert len(aws.made("DeleteItem")) == 1`)
	t.claim("a fault of the table spoils no sound answer", "    partner = MagicMock()", "    partner.return_value.__enter__.return_value.status = 201",
		`    aws.refusals["DeleteItem"] = "ThrottlingException"`, "    assert status(aws, context, partner) == 201")
	t.claim("what the partner refuses is no failure of it", `    refused = HTTPError("", 422, "refused", Message(), BytesIO())`,
		"    assert status(aws, context, MagicMock(side_effect=refused)) == 422", `    assert aws.made("UpdateItem") == []`)
	t.claim("a failure is counted and the last one opens the circuit", "    partner = MagicMock(side_effect=DOWN)",
		`    aws.answers["UpdateItem"] = {"Attributes": {"failures": 4}}`, "    assert status(aws, context, partner) == 502", `    assert len(aws.made("UpdateItem")) == 1`,
		`    aws.answers["UpdateItem"] = {"Attributes": {"failures": 5}}`, "    assert status(aws, context, partner) == 502", `    assert len(aws.made("UpdateItem")) == 3`)
	t.claim("an open circuit spares the partner", "    partner = MagicMock()", `    aws.answers["GetItem"] = {"Item": {"openUntil": int(time()) + 60}}`,
		"    assert status(aws, context, partner) == 503", "    partner.assert_not_called()")
}

func (t *pyTest) decided(r route) {
	t.imports.add("json")
	t.block(`YES = json.dumps({"approved": True})`)
	key := pyString(tableKey(t.lookup(), "HASH"))
	t.block(t.head("waiting", "dict[str, Any]", "asked: dict[str, Any]"), `    item = {`+key+`: "a", "token": "t"}`, `    return {"Item": item} if asked["Key"] == {`+key+`: "a"} else {}`)
	t.claim("the waiting workflow is told", `    aws.answers["GetItem"] = waiting`, `    assert handler(request("a", YES), context)["statusCode"] == 202`,
		`    [told] = aws.made("SendTaskSuccess")`, `    assert told["taskToken"] == "t"`, `    assert json.loads(told["output"]) == {"approved": True}`)
	t.claim("who asks for nothing or wrongly or too late is told so", `    aws.answers["GetItem"] = waiting`, `    assert handler(request("b", YES), context)["statusCode"] == 404`,
		`    assert handler(request("a", "{}"), context)["statusCode"] == 400`, `    aws.refusals["SendTaskSuccess"] = "TaskTimedOut"`,
		`    assert handler(request("a", YES), context)["statusCode"] == 410`)
}

// looked tests the route that answers from a table.
func (t *pyTest) looked() {
	table, param := t.asked()
	for _, r := range t.routes {
		if table == nil || r.body() || r.param() != param {
			continue
		}
		t.imports.add("decimal", "Decimal")
		t.imports.add("json")
		t.block(append([]string{t.head("question", "dict[str, Any]", "key: str")}, t.handed(r, "f"+pyString(r.filled("{key}")), `        "headers": {},`)...)...)
		lines := []string{`    aws.answers["GetItem"] = {"Item": {"n": Decimal("1.5")}}`, `    answer = handler(question("a"), context)`, `    assert answer["statusCode"] == 200`,
			`    assert json.loads(answer["body"]) == {"n": 1.5}`, `    [asked] = aws.made("GetItem")`, "    assert asked[\"Key\"] == {" + t.wanted() + "}",
			`    aws.answers["GetItem"] = {}`, `    assert handler(question("b"), context)["statusCode"] == 404`}
		t.claim("what is there is found and what is not is told of", lines...)
		return
	}
	if len(t.blocks) == 0 {
		r := t.routes[0]
		t.block(append([]string{t.head("question", "dict[str, Any]")}, t.handed(r, pyString(r.filled("a")), `        "headers": {},`)...)...)
		t.claim("a question is answered", append([]string{`    assert handler(question(), context)["statusCode"] == 200`}, t.counted(1)...)...)
	}
}

// wanted spells the key of the item that was asked for.
func (t *pyTest) wanted() string {
	own := pyString(t.key) + `: "a"`
	if t.tenant != "" {
		return pyString(t.tenant) + `: "tenant", ` + own
	}
	return own
}

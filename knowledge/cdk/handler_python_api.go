package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// api writes the handler of an API's routes. Powertools tells the routes apart, and makes answers of what they return
// and of the errors they raise.
func (h *pyHandler) api() {
	h.use("typing", "Any")
	h.resolver()
	if h.takesBody() {
		if h.answers == nil {
			h.model()
		}
		if h.answers != nil {
			h.use("pydantic", "BaseModel", "ConfigDict")
			h.block("class Decision(BaseModel):", "    model_config = ConfigDict(strict=True)", "", "    approved: bool")
		}
		h.refuse()
		switch {
		case h.answers != nil:
			h.decide()
		case h.circuit() != nil:
			h.guarded()
			h.accept(h.calling())
		case h.secret() != nil:
			h.signature()
			h.accept(h.accepting())
		default:
			h.accept(h.accepting())
		}
	}
	h.ask()
	h.entry(true, "dict[str, Any]", "dict[str, Any]", "    return app.resolve(event, context)")
}

// resolver makes the table of routes.
func (h *pyHandler) resolver() {
	name := "APIGatewayHttpResolver"
	switch {
	case h.url:
		name = "LambdaFunctionUrlResolver"
	case h.trigger == triggerREST:
		name = "APIGatewayRestResolver"
	}
	h.use("aws_lambda_powertools.event_handler", name)
	if table, _ := h.asked(); table == nil {
		h.client("app = " + name + "()")
		return
	}
	h.use("functools", "partial")
	h.plain()
	h.block(h.laid("app = ", name, "serializer=partial(json.dumps, default=plain)"))
}

// refuse answers a body that breaks the contract, with what is wrong where, and not with what was sent.
func (h *pyHandler) refuse() {
	h.use("aws_lambda_powertools.event_handler", "Response")
	h.use("aws_lambda_powertools.event_handler.content_types", "APPLICATION_JSON")
	h.use("pydantic", "ValidationError")
	h.block(
		"@app.exception_handler(ValidationError)",
		h.head("refuse", "Response[dict[str, Any]]", "error: ValidationError"),
		h.laid("    issues = ", "error.errors", "include_url=False", "include_context=False", "include_input=False"),
		h.laid("    ", "logger.info", `"refused"`, `extra={"issues": issues}`),
		h.count("    ", "Refused"),
		`    body = {"message": "The body is not valid.", "issues": issues}`,
		"    return Response(400, APPLICATION_JSON, body)",
	)
}

// accept takes what a request brings; rest is what is done with it.
func (h *pyHandler) accept(rest []string) {
	lines := h.routed("accept", route.body)
	if h.secret() != nil {
		h.use("base64", "b64decode")
		h.use("aws_lambda_powertools.event_handler.exceptions", "UnauthorizedError")
		lines = append(lines,
			"    # The signature is over the bytes as they came: nothing is parsed before.",
			"    event = app.current_event",
			`    text = event.body or ""`,
			"    body = b64decode(text) if event.is_base64_encoded else text.encode()",
			"    if not is_signed(body, event.headers):",
			`        logger.warning("forged")`,
			h.count("        ", "Forged"),
			`        raise UnauthorizedError("The signature is not valid.")`,
			"    work = "+h.event+".model_validate_json(body)")
	} else {
		lines = append(lines, "    work = "+h.event+`.model_validate_json(app.current_event.decoded_body or "")`)
	}
	h.block(append(lines, rest...)...)
}

// accepting passes the work on. What is there already stays: that is an answer of its own.
func (h *pyHandler) accepting() []string {
	var lines []string
	taken := ""
	for _, n := range h.writes {
		switch {
		case !h.creates() || taken != "":
		case n.Kind == graph.Table:
			taken = "dynamodb.meta.client.exceptions.ConditionalCheckFailedException"
		case n.Kind == graph.ScheduleGroup:
			taken = "scheduler.exceptions.ConflictException"
		case n.Kind == graph.StateMachine:
			taken = "workflows.exceptions.ExecutionAlreadyExists"
		}
	}
	if taken == "" {
		lines = h.send("    ")
	} else {
		h.use("aws_lambda_powertools.event_handler.exceptions", "ServiceError")
		lines = append(append([]string{"    try:"}, h.send("        ")...), "    except "+taken+" as error:",
			`        raise ServiceError(409, "It is there already.") from error`)
	}
	status := "202"
	if len(h.writes) > 0 && h.writes[0].Kind == graph.Table {
		status = "201"
	}
	return append(lines, h.log("    ", "accepted"), h.count("    ", "Accepted"), "    return {"+pyString(h.key)+": "+h.named()+"}, "+status)
}

// ask answers the routes that bring nothing: from a table, where the function may read one.
func (h *pyHandler) ask() {
	table, param := h.asked()
	finds := func(r route) bool { return !r.body() && table != nil && r.param() == param }
	if lines := h.routed("look_up", finds); lines != nil {
		h.use("aws_lambda_powertools.event_handler.exceptions", "NotFoundError")
		h.block(append(lines,
			h.count("    ", "Asked"),
			h.laid("    found = ", h.dynamo(table)+".get_item", "Key={"+h.itemKey(pyAttribute(param))+"}"),
			`    if "Item" not in found:`,
			`        raise NotFoundError("There is no such item.")`,
			`    return found["Item"], 200`)...)
	}
	lines := h.routed("ask", func(r route) bool { return !r.body() && !finds(r) })
	if lines == nil {
		return
	}
	if len(h.writes) > 0 {
		if !h.takesBody() {
			h.fields = h.fields[:1:1]
			h.model()
		}
		lines = append(lines, h.laid("    work = ", h.event+".model_validate", "{"+pyString(h.key)+": app.lambda_context.aws_request_id}"))
	}
	h.block(append(append(lines, h.send("    ")...), `    logger.info("asked")`, h.count("    ", "Asked"), "    return {}, 200")...)
}

// itemKey is the key of one item, by a variable.
func (h *pyHandler) itemKey(variable string) string {
	own := pyString(h.key) + ": " + variable
	if h.tenant != "" {
		return pyString(h.tenant) + ": app.lambda_context.tenant_id, " + own
	}
	return own
}

// routed spells the head of the function for some routes; nil where there are none.
func (h *pyHandler) routed(name string, pick func(route) bool) []string {
	var lines, params []string
	for _, r := range h.routes {
		if !pick(r) {
			continue
		}
		path, names := pyRoute(r.path)
		for _, n := range names {
			if !one(params, n+": str") {
				params = append(params, n+": str")
			}
		}
		if h.url {
			path = ".+"
		}
		if r.method == "ANY" {
			lines = append(lines, "@app.route("+pyString(path)+`, method=["GET", "POST", "PUT", "PATCH", "DELETE"])`)
			continue
		}
		lines = append(lines, "@app."+strings.ToLower(r.method)+"("+pyString(path)+")")
	}
	if lines == nil {
		return nil
	}
	if len(params) > 0 && name != "look_up" {
		params = []string{"**_: str"}
	}
	return append(lines, h.head(name, "tuple[dict[str, Any], int]", params...))
}

// pyRoute spells a path of API Gateway as Powertools has it, and lists its parameters.
func pyRoute(path string) (spelled string, params []string) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(path, "{")
		b.WriteString(before)
		if !ok {
			return b.String(), params
		}
		name, after, _ := strings.Cut(rest, "}")
		if strings.HasSuffix(name, "+") {
			b.WriteString(".+")
		} else {
			name = pyAttribute(name)
			params = append(params, name)
			b.WriteString("<" + name + ">")
		}
		path = after
	}
}

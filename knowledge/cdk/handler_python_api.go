package cdk

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// api writes the handler of an API's routes. Powertools tells the routes apart, and makes answers of what they return
// and of the errors they raise.
func (h *pyHandler) api() {
	h.resolver()
	if h.takesBody() {
		h.model()
		h.refuse()
		h.accept()
	}
	h.ask()
	h.use("typing", "Any")
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
	if h.lookup() == nil {
		h.client("app = " + name + "()")
		return
	}
	h.use("decimal", "Decimal")
	h.use("functools", "partial")
	h.use("json")
	h.block(h.head("plain", "int | float", "number: Decimal"),
		`    """DynamoDB's numbers are decimals, which JSON does not know."""`,
		"    return int(number) if number == number.to_integral_value() else float(number)")
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

// accept takes what a request brings.
func (h *pyHandler) accept() {
	lines := h.routed(true)
	lines = append(lines, "    work = "+h.event+`.model_validate_json(app.current_event.decoded_body or "")`)
	status := "202"
	if len(h.writes) > 0 && h.writes[0].Kind == graph.Table {
		status = "201"
	}
	if h.creates() && h.writesKind(graph.Table) {
		h.use("aws_lambda_powertools.event_handler.exceptions", "ServiceError")
		lines = append(lines, "    try:")
		lines = append(lines, h.send("        ")...)
		lines = append(lines, "    except dynamodb.meta.client.exceptions.ConditionalCheckFailedException as error:",
			`        raise ServiceError(409, "It is there already.") from error`)
	} else {
		lines = append(lines, h.send("    ")...)
	}
	h.block(append(lines, h.log("    ", "accepted"), h.count("    ", "Accepted"), "    return {"+pyString(h.key)+": "+h.named()+"}, "+status)...)
}

func (w work) writesKind(k graph.Kind) bool {
	for _, n := range w.writes {
		if n.Kind == k {
			return true
		}
	}
	return false
}

// ask answers the routes that bring nothing: from a table, where the function may read one.
func (h *pyHandler) ask() {
	lines := h.routed(false)
	if lines == nil {
		return
	}
	table := h.lookup()
	if table == nil {
		if len(h.writes) > 0 {
			lines = append(lines, "    work = {"+pyString(h.key)+": app.lambda_context.aws_request_id}")
		}
		h.block(append(append(lines, h.send("    ")...), `    logger.info("asked")`, h.count("    ", "Asked"), "    return {}, 200")...)
		return
	}
	h.use("aws_lambda_powertools.event_handler.exceptions", "NotFoundError")
	param := pyAttribute(h.routes[0].param())
	h.block(append(lines,
		h.count("    ", "Asked"),
		h.laid("    found = ", h.dynamo(table)+".get_item", "Key={"+h.itemKey(param)+"}"),
		`    if "Item" not in found:`,
		`        raise NotFoundError("There is no such item.")`,
		`    return found["Item"], 200`)...)
}

// itemKey is the key of one item, by a variable.
func (h *pyHandler) itemKey(variable string) string {
	own := pyString(h.key) + ": " + variable
	if h.tenant != "" {
		return pyString(h.tenant) + ": app.lambda_context.tenant_id, " + own
	}
	return own
}

// routed spells the head of the function for the routes that bring something, or for those that do not; nil where
// there are none.
func (h *pyHandler) routed(body bool) []string {
	name := map[bool]string{true: "accept", false: "look_up"}[body]
	if !body && h.lookup() == nil {
		name = "ask"
	}
	var lines []string
	var params []string
	for _, r := range h.routes {
		if r.body() != body {
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
	if body && len(params) > 0 {
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

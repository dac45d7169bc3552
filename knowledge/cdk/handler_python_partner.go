package cdk

// What an API's handler does that another system is behind: signed requests, calls of a partner, waiting workflows.

// signature declares the check of a request's signature: an HMAC over the time and the raw body, compared in constant
// time. A request that is old is refused too: somebody may have written it down.
func (h *pyHandler) signature() {
	h.use("collections.abc", "Mapping")
	h.use("aws_lambda_powertools.utilities.parameters", "get_secret")
	h.use("hashlib", "sha256")
	h.use("hmac")
	h.use("time", "time")
	secret := h.environment(envName(h.secret()))
	h.settings = append(h.settings, "TOLERANCE_SECONDS = 300")
	h.block(
		h.head("is_signed", "bool", "body: bytes", "headers: Mapping[str, str]"),
		`    """Whether the sender signed the time and the raw body, a short while ago."""`,
		`    sent = headers.get("x-timestamp", "")`,
		"    try:",
		"        age = abs(time() - float(sent))",
		"    except ValueError:",
		"        return False",
		"    # Asked for anew every five minutes: a changed key is taken without a deployment.",
		"    key = get_secret("+secret+", max_age=300)",
		"    if not key or not age <= TOLERANCE_SECONDS:",
		"        return False",
		`    signed = f"{sent}.".encode() + body`,
		"    expected = hmac.new(key.encode(), signed, sha256).hexdigest()",
		`    given = headers.get("x-signature", "").lower()`,
		"    return hmac.compare_digest(expected.encode(), given.encode())",
	)
}

// guarded declares the call of another system with its circuit breaker: after some failures in a row it is left in
// peace for a while, by all environments of the function, as they share the table.
func (h *pyHandler) guarded() {
	table := h.dynamo(h.circuit())
	h.use("time", "time")
	h.use("urllib.error", "HTTPError")
	h.use("urllib.request", "Request", "urlopen")
	address := h.environment("SERVICE_URL")
	h.settings = append(h.settings, `PARTNER = {"service": "partner"}`, "FAILURES_TO_OPEN = 5", "OPEN_SECONDS = 30", "TIMEOUT_SECONDS = 3")
	h.block(
		h.head("is_open", "bool"),
		h.laid("    state = ", table+".get_item", "Key=PARTNER"),
		`    return int(state.get("Item", {}).get("openUntil", 0)) > time()`,
	)
	h.block(
		h.head("count_failure", "None"),
		`    """Opens the circuit with the last failure that is borne."""`,
		"    now = int(time())",
		"    state = "+table+".update_item(",
		"        Key=PARTNER,",
		"        # The count is forgotten in an hour.",
		`        UpdateExpression="ADD failures :one SET expiration = :later",`,
		`        ExpressionAttributeValues={":one": 1, ":later": now + 3600},`,
		`        ReturnValues="ALL_NEW",`,
		"    )",
		`    if state["Attributes"]["failures"] >= FAILURES_TO_OPEN:`,
		"        "+table+".update_item(",
		"            Key=PARTNER,",
		`            UpdateExpression="SET openUntil = :until",`,
		`            ExpressionAttributeValues={":until": now + OPEN_SECONDS},`,
		"        )",
		`        logger.warning("circuit opened", extra={"seconds": OPEN_SECONDS})`,
	)
	h.use("botocore.exceptions", "BotoCoreError", "ClientError")
	h.block(
		h.head("forget_failures", "None"),
		`    """Logs a fault of the table: the partner has done its work by then."""`,
		"    try:",
		h.laid("        ", table+".delete_item", "Key=PARTNER"),
		"    except (BotoCoreError, ClientError):",
		`        logger.exception("the failures were not forgotten")`,
	)
	h.block(
		"@tracer.capture_method(capture_response=False)",
		h.head("call_partner", "int", "work: "+h.event),
		`    """Gives the partner's status. Its own failures, and silence, are errors."""`,
		"    request = Request(",
		"        "+address+",",
		"        data="+h.asJSON()+".encode(),",
		`        headers={"content-type": "application/json"},`,
		`        method="POST",`,
		"    )",
		"    try:",
		"        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:",
		"            return response.status",
		"    except HTTPError as error:",
		"        if error.code >= 500:",
		"            raise",
		"        return error.code",
	)
}

// calling spells what a handler does with the work that another system gets through its circuit breaker.
func (h *pyHandler) calling() []string {
	h.use("aws_lambda_powertools.event_handler.exceptions", "ServiceError", "ServiceUnavailableError")
	return []string{
		"    if is_open():",
		h.count("        ", "Spared"),
		`        raise ServiceUnavailableError("The partner is down. Try again later.")`,
		"    try:",
		"        status = call_partner(work)",
		"    except OSError as error:",
		`        logger.exception("the call failed")`,
		h.count("        ", "Failed"),
		"        count_failure()",
		`        raise ServiceError(502, "The partner did not answer.") from error`,
		"    forget_failures()",
		h.laid("    ", "logger.info", `"called"`, "extra={"+pyString(h.key)+": "+h.named()+`, "status": status}`),
		h.count("    ", "Called"),
		"    return {" + pyString(h.key) + ": " + h.named() + "}, status",
	}
}

// decide declares the route that answers a waiting workflow: the token is in the table.
func (h *pyHandler) decide() {
	table := h.lookup()
	param := pyAttribute(h.routes[0].param())
	heads := h.routed("decide", route.body)
	h.use("aws_lambda_powertools.event_handler.exceptions", "NotFoundError", "ServiceError")
	lines := append(heads[:len(heads)-1:len(heads)-1], h.head("decide", "tuple[dict[str, Any], int]", param+": str"),
		`    decision = Decision.model_validate_json(app.current_event.decoded_body or "")`,
		h.laid("    found = ", h.dynamo(table)+".get_item", "Key={"+pyString(tableKey(table, "HASH"))+": "+param+"}"),
		`    if "Item" not in found:`,
		`        raise NotFoundError("Nobody waits for this decision.")`,
		"    try:",
		h.call("        ", "workflows", "send_task_success", `taskToken=found["Item"]["token"]`, "output=decision.model_dump_json()"),
		"    except (",
		"        workflows.exceptions.TaskDoesNotExist,",
		"        workflows.exceptions.TaskTimedOut,",
		"    ) as error:",
		`        raise ServiceError(410, "The decision comes too late.") from error`,
		`    logger.info("decided", extra=decision.model_dump())`,
		h.count("    ", "Decided"),
		"    return decision.model_dump(), 202")
	h.block(lines...)
}

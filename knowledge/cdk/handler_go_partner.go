package cdk

import "fmt"

// What an API's handler does that another system is behind: signed requests, calls of a partner, waiting workflows.

// signed spells the check of a request's signature, which stands before the body is read.
func (h *goHandler) signed() string {
	h.use("time")
	h.use(goSDK + "/service/secretsmanager")
	h.use(h.internal("signature"))
	h.part(goPart{"keys", "*signature.Keys", fmt.Sprintf("&signature.Keys{Secrets: secretsmanager.NewFromConfig(settings), Name: start.Env(%q)}", envName(h.secret())),
		`&signature.Keys{Secrets: secrets{}, Name: "secret"}`})
	return "// The signature is over the bytes as they came: nothing is parsed before.\nkey, err := h.keys.Key(ctx)\nif err != nil {\nreturn " + h.goRequest().out + "{}, err\n}\n" +
		"if !signature.Valid(key, web.Header(request.Headers, \"x-timestamp\"), web.Header(request.Headers, \"x-signature\"), body, time.Now()) {\n" +
		"slog.WarnContext(ctx, \"forged\")\nh.metrics.Count(\"Forged\", 1)\n" + h.refused("Unauthorized", "The signature is not valid.") + "}\n"
}

// partnerSeconds is how long the other system may take to answer.
const partnerSeconds = 3

// guarded spells what is done with the work that another system gets through its circuit breaker, and declares the call.
func (h *goHandler) guarded() string {
	for _, path := range []string{"bytes", "time", goSDK + "/service/dynamodb", h.internal("circuit")} {
		h.use(path)
	}
	h.part(goPart{"breaker", "circuit.Breaker", fmt.Sprintf("circuit.Breaker{Table: dynamodb.NewFromConfig(settings), Name: start.Env(%q), Service: \"partner\"}", envName(h.circuit())),
		`circuit.Breaker{Table: cloud, Name: "circuit", Service: "partner"}`})
	h.part(goPart{"partner", "*http.Client", fmt.Sprintf("&http.Client{Timeout: %d * time.Second}", partnerSeconds), "http.DefaultClient"})
	address := h.variable("SERVICE_URL")
	h.block("// call gives the partner's status. Its own failures, and silence, are errors.\nfunc (h *handler) call(ctx context.Context, w %s) (int, error) {\n"+
		"request, err := http.NewRequestWithContext(ctx, http.MethodPost, %s, bytes.NewReader(w.text))\nif err != nil {\nreturn 0, fmt.Errorf(\"calling the partner: %%w\", err)\n}\n"+
		"request.Header.Set(\"content-type\", \"application/json\")\nresponse, err := h.partner.Do(request)\nif err != nil {\nreturn 0, fmt.Errorf(\"calling the partner: %%w\", err)\n}\n"+
		"defer response.Body.Close()\nif response.StatusCode >= http.StatusInternalServerError {\nreturn 0, fmt.Errorf(\"calling the partner: it answered %%d\", response.StatusCode)\n}\nreturn response.StatusCode, nil\n}\n", h.event, address)
	nothing := "return " + h.goRequest().out + "{}, err\n"
	return "open, err := h.breaker.Open(ctx)\nif err != nil {\n" + nothing + "}\nif open {\nh.metrics.Count(\"Spared\", 1)\n" + h.refused("ServiceUnavailable", "The partner is down. Try again later.") + "}\n" +
		"status, err := h.call(ctx, w)\nif err != nil {\nslog.ErrorContext(ctx, \"the call failed\", \"error\", err)\nh.metrics.Count(\"Failed\", 1)\nif err := h.breaker.Failed(ctx); err != nil {\n" + nothing + "}\n" +
		h.refused("BadGateway", "The partner did not answer.") + "}\nif err := h.breaker.Succeeded(ctx); err != nil { // the partner has done its work by now\n" +
		"slog.ErrorContext(ctx, \"the failures were not forgotten\", \"error\", err)\n}\n" +
		"slog.InfoContext(ctx, \"called\", " + h.logged() + ", \"status\", status)\nh.metrics.Count(\"Called\", 1)\nreturn answer(status, map[string]any{" + goString(h.key) + ": " + h.value(h.key) + "})\n"
}

// decide spells what is done with the answer to a waiting workflow: the token is in the table.
func (h *goHandler) decide() string {
	for _, path := range []string{"errors", "log/slog", "net/http", h.internal("web")} {
		h.use(path)
	}
	table, types, steps := h.lookup(), h.types("dynamodb"), h.types("sfn")
	h.block("// Decision is what somebody decided.\ntype Decision struct {\nApproved *bool `json:\"approved\"`\n}\n")
	nothing := "return " + h.goRequest().out + "{}, "
	invalid := h.refused("BadRequest", "The body is not valid.")
	return "body, err := web.Body(request.Body, request.IsBase64Encoded)\nif err != nil {\n" + invalid + "}\n" +
		"var decision Decision\nif err := json.Unmarshal(body, &decision); err != nil || decision.Approved == nil {\nh.metrics.Count(\"Refused\", 1)\n" + invalid + "}\n" +
		"found, err := " + h.call("dynamodb", "GetItem") + "\nTableName: &" + h.variable(envName(table)) + ",\nKey: map[string]" + types + ".AttributeValue{\n" + goString(tableKey(table, "HASH")) +
		": " + h.textValue("request.PathParameters["+goString(h.routes[0].param())+"]") + ",\n},\n})\nif err != nil {\n" + nothing + "fmt.Errorf(" + goString("reading from "+table.ID+": %w") + ", err)\n}\n" +
		"token, ok := found.Item[\"token\"].(*" + types + ".AttributeValueMemberS)\nif !ok {\n" + h.refused("NotFound", "Nobody waits for this decision.") + "}\n" +
		"output, err := json.Marshal(decision)\nif err != nil {\n" + nothing + "fmt.Errorf(\"writing the decision: %w\", err)\n}\n" +
		"_, err = " + h.call("sfn", "SendTaskSuccess") + "TaskToken: &token.Value, Output: " + h.pointed("string(output)") + "})\n" +
		"var late *" + steps + ".TaskTimedOut\nvar gone *" + steps + ".TaskDoesNotExist\nif errors.As(err, &late) || errors.As(err, &gone) {\n" + h.refused("Gone", "The decision comes too late.") + "}\n" +
		"if err != nil {\n" + nothing + "fmt.Errorf(\"telling the workflow: %w\", err)\n}\nslog.InfoContext(ctx, \"decided\", \"approved\", *decision.Approved)\nh.metrics.Count(\"Decided\", 1)\n" +
		"return answer(http.StatusAccepted, decision)\n"
}

package cdk

import (
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// goRequest is how a kind of API hands requests over: the types, and what spells a request's route.
type goRequest struct{ in, out, route string }

func (w work) goRequest() goRequest {
	switch {
	case w.url:
		return goRequest{"events.LambdaFunctionURLRequest", "events.LambdaFunctionURLResponse", ""}
	case w.trigger == triggerREST:
		return goRequest{"events.APIGatewayProxyRequest", "events.APIGatewayProxyResponse", `request.HTTPMethod + " " + request.Resource`}
	}
	return goRequest{"events.APIGatewayV2HTTPRequest", "events.APIGatewayV2HTTPResponse", "request.RouteKey"}
}

// goAnswering are the functions that answer some of a handler's routes.
type goAnswering struct {
	name, does string
	routes     []route
	body       func() string
}

// api writes the handler of an API's routes.
func (h *goHandler) api() {
	h.use("encoding/json")
	h.use("fmt")
	h.use(goLambda + "/events")
	table, param := h.asked()
	found := func(r route) bool { return !r.body() && table != nil && r.param() == param }
	var parts []goAnswering
	for _, part := range []goAnswering{
		{"accept", "takes what a request brings", h.routesWhere(route.body), h.accept},
		{"lookUp", "answers with an item", h.routesWhere(found), h.lookUp},
		{"ask", "answers a request that brings nothing", h.routesWhere(func(r route) bool { return !r.body() && !found(r) }), h.ask},
	} {
		if len(part.routes) > 0 {
			parts = append(parts, part)
		}
	}
	r := h.goRequest()
	if len(parts) == 1 {
		parts[0].name = "handle"
	} else {
		h.routing(parts)
	}
	for _, part := range parts {
		body := part.body()
		h.block("// %s %s.\nfunc (h *handler) %[1]s(ctx context.Context, request %[3]s) (%[4]s, error) {\n%[5]s}\n", part.name, part.does, r.in, r.out, body)
	}
	if h.takesBody() && h.answers == nil && h.circuit() == nil {
		h.sendBlock("send", "passes the work on")
	}
	h.block("// answer makes an answer of JSON.\nfunc answer(status int, body any) (%[1]s, error) {\ntext, err := json.Marshal(body)\nif err != nil {\nreturn %[1]s{}, fmt.Errorf(\"writing the answer: %%w\", err)\n}\n"+
		"return %[1]s{\nStatusCode: status,\nHeaders: map[string]string{\"content-type\": \"application/json\"},\nBody: string(text),\n}, nil\n}\n", r.out)
}

func (w work) routesWhere(pick func(route) bool) []route {
	return slices.DeleteFunc(slices.Clone(w.routes), func(r route) bool { return !pick(r) })
}

// routing declares which function answers which route; the last one answers all others.
func (h *goHandler) routing(parts []goAnswering) {
	r := h.goRequest()
	cases := ""
	for _, part := range parts[:len(parts)-1] {
		for i, route := range part.routes {
			if i == 0 {
				cases += "case "
			} else {
				cases += ", "
			}
			cases += goString(route.method + " " + route.path)
		}
		cases += ":\nreturn h." + part.name + "(ctx, request)\n"
	}
	h.block("// handle knows a request by its route.\nfunc (h *handler) handle(ctx context.Context, request %s) (%s, error) {\nswitch %s {\n%s}\nreturn h.%s(ctx, request)\n}\n",
		r.in, r.out, r.route, cases, parts[len(parts)-1].name)
}

// refused spells the answer that nothing comes of a request; status is its name in Go.
func (h *goHandler) refused(status, message string) string {
	h.use("net/http")
	return "return answer(http.Status" + status + ", map[string]string{\"message\": " + goString(message) + "})\n"
}

// accept takes what a request brings, and passes it on.
func (h *goHandler) accept() string {
	if h.answers != nil {
		return h.decide()
	}
	h.use("log/slog")
	h.use("net/http")
	h.use(h.internal("web"))
	h.model()
	body := "body, err := web.Body(request.Body, request.IsBase64Encoded)\n" + h.checked()
	if h.secret() != nil {
		body += h.signed()
	}
	body += "w, err := read(body)\nif err != nil {\nslog.InfoContext(ctx, \"refused\", \"error\", err)\nh.metrics.Count(\"Refused\", 1)\n" +
		"return answer(http.StatusBadRequest, map[string]string{\"message\": \"The body is not valid.\", \"issue\": err.Error()})\n}\n"
	if h.circuit() != nil {
		return body + h.guarded()
	}
	return body + "if err := h.send(ctx, w); err != nil {\n" + h.taken() + "return " + h.goRequest().out + "{}, err\n}\n" +
		"slog.InfoContext(ctx, \"accepted\", " + h.logged() + ")\nh.metrics.Count(\"Accepted\", 1)\n" +
		"return answer(" + h.accepted() + ", map[string]any{" + goString(h.key) + ": " + h.value(h.key) + "})\n"
}

// checked spells what stands before a body is read.
func (h *goHandler) checked() string {
	return "if err != nil {\n" + h.refused("BadRequest", "The body is not valid.") + "}\n"
}

// accepted is what a request is answered with that is passed on.
func (h *goHandler) accepted() string {
	if len(h.writes) > 0 && h.writes[0].Kind == graph.Table {
		return "http.StatusCreated"
	}
	return "http.StatusAccepted"
}

// taken spells the answer where what the handler creates is there already: that stays.
func (h *goHandler) taken() string {
	for _, n := range h.writes {
		service, exception := "", ""
		switch {
		case !h.creates():
		case n.Kind == graph.Table:
			service, exception = "dynamodb", "ConditionalCheckFailedException"
		case n.Kind == graph.ScheduleGroup:
			service, exception = "scheduler", "ConflictException"
		case n.Kind == graph.StateMachine:
			service, exception = "sfn", "ExecutionAlreadyExists"
		}
		if service != "" {
			h.use("errors")
			return "var taken *" + h.types(service) + "." + exception + "\nif errors.As(err, &taken) {\n" + h.refused("Conflict", "It is there already.") + "}\n"
		}
	}
	return ""
}

// lookUp answers with an item that the route names.
func (h *goHandler) lookUp() string {
	table, param := h.asked()
	h.use("net/http")
	h.use(goSDK + "/feature/dynamodb/attributevalue")
	types := h.types("dynamodb")
	nothing := "return " + h.goRequest().out + "{}, "
	tenant := ""
	if h.tenant != "" {
		h.use(goLambda + "/lambdacontext")
		tenant = "call, _ := lambdacontext.FromContext(ctx)\n"
	}
	return "h.metrics.Count(\"Asked\", 1)\n" + tenant + "found, err := " + h.call("dynamodb", "GetItem") + "\nTableName: &" + h.variable(envName(table)) + ",\nKey: map[string]" + types + ".AttributeValue{\n" +
		h.itemKey(param) + "},\n})\nif err != nil {\n" +
		nothing + "fmt.Errorf(" + goString("reading from "+table.ID+": %w") + ", err)\n}\nif found.Item == nil {\n" + h.refused("NotFound", "There is no such item.") + "}\n" +
		"var fields map[string]any\nif err := attributevalue.UnmarshalMap(found.Item, &fields); err != nil {\n" + nothing + "fmt.Errorf(\"reading the item: %w\", err)\n}\n" +
		"return answer(http.StatusOK, fields)\n"
}

// itemKey spells the key of the item that a parameter of the route names.
func (h *goHandler) itemKey(param string) string {
	own := goString(h.key) + ": " + h.textValue("request.PathParameters["+goString(param)+"]") + ",\n"
	if h.tenant != "" {
		return goString(h.tenant) + ": " + h.textValue("call.TenantID") + ",\n" + own
	}
	return own
}

// ask answers a request that neither brings a thing nor asks for one.
func (h *goHandler) ask() string {
	h.use("log/slog")
	h.use("net/http")
	sent := ""
	if len(h.writes) > 0 {
		h.use(goLambda + "/lambdacontext")
		if !h.takesBody() {
			h.fields = h.fields[:1:1]
			h.model()
			h.sendBlock("send", "passes the work on")
		}
		nothing := "return " + h.goRequest().out + "{}, "
		sent = "call, _ := lambdacontext.FromContext(ctx)\ntext, err := json.Marshal(map[string]string{" + goString(h.key) + ": call.AwsRequestID})\nif err != nil {\n" +
			nothing + "fmt.Errorf(\"naming the work: %w\", err)\n}\nw, err := read(text)\nif err != nil {\n" + nothing + "err\n}\nif err := h.send(ctx, w); err != nil {\n" + nothing + "err\n}\n"
	}
	return sent + "slog.InfoContext(ctx, \"asked\")\nh.metrics.Count(\"Asked\", 1)\nreturn answer(http.StatusOK, map[string]string{})\n"
}

// asked is the table in which the function finds what a route asks for, and the route's parameter that names it.
func (w work) asked() (table *graph.Node, param string) {
	for _, r := range w.routes {
		for _, n := range w.reads {
			if !r.body() && r.param() != "" && n.Kind == graph.Table {
				return n, r.param()
			}
		}
	}
	return nil, ""
}

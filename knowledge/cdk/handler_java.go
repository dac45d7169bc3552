package cdk

import (
	"fmt"
	"slices"
	"strings"
)

// javaHandler writes one handler in Java: a class, put together from its trigger and from what it writes and reads. What
// handlers have in common is in classes beside it: see java_handlers.
type javaHandler struct {
	work
	pkg       string
	imports   map[string]bool // full names of classes
	clients   map[string]bool // services that are called
	variables []string        // of the environment, that name what the handler uses
	parts     []javaPart      // fields, beside clients and variables
	members   []string        // types and methods, in order
	fetches   bool            // the work is read from a bucket first
	buses     int             // that events were put on so far
	items     int             // that were written so far
	endpoint  string          // variable of the environment: where the clients of a WebSocket API are reached
}

// javaPart is a field of the handler, with its value.
type javaPart struct{ name, typ, value string }

func newJavaHandler(w work, pkg string) *javaHandler {
	return &javaHandler{work: w, pkg: pkg, imports: map[string]bool{}, clients: map[string]bool{}}
}

// javaWriters write what a handler does that is called by each trigger. A trigger that is missing has no handler in Java.
var javaWriters = map[trigger]func(*javaHandler){
	triggerHTTP:    (*javaHandler).api,
	triggerREST:    (*javaHandler).api,
	triggerQueue:   (*javaHandler).queue,
	triggerEvent:   (*javaHandler).onEvent,
	triggerTopic:   (*javaHandler).onMessage,
	triggerStream:  (*javaHandler).stream,
	triggerTable:   (*javaHandler).stream,
	triggerObjects: (*javaHandler).objects,
	triggerEnrich:  (*javaHandler).enrich,
	triggerSocket:  (*javaHandler).socket,
	triggerPlain:   (*javaHandler).given,
}

// javaLeftOut says in each file what a reader who knows Powertools would look for.
const javaLeftOut = "Powertools for AWS Lambda (Java) is not used, as it could not be tested with this: the classes beside do what is needed of it. Left out are trace segments of " +
	"single calls (X-Ray sees the function as a whole), sampling of logs, and a metric of cold starts."

// javaClass names a handler's class.
func (w work) javaClass() string {
	if name := pascal(w.file); name != "Request" && name != "RequestStream" { // two that Lambda's library has
		return name + "Handler"
	}
	return pascal(w.file) + "FunctionHandler"
}

// javaEntry is the class and method that Lambda is told to call.
func javaEntry(pkg, class string) string { return pkg + "." + class + "::handleRequest" }

const javaLambda = "com.amazonaws.services.lambda.runtime."

func (h *javaHandler) use(full string) string {
	h.imports[full] = true
	return full[strings.LastIndexByte(full, '.')+1:]
}

func (h *javaHandler) events(class string) { h.use(javaLambda + "events." + class) }

func (h *javaHandler) member(format string, args ...any) {
	h.members = append(h.members, fmt.Sprintf(format, args...))
}

func (h *javaHandler) part(p javaPart) {
	if !slices.Contains(h.parts, p) {
		h.parts = append(h.parts, p)
	}
}

// text returns the handler's file.
func (h *javaHandler) text() string {
	h.use(javaLambda + "Context")
	h.use("java.util.Map")
	javaWriters[h.trigger](h)
	base := h.implemented()
	members := strings.Join(slices.DeleteFunc(append([]string{h.declared(), h.constructors()}, h.members...), func(m string) bool { return m == "" }), "\n")
	if !strings.Contains(members, "work.text()") {
		members = strings.Replace(members, javaTextMethod, "", 1)
	}
	about := strings.ToUpper(purposes[h.trigger][:1]) + purposes[h.trigger][1:]
	code := "/** " + about + " <p>" + javaLeftOut + " */\npublic final class " + h.javaClass() + " implements " + base + " {\n" + members + "}\n"
	if !strings.Contains(code, "Map.") && !strings.Contains(code, "Map<") {
		delete(h.imports, "java.util.Map")
	}
	return "package " + h.pkg + ";\n\n" + javaImports(h.imports) + "\n" + javaFormatted(code)
}

func javaImports(imports map[string]bool) string {
	var b strings.Builder
	for _, full := range sortedNames(imports) {
		b.WriteString("import " + full + ";\n")
	}
	return b.String()
}

// implemented is the interface of the Lambda library by which the handler is called.
func (h *javaHandler) implemented() string {
	c := javaCalls[h.trigger]
	if h.url || h.trigger == triggerHTTP || h.trigger == triggerREST {
		r := h.javaRequest()
		c = javaCall{r.in, r.out}
	}
	if c.in == "" {
		return h.use(javaLambda + "RequestStreamHandler")
	}
	return h.use(javaLambda+"RequestHandler") + "<" + c.in + ", " + c.out + ">"
}

// javaCall is what a handler gets and gives, none for one that reads its event itself.
type javaCall struct{ in, out string }

var javaCalls = map[trigger]javaCall{
	triggerQueue:  {"SQSEvent", "SQSBatchResponse"},
	triggerTopic:  {"SNSEvent", "Void"},
	triggerStream: {"KinesisEvent", "StreamsEventResponse"},
	triggerTable:  {"DynamodbEvent", "StreamsEventResponse"},
	triggerSocket: {"APIGatewayV2WebSocketEvent", "APIGatewayV2WebSocketResponse"},
}

// javaService is how a handler speaks of a service: its client's class, and the name of the field that has it.
type javaService struct{ class, client string }

var javaServices = map[string]javaService{
	"apigatewaymanagementapi": {"ApiGatewayManagementApiClient", "sockets"},
	"dynamodb":                {"DynamoDbClient", "tables"},
	"eventbridge":             {"EventBridgeClient", "buses"},
	"kinesis":                 {"KinesisClient", "streams"},
	"s3":                      {"S3Client", "objects"},
	"scheduler":               {"SchedulerClient", "schedules"},
	"secretsmanager":          {"SecretsManagerClient", "secrets"},
	"sfn":                     {"SfnClient", "workflows"},
	"sns":                     {"SnsClient", "topics"},
	"sqs":                     {"SqsClient", "queues"},
}

const javaSDK = "software.amazon.awssdk.services."

// client names a service's client.
func (h *javaHandler) client(service string) string {
	h.clients[service] = true
	h.use(javaSDK + service + "." + javaServices[service].class)
	return javaServices[service].client
}

// modelOf imports a type of a service.
func (h *javaHandler) modelOf(service, class string) string {
	return h.use(javaSDK + service + ".model." + class)
}

// variable names the field that holds what a variable of the environment says.
func (h *javaHandler) variable(name string) string {
	if !slices.Contains(h.variables, name) {
		h.variables = append(h.variables, name)
	}
	return javaVariable(name)
}

// javaVariable is a variable's name as Java has it: ORDERS_QUEUE_URL is ordersQueueUrl.
func javaVariable(name string) string {
	return javaName(camel(strings.ToLower(strings.ReplaceAll(name, "_", "-"))))
}

// declared declares the handler's fields: those of clients only where they are asked after the start.
func (h *javaHandler) declared() string {
	var b strings.Builder
	for _, service := range h.kept() {
		fmt.Fprintf(&b, "private final %s %s;\n", javaServices[service].class, javaServices[service].client)
	}
	for _, v := range h.variables {
		fmt.Fprintf(&b, "private final String %s;\n", javaVariable(v))
	}
	for _, p := range h.parts {
		fmt.Fprintf(&b, "private final %s %s;\n", p.typ, p.name)
	}
	fmt.Fprintf(&b, "private final Metrics metrics = new Metrics(%s);\n", javaString(h.service))
	return b.String()
}

// kept are the services whose clients the handler's own methods ask.
func (h *javaHandler) kept() []string {
	var out []string
	for _, service := range sortedNames(h.clients) {
		used := javaServices[service].client + "."
		if slices.ContainsFunc(h.members, func(m string) bool { return strings.Contains(m, used) }) {
			out = append(out, service)
		}
	}
	return out
}

// constructors declare how Lambda makes the handler, and how a test does.
func (h *javaHandler) constructors() string {
	if len(h.clients) == 0 {
		return "" // there is nothing to give
	}
	var made, params []string
	body := ""
	for _, service := range sortedNames(h.clients) {
		s := javaServices[service]
		client := s.class + ".create()"
		if service == "apigatewaymanagementapi" {
			client = s.class + ".builder().endpointOverride(URI.create(Settings.required(" + javaString(h.endpoint) + "))).build()"
		}
		made, params = append(made, client), append(params, s.class+" "+s.client)
		if slices.Contains(h.kept(), service) {
			body += "this." + s.client + " = " + s.client + ";\n"
		}
	}
	for _, v := range h.variables {
		body += javaVariable(v) + " = settings.apply(" + javaString(v) + ");\n"
	}
	for _, p := range h.parts {
		body += p.name + " = " + p.value + ";\n"
	}
	if strings.Contains(body, "settings.") {
		made, params = append(made, "Settings::required"), append(params, h.use("java.util.function.UnaryOperator")+"<String> settings")
	}
	return "/** Lambda makes the handler once for each environment: what is made here serves all calls. */\npublic " + h.javaClass() + "() {\nthis(" + strings.Join(made, ", ") + ");\n}\n\n" +
		h.javaClass() + "(" + strings.Join(params, ", ") + ") {\n" + body + "}\n"
}

// logged spells the name of the work for a log entry.
func (h *javaHandler) logged() string {
	return "Map.of(" + javaString(h.key) + ", " + h.value(h.key) + ")"
}

// remembered makes what idempotency needs.
func (h *javaHandler) remembered() {
	h.client("dynamodb")
	h.part(javaPart{"once", "Once", "new Once(tables, settings.apply(" + javaString(envName(h.memory)) + "), " + javaString(h.file) + ", " + h.remembering() + ")"})
}

// remembering is the time for which work is remembered: as long as its source may deliver it again.
func (h *javaHandler) remembering() string {
	h.use("java.time.Duration")
	if h.keep%86400 == 0 {
		return fmt.Sprintf("Duration.ofDays(%d)", h.keep/86400)
	}
	return fmt.Sprintf("Duration.ofSeconds(%d)", h.keep)
}

// names spells what names one piece of work.
func (h *javaHandler) names() string {
	if h.second == "" {
		return h.value(h.key)
	}
	return h.value(h.key) + ", " + h.value(h.second)
}

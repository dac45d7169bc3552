package cdk

import (
	"fmt"
	"slices"
	"strings"
)

// goHandler writes one handler in Go: a command of the handlers' module, put together from its trigger and from what it
// writes and reads. What handlers have in common is in packages below internal: see go_handlers.
type goHandler struct {
	work
	module    string              // path of the handlers' module
	imports   map[string]string   // path → name, "" where it is the package's own
	calls     map[string][]string // operations that are called, by service
	variables []string            // of the environment, that name what the handler uses
	parts     []goPart            // of the handler, beside clients and variables
	blocks    []string            // types and functions, in order
	fetches   bool                // the work is read from a bucket first
	buses     int                 // that events were put on so far
	items     int                 // that were written so far
	endpoint  string              // variable of the environment: where the clients of a WebSocket API are reached
}

// goPart is a field of the handler, with its value in Lambda and in the test.
type goPart struct{ name, typ, value, test string }

func newGoHandler(w work, module string) *goHandler {
	return &goHandler{work: w, module: module, imports: map[string]string{}, calls: map[string][]string{}}
}

// goWriters write what a handler does that is called by each trigger. A trigger that is missing has no handler in Go.
var goWriters = map[trigger]func(*goHandler){
	triggerHTTP:    (*goHandler).api,
	triggerREST:    (*goHandler).api,
	triggerQueue:   (*goHandler).queue,
	triggerEvent:   (*goHandler).onEvent,
	triggerTopic:   (*goHandler).onMessage,
	triggerStream:  (*goHandler).stream,
	triggerTable:   (*goHandler).stream,
	triggerObjects: (*goHandler).objects,
	triggerEnrich:  (*goHandler).enrich,
	triggerAnswer:  (*goHandler).streamed,
	triggerSocket:  (*goHandler).socket,
	triggerPlain:   (*goHandler).given,
}

// goLeftOut says in each file what a reader who knows Powertools would look for.
const goLeftOut = "There is no Powertools for AWS Lambda in Go: the packages below internal do what is needed of it. Left out are " +
	"trace segments of single calls (X-Ray sees the function as a whole), sampling of logs, and a metric of cold starts."

// text returns the handler's file.
func (h *goHandler) text() string {
	for _, path := range []string{"context", "os", goLambda + "/lambda", h.internal("start"), h.internal("metrics")} {
		h.use(path)
	}
	h.part(goPart{"metrics", "metrics.Writer", "metrics.Writer{Out: os.Stdout, Service: " + goString(h.service) + "}",
		`metrics.Writer{Out: io.Discard, Service: "test"}`})
	goWriters[h.trigger](h)
	blocks := append([]string{h.clients(), h.declared(), h.main()}, h.blocks...)
	head := commentLines("Command "+h.goCommand()+" "+purposes[h.trigger]) + "//\n" + commentLines(goLeftOut) + "package main\n\n"
	return goFormatted(head + goImports(h.imports) + "\n" + strings.Join(slices.DeleteFunc(blocks, func(b string) bool { return b == "" }), "\n"))
}

const (
	goLambda = "github.com/aws/aws-lambda-go"
	goSDK    = "github.com/aws/aws-sdk-go-v2"
)

func commentLines(s string) string {
	return "// " + strings.Join(wrap(s, 112), "\n// ") + "\n"
}

func (h *goHandler) use(path string)             { h.imports[path] = "" }
func (h *goHandler) internal(name string) string { return h.module + "/internal/" + name }
func (h *goHandler) block(format string, args ...any) {
	h.blocks = append(h.blocks, fmt.Sprintf(format, args...))
}

func (h *goHandler) part(p goPart) {
	if !slices.Contains(h.parts, p) {
		h.parts = append(h.parts, p)
	}
}

// types imports the package that has a service's types.
func (h *goHandler) types(service string) string {
	name := service + "types"
	h.imports[goSDK+"/service/"+service+"/types"] = name
	return name
}

// goService is how a handler speaks of a service: the name of its client, and what it is called in words.
type goService struct{ client, word string }

var goServices = map[string]goService{
	"apigatewaymanagementapi": {"sockets", "API Gateway"},
	"dynamodb":                {"tables", "DynamoDB"},
	"eventbridge":             {"buses", "EventBridge"},
	"kinesis":                 {"streams", "Kinesis"},
	"s3":                      {"objects", "S3"},
	"scheduler":               {"schedules", "EventBridge Scheduler"},
	"secretsmanager":          {"secrets", "Secrets Manager"},
	"sfn":                     {"workflows", "Step Functions"},
	"sns":                     {"topics", "SNS"},
	"sqs":                     {"queues", "SQS"},
}

// call spells the beginning of a call to AWS, up to its input's fields.
func (h *goHandler) call(service, operation string) string {
	h.use(goSDK + "/service/" + service)
	if !slices.Contains(h.calls[service], operation) {
		h.calls[service] = append(h.calls[service], operation)
		slices.Sort(h.calls[service])
	}
	return fmt.Sprintf("h.%s.%s(ctx, &%s.%[2]sInput{", goServices[service].client, operation, service)
}

// variable names the field that holds what a variable of the environment says.
func (h *goHandler) variable(name string) string {
	if !slices.Contains(h.variables, name) {
		h.variables = append(h.variables, name)
	}
	return "h." + goVariable(name)
}

// goVariable is a variable's name as Go has it: ORDERS_QUEUE_URL is ordersQueueURL.
func goVariable(name string) string {
	words := strings.Split(strings.ToLower(name), "_")
	for i, w := range words[1:] {
		words[i+1] = goWord(w)
	}
	return strings.Join(words, "")
}

// clients declares what the handler asks of each service: a test has something else in the place of AWS.
func (h *goHandler) clients() string {
	var b strings.Builder
	for _, service := range sortedKeys(h.calls) {
		s := goServices[service]
		fmt.Fprintf(&b, "// %s is what the handler asks of %s.\ntype %s interface {\n", s.client, s.word, s.client)
		for _, operation := range h.calls[service] {
			b.WriteString(goSignature(service, operation, "", "") + "\n")
		}
		b.WriteString("}\n\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// goSignature spells a client's method, with names for its parameters or without.
func goSignature(service, operation, context, input string) string {
	more := ""
	if context != "" {
		context, input, more = context+" ", input+" ", "_ "
	}
	return fmt.Sprintf("%[2]s(%[3]scontext.Context, %[4]s*%[1]s.%[2]sInput, %[5]s...func(*%[1]s.Options)) (*%[1]s.%[2]sOutput, error)", service, operation, context, input, more)
}

// declared declares the handler.
func (h *goHandler) declared() string {
	var b strings.Builder
	b.WriteString("// handler keeps what outlives a call: Lambda makes it once for each environment.\ntype handler struct {\n")
	for _, service := range sortedKeys(h.calls) {
		client := goServices[service].client
		fmt.Fprintf(&b, "%s %s\n", client, client)
	}
	for _, v := range h.variables {
		fmt.Fprintf(&b, "%s string\n", goVariable(v))
	}
	for _, p := range h.parts {
		fmt.Fprintf(&b, "%s %s\n", p.name, p.typ)
	}
	return b.String() + "}\n"
}

// main makes the handler of what the environment says.
func (h *goHandler) main() string {
	var b strings.Builder
	b.WriteString("func main() {\nsettings := start.Config()\n")
	if h.memory != nil {
		b.WriteString("database := dynamodb.NewFromConfig(settings)\n")
	}
	b.WriteString("h := handler{\n")
	for _, service := range sortedKeys(h.calls) {
		made := service + ".NewFromConfig(settings)"
		if h.memory != nil && service == "dynamodb" {
			made = "database"
		}
		if service == "apigatewaymanagementapi" {
			made = fmt.Sprintf("apigatewaymanagementapi.NewFromConfig(settings, func(o *apigatewaymanagementapi.Options) {\no.BaseEndpoint = aws.String(start.Env(%q))\n})", h.endpoint)
		}
		fmt.Fprintf(&b, "%s: %s,\n", goServices[service].client, made)
	}
	for _, v := range h.variables {
		fmt.Fprintf(&b, "%s: start.Env(%q),\n", goVariable(v), v)
	}
	for _, p := range h.parts {
		fmt.Fprintf(&b, "%s: %s,\n", p.name, p.value)
	}
	if len(h.calls) == 0 && len(h.parts) == 1 { // the settings serve the logger only
		return strings.Replace(b.String(), "settings := start.Config()", "start.Config()", 1) + "}\nlambda.Start(h.handle)\n}\n"
	}
	return b.String() + "}\nlambda.Start(h.handle)\n}\n"
}

// goImports spells the imports: Go's own, those of others, those of the project.
func goImports(imports map[string]string) string {
	var sections [3]string
	for _, path := range sortedKeys(imports) {
		section := 0
		switch {
		case strings.Contains(path, "/internal/"):
			section = 2
		case strings.Contains(path, "."):
			section = 1
		}
		line := fmt.Sprintf("\t%q\n", path)
		if name := imports[path]; name != "" {
			line = fmt.Sprintf("\t%s %q\n", name, path)
		}
		sections[section] += line
	}
	return "import (\n" + strings.Join(slices.DeleteFunc(sections[:], func(s string) bool { return s == "" }), "\n") + ")\n"
}

// logged spells the name of the work for a log entry.
func (h *goHandler) logged() string { return goString(h.key) + ", " + h.value(h.key) }

// remembered makes what idempotency needs.
func (h *goHandler) remembered() {
	h.use(goSDK + "/service/dynamodb")
	h.use(h.internal("once"))
	h.use("time")
	function := goString(h.file)
	h.part(goPart{"done", "once.Memory",
		fmt.Sprintf("once.Memory{\nTable: database,\nName: start.Env(%q),\nFunction: %s,\nKeep: %s,\n}", envName(h.memory), function, h.kept()),
		fmt.Sprintf("once.Memory{Table: oncetest.Table{}, Name: \"idempotency\", Function: %s, Keep: time.Hour}", function)})
}

// kept is the time for which work is remembered: as long as its source may deliver it again.
func (h *goHandler) kept() string {
	switch {
	case h.keep == 86400:
		return "24 * time.Hour"
	case h.keep%86400 == 0:
		return fmt.Sprintf("%d * 24 * time.Hour", h.keep/86400)
	}
	return fmt.Sprintf("%d * time.Second", h.keep)
}

// names spells what names one piece of work.
func (h *goHandler) names() string {
	if h.second == "" {
		return h.textOf(h.key)
	}
	return h.textOf(h.key) + ", " + h.textOf(h.second)
}

package cdk

import (
	"fmt"
	"sort"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tsHandler writes one handler. It is put together from its trigger and from what it writes and reads.
type tsHandler struct {
	work
	imports map[string][]string // module → names
	clients []string
	buses   int // that events were put on so far
	b       strings.Builder
}

func newTSHandler(w work) *tsHandler { return &tsHandler{work: w, imports: map[string][]string{}} }

func (h *tsHandler) use(module string, names ...string) {
	for _, n := range names {
		if !one(h.imports[module], n) {
			h.imports[module] = append(h.imports[module], n)
		}
	}
}

func (h *tsHandler) client(statement string) {
	if !one(h.clients, statement) {
		h.clients = append(h.clients, statement)
	}
}

func (h *tsHandler) printf(format string, args ...any) { fmt.Fprintf(&h.b, format, args...) }

// text returns the handler's file.
func (h *tsHandler) text() string {
	h.use("@aws-lambda-powertools/logger", "Logger")
	switch h.trigger {
	case triggerHTTP, triggerREST:
		h.api()
	case triggerQueue:
		h.queue()
	case triggerEvent:
		h.onEvent()
	case triggerTopic:
		h.onMessage()
	case triggerStream, triggerTable:
		h.stream()
	case triggerAnswer:
		h.streamed()
	case triggerSocket:
		h.socket()
	case triggerObjects:
		h.objects()
	case triggerEnrich:
		h.enrich()
	case triggerDurable:
		h.durable()
	default:
		h.plain()
	}
	var out strings.Builder
	for _, m := range sortedKeys(h.imports) {
		out.WriteString(importLine(m, h.imports[m]))
	}
	fmt.Fprintf(&out, "\nconst logger = new Logger({ serviceName: %s });\n", tsString(h.service))
	for _, c := range h.clients {
		out.WriteString(c + "\n")
	}
	return out.String() + h.b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// importLine sorts names without regard to the word type and to case.
func importLine(module string, names []string) string {
	sort.Slice(names, func(i, j int) bool { return importOrder(names[i]) < importOrder(names[j]) })
	word := "import"
	if allTypes(names) {
		word = "import type"
		for i := range names {
			names[i] = strings.TrimPrefix(names[i], "type ")
		}
	}
	var docs []doc
	for _, n := range names {
		docs = append(docs, txt(n))
	}
	d := cat(group(txt(word+" {"), nest(line, commaList(docs)), ifWide(","), line, txt("}")), txt(" from '"+module+"';"))
	return layout(d, tsWidth, "  ") + "\n"
}

func importOrder(name string) string { return strings.ToLower(strings.TrimPrefix(name, "type ")) }

func allTypes(names []string) bool {
	for _, n := range names {
		if !strings.HasPrefix(n, "type ") {
			return false
		}
	}
	return true
}

// schema declares the thing that is worked on, as a checked type.
func (h *tsHandler) schema() {
	h.use("zod", "z")
	if h.object {
		h.printf("\nconst Upload = z\n  .object({\n    bucket: z.object({ name: z.string() }),\n    object: z.object({ key: z.string().min(1), etag: z.string() }),\n  })\n")
		h.printf("  .transform(({ bucket, object }) => ({\n    %s: object.key,\n    bucket: bucket.name,\n    etag: object.etag,\n  }));\ntype Upload = z.infer<typeof Upload>;\n", tsKey(h.key))
		return
	}
	h.printf("\nconst %s = z.looseObject({", h.event)
	if len(h.fields) == 1 {
		h.printf(" %s: %s });\n", tsKey(h.fields[0].name), zodType(h.fields[0].typ))
	} else {
		h.printf("\n")
		for _, f := range h.fields {
			h.printf("  %s: %s,\n", tsKey(f.name), zodType(f.typ))
		}
		h.printf("});\n")
	}
	h.printf("type %s = z.infer<typeof %s>;\n", h.event, h.event)
}

func zodType(typ string) string {
	switch typ {
	case "number":
		return "z.number()"
	case "integer":
		return "z.int()"
	case "boolean":
		return "z.boolean()"
	case executionName:
		return `z.string().regex(/^[\w-]{1,80}$/)`
	case executionHalf:
		return `z.string().regex(/^[\w-]{1,39}$/)`
	case "scheduleName":
		return `z.string().regex(/^[\w.-]{1,64}$/)`
	case "scheduleHalf":
		return `z.string().regex(/^[\w.-]{1,31}$/)`
	case dueType:
		return "z.iso.datetime({ precision: 0 }).refine((at) => Date.parse(at) > Date.now())"
	}
	return "z.string().min(1)"
}

// send writes the statements that pass `work` on to everything the function writes to.
func (h *tsHandler) send(indent string) {
	if from := h.readsFrom(); from != "" && h.collects == nil {
		h.use("@aws-sdk/client-s3", "GetObjectCommand", "S3Client")
		h.client("const s3 = new S3Client({});")
		h.commandInto("const object = ", indent, "s3", "GetObjectCommand", "Bucket: "+from, "Key: work"+tsAccess(h.key))
		h.printf("%slogger.info('read', { bytes: object.ContentLength });\n", indent)
	}
	if h.collects != nil {
		h.collect(indent)
	}
	for _, n := range h.writes {
		switch n.Kind {
		case graph.StateMachine:
			h.use("@aws-sdk/client-sfn", "SFNClient", "StartExecutionCommand")
			h.client("const workflows = new SFNClient({});")
			h.command(indent, "workflows", "StartExecutionCommand", "stateMachineArn: process.env."+envName(n), h.executionName(), "input: JSON.stringify(work)")
		case graph.Bucket:
			h.use("@aws-sdk/client-s3", "PutObjectCommand", "S3Client")
			h.client("const s3 = new S3Client({});")
			if n == h.deposits {
				h.deposit(indent, n)
				continue
			}
			h.command(indent, "s3", "PutObjectCommand", "Bucket: process.env."+envName(n), "Key: `${work"+tsAccess(h.key)+"}.json`", h.raw())
		case graph.Queue:
			h.use("@aws-sdk/client-sqs", "SQSClient", "SendMessageCommand")
			h.client("const sqs = new SQSClient({});")
			extra := ""
			if isTrue(n.Setting("fifoQueue")) {
				extra = "MessageGroupId: work" + tsAccess(h.key)
			}
			h.command(indent, "sqs", "SendMessageCommand", "QueueUrl: process.env."+envName(n), "MessageBody: "+h.message(), extra)
		case graph.Topic:
			h.use("@aws-sdk/client-sns", "PublishCommand", "SNSClient")
			h.client("const sns = new SNSClient({});")
			extra := ""
			if isTrue(n.Setting("fifoTopic")) {
				extra = "MessageGroupId: work" + tsAccess(h.key)
			}
			h.command(indent, "sns", "PublishCommand", "TopicArn: process.env."+envName(n), "Message: "+h.told(), extra)
		case graph.Stream:
			h.use("@aws-sdk/client-kinesis", "KinesisClient", "PutRecordCommand")
			h.client("const kinesis = new KinesisClient({});")
			h.command(indent, "kinesis", "PutRecordCommand", "StreamName: process.env."+envName(n), "PartitionKey: work"+tsAccess(h.key), "Data: Buffer.from(JSON.stringify(work))")
		case graph.Table:
			h.document()
			if h.undoes {
				h.takeBack(indent, n)
				continue
			}
			h.use("@aws-sdk/lib-dynamodb", "PutCommand")
			condition := ""
			if h.creates() {
				condition = "ConditionExpression: 'attribute_not_exists(#key)',ExpressionAttributeNames: { '#key': " + tsString(tableKey(n, "HASH")) + " }"
			}
			h.put(indent, envName(n), condition)
		case graph.EventBus:
			h.publish(indent, n)
		case graph.WebSocketAPI:
			h.push(indent, n)
		case graph.ScheduleGroup:
			h.plan(indent, n)
		}
	}
}

func (h *tsHandler) document() {
	h.use("@aws-sdk/client-dynamodb", "DynamoDBClient")
	h.use("@aws-sdk/lib-dynamodb", "DynamoDBDocumentClient")
	h.client("const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));")
}

// command lays one SDK call out as prettier does.
func (h *tsHandler) command(indent, client, name string, fields ...string) {
	h.commandInto("", indent, client, name, fields...)
}

// commandInto keeps the call's answer: into is the beginning of the statement, such as "const object = ".
func (h *tsHandler) commandInto(into, indent, client, name string, fields ...string) {
	var docs []doc
	for _, f := range fields {
		if f != "" {
			docs = append(docs, txt(f))
		}
	}
	object := group(txt("{"), nest(line, commaList(docs)), ifWide(","), line, txt("}"))
	d := cat(txt(into+"await "+client+".send"), group(txt("("), nest(softline, txt("new "+name+"("), object, txt(")")), ifWide(","), softline, txt(")")), txt(";"))
	h.b.WriteString(indented(layout(d, tsWidth-len(indent), "  "), indent))
}

func indented(s, indent string) string {
	return indent + strings.ReplaceAll(s, "\n", "\n"+indent) + "\n"
}

// put writes the work as an item; under a condition it is a creation that never overwrites.
func (h *tsHandler) put(indent, table, condition string) {
	fields := []string{"TableName: process.env." + table, "Item: " + h.item()}
	if condition != "" {
		fields = append(fields, strings.SplitN(condition, ",", 2)...)
	}
	h.command(indent, "table", "PutCommand", fields...)
}

func (h *tsHandler) publish(indent string, bus *graph.Node) {
	h.use("@aws-sdk/client-eventbridge", "EventBridgeClient", "PutEventsCommand")
	h.client("const events = new EventBridgeClient({});")
	source, kind := h.source, h.kind
	if source == "" {
		source = h.service
	}
	if kind == "" {
		kind = h.event
	}
	h.buses++
	result := "result"
	if h.buses > 1 {
		result = fmt.Sprintf("result%d", h.buses)
	}
	lines := []string{
		"const " + result + " = await events.send(",
		"  new PutEventsCommand({",
		"    Entries: [",
		"      {",
		"        EventBusName: process.env." + envName(bus) + ",",
		"        Source: " + tsString(source) + ",",
		"        DetailType: " + tsString(kind) + ",",
		"        Detail: JSON.stringify(work),",
		"      },",
		"    ],",
		"  }),",
		");",
		"// The call succeeds even where the bus took nothing: the entries tell.",
		"if (" + result + ".FailedEntryCount) {",
		"  throw new Error(`The bus refused the event: ${" + result + ".Entries?.[0]?.ErrorMessage}`);",
		"}",
	}
	h.b.WriteString(indented(strings.Join(lines, "\n"), indent))
}

// tsAccess spells the access to a field.
func tsAccess(name string) string {
	if identifier().MatchString(name) {
		return "." + name
	}
	return "[" + tsString(name) + "]"
}

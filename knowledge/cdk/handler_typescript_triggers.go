package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// process declares what is done with one piece of work: once, even if it comes twice, where there is a table to
// remember it in.
func (h *tsHandler) process() {
	if h.memory == nil {
		h.printf("\nconst process%s = async (work: %s): Promise<void> => {\n", h.event, h.event)
		before := h.b.Len()
		h.send("  ")
		if h.b.Len() == before { // it hands nothing on yet
			h.printf("  logger.debug('got', { %s });\n", tsShort(h.key))
		}
		h.printf("};\n")
		return
	}
	h.use("@aws-lambda-powertools/idempotency", "IdempotencyConfig", "makeIdempotent")
	h.use("@aws-lambda-powertools/idempotency/dynamodb", "DynamoDBPersistenceLayer")
	h.client("const persistenceStore = new DynamoDBPersistenceLayer({\n  tableName: process.env." + envName(h.memory) + " ?? '',\n});")
	h.client("const config = new IdempotencyConfig({\n  eventKeyJmesPath: " + tsString(h.identity()) +
		",\n  throwOnNoIdempotencyKey: true,\n  expiresAfterSeconds: " + h.remembered() + ",\n});")
	h.printf("\n/** Runs once for each %s: a second delivery gets the first one's answer. */\n", h.named())
	h.printf("const process%s = makeIdempotent(\n  async (work: %s): Promise<{ %s: string }> => {\n", h.event, h.event, tsKey(h.key))
	h.send("    ")
	h.printf("    return { %s: work%s };\n  },\n  { persistenceStore, config },\n);\n", tsKey(h.key), tsAccess(h.key))
}

// named says in words what names one piece of work.
func (h *tsHandler) named() string {
	if h.second != "" {
		return oneLine(h.key) + " and " + oneLine(h.second)
	}
	return oneLine(h.key)
}

// identity is the JMESPath of what names one piece of work.
func (h *tsHandler) identity() string {
	if h.second == "" {
		return jmesPath(h.key)
	}
	return "[" + jmesPath(h.key) + ", " + jmesPath(h.second) + "]"
}

func jmesPath(key string) string {
	if identifier().MatchString(key) {
		return key
	}
	return `"` + strings.ReplaceAll(key, `"`, `\"`) + `"`
}

// remembered is the time for which work is remembered: as long as its source may deliver it again.
func (h *tsHandler) remembered() string {
	return days24(h.keep)
}

// days24 spells seconds as days, where they are whole ones: the same in TypeScript and Python.
func days24(seconds int) string {
	switch {
	case seconds == 86400:
		return "24 * 60 * 60"
	case seconds%86400 == 0:
		return fmt.Sprintf("%d * 24 * 60 * 60", seconds/86400)
	}
	return fmt.Sprint(seconds)
}

func (h *tsHandler) queue() {
	processor := "new BatchProcessor(EventType.SQS)"
	h.use("@aws-lambda-powertools/batch", "processPartialResponse")
	if h.fifo {
		processor = "new SqsFifoPartialProcessorAsync()"
		h.use("@aws-lambda-powertools/batch", "SqsFifoPartialProcessorAsync")
	} else {
		h.use("@aws-lambda-powertools/batch", "BatchProcessor", "EventType")
	}
	h.use("aws-lambda", "type Context", "type SQSBatchResponse", "type SQSEvent", "type SQSRecord")
	body := "JSON.parse(record.body)"
	switch h.envelope {
	case "event":
		body += ".detail"
	case "topic":
		body = "JSON.parse(JSON.parse(record.body).Message)"
	}
	if h.crowded {
		h.crowdedQueue(processor, body)
		return
	}
	h.client("const processor = " + processor + ";")
	h.schema()
	h.process()
	h.printf("\n")
	h.record("", body)
	h.printf("\nexport const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {\n  logger.addContext(context);\n")
	if h.memory != nil {
		h.printf("  config.registerLambdaContext(context);\n")
	}
	h.batch()
}

// record declares what is done with one message. A failure is told of here: the processor only sends the message back.
func (h *tsHandler) record(indent, body string) {
	lines := []string{
		"const handleRecord = async (record: SQSRecord): Promise<void> => {",
		"  try {",
		"    const work = " + h.event + ".parse(" + body + ");",
		"    await process" + h.event + "(work);",
		"    logger.info('done', { " + tsShort(h.key) + " });",
		"  } catch (error) {",
		"    logger.error('failed', { messageId: record.messageId, error });",
		"    throw error;",
		"  }",
		"};",
	}
	h.b.WriteString(indented(strings.Join(lines, "\n"), indent))
}

// batch ends the handler of a batch of messages.
func (h *tsHandler) batch() {
	serial := "    processInParallel: false,\n"
	switch {
	case h.fifo:
		serial = ""
		h.printf("  // After a failure the rest of the batch goes back too: a later message must not overtake it.\n")
	case h.memory != nil:
		h.printf("  // One record after the other: side by side, two deliveries of one message in a batch would collide.\n")
	}
	h.printf("  return processPartialResponse(event, handleRecord, processor, {\n    context,\n%s    throwOnFullBatchFailure: false,\n  });\n};\n", serial)
}

// tsShort spells `key: work.key` for a log entry.
func tsShort(key string) string { return tsKey(key) + ": work" + tsAccess(key) }

func (h *tsHandler) onEvent() {
	h.use("aws-lambda", "type Context", "type EventBridgeEvent")
	h.schema()
	h.process()
	signature := group(txt("export const handler = async ("), nest(softline, txt("event: EventBridgeEvent<string, unknown>,"), line, txt("context: Context")),
		ifWide(","), softline, txt("): Promise<void> => {"))
	h.printf("\n%s\n  logger.addContext(context);\n", layout(signature, tsWidth, "  "))
	if h.memory != nil {
		h.printf("  config.registerLambdaContext(context);\n")
	}
	h.printf("  const work = %s.parse(event.detail);\n  await process%s(work);\n  logger.info('done', { %s });\n};\n", h.event, h.event, tsShort(h.key))
}

func (h *tsHandler) onMessage() {
	h.use("aws-lambda", "type Context", "type SNSEvent")
	h.schema()
	h.process()
	h.printf("\nexport const handler = async (event: SNSEvent, context: Context): Promise<void> => {\n  logger.addContext(context);\n")
	if h.memory != nil {
		h.printf("  config.registerLambdaContext(context);\n")
	}
	body := "JSON.parse(record.Sns.Message)"
	if h.envelope == "event" {
		body += ".detail"
	}
	h.printf("  for (const record of event.Records) {\n    const work = %s.parse(%s);\n    await process%s(work);\n    logger.info('done', { %s });\n  }\n};\n",
		h.event, body, h.event, tsShort(h.key))
}

func (h *tsHandler) api() {
	in, out := "APIGatewayProxyEventV2", "APIGatewayProxyStructuredResultV2"
	if h.trigger == triggerREST {
		in, out = "APIGatewayProxyEvent", "APIGatewayProxyResult"
	}
	h.use("aws-lambda", "type Context", "type "+in, "type "+out)
	h.printf("\nconst answer = (statusCode: number, body: unknown): %s => ({\n  statusCode,\n  headers: { 'content-type': 'application/json' },\n  body: JSON.stringify(body),\n});\n", out)
	switch {
	case h.answers != nil:
		h.deciding(in)
	case h.circuit() != nil:
		h.schema()
		h.guarded()
		h.parser(in)
	case h.takesBody() && h.secret() != nil:
		h.schema()
		h.signature()
		h.printf("\nconst parse = (body: Buffer) => {\n  try {\n    return %s.safeParse(JSON.parse(body.toString('utf8')));\n  } catch {\n    return %s.safeParse(undefined);\n  }\n};\n", h.event, h.event)
	case h.takesBody():
		h.schema()
		h.parser(in)
	}
	event := "event"
	if !h.takesBody() && h.lookup() == nil {
		event = "_event"
	}
	h.printf("\n%s", layout(group(txt("export const handler = async ("), nest(softline, txt(event+": "+in+","), line, txt("context: Context")), ifWide(","), softline,
		txt("): Promise<"+out+"> => {")), tsWidth, "  "))
	h.printf("\n  logger.addContext(context);\n")
	if h.answers != nil {
		h.decided()
	} else if h.takesBody() {
		h.accepting()
	} else {
		h.answering()
	}
	h.printf("};\n")
}

// parser declares how the body of a request becomes the thing.
func (h *tsHandler) parser(in string) {
	h.printf("\nconst parse = (event: %s) => {\n  try {\n", in)
	h.printf("    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');\n")
	h.printf("    return %s.safeParse(JSON.parse(body.toString('utf8')));\n  } catch {\n    return %s.safeParse(undefined);\n  }\n};\n", h.event, h.event)
}

func (h *tsHandler) accepting() {
	if h.secret() != nil {
		h.printf("  // The signature is over the bytes as they came: nothing is parsed before it is checked.\n")
		h.printf("  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');\n")
		h.printf("  if (!(await signed(body, event.headers))) {\n    return answer(401, { message: 'The signature is not valid.' });\n  }\n  const parsed = parse(body);\n")
	} else {
		h.printf("  const parsed = parse(event);\n")
	}
	h.printf("  if (!parsed.success) {\n")
	h.printf("    return answer(400, { message: 'The body is not valid.', issues: parsed.error?.issues });\n  }\n  const work = parsed.data;\n")
	if h.circuit() != nil {
		h.calling()
		return
	}
	if taken, module := h.taken(); taken != "" {
		h.use(module, taken)
		h.printf("  try {\n")
		h.send("    ")
		h.printf("  } catch (error) {\n    if (error instanceof %s) {\n", taken)
		h.printf("      return answer(409, { message: 'It is there already.' });\n    }\n    throw error;\n  }\n")
	} else {
		h.send("  ")
	}
	h.printf("  logger.info('accepted', { %s });\n", tsShort(h.key))
	status := 202
	if len(h.writes) > 0 && h.writes[0].Kind == graph.Table {
		status = 201
	}
	h.printf("  return answer(%d, { %s });\n", status, tsShort(h.key))
}

// taken is the error, with its module, by which the handler hears that what it creates is there already: that must not
// be overwritten. "" where it creates nothing.
func (h *tsHandler) taken() (name, module string) {
	for _, n := range h.writes {
		switch {
		case !h.creates():
		case n.Kind == graph.Table:
			return "ConditionalCheckFailedException", "@aws-sdk/client-dynamodb"
		case n.Kind == graph.ScheduleGroup:
			return "ConflictException", "@aws-sdk/client-scheduler"
		case n.Kind == graph.StateMachine:
			return "ExecutionAlreadyExists", "@aws-sdk/client-sfn"
		}
	}
	return "", ""
}

// answering looks the asked thing up where the function may read a table.
func (h *tsHandler) answering() {
	if h.lookup() == nil {
		if len(h.writes) > 0 {
			h.printf("  const work = { %s: context.awsRequestId };\n", tsKey(h.key))
		}
		h.send("  ")
		h.printf("  logger.info('asked', { requestId: context.awsRequestId });\n  return answer(200, {});\n")
		return
	}
	h.document()
	h.use("@aws-sdk/lib-dynamodb", "GetCommand")
	param := h.routes[0].param()
	h.printf("  const %s = event.pathParameters?.%s;\n", "key", param)
	h.commandInto("const found = ", "  ", "table", "GetCommand", "TableName: process.env."+envName(h.lookup()), "Key: { "+h.itemKey("key")+" }")
	h.printf("  if (!found.Item) {\n    return answer(404, { message: 'There is no such item.' });\n  }\n  return answer(200, found.Item);\n")
}

func (h *tsHandler) plain() {
	h.use("aws-lambda", "type Context")
	h.schema()
	h.process()
	h.printf("\nexport const handler = async (event: unknown, context: Context): Promise<void> => {\n  logger.addContext(context);\n")
	if h.memory != nil {
		h.printf("  config.registerLambdaContext(context);\n")
	}
	h.printf("  const work = %s.parse(event);\n  await process%s(work);\n  logger.info('done', { %s });\n};\n", h.event, h.event, tsShort(h.key))
}

package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// asStep sees what kind of step of a workflow the handler is.
func (w *work) asStep(m *graph.Node) {
	for _, s := range m.Setting("steps").Each() {
		if spelled(s.Get("step")) != w.fn.ID {
			continue
		}
		if s.Get("callback").Exists() {
			w.waits = true
		}
		if isTrue(s.Get("each")) {
			w.trigger = triggerObjects
		}
	}
}

// stepFields adds what a step is given beside the thing itself.
func (w *work) stepFields() {
	if w.pipe != nil {
		for _, f := range w.pipe.Setting("filter").Fields() {
			if !hasField(w.fields, f.Name) {
				w.fields = append(w.fields, field{f.Name, "string"})
			}
		}
	}
	switch {
	case w.waits: // another execution for the same thing has another token
		w.fields, w.second = append(w.fields, field{"token", "string"}), "token"
	case w.trigger == triggerObjects:
		w.event, w.second = "StoredObject", "etag"
		w.fields = []field{{w.key, "string"}, {"etag", "string"}}
	}
}

// told is what a topic's subscribers hear of the work: not the token, by which they could answer in another's place.
func (h *tsHandler) told() string {
	if h.waits {
		return "JSON.stringify({ " + tsShort(h.key) + " })"
	}
	return "JSON.stringify(work)"
}

// objects writes the handler of a step that is done for every object of a bucket: it gets a few of them at once.
func (h *tsHandler) objects() {
	h.use("aws-lambda", "type Context")
	h.use("zod", "z")
	h.printf("\nconst %s = z\n  .looseObject({ Key: z.string().min(1), Etag: z.string() })\n  .transform(({ Key, Etag }) => ({ %s: Key, etag: Etag }));\ntype %s = z.infer<typeof %s>;\nconst Batch = z.looseObject({ Items: z.array(%s) });\n",
		h.event, tsKey(h.key), h.event, h.event, h.event)
	h.process()
	h.printf("\nexport const handler = async (event: unknown, context: Context): Promise<{ done: number }> => {\n  logger.addContext(context);\n")
	if h.memory != nil {
		h.printf("  config.registerLambdaContext(context);\n")
	}
	h.printf("  const { Items } = Batch.parse(event);\n  for (const work of Items) {\n    await process%s(work);\n  }\n  logger.info('done', { objects: Items.length });\n  return { done: Items.length };\n};\n", h.event)
}

func tsObjectsTest(w work) string {
	var b strings.Builder
	b.WriteString(w.testHead(map[string][]string{"aws-lambda": {"type Context"}}))
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\ntest('every object is done once', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	b.WriteString("  const a = { Key: 'a', Etag: '1', Size: 1 };\n  const Items = [a, a, { ...a, Etag: '2' }];\n  assert.deepEqual(await handler({ Items }, context), { done: 3 });\n")
	if target, times := w.sent(); target.command != "" {
		n := 3
		if w.memory != nil {
			n = 2
		}
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, n*times)
	}
	fmt.Fprintf(&b, "});\n\ntest('a batch that is none fails', async () => {\n  const { handler } = await import('../src/%s');\n  await assert.rejects(handler({ Items: [{}] }, context));\n});\n", w.file)
	return b.String()
}

// deciding writes the body of a handler that answers a waiting workflow: the token is in the table.
func (h *tsHandler) deciding(in string) {
	h.document()
	h.use("@aws-sdk/client-sfn", "SendTaskSuccessCommand", "SFNClient", "TaskDoesNotExist", "TaskTimedOut")
	h.use("@aws-sdk/lib-dynamodb", "GetCommand")
	h.use("zod", "z")
	h.client("const workflows = new SFNClient({});")
	h.printf("\nconst Decision = z.object({ approved: z.boolean() });\n")
	h.printf("\nconst parse = (event: %s) => {\n  try {\n    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');\n    return Decision.safeParse(JSON.parse(body.toString('utf8')));\n  } catch {\n    return Decision.safeParse(undefined);\n  }\n};\n", in)
}

func (h *tsHandler) decided() {
	table, key := h.lookup(), tsKey(tableKey(h.lookup(), "HASH"))
	h.printf("  const parsed = parse(event);\n  if (!parsed.success) {\n    return answer(400, { message: 'The body is not valid.', issues: parsed.error.issues });\n  }\n")
	h.printf("  const key = event.pathParameters?.%s;\n", h.routes[0].param())
	h.commandInto("const found = ", "  ", "table", "GetCommand", "TableName: process.env."+envName(table), "Key: { "+key+": key }")
	h.printf("  if (!found.Item) {\n    return answer(404, { message: 'Nobody waits for this decision.' });\n  }\n  const taskToken = String(found.Item.token);\n  const output = JSON.stringify(parsed.data);\n  try {\n")
	h.command("    ", "workflows", "SendTaskSuccessCommand", "taskToken", "output")
	h.printf("  } catch (error) {\n    if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist) {\n      return answer(410, { message: 'The decision comes too late.' });\n    }\n    throw error;\n  }\n")
	h.printf("  logger.info('decided', parsed.data);\n  return answer(202, parsed.data);\n")
}

func tsDecidingTest(w work, in string) string {
	var b strings.Builder
	w.writes = nil
	b.WriteString(w.testHead(map[string][]string{
		"aws-lambda": {"type Context", "type " + in}, "aws-sdk-client-mock": {"mockClient"}, "@aws-sdk/lib-dynamodb": {"DynamoDBDocumentClient", "GetCommand"},
		"@aws-sdk/client-sfn": {"SendTaskSuccessCommand", "SFNClient", "TaskTimedOut"},
	}))
	key := tsKey(tableKey(w.lookup(), "HASH"))
	fmt.Fprintf(&b, "process.env.%s = 'table';\n\nconst table = mockClient(DynamoDBDocumentClient);\nconst workflows = mockClient(SFNClient);\n", envName(w.lookup()))
	fmt.Fprintf(&b, "const Item = { %s: 'a', token: 't' };\ntable.on(GetCommand).resolves({});\ntable.on(GetCommand, { Key: { %s: 'a' } }).resolves({ Item });\n", key, key)
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\nconst request = (key: string, body: string) => {\n  const pathParameters = { %s: key };\n  return { body, isBase64Encoded: false, pathParameters } as unknown as %s;\n};\nconst yes = JSON.stringify({ approved: true });\n", w.routes[0].param(), in)
	fmt.Fprintf(&b, "\ntest('the waiting workflow is told', async () => {\n  const { handler } = await import('../src/%s');\n  workflows.on(SendTaskSuccessCommand).resolves({});\n", w.file)
	b.WriteString("  assert.equal((await handler(request('a', yes), context)).statusCode, 202);\n  const [told] = workflows.commandCalls(SendTaskSuccessCommand);\n  assert.deepEqual(told?.args[0].input, { taskToken: 't', output: yes });\n});\n")
	fmt.Fprintf(&b, "\ntest('who asks for nothing, too late or wrongly is told so', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	b.WriteString("  assert.equal((await handler(request('b', yes), context)).statusCode, 404);\n  assert.equal((await handler(request('a', '{}'), context)).statusCode, 400);\n")
	b.WriteString("  const late = new TaskTimedOut({ message: 'late', $metadata: {} });\n  workflows.on(SendTaskSuccessCommand).rejects(late);\n  assert.equal((await handler(request('a', yes), context)).statusCode, 410);\n});\n")
	return b.String()
}

package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// tsHandlerTest writes the unit test of a handler; "" where the trigger has none.
func tsHandlerTest(w work) string {
	switch w.trigger {
	case triggerQueue:
		return tsQueueTest(w)
	case triggerHTTP, triggerREST:
		return tsAPITest(w)
	case triggerEvent, triggerTopic:
		return tsEventTest(w)
	case triggerStream, triggerTable:
		return tsStreamTest(w)
	case triggerAnswer:
		return tsStreamedTest(w)
	case triggerSocket:
		return tsSocketTest(w)
	case triggerObjects:
		return tsObjectsTest(w)
	case triggerEnrich:
		return tsEnrichTest(w)
	case triggerDurable:
		return tsDurableTest(w)
	case triggerPlain:
		return tsPlainTest(w)
	}
	return ""
}

// example spells a piece of work as an object literal, with the given id.
func (w work) example(id string) string {
	if w.object {
		return "upload(" + id + ")"
	}
	var fields []string
	for i, f := range w.fields {
		value := "'x'"
		switch {
		case i == 0 && f.jsonType() == "string" && f.typ != dueType:
			value = id
		case f.typ == "number" || f.typ == "integer":
			value = "1"
		case f.typ == "boolean":
			value = "true"
		case f.typ == dueType:
			value = "'2100-01-01T08:00:00Z'"
		}
		fields = append(fields, tsKey(f.name)+": "+value)
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

// sending is a call to AWS that passes work on: command, client and their packages.
type sending struct{ command, module, client, clientModule string }

var sendings = map[graph.Kind]sending{
	graph.Queue:         {"SendMessageCommand", "@aws-sdk/client-sqs", "SQSClient", "@aws-sdk/client-sqs"},
	graph.Topic:         {"PublishCommand", "@aws-sdk/client-sns", "SNSClient", "@aws-sdk/client-sns"},
	graph.StateMachine:  {"StartExecutionCommand", "@aws-sdk/client-sfn", "SFNClient", "@aws-sdk/client-sfn"},
	graph.Bucket:        {"PutObjectCommand", "@aws-sdk/client-s3", "S3Client", "@aws-sdk/client-s3"},
	graph.Stream:        {"PutRecordCommand", "@aws-sdk/client-kinesis", "KinesisClient", "@aws-sdk/client-kinesis"},
	graph.WebSocketAPI:  {"PostToConnectionCommand", "@aws-sdk/client-apigatewaymanagementapi", "ApiGatewayManagementApiClient", "@aws-sdk/client-apigatewaymanagementapi"},
	graph.ScheduleGroup: {"CreateScheduleCommand", "@aws-sdk/client-scheduler", "SchedulerClient", "@aws-sdk/client-scheduler"},
	graph.EventBus:      {"PutEventsCommand", "@aws-sdk/client-eventbridge", "EventBridgeClient", "@aws-sdk/client-eventbridge"},
	graph.Table:         {"PutCommand", "@aws-sdk/lib-dynamodb", "DynamoDBDocumentClient", "@aws-sdk/lib-dynamodb"},
}

// sent says which call shows that the work was passed on, and how often one piece of work makes it.
func (w work) sent() (s sending, times int) {
	if len(w.writes) == 0 {
		return s, 0
	}
	for _, n := range w.writes {
		if n.Kind == w.writes[0].Kind {
			times++
		}
	}
	if w.undoes && w.writes[0].Kind == graph.Table {
		return sending{"DeleteCommand", "@aws-sdk/lib-dynamodb", "DynamoDBDocumentClient", "@aws-sdk/lib-dynamodb"}, times
	}
	return sendings[w.writes[0].Kind], times
}

// alsoSent are the calls of other kinds: they are answered, but not counted.
func (w work) alsoSent() []sending {
	var out []sending
	seen := map[graph.Kind]bool{}
	if w.readsBucket() {
		out = append(out, sending{"GetObjectCommand", "@aws-sdk/client-s3", "S3Client", "@aws-sdk/client-s3"})
		seen[graph.Bucket] = true
	}
	for i, n := range w.writes {
		if s, ok := sendings[n.Kind]; ok && !seen[n.Kind] && i > 0 && n.Kind != w.writes[0].Kind {
			out = append(out, s)
		}
		seen[n.Kind] = true
	}
	return out
}

// keepsFirst tells whether the handler keeps a signed request as it came, and passes it on after that.
func (w work) keepsFirst() bool {
	return w.secret() != nil && len(w.alsoSent()) > 0 && announces(w.writes[0]) == 0
}

func (s sending) answer() string {
	if s.command == "PutEventsCommand" {
		return "{ FailedEntryCount: 0 }"
	}
	return "{}"
}

// remembering mocks the idempotency table: a conditional put and an update, as DynamoDB does them.
const remembering = `
const remembered = new Map<string, Record<string, AttributeValue>>();
const idempotency = mockClient(DynamoDBClient);
idempotency.on(PutItemCommand).callsFake((input) => {
  const id = input.Item.id.S;
  const found = remembered.get(id);
  if (found) {
    throw new ConditionalCheckFailedException({ message: 'exists', $metadata: {}, Item: found });
  }
  remembered.set(id, input.Item);
  return {};
});
idempotency.on(UpdateItemCommand).callsFake((input) => {
  const data = input.ExpressionAttributeValues[':response_data'] ?? { M: {} };
  const id = input.Key.id.S;
  remembered.set(id, { ...remembered.get(id), status: { S: 'COMPLETED' }, data });
  return {};
});
`

func (w work) testHead(imports map[string][]string) string {
	target, _ := w.sent()
	add := func(m string, names ...string) {
		for _, n := range names {
			if !one(imports[m], n) {
				imports[m] = append(imports[m], n)
			}
		}
	}
	for _, s := range append([]sending{target}, w.alsoSent()...) {
		if s.command != "" {
			add(s.module, s.command)
			add(s.clientModule, s.client)
			add("aws-sdk-client-mock", "mockClient")
		}
	}
	if w.connectionTable() != nil && target.module == sendings[graph.WebSocketAPI].module {
		add("@aws-sdk/lib-dynamodb", "DynamoDBDocumentClient", "ScanCommand")
	}
	if w.memory != nil {
		add("aws-sdk-client-mock", "mockClient")
		add("@aws-sdk/client-dynamodb", "type AttributeValue", "ConditionalCheckFailedException", "DynamoDBClient", "PutItemCommand", "UpdateItemCommand")
	}
	var b strings.Builder
	b.WriteString("import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n")
	for _, m := range sortedKeys(imports) {
		b.WriteString(importLine(m, imports[m]))
	}
	b.WriteString("\nprocess.env.AWS_REGION = 'eu-west-1';\nprocess.env.POWERTOOLS_DEV = 'false';\nprocess.env.POWERTOOLS_LOG_LEVEL = 'SILENT';\n")
	if w.memory != nil {
		fmt.Fprintf(&b, "process.env.%s = 'idempotency';\n", envName(w.memory))
	}
	for _, n := range w.writes {
		if _, ok := handles[n.Kind]; ok {
			fmt.Fprintf(&b, "process.env.%s = 'target';\n", envName(n))
		}
	}
	return b.String()
}

// mocks declares the mocked target and the idempotency table.
func (w work) mocks() string {
	var b strings.Builder
	target, _ := w.sent()
	if w.memory != nil {
		b.WriteString(remembering)
	}
	if target.command != "" {
		fmt.Fprintf(&b, "\nconst target = mockClient(%s);\ntarget.on(%s).resolves(%s);\n", target.client, target.command, target.answer())
	}
	if table := w.connectionTable(); table != nil && target.module == sendings[graph.WebSocketAPI].module {
		fmt.Fprintf(&b, "\nconst connections = mockClient(DynamoDBDocumentClient);\nconnections.on(ScanCommand).resolves({ Items: [{ %s: 'c' }] });\n", tsKey(tableKey(table, "HASH")))
	}
	if w.object {
		b.WriteString("\nconst upload = (key: string) => ({ bucket: { name: 'b' }, object: { key, etag: 'e' } });\n")
	}
	for i, s := range w.alsoSent() {
		if i == 0 && w.keepsFirst() {
			fmt.Fprintf(&b, "\nconst next = mockClient(%s);\nnext.on(%s).resolves(%s);\n", s.client, s.command, s.answer())
			continue
		}
		if s.client == target.client { // a second mock of a client would take the place of the first
			fmt.Fprintf(&b, "target.on(%s).resolves(%s);\n", s.command, s.answer())
			continue
		}
		fmt.Fprintf(&b, "mockClient(%s).on(%s).resolves(%s);\n", s.client, s.command, s.answer())
	}
	b.WriteString(`
const context = {
  functionName: 'test',
  awsRequestId: 'request',
  memoryLimitInMB: '512',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:test',
  getRemainingTimeInMillis: () => 30_000,
`)
	if w.tenant != "" {
		b.WriteString("  tenantId: 'tenant',\n")
	}
	b.WriteString("} as Context;\n")
	return b.String()
}

func tsQueueTest(w work) string {
	body := func(id string) string {
		switch w.envelope {
		case "event":
			return "JSON.stringify({ detail: " + w.example(id) + " })"
		case "topic":
			return "JSON.stringify({ Message: JSON.stringify(" + w.example(id) + ") })"
		}
		return "JSON.stringify(" + w.example(id) + ")"
	}
	var b strings.Builder
	b.WriteString(w.testHead(map[string][]string{"aws-lambda": {"type Context", "type SQSRecord"}}))
	b.WriteString(w.mocks())
	b.WriteString("\nconst record = (messageId: string, body: string) =>\n  ({ messageId, body, eventSource: 'aws:sqs' }) as SQSRecord;\n")
	name := "a bad message comes back alone"
	if w.memory != nil {
		name = "a second delivery changes nothing, and a bad message comes back alone"
	}
	if w.fifo {
		name = "what stands behind a bad message waits for it"
	}
	fmt.Fprintf(&b, "\ntest('%s', async () => {\n  const { handler } = await import('../src/%s');\n", name, w.file)
	fmt.Fprintf(&b, "  const good = %s;\n", body("'a'"))
	if w.fifo {
		b.WriteString("  const Records = [record('1', good), record('2', 'not json'), record('3', good)];\n")
		b.WriteString("  const answer = await handler({ Records }, context);\n  const failed = answer.batchItemFailures.map((failure) => failure.itemIdentifier);\n  assert.deepEqual(failed, ['2', '3']);\n")
	} else {
		b.WriteString("  const Records = [record('1', good), record('2', good), record('3', 'not json')];\n")
		b.WriteString("  const answer = await handler({ Records }, context);\n  assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: '3' }] });\n")
	}
	if target, times := w.sent(); target.command != "" {
		n := 2
		if w.memory != nil || w.fifo {
			n = 1
		}
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, n*times)
	}
	b.WriteString("});\n")
	if w.crowded {
		b.WriteString(w.crowdedTest(body))
	}
	return b.String()
}

func tsEventTest(w work) string {
	var b strings.Builder
	types, maker := []string{"type Context", "type EventBridgeEvent"}, "const event = (detail: unknown) => ({ id: '1', detail }) as EventBridgeEvent<string, unknown>;"
	if w.trigger == triggerTopic {
		message := "JSON.stringify(work)"
		if w.envelope == "event" {
			message = "JSON.stringify({ detail: work })"
		}
		types[1], maker = "type SNSEvent", "const event = (work: unknown) =>\n  ({ Records: [{ Sns: { Message: "+message+" } }] }) as SNSEvent;"
	}
	b.WriteString(w.testHead(map[string][]string{"aws-lambda": types}))
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\n%s\n", maker)
	fmt.Fprintf(&b, "\ntest('an event is handled once', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	fmt.Fprintf(&b, "  const work = %s;\n  await handler(event(work), context);\n  await handler(event(work), context);\n", w.example("'a'"))
	if target, times := w.sent(); target.command != "" {
		n := 2
		if w.memory != nil {
			n = 1
		}
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, n*times)
	}
	fmt.Fprintf(&b, "});\n\ntest('an event that breaks the contract fails, so that it is kept', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	b.WriteString("  await assert.rejects(handler(event({}), context));\n});\n")
	return b.String()
}

func tsAPITest(w work) string {
	in := "APIGatewayProxyEventV2"
	if w.trigger == triggerREST {
		in = "APIGatewayProxyEvent"
	}
	h := newTSHandler(w)
	if !h.takesBody() {
		return tsLookupTest(w, in)
	}
	switch {
	case w.secret() != nil:
		return tsSignatureTest(w, in)
	case w.answers != nil:
		return tsDecidingTest(w, in)
	case w.circuit() != nil:
		return tsCircuitTest(w, in)
	}
	var b strings.Builder
	imports := map[string][]string{"aws-lambda": {"type Context", "type " + in}}
	taken, module := h.taken()
	if taken != "" {
		imports[module] = []string{taken}
	}
	b.WriteString(w.testHead(imports))
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\nconst request = (body: string) => ({ body, isBase64Encoded: false }) as %s;\n", in)
	fmt.Fprintf(&b, "\ntest('a valid request is passed on', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	status := 202
	if len(w.writes) > 0 && w.writes[0].Kind == graph.Table {
		status = 201
	}
	fmt.Fprintf(&b, "  const body = JSON.stringify(%s);\n  const answer = await handler(request(body), context);\n  assert.equal(answer.statusCode, %d);\n", w.example("'a'"), status)
	target, times := w.sent()
	command := target.command
	if command != "" {
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", command, times)
	}
	b.WriteString("});\n")
	if taken != "" {
		fmt.Fprintf(&b, "\ntest('what is there already is not overwritten', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
		extra := map[bool]string{true: ", Message: 'taken'"}[taken == "ConflictException"]
		fmt.Fprintf(&b, "  const taken = new %s({ message: 'taken'%s, $metadata: {} });\n  target.on(%s).rejects(taken);\n", taken, extra, command)
		fmt.Fprintf(&b, "  const body = JSON.stringify(%s);\n  const answer = await handler(request(body), context);\n  assert.equal(answer.statusCode, 409);\n});\n", w.example("'a'"))
	}
	refused := []doc{txt("'not json'"), txt("'{}'")}
	if w.due != "" {
		refused = append(refused, txt(tsString(strings.ReplaceAll(w.past(), "'", `"`))))
	}
	b.WriteString("\n" + layout(group(txt("for (const body of ["), nest(softline, commaList(refused)), ifWide(","), softline, txt("]) {")), tsWidth, "  "))
	fmt.Fprintf(&b, "\n  test(`${body} is refused`, async () => {\n    const { handler } = await import('../src/%s');\n", w.file)
	if command != "" {
		b.WriteString("    target.resetHistory();\n")
	}
	b.WriteString("    const answer = await handler(request(body), context);\n    assert.equal(answer.statusCode, 400);\n")
	if command != "" {
		fmt.Fprintf(&b, "    assert.equal(target.commandCalls(%s).length, 0);\n", command)
	}
	b.WriteString("  });\n}\n")
	return b.String()
}

// tsLookupTest tests a handler that answers from a table.
func tsLookupTest(w work, in string) string {
	if w.lookup() == nil {
		return ""
	}
	var b strings.Builder
	w.writes = nil
	b.WriteString(w.testHead(map[string][]string{
		"aws-lambda": {"type Context", "type " + in}, "aws-sdk-client-mock": {"mockClient"}, "@aws-sdk/lib-dynamodb": {"DynamoDBDocumentClient", "GetCommand"},
	}))
	fmt.Fprintf(&b, "process.env.%s = 'table';\n", envName(w.lookup()))
	b.WriteString("\nconst table = mockClient(DynamoDBDocumentClient);\n")
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\nconst request = (key: string) =>\n  ({ pathParameters: { %s: key } }) as unknown as %s;\n", w.routes[0].param(), in)
	fmt.Fprintf(&b, "\ntest('what is there is found, what is not is 404', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	fmt.Fprintf(&b, "  table.on(GetCommand, { Key: { %s: 'a' } }).resolves({ Item: { %s: 'a' } });\n", tsKey(w.key), tsKey(w.key))
	fmt.Fprintf(&b, "  table.on(GetCommand, { Key: { %s: 'b' } }).resolves({});\n", tsKey(w.key))
	b.WriteString("  assert.equal((await handler(request('a'), context)).statusCode, 200);\n  assert.equal((await handler(request('b'), context)).statusCode, 404);\n});\n")
	return b.String()
}

package cdk

import (
	"fmt"
	"strings"
)

// streamed writes a handler whose answer leaves while it is still being made: the items of one partition, one JSON
// text a line. After the first byte the status cannot change: what fails later ends the answer early.
func (h *tsHandler) streamed() {
	table := h.lookup()
	h.document()
	h.use("@aws-sdk/lib-dynamodb", "paginateQuery")
	h.use("aws-lambda", "type APIGatewayProxyEvent", "type Context")
	h.use("node:stream", "Readable")
	h.use("node:stream/promises", "pipeline")
	h.printf("\n/** The items that belong to a key, page by page: never all of them in memory. */\n")
	h.printf("async function* lines(key: string): AsyncGenerator<string> {\n  const pages = paginateQuery(\n    { client: table },\n    {\n      TableName: process.env.%s,\n", envName(table))
	h.printf("      KeyConditionExpression: '#key = :key',\n      ExpressionAttributeNames: { '#key': %s },\n      ExpressionAttributeValues: { ':key': key },\n    },\n  );\n", tsString(tableKey(table, "HASH")))
	h.printf("  for await (const page of pages) {\n    for (const item of page.Items ?? []) {\n      yield `${JSON.stringify(item)}\\n`;\n    }\n  }\n}\n")
	h.printf("\nexport const handler = awslambda.streamifyResponse(\n  async (event: APIGatewayProxyEvent, responseStream, context: Context): Promise<void> => {\n    logger.addContext(context);\n")
	h.printf("    const out = awslambda.HttpResponseStream.from(responseStream, {\n      statusCode: 200,\n      headers: { 'content-type': 'application/x-ndjson' },\n    });\n")
	h.printf("    await pipeline(Readable.from(lines(event.pathParameters?.%s ?? '')), out);\n", h.routes[0].param())
	h.printf("    logger.info('sent', { requestId: context.awsRequestId });\n  },\n);\n")
}

// tsStreamedTest tests a handler whose answer is streamed.
func tsStreamedTest(w work) string {
	var b strings.Builder
	w.writes = nil
	b.WriteString(w.testHead(map[string][]string{
		"aws-lambda": {"type APIGatewayProxyEvent", "type Context"}, "aws-sdk-client-mock": {"mockClient"}, "@aws-sdk/lib-dynamodb": {"DynamoDBDocumentClient", "QueryCommand"},
		"node:stream": {"PassThrough"}, "node:stream/consumers": {"text"},
	}))
	fmt.Fprintf(&b, "process.env.%s = 'table';\n", envName(w.lookup()))
	b.WriteString("\nconst table = mockClient(DynamoDBDocumentClient);\n")
	b.WriteString(w.mocks())
	b.WriteString("\n// What the runtime brings: here the stream itself, without the head of an HTTP answer.\n")
	b.WriteString("const from = (stream: PassThrough) => stream;\nconst streamifyResponse = (handler: unknown) => handler;\nObject.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream: { from } } });\n")
	fmt.Fprintf(&b, "\ntest('every page is passed on', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	b.WriteString("  const next = { LastEvaluatedKey: { id: '1' } };\n  const first = { Items: [{ n: 1 }], ...next };\n  const query = table.on(QueryCommand).resolvesOnce(first);\n  query.resolves({ Items: [{ n: 2 }] });\n")
	fmt.Fprintf(&b, "  const event = { pathParameters: { %s: 'a' } } as unknown as APIGatewayProxyEvent;\n", w.routes[0].param())
	b.WriteString("  const stream = new PassThrough() as unknown as Parameters<typeof handler>[1];\n  const sent = handler(event, stream, context);\n")
	b.WriteString("  assert.equal(await text(stream as unknown as PassThrough), '{\"n\":1}\\n{\"n\":2}\\n');\n  await sent;\n});\n")
	return b.String()
}

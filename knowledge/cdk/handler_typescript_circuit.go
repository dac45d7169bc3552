package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// circuit is the table that remembers whether the other system is down, nil where the handler calls none.
func (w work) circuit() *graph.Node {
	for _, n := range w.writes {
		if spelled(n.Setting("role")) == "circuit" {
			return n
		}
	}
	return nil
}

// guarded declares the call of another system with its circuit breaker: after some failures in a row it is left in
// peace for a while, by all environments of the function, as they share the table.
func (h *tsHandler) guarded() {
	h.document()
	h.use("@aws-sdk/lib-dynamodb", "DeleteCommand", "GetCommand", "UpdateCommand")
	h.client("const TableName = process.env." + envName(h.circuit()) + ";")
	h.client("const Key = { service: 'partner' };")
	h.client("const failuresToOpen = 5;")
	h.client("const openSeconds = 30;")
	h.client("const timeoutMilliseconds = 3000;")
	h.b.WriteString(`
const now = (): number => Math.floor(Date.now() / 1000);

const isOpen = async (): Promise<boolean> => {
  const { Item } = await table.send(new GetCommand({ TableName, Key }));
  return Number(Item?.openUntil ?? 0) > now();
};

/** Counts a failure. The last one that is borne opens the circuit; the count is forgotten in an hour. */
const failed = async (): Promise<void> => {
  const { Attributes } = await table.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'ADD failures :one SET expiration = :later',
      ExpressionAttributeValues: { ':one': 1, ':later': now() + 3600 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  if (Number(Attributes?.failures) >= failuresToOpen) {
    await table.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: 'SET openUntil = :until',
        ExpressionAttributeValues: { ':until': now() + openSeconds },
      }),
    );
    logger.warn('circuit opened', { seconds: openSeconds });
  }
};

/** Forgets the failures. The partner has done its work by then: a fault of the table is logged, not answered. */
const succeeded = async (): Promise<void> => {
  try {
    await table.send(new DeleteCommand({ TableName, Key }));
  } catch (error) {
    logger.error('the failures were not forgotten', error as Error);
  }
};

const call = async (work: unknown): Promise<Response> => {
  const response = await fetch(process.env.SERVICE_URL ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(work),
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (response.status >= 500) {
    throw new Error(` + "`The partner answered ${response.status}.`" + `);
  }
  return response;
};
`)
}

// calling writes the statements of a handler that calls another system through its circuit breaker.
func (h *tsHandler) calling() {
	h.printf("  if (await isOpen()) {\n    return answer(503, { message: 'The partner is down. Try again later.' });\n  }\n")
	h.printf("  try {\n    const response = await call(work);\n    await succeeded();\n")
	h.printf("    logger.info('called', { %s, status: response.status });\n    return answer(response.status, { %s });\n", tsShort(h.key), tsShort(h.key))
	h.printf("  } catch (error) {\n    logger.error('the call failed', error as Error);\n    await failed();\n    return answer(502, { message: 'The partner did not answer.' });\n  }\n")
}

func tsCircuitTest(w work, in string) string {
	table := envName(w.circuit())
	var b strings.Builder
	w.writes = nil
	b.WriteString(w.testHead(map[string][]string{
		"aws-lambda": {"type Context", "type " + in}, "aws-sdk-client-mock": {"mockClient"}, "@aws-sdk/lib-dynamodb": {"DeleteCommand", "DynamoDBDocumentClient", "GetCommand", "UpdateCommand"},
	}))
	fmt.Fprintf(&b, "process.env.%s = 'table';\nprocess.env.SERVICE_URL = 'https://partner.example.com';\n\nconst table = mockClient(DynamoDBDocumentClient);\n", table)
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\nconst body = JSON.stringify(%s);\nconst event = { body, isBase64Encoded: false } as %s;\n", w.example("'a'"), in)
	fmt.Fprintf(&b, `
const statusOf = async (
  openUntil: number,
  failures: number,
  fetched: () => unknown,
  sound = true,
) => {
  const { handler } = await import('../src/%s');
  table.reset();
  table.on(GetCommand).resolves({ Item: { openUntil } });
  table.on(UpdateCommand).resolves({ Attributes: { failures } });
  table.on(DeleteCommand)[sound ? 'resolves' : 'rejects']({});
  const real = globalThis.fetch;
  globalThis.fetch = async () => fetched() as Response;
  try {
    return (await handler(event, context)).statusCode;
  } finally {
    globalThis.fetch = real;
  }
};
const later = Math.floor(Date.now() / 1000) + 60;
const down = () => {
  throw new Error('down');
};

test('a sound answer is passed on and closes the circuit', async () => {
  assert.equal(await statusOf(0, 0, () => ({ status: 201 })), 201);
  assert.equal(table.commandCalls(DeleteCommand).length, 1);
});

test('a fault of the table spoils no sound answer', async () => {
  assert.equal(await statusOf(0, 0, () => ({ status: 201 }), false), 201);
});

test('a failure is counted, and the last one opens the circuit', async () => {
  assert.equal(await statusOf(0, 4, down), 502);
  assert.equal(table.commandCalls(UpdateCommand).length, 1);
  assert.equal(await statusOf(0, 5, () => ({ status: 500 })), 502);
  assert.equal(table.commandCalls(UpdateCommand).length, 2);
});

test('an open circuit spares the partner', async () => {
  assert.equal(await statusOf(later, 5, down), 503);
  assert.equal(table.commandCalls(UpdateCommand).length, 0);
});
`, w.file)
	return b.String()
}

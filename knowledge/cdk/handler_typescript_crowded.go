package cdk

// On managed instances several calls run in one environment at the same time, so nothing that belongs to one call may
// stand outside it.

// crowdedQueue writes the reader of a queue whose calls run side by side.
func (h *tsHandler) crowdedQueue(processor, body string) {
	h.schema()
	ready := "process" + h.event
	if h.memory != nil {
		h.onceACall()
		ready = "once(context)"
	} else {
		h.process()
	}
	h.printf("\nexport const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {\n  logger.addContext(context);\n")
	h.printf("  // What belongs to this call stays in it: other calls run in the same environment meanwhile.\n")
	h.printf("  const processor = %s;\n", processor)
	if h.memory != nil {
		h.printf("  const process%s = %s;\n", h.event, ready)
	}
	h.record("  ", body)
	h.batch()
}

// onceACall declares what is done with one piece of work, once: how long the call may still take is its own matter.
func (h *tsHandler) onceACall() {
	h.use("@aws-lambda-powertools/idempotency", "IdempotencyConfig", "makeIdempotent")
	h.use("@aws-lambda-powertools/idempotency/dynamodb", "DynamoDBPersistenceLayer")
	h.client("const persistenceStore = new DynamoDBPersistenceLayer({\n  tableName: process.env." + envName(h.memory) + " ?? '',\n});")
	h.printf("\n/** Runs once for each %s: a second delivery gets the first one's answer. */\n", h.named())
	h.printf("const once = (context: Context) =>\n  makeIdempotent(\n    async (work: %s): Promise<{ %s: string }> => {\n", h.event, tsKey(h.key))
	h.send("      ")
	h.printf("      return { %s: work%s };\n    },\n    {\n      persistenceStore,\n      config: new IdempotencyConfig({\n        lambdaContext: context,\n        eventKeyJmesPath: %s,\n"+
		"        throwOnNoIdempotencyKey: true,\n        expiresAfterSeconds: %s,\n      }),\n    },\n  );\n", tsKey(h.key), tsAccess(h.key), tsString(h.identity()), h.remembered())
}

// crowdedTest shows that two calls side by side do not get each other's failures.
func (w work) crowdedTest(body func(id string) string) string {
	return "\ntest('calls side by side keep to their own messages', async () => {\n  const { handler } = await import('../src/" + w.file + "');\n" +
		"  const [good, bad] = await Promise.all([\n    handler({ Records: [record('1', " + body("'b'") + ")] }, context),\n    handler({ Records: [record('2', 'not json')] }, context),\n  ]);\n" +
		"  assert.deepEqual(good, { batchItemFailures: [] });\n  assert.deepEqual(bad, { batchItemFailures: [{ itemIdentifier: '2' }] });\n});\n"
}

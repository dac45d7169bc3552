package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// streamShape is how a batch of a stream's records looks to a handler. Place is where a record stands in the stream.
type streamShape struct{ event, record, answer, place string }

var streamShapes = map[trigger]streamShape{
	triggerStream: {"KinesisStreamEvent", "KinesisStreamRecord", "KinesisStreamBatchResponse", "record.kinesis.sequenceNumber"},
	triggerTable:  {"DynamoDBStreamEvent", "DynamoDBRecord", "DynamoDBBatchResponse", "record.dynamodb?.SequenceNumber ?? ''"},
}

// stream writes a handler for the records of a Kinesis stream or a table's stream. A record is known by its place in
// the stream: the same key comes again with every change. The processor of Powertools would go on behind a record that
// failed, and a later change would be done before an earlier one.
func (h *tsHandler) stream() {
	s := streamShapes[h.trigger]
	h.use("aws-lambda", "type Context", "type "+s.event, "type "+s.answer, "type "+s.record)
	h.schema()
	h.processOnce()
	h.printf("\nconst handleRecord = async (record: %s): Promise<void> => {\n", s.record)
	place := "record.eventID"
	if h.trigger == triggerTable {
		h.use("@aws-sdk/client-dynamodb", "type AttributeValue")
		h.use("@aws-sdk/util-dynamodb", "unmarshall")
		place = "record.eventID ?? ''"
		h.printf("  const image = record.dynamodb?.NewImage;\n  if (!image) {\n    return; // the item was deleted\n  }\n")
		h.printf("  const work = %s.parse(unmarshall(image as Record<string, AttributeValue>));\n", h.event)
	} else {
		h.printf("  const data = Buffer.from(record.kinesis.data, 'base64').toString('utf8');\n  const work = %s.parse(JSON.parse(data));\n", h.event)
	}
	if h.memory == nil {
		h.printf("  await process%s(work);\n", h.event)
	} else {
		h.printf("  await process%s(%s, work);\n", h.event, place)
	}
	h.printf("  logger.info('done', { %s });\n};\n", tsShort(h.key))
	h.printf("\n%s", layout(group(txt("export const handler = async ("), nest(softline, txt("event: "+s.event+","), line, txt("context: Context")), ifWide(","), softline,
		txt("): Promise<"+s.answer+"> => {")), tsWidth, "  "))
	h.printf("\n  logger.addContext(context);\n")
	if h.memory != nil {
		h.printf("  config.registerLambdaContext(context);\n")
	}
	h.printf("  // In order: nothing overtakes a record that failed. Lambda goes on from there.\n")
	h.printf("  for (const record of event.Records) {\n    try {\n      await handleRecord(record);\n    } catch (error) {\n      logger.error('failed', { eventId: record.eventID, error });\n")
	h.printf("      const place = %s;\n      return { batchItemFailures: [{ itemIdentifier: place }] };\n    }\n  }\n  return { batchItemFailures: [] };\n};\n", s.place)
}

// processOnce declares what is done with one record: once for each place in the stream.
func (h *tsHandler) processOnce() {
	if h.memory == nil {
		h.process()
		return
	}
	h.use("@aws-lambda-powertools/idempotency", "IdempotencyConfig", "makeIdempotent")
	h.use("@aws-lambda-powertools/idempotency/dynamodb", "DynamoDBPersistenceLayer")
	h.client("const persistenceStore = new DynamoDBPersistenceLayer({\n  tableName: process.env." + envName(h.memory) + " ?? '',\n});")
	h.client("const config = new IdempotencyConfig({ expiresAfterSeconds: " + h.remembered() + " });")
	h.printf("\n/** Runs once for each record: after a failure Lambda delivers those behind it again. */\n")
	h.printf("const process%s = makeIdempotent(\n  async (_eventId: string, work: %s): Promise<{ %s: string }> => {\n", h.event, h.event, tsKey(h.key))
	h.send("    ")
	h.printf("    return { %s: work%s };\n  },\n  { persistenceStore, config, dataIndexArgument: 0 },\n);\n", tsKey(h.key), tsAccess(h.key))
}

// tsStreamTest tests a handler of stream records: a second delivery, and a record that cannot be read.
func tsStreamTest(w work) string {
	s := streamShapes[w.trigger]
	var b strings.Builder
	imports := map[string][]string{"aws-lambda": {"type Context", "type " + s.record}}
	if w.trigger == triggerTable {
		imports["@aws-sdk/util-dynamodb"] = []string{"marshall"}
	}
	b.WriteString(w.testHead(imports))
	b.WriteString(w.mocks())
	if w.trigger == triggerTable {
		fmt.Fprintf(&b, "\nconst record = (place: string, item: Record<string, unknown>) =>\n  ({\n    eventID: place,\n    dynamodb: { SequenceNumber: place, NewImage: marshall(item) },\n  }) as %s;\n", s.record)
	} else {
		fmt.Fprintf(&b, "\nconst record = (place: string, item: Record<string, unknown>) => {\n  const data = Buffer.from(JSON.stringify(item)).toString('base64');\n")
		fmt.Fprintf(&b, "  return { eventID: place, kinesis: { sequenceNumber: place, data } } as %s;\n};\n", s.record)
	}
	fmt.Fprintf(&b, "\ntest('Lambda is told where to go on', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	fmt.Fprintf(&b, "  const good = %s;\n  const Records = [record('1', good), record('2', {}), record('3', good)];\n", w.example("'a'"))
	b.WriteString("  const answer = await handler({ Records }, context);\n  assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: '2' }] });\n")
	target, times := w.sent()
	if target.command != "" {
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, times)
	}
	b.WriteString("  const again = await handler({ Records: [Records[0], Records[2]] }, context);\n  assert.deepEqual(again, { batchItemFailures: [] });\n")
	if target.command != "" {
		if w.memory != nil {
			b.WriteString("  // The first record is not done twice.\n")
		} else {
			times++
		}
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, 2*times)
	}
	b.WriteString("});\n")
	return b.String()
}

// tsPlainTest tests a handler that is given the thing itself, as a schedule does.
func tsPlainTest(w work) string {
	var b strings.Builder
	b.WriteString(w.testHead(map[string][]string{"aws-lambda": {"type Context"}}))
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\ntest('a run is done once', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	fmt.Fprintf(&b, "  const work = %s;\n  await handler(work, context);\n  await handler(work, context);\n", w.example("'a'"))
	if target, times := w.sent(); target.command != "" {
		n := 2
		if w.memory != nil {
			n = 1
		}
		fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, n*times)
	}
	fmt.Fprintf(&b, "});\n\ntest('a run without its name fails', async () => {\n  const { handler } = await import('../src/%s');\n", w.file)
	b.WriteString("  await assert.rejects(handler({}, context));\n});\n")
	return b.String()
}

// readsBucket tells whether the function may read objects.
func (w work) readsBucket() bool { return w.readsFrom() != "" }

// readsFrom spells the bucket that has the object of the work, "" where the handler reads none.
func (w work) readsFrom() string {
	for _, n := range w.reads {
		switch {
		case n.Kind == graph.Bucket && w.trigger == triggerObjects:
			return "process.env." + envName(n)
		case n == w.collects && n.Kind == graph.Bucket:
			return "process.env." + envName(n)
		case n.Kind == graph.Bucket && w.object:
			return "work.bucket"
		}
	}
	return ""
}

// lookup is the table in which the function finds what its route asks for, nil if there is none.
func (w work) lookup() *graph.Node {
	if len(w.routes) == 0 || w.routes[0].param() == "" {
		return nil
	}
	for _, n := range w.reads {
		if n.Kind == graph.Table {
			return n
		}
	}
	return nil
}

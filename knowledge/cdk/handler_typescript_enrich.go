package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// enriches sees which kind of records a pipe hands to the handler for it to add to.
func (w *work) enriches(g *graph.Graph, pipe *graph.Node) {
	w.trigger, w.pipe = triggerEnrich, pipe
	for _, e := range g.In(pipe, graph.Polls) {
		w.envelope = string(e.From.Kind)
	}
}

// enrich writes the handler of a pipe's enrichment: it is given a list of records and returns the list of what goes
// on, shorter where records are left out.
func (h *tsHandler) enrich() {
	h.use("aws-lambda", "type Context")
	h.schema()
	read := "JSON.parse(record.body)"
	h.printf("\n/** A record as the pipe hands it over. */\n")
	switch h.envelope {
	case "stream":
		read = "JSON.parse(Buffer.from(record.data, 'base64').toString('utf8'))"
		h.printf("type PipeRecord = { data: string };\n")
	case "table":
		h.use("@aws-sdk/client-dynamodb", "type AttributeValue")
		h.use("@aws-sdk/util-dynamodb", "unmarshall")
		read = "unmarshall(record.dynamodb.NewImage)"
		h.printf("type PipeRecord = { dynamodb: { NewImage: Record<string, AttributeValue> } };\n")
	default:
		h.printf("type PipeRecord = { body: string };\n")
	}
	table := h.joined()
	result := h.event
	if table != nil {
		result += " & { found?: Record<string, unknown> }"
	}
	h.printf("\n%s", layout(group(txt("export const handler = async ("), nest(softline, txt("records: PipeRecord[],"), line, txt("context: Context")), ifWide(","), softline,
		txt("): Promise<("+result+")[]> => {")), tsWidth, "  "))
	h.printf("\n  logger.addContext(context);\n  const enriched = [];\n  for (const record of records) {\n    const work = %s.parse(%s);\n", h.event, read)
	if table == nil {
		h.printf("    enriched.push(work);\n")
	} else {
		h.document()
		h.use("@aws-sdk/lib-dynamodb", "GetCommand")
		key := tableKey(table, "HASH")
		h.commandInto("const { Item } = ", "    ", "table", "GetCommand", "TableName: process.env."+envName(table), "Key: { "+tsKey(key)+": work"+tsAccess(key)+" }")
		h.printf("    enriched.push({ ...work, found: Item });\n")
	}
	h.printf("  }\n  logger.info('enriched', { records: enriched.length });\n  return enriched;\n};\n")
}

// joined is the table in which an enrichment looks up what it adds, nil if there is none.
func (w work) joined() *graph.Node {
	for _, n := range w.reads {
		if n.Kind == graph.Table {
			return n
		}
	}
	return nil
}

func tsEnrichTest(w work) string {
	var b strings.Builder
	imports := map[string][]string{"aws-lambda": {"type Context"}}
	record := "  return { body: JSON.stringify(work) };\n"
	switch w.envelope {
	case "stream":
		record = "  return { data: Buffer.from(JSON.stringify(work)).toString('base64') };\n"
	case "table":
		imports["@aws-sdk/util-dynamodb"] = []string{"marshall"}
		record = "  return { dynamodb: { NewImage: marshall(work) } };\n"
	}
	table := w.joined()
	if table != nil {
		imports["aws-sdk-client-mock"], imports["@aws-sdk/lib-dynamodb"] = []string{"mockClient"}, []string{"DynamoDBDocumentClient", "GetCommand"}
	}
	w.writes = nil
	b.WriteString(w.testHead(imports))
	if table != nil {
		fmt.Fprintf(&b, "process.env.%s = 'table';\n\nconst table = mockClient(DynamoDBDocumentClient);\ntable.on(GetCommand).resolves({ Item: { name: 'n' } });\n", envName(table))
	}
	b.WriteString(w.mocks())
	fmt.Fprintf(&b, "\nconst record = (work: Record<string, unknown>) => {\n%s};\n", record)
	fmt.Fprintf(&b, "\ntest('each record goes on with what was found', async () => {\n  const { handler } = await import('../src/%s');\n  const work = %s;\n", w.file, w.example("'a'"))
	found := "work"
	if table != nil {
		found = "{ ...work, found: { name: 'n' } }"
	}
	fmt.Fprintf(&b, "  assert.deepEqual(await handler([record(work)], context), [%s]);\n});\n", found)
	fmt.Fprintf(&b, "\ntest('a record that breaks the contract fails the batch', async () => {\n  const { handler } = await import('../src/%s');\n  await assert.rejects(handler([record({})], context));\n});\n", w.file)
	return b.String()
}

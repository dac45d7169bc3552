package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// durable writes a handler whose steps are remembered: after a pause, a crash or a retry Lambda runs it from the top,
// and steps that are done give back what they gave before. All that touches the outside stands inside a step.
func (h *tsHandler) durable() {
	h.use("@aws/durable-execution-sdk-js", "type DurableContext", "withDurableExecution")
	h.use("aws-lambda", "type EventBridgeEvent")
	h.schema()
	writes := h.writes
	h.printf("\nexport const handler = withDurableExecution(\n  async (\n    event: EventBridgeEvent<string, unknown>,\n    context: DurableContext,\n  ): Promise<{ %s: string }> => {\n", tsKey(h.key))
	h.printf("    const work = %s.parse(event.detail);\n", h.event)
	for i, n := range writes {
		if i == len(writes)-1 {
			h.pause()
		}
		h.writes = []*graph.Node{n}
		h.printf("    await context.step(%s, async () => {\n", tsString(n.ID))
		h.send("      ")
		h.printf("    });\n")
	}
	h.writes = writes
	h.printf("    logger.info('done', { %s });\n    return { %s };\n  },\n);\n", tsShort(h.key), tsShort(h.key))
}

// pause waits without running, before the last step.
func (h *tsHandler) pause() {
	if seconds, ok := h.fn.Setting("pause").Int(); ok {
		h.printf("    // Nothing runs and nothing is paid for while it waits.\n    await context.wait('pause', { seconds: %s });\n", grouped(seconds))
	}
}

// grouped spells a number with its thousands parted.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && len(fmt.Sprint(n)) > 4; i -= 3 {
		s = s[:i] + "_" + s[i:]
	}
	return s
}

func tsDurableTest(w work) string {
	var b strings.Builder
	b.WriteString(w.testHead(map[string][]string{"@aws/durable-execution-sdk-js-testing": {"LocalDurableTestRunner"}}))
	b.WriteString(strings.Split(w.mocks(), "\nconst context = ")[0])
	fmt.Fprintf(&b, "\ntest('every step is done once, pauses between', async () => {\n  const { handler } = await import('../src/%s');\n  const detail = %s;\n", w.file, w.example("'a'"))
	b.WriteString("  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });\n  try {\n")
	b.WriteString("    const runner = new LocalDurableTestRunner({ handlerFunction: handler });\n    const execution = await runner.run({ payload: { detail } });\n")
	fmt.Fprintf(&b, "    assert.deepEqual(execution.getResult(), { %s: 'a' });\n", tsKey(w.key))
	if target, times := w.sent(); target.command != "" {
		fmt.Fprintf(&b, "    assert.equal(target.commandCalls(%s).length, %d);\n", target.command, times)
	}
	b.WriteString("  } finally {\n    await LocalDurableTestRunner.teardownTestEnvironment();\n  }\n});\n")
	return b.String()
}

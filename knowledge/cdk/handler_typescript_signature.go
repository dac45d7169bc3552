package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// secret is the key by which the handler checks signatures, nil if it checks none.
func (w work) secret() *graph.Node {
	for _, n := range w.reads {
		if n.Kind == graph.Secret {
			return n
		}
	}
	return nil
}

// raw is what a handler keeps in a bucket: a signed request as it came, else the work.
func (h *tsHandler) raw() string {
	if h.secret() != nil {
		return "Body: body"
	}
	return "Body: JSON.stringify(work)"
}

// signature declares the check of a request's signature: an HMAC over the time and the raw body, compared in constant
// time. A request that is old is refused too: somebody may have written it down.
func (h *tsHandler) signature() {
	h.use("@aws-sdk/client-secrets-manager", "GetSecretValueCommand", "SecretsManagerClient")
	h.use("node:crypto", "createHmac", "timingSafeEqual")
	h.client("const secrets = new SecretsManagerClient({});")
	h.client("const toleranceSeconds = 300;")
	h.printf("\nlet cached: { key: string; until: number } | undefined;\n\n/** The sender's key, asked for anew every five minutes: a changed one is taken without a deployment. */\n")
	h.printf("const signingKey = async (): Promise<string> => {\n  if (!cached || cached.until < Date.now()) {\n")
	h.commandInto("const secret = ", "    ", "secrets", "GetSecretValueCommand", "SecretId: process.env."+envName(h.secret()))
	h.printf("    cached = { key: secret.SecretString ?? '', until: Date.now() + 300_000 };\n  }\n  return cached.key;\n};\n")
	h.printf("\nconst signed = async (body: Buffer, headers: Record<string, string | undefined>) => {\n")
	h.printf("  const sent = headers['x-timestamp'] ?? '';\n  const age = Math.abs(Date.now() / 1000 - Number(sent));\n  const key = await signingKey();\n")
	h.printf("  if (key === '' || !(age <= toleranceSeconds)) {\n    return false;\n  }\n")
	h.printf("  const expected = createHmac('sha256', key).update(`${sent}.`).update(body).digest();\n  const given = Buffer.from(headers['x-signature'] ?? '', 'hex');\n")
	h.printf("  return given.length === expected.length && timingSafeEqual(given, expected);\n};\n")
}

// tsSignatureTest tests a handler that checks signatures: a sound request, and every way to forge one.
func tsSignatureTest(w work, in string) string {
	var b strings.Builder
	b.WriteString(w.testHead(map[string][]string{
		"aws-lambda": {"type Context", "type " + in}, "aws-sdk-client-mock": {"mockClient"}, "@aws-sdk/client-secrets-manager": {"GetSecretValueCommand", "SecretsManagerClient"},
		"node:crypto": {"createHmac"},
	}))
	fmt.Fprintf(&b, "process.env.%s = 'secret';\n\nmockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: 'key' });\n", envName(w.secret()))
	b.WriteString(w.mocks())
	b.WriteString("\nconst now = () => String(Math.floor(Date.now() / 1000));\nconst sign = (body: string, key: string, time: string) =>\n  createHmac('sha256', key).update(`${time}.${body}`).digest('hex');\n")
	fmt.Fprintf(&b, "const request = (body: string, signature: string, time: string) =>\n  ({\n    body,\n    isBase64Encoded: false,\n    headers: { 'x-signature': signature, 'x-timestamp': time },\n  }) as unknown as %s;\nconst body = JSON.stringify(%s);\n", in, w.example("'a'"))
	fmt.Fprintf(&b, "\ntest('a signed request is passed on', async () => {\n  const { handler } = await import('../src/%s');\n  const time = now();\n  const answer = await handler(request(body, sign(body, 'key', time), time), context);\n  assert.equal(answer.statusCode, 202);\n", w.file)
	target, times := w.sent()
	fmt.Fprintf(&b, "  assert.equal(target.commandCalls(%s).length, %d);\n", target.command, times)
	if w.keepsFirst() {
		next := w.alsoSent()[0].command
		fmt.Fprintf(&b, "  assert.equal(next.commandCalls(%s).length, 1);\n});\n", next)
		fmt.Fprintf(&b, "\ntest('what could not be kept is not passed on', async () => {\n  const { handler } = await import('../src/%s');\n  next.resetHistory();\n", w.file)
		fmt.Fprintf(&b, "  target.on(%s).rejects(new Error('refused'));\n  const time = now();\n  const signature = sign(body, 'key', time);\n", target.command)
		fmt.Fprintf(&b, "  await assert.rejects(handler(request(body, signature, time), context));\n  assert.equal(next.commandCalls(%s).length, 0);\n", next)
	}
	b.WriteString("});\n")
	b.WriteString("\nconst forged: Record<string, () => [string, string, string]> = {\n  'no signature': () => [body, '', now()],\n  'another key': () => [body, sign(body, 'other', now()), now()],\n")
	b.WriteString("  'another body': () => [body, sign('{}', 'key', now()), now()],\n  'an old request': () => [body, sign(body, 'key', '1000'), '1000'],\n  'no time': () => [body, sign(body, 'key', ''), 'x'],\n};\n")
	fmt.Fprintf(&b, "for (const [name, make] of Object.entries(forged)) {\n  test(`${name} is refused`, async () => {\n    const { handler } = await import('../src/%s');\n    target.resetHistory();\n    const answer = await handler(request(...make()), context);\n", w.file)
	fmt.Fprintf(&b, "    assert.equal(answer.statusCode, 401);\n    assert.equal(target.commandCalls(%s).length, 0);\n  });\n}\n", target.command)
	return b.String()
}

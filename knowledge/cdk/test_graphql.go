package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// resolversTest writes the test of an API's resolvers: it runs them without AppSync.
func resolversTest(api *graph.Node, resolvers []resolver) string {
	var b strings.Builder
	fmt.Fprintf(&b, `import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';

// AppSync brings @aws-appsync/utils along: what the resolvers use of it stands here in its place.
const util = %[1]s
const util = {
  dynamodb: {
    toMapValues: (values) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          typeof value === 'string' ? { S: value } : { N: String(value) },
        ]),
      ),
  },
  error: (message, type) => {
    throw new Error(type + ': ' + message);
  },
};
%[1]s;

const load = async (field: string) => {
  const file = path.join(__dirname, '..', 'src', '%[2]s', %[1]s${field}.js%[1]s);
  const code = (await readFile(file, 'utf8')).replace(/^import .*$/m, util);
  return import(%[1]sdata:text/javascript,${encodeURIComponent(code)}%[1]s);
};

const context = (args: object) => ({ args, identity: { sub: 'caller' } });
`, "`", graphQLFolder+kebab(api.ID))
	for _, r := range resolvers {
		b.WriteString(r.test())
	}
	var names []string
	for _, r := range resolvers {
		names = append(names, tsString(r.field))
	}
	docs := make([]doc, len(names))
	for i, n := range names {
		docs[i] = txt(n)
	}
	b.WriteString("\n" + layout(group(txt("for (const field of ["), nest(softline, commaList(docs)), ifWide(","), softline, txt("]) {")), tsWidth, "  "))
	b.WriteString("\n  test(`${field} does not hide what went wrong`, async () => {\n    const { response } = await load(field);\n" +
		"    const error = { message: 'too slow', type: 'DynamoDB:Throttled' };\n    assert.throws(() => response({ error }), /DynamoDB:Throttled: too slow/);\n  });\n}\n")
	return b.String()
}

// test checks what a resolver asks of its table.
func (r resolver) test() string {
	key := r.expectedKey()
	var given []string
	for _, k := range r.keys() {
		given = append(given, tsKey(k)+": 'a'")
	}
	arguments := "{ " + strings.Join(given, ", ") + " }"
	if len(given) == 0 {
		arguments = "{}"
	}
	head := func(says string) string {
		return fmt.Sprintf("\ntest(%s, async () => {\n  const { request } = await load(%s);\n", tsString(r.field+" "+says), tsString(r.field))
	}
	switch r.verb {
	case "get":
		return head("asks for the item") + fmt.Sprintf("  const asked = request(context(%s));\n  assert.equal(asked.operation, 'GetItem');\n  assert.deepEqual(asked.key, %s);\n});\n", arguments, key)
	case "delete":
		return head("deletes the item") + fmt.Sprintf("  const asked = request(context(%s));\n  assert.equal(asked.operation, 'DeleteItem');\n  assert.deepEqual(asked.key, %s);\n});\n", arguments, key)
	case "list":
		owner := "a"
		if r.owner {
			owner = "caller"
		}
		return head("reads one page") + fmt.Sprintf("  const asked = request(context({ %s }));\n  assert.deepEqual(asked.query.expressionValues, { ':key': { S: '%s' } });\n  assert.equal(asked.limit, %d);\n});\n",
			strings.Join(append(given, "limit: 1000"), ", "), owner, pageLimit)
	}
	return head("never overwrites") + fmt.Sprintf("  const asked = request(context({ input: %s }));\n  assert.equal(asked.operation, 'PutItem');\n  assert.deepEqual(asked.key, %s);\n"+
		"  assert.equal(asked.condition.expression, 'attribute_not_exists(#key)');\n});\n", r.input(), key)
}

func (r resolver) expectedKey() string {
	value := "a"
	if r.owner {
		value = "caller"
	}
	key := fmt.Sprintf("%s: { S: '%s' }", tsKey(r.key), value)
	if r.sort != "" {
		key += fmt.Sprintf(", %s: { S: 'a' }", tsKey(r.sort))
	}
	return "{ " + key + " }"
}

func (r resolver) input() string {
	var fields []string
	for _, f := range r.fields {
		value := map[string]string{"number": "1", "integer": "1", "boolean": "true"}[f.typ]
		if value == "" {
			value = "'a'"
		}
		fields = append(fields, tsKey(f.name)+": "+value)
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

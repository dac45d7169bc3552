package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// ownChannel lets a user listen below the user's own id only. A star is no id: it is refused as well.
const ownChannel = `import { util } from '@aws-appsync/utils';

/** Users listen to their own channel only: /%[1]s/ and their id. */
export function onSubscribe(ctx) {
  if (ctx.info.channel.segments[1] !== ctx.identity.sub) {
    util.unauthorized();
  }
}
`

// sharedChannel says who sent an event: what a sender says of itself does not count.
const sharedChannel = `/** Says with each event on /%[1]s/ who sent it: what senders say of themselves does not count. */
export function onPublish(ctx) {
  return ctx.events.map((event) => ({
    id: event.id,
    payload: { sender: ctx.identity.sub, data: event.payload },
  }));
}
`

func channelText(namespace, who string) string {
	return fmt.Sprintf(map[string]string{"own": ownChannel, "shared": sharedChannel}[who], namespace)
}

// channelSources writes the handlers of the channels of each API for events.
func channelSources(g *graph.Graph) []File {
	var out []File
	for _, api := range g.OfKind(graph.EventAPI) {
		for _, n := range api.Setting("namespaces").Fields() {
			out = append(out, File{"src/" + channelFile(api, n.Name), channelText(n.Name, spelled(n.Value))})
		}
	}
	return out
}

// channelTests are the tests of these handlers, in TypeScript.
func channelTests(g *graph.Graph) []File {
	var out []File
	for _, api := range g.OfKind(graph.EventAPI) {
		if api.Setting("namespaces").Exists() {
			out = append(out, File{"test/" + kebab(api.ID) + "-channels.test.ts", channelTest(api)})
		}
	}
	return out
}

// channelTest writes the test of an API's handlers: it runs them without AppSync.
func channelTest(api *graph.Node) string {
	own, shared := "", ""
	for _, n := range api.Setting("namespaces").Fields() {
		if spelled(n.Value) == "own" {
			own += fmt.Sprintf(ownChannelTest, n.Name)
		} else {
			shared += fmt.Sprintf(sharedChannelTest, n.Name)
		}
	}
	code := "const code = await readFile(file, 'utf8');"
	util := ""
	if own != "" {
		util = "\n// AppSync brings @aws-appsync/utils along: what the handlers use of it stands here in its place.\n" +
			"const util = \"const util = { unauthorized: () => { throw new Error('Unauthorized'); } };\";\n"
		code = "const code = (await readFile(file, 'utf8')).replace(/^import .*$/m, util);"
	}
	return fmt.Sprintf(`import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';
%s
const load = async (namespace: string) => {
  const file = path.join(__dirname, '..', 'src', '%s', %s);
  %s
  return import(%s);
};
`, util, strings.TrimSuffix(channelFolder+kebab(api.ID), "/"), "`${namespace}.js`", code, "`data:text/javascript,${encodeURIComponent(code)}`") + own + shared
}

const ownChannelTest = `
test('on %[1]s users hear what is for them, and nothing else', async () => {
  const { onSubscribe } = await load('%[1]s');
  const listen = (id: string) =>
    onSubscribe({ identity: { sub: 'me' }, info: { channel: { segments: ['%[1]s', id] } } });
  assert.doesNotThrow(() => listen('me'));
  assert.throws(() => listen('other'), /Unauthorized/);
  assert.throws(() => listen('*'), /Unauthorized/);
});
`

const sharedChannelTest = `
test('on %[1]s nobody speaks for others', async () => {
  const { onPublish } = await load('%[1]s');
  const events = [{ id: '1', payload: { sender: 'other', text: 'hello' } }];
  assert.deepEqual(onPublish({ identity: { sub: 'me' }, events }), [
    { id: '1', payload: { sender: 'me', data: { sender: 'other', text: 'hello' } } },
  ]);
});
`

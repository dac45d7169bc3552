package cdk_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cdk"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// chosenSketches are architectures as people describe them, with joins that no pattern has together.
var chosenSketches = []string{
	`{name: shop-orders, nodes: {api: httpApi, intake: function, orders: queue, worker: function, kept: {kind: table, key: orderId}}, edges: [api POST /orders -> intake, intake -> orders, orders -> worker, worker -> kept]}`,
	`{name: shop-fifo, nodes: {api: restApi, take: function, line: {kind: queue, fifo: true}, ship: function, state: {kind: table, key: orderId, sortKey: step}}, edges: [api POST /orders -> take, take -> line, "line -> ship": {batchSize: 5}, ship -> state, ship reads state]}`,
	`{name: mails, nodes: {bus: eventBus, joined: {kind: rule, source: users, detailType: UserJoined}, letters: queue, send: {kind: function, reservedConcurrentExecutions: 5}}, edges: [bus -> joined, joined -> letters, "letters -> send": {maximumConcurrency: 5}]}`,
	`{name: images, nodes: {up: {kind: bucket, prefix: raw/}, made: queue, shrink: {kind: function, memory: 2048}, small: bucket, index: {kind: table, key: objectKey}}, edges: [up -> made, made -> shrink, shrink reads up, shrink -> small, shrink -> index]}`,
	`{name: ticks, nodes: {often: {kind: schedule, rate: 5 minutes, flexible: 2}, poll: {kind: function, runtime: nodejs22.x}, found: topic, store: queue, keep: function, rows: {kind: table, key: rowId}}, edges: [often -> poll, poll -> found, found -> store, store -> keep, keep -> rows]}`,
	`{name: audit, nodes: {accounts: {kind: table, key: accountId}, watch: function, trail: stream, archive: function, log: {kind: bucket, expirationDays: 365}}, edges: [accounts -> watch, watch -> trail, "trail -> archive": {parallelizationFactor: 2}, archive -> log]}`,
	`{name: quotes, nodes: {api: {kind: restApi, authorizer: iam}, calc: {kind: stateMachine, type: express}, one: function, two: function, results: {kind: table, key: quoteId}}, edges: [api POST /quotes -> calc, calc -> one, calc -> two, two -> results]}`,
	`{name: notes, nodes: {api: restApi, people: userPool, notes: {kind: table, key: noteId}}, edges: [api -> people, api POST /notes -> notes, "api GET /notes/{id} -> notes"]}`,
	`{name: hooks, nodes: {api: {kind: httpApi, authorizer: none}, take: function, key: secret, jobs: queue, work: function, done: {kind: table, key: hookId}}, edges: [api POST /webhooks/git -> take, take reads key, take -> jobs, jobs -> work, work -> done]}`,
	`{name: chat, nodes: {socket: webSocketApi, come: function, go: function, who: table, lines: topic, tell: function}, edges: [socket $connect -> come, socket $disconnect -> go, come -> who, go -> who, lines -> tell, tell reads who, tell -> who, tell -> socket]}`,
	`{name: saga, nodes: {api: httpApi, begin: function, trip: stateMachine, flight: function, hotel: function, undoFlight: function, trips: {kind: table, key: tripId}}, edges: [api POST /trips -> begin, begin -> trip, "trip -> flight": {undo: undoFlight}, trip -> hotel, flight -> trips, hotel -> trips, undoFlight -> trips]}`,
	`{name: published, nodes: {shop: {kind: function, code: own, environment: {BUS_ARN: {ref: bus, attribute: EventBusArn}}}, bus: {kind: eventBus, retentionDays: 7}, sold: {kind: rule, source: shop}, jobs: queue, work: function, done: {kind: table, key: orderId}, news: {kind: eventApi, namespaces: {inbox: own, rooms: shared}}}, edges: [shop -> bus, shop -> news, bus -> sold, sold -> jobs, jobs -> work, work -> done]}`,
	`{name: wide, nodes: {news: {kind: topic}, a: queue, b: queue, fa: function, fb: function, ta: {kind: table, key: newsId}, tb: {kind: table, key: newsId}}, edges: ["news -> a": {filter: {type: [sport]}}, "news -> b": {filter: {type: [politics, trade]}}, a -> fa, b -> fb, fa -> ta, fb -> tb]}`,
	`{name: relay, nodes: {items: {kind: table, key: itemId}, pipe: pipe, add: function, prices: {kind: table, key: itemId}, out: queue, push: function, sink: {kind: table, key: itemId}}, edges: ["items -> pipe": {filter: {state: [live]}}, pipe invokes add, add reads prices, pipe -> out, out -> push, push -> sink]}`,
	`{name: plain-url, nodes: {door: functionUrl, hear: {kind: function, release: canary}, said: {kind: eventBus, archiveDays: 10}, any: {kind: rule, source: door, detailType: [Said, Sung]}, keep: function, kept: {kind: table, key: saidId, ttl: gone}}, edges: [door -> hear, hear -> said, said -> any, any -> keep, keep -> kept]}`,
	`{name: quiet, options: {idempotency: false}, nodes: {q: queue, f: function, t: topic, g: function}, edges: [q -> f, f -> t, t -> g]}`,
	`{name: pages, nodes: {site: endpoint, files: bucket, api: httpApi, read: function, rows: {kind: table, key: rowId}}, edges: [site reads files, site -> api, "api GET /api/rows/{id} -> read", read reads rows]}`,
	`{name: night, nodes: {late: {kind: schedule, cron: "30 1 * * ? *", timezone: Europe/Paris}, job: stateMachine, in: bucket, out: bucket, one: function, rows: {kind: table, key: objectKey}}, edges: [late -> job, job reads in, job writes out, "job -> one": {eachObject: true}, one -> rows]}`,
	`{name: far, nodes: {here: {kind: eventBus, acceptsFrom: "111122223333"}, there: {kind: eventBus, arn: "arn:aws:events:eu-west-1:444455556666:event-bus/there"}, out: {kind: rule, source: a, detailType: B}, in: {kind: rule, source: c, detailType: D}, f: function}, edges: [here -> out, out -> there, here -> in, in -> f]}`,
	`{name: two-ways, nodes: {api: httpApi, pool: userPool, post: function, get: function, items: {kind: table, key: itemId}, changed: topic, mail: function}, edges: [api -> pool, api POST /items -> post, "api PUT /items/{id} -> post", "api GET /items/{id} -> get", post -> items, post -> changed, get reads items, changed -> mail]}`,
	`{name: streamed, nodes: {api: restApi, rows: {kind: table, key: id, sortKey: n}, read: {kind: function, timeout: 300}}, edges: ["api GET /rows/{id} -> read": {stream: true}, read reads rows]}`,
	`{name: spilling, nodes: {over: queue, into: queue, told: topic, work: function}, edges: [told -> into, over failsTo into, work -> into, over -> work]}`,
	`{name: twins, nodes: {buy: restApi, sell: restApi, quick: {kind: stateMachine, type: express}, begin: function, slow: stateMachine, check: function, book: {kind: table, key: tradeId}}, edges: [buy POST /trades -> quick, sell POST /trades -> begin, begin -> slow, quick -> check, slow -> check, check -> book]}`,
}

// sketchesOfChance makes sketches of random nodes and edges: the same for the same seed. It keeps those that can work
// and are made of at least four edges, of kinds that no earlier one had together.
func sketchesOfChance(t testing.TB, seed uint64, wanted int) []string {
	dice := rand.New(rand.NewPCG(seed, seed))
	joins := possibleJoins(t)
	var out []string
	seen := map[string]bool{}
	for tries := 0; len(out) < wanted; tries++ {
		require.Less(t, tries, 400000, "too few sketches can work")
		nodes, edges, words := map[string]string{}, []string{}, []string{}
		node := func(kind string) string {
			id := kind + string("ab"[dice.IntN(2)])
			if nodes[id] == "" {
				nodes[id] = id + ": {kind: " + kind + chanceSettings(dice, kind) + "}"
			}
			return id
		}
		for range 4 + dice.IntN(5) {
			j := joins[dice.IntN(len(joins))]
			edges = append(edges, fmt.Sprintf("%q", node(j[0])+" "+strings.Replace(j[1], "/x", "/x"+fmt.Sprint(dice.IntN(3)), 1)+" "+node(j[2])))
			words = append(words, j[0]+j[1]+j[2])
		}
		sort.Strings(words)
		var list []string
		for _, text := range nodes {
			list = append(list, text)
		}
		sort.Strings(list)
		text := fmt.Sprintf("{name: chance-%d, nodes: {%s}, edges: [%s]}", len(out)+1, strings.Join(list, ", "), strings.Join(edges, ", "))
		if key := strings.Join(slices.Compact(words), ","); !seen[key] && canWork(t, text) {
			seen[key] = true
			out = append(out, text)
		}
	}
	return out
}

func chanceSettings(dice *rand.Rand, kind string) string {
	choose := func(of ...string) string { return of[dice.IntN(len(of))] }
	switch kind {
	case "rule":
		return choose(", source: shop, detailType: Sold", ", source: [a, b]", ", source: shop, detail: {state: [open]}")
	case "schedule":
		return choose(", rate: 1 hour", `, cron: "0 4 * * ? *"`)
	case "function":
		return choose("", "", ", timeout: 20", ", memory: 1024", ", release: linear", ", runtime: nodejs22.x")
	case "queue":
		return choose("", "", "", ", delaySeconds: 10", ", fifo: true")
	case "table":
		return choose(", key: id", ", key: orderId", ", key: orderId, sortKey: line", ", key: k, ttl: gone")
	case "httpApi", "restApi":
		return choose("", ", authorizer: iam", ", throttlingRateLimit: 10")
	case "stateMachine":
		return choose("", ", type: express")
	case "bucket":
		return choose("", ", prefix: in/", ", expirationDays: 10")
	}
	return ""
}

func canWork(t testing.TB, text string) bool {
	b, err := patterns.ParseSketch("s.yaml", []byte(text))
	require.NoError(t, err, text)
	_, err = b.Graph(nil)
	return err == nil
}

// possibleJoins are the joins of two kinds that some sketch may hold, by the words of the parser itself.
func possibleJoins(t testing.TB) [][3]string {
	var out [][3]string
	for _, from := range graph.Kinds {
		for _, to := range graph.Kinds {
			for _, join := range []string{"->", "GET /x ->", "POST /x ->", "GET /x/{id} ->", "invokes", "writes", "reads", "failsTo"} {
				text := fmt.Sprintf("{name: a, nodes: {x: {kind: %s}, y: {kind: %s}}, edges: ['x %s y']}", from, to, join)
				b, err := patterns.ParseSketch("s.yaml", []byte(text))
				if err != nil {
					continue // not a kind of sketches
				}
				if _, err = b.Graph(nil); err == nil || !strings.Contains(err.Error(), "cannot") && !strings.Contains(err.Error(), "expected a method") && !strings.Contains(err.Error(), "between x and y") {
					out = append(out, [3]string{string(from), join, string(to)})
				}
			}
		}
	}
	return out
}

// Every sketch becomes a project in every language; what the project's template says is proven with the toolchain.
func TestSketchesAreWrittenInEveryLanguage(t *testing.T) {
	require.GreaterOrEqual(t, len(chosenSketches), 20)
	for _, text := range append(append([]string{}, chosenSketches...), sketchesOfChance(t, 20, 20)...) {
		b, err := patterns.ParseSketch("s.yaml", []byte(text))
		require.NoError(t, err, text)
		d, err := b.Graph(nil)
		require.NoError(t, err, text)
		for _, language := range cdk.Writable(d.Graph) {
			p, err := cdk.Generate(d.Graph, cdk.Options{Name: d.Name, Language: language})
			require.NoError(t, err, text)
			assert.NotContains(t, strings.Join(p.Notes, "\n"), "not carried over", text)
		}
	}
}

package patterns_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
)

// design parses and completes a sketch of nodes and edges.
func design(text string) (*patterns.Design, error) {
	b, err := patterns.ParseSketch("sketch.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	return b.Graph(nil)
}

func TestSketchGetsWhatGoodPracticeNeeds(t *testing.T) {
	d, err := design(`
name: orders
nodes:
  api:    {kind: httpApi, authorizer: jwt}
  intake: {kind: function}
  orders: {kind: queue}
  worker: {kind: function, timeout: 30}
  table:  {kind: table, key: orderId}
edges: [api POST /orders -> intake, intake -> orders, orders -> worker, worker -> table]
`)
	require.NoError(t, err)
	g := d.Graph
	assert.Equal(t, "185", g.Node("orders").Setting("visibilityTimeout").String())
	assert.Equal(t, "10", g.Node("intake").Setting("timeout").String())
	for _, id := range []string{"ordersDlq", "idempotency", "alarmTopic", "ordersDlqAlarm", "workerErrorsAlarm", "workerLogs", "apiAccessLogs"} {
		assert.NotNil(t, g.Node(id), id)
	}
	redrive := g.Out(g.Node("orders"), graph.FailsTo)
	require.Len(t, redrive, 1)
	assert.Equal(t, "5", redrive[0].Setting("maxReceiveCount").String())
	assert.Contains(t, strings.Join(d.Notes, "\n"), "Added the dead-letter queue ordersDlq")
	assert.Contains(t, strings.Join(d.Notes, "\n"), "deadLetterQueue: false")
}

// A path parameter's brace within a list in brackets is a mapping to YAML, and what people write first.
func TestPathParametersNeedNoQuotes(t *testing.T) {
	for _, text := range []string{
		"name: a\nnodes: {api: {kind: httpApi, authorizer: iam}, f: function, g: function}\nedges: [api GET /orders/{id} -> f, api GET /orders/{id}/lines/{line} -> g]\n",
		"name: a\nnodes: {api: {kind: httpApi, authorizer: iam}, f: function, g: function}\nedges: [\n  api GET /orders/{id} -> f,\n  'api GET /orders/{id}/lines/{line} -> g',\n]\n",
		"{name: a, nodes: {api: {kind: httpApi, authorizer: iam}, f: function, g: function}, edges: [api GET /orders/{id} -> f, api GET /orders/{id}/lines/{line} -> g]}",
	} {
		d, err := design(text)
		require.NoError(t, err, text)
		var routes []string
		for _, e := range d.Graph.Out(d.Graph.Node("api"), graph.Invokes) {
			routes = append(routes, e.Label+" "+e.To.ID)
		}
		assert.ElementsMatch(t, []string{"GET /orders/{id} f", "GET /orders/{id}/lines/{line} g"}, routes, text)
	}
	_, err := design("name: a\nnodes: {api: httpApi, f: function}\nedges: [api GET /orders/{id} -> f\n")
	assert.ErrorContains(t, err, "expected YAML or JSON")
}

// Sign-in is as strong where no API of the sketch asks the user pool.
func TestUserPoolsAreStrongByThemselves(t *testing.T) {
	d, err := design(`{name: a, nodes: {users: userPool, f: function}, edges: []}`)
	require.NoError(t, err)
	assert.Equal(t, "ON", d.Graph.Node("users").Setting("mfaConfiguration").String())
}

func TestOtherWordsAreUnderstood(t *testing.T) {
	d, err := design(`
name: a
nodes:
  api: {kind: http-api, authorizer: IAM}
  f: {kind: Lambda, reservedConcurrency: 5}
  g: Function
  db: {kind: dynamodb, partitionKey: id, stream: NEW_AND_OLD_IMAGES}
  flow: {kind: workflow, type: STANDARD}
edges: [api GET /{id} -> f, f -> db, flow -> g]
`)
	require.NoError(t, err)
	want, err := design(`
name: a
nodes:
  api: {kind: httpApi, authorizer: iam}
  f: {kind: function, reservedConcurrentExecutions: 5}
  g: function
  db: {kind: table, key: id, stream: true}
  flow: {kind: stateMachine, type: standard}
edges: ["api GET /{id} -> f", f -> db, flow -> g]
`)
	require.NoError(t, err)
	for _, n := range want.Graph.Nodes {
		got := d.Graph.Node(n.ID)
		require.NotNil(t, got, n.ID)
		assert.Equal(t, n.Kind, got.Kind)
		for _, setting := range []string{"reservedConcurrentExecutions", "keySchema", "attributeDefinitions", "streamSpecification", "stateMachineType", "authorizer"} {
			assert.Equal(t, n.Setting(setting).String(), got.Setting(setting).String(), "%s.%s", n.ID, setting)
		}
	}
	_, err = design("name: a\nnodes: {db: {kind: table, stream: KEYS_ONLY}}\n")
	assert.ErrorContains(t, err, "expected true or false")
}

func TestCompletionsCanBeTurnedOff(t *testing.T) {
	d, err := design(`{name: a, options: {alarms: false, idempotency: false}, nodes: {q: {kind: queue, deadLetterQueue: false}, f: function}, edges: [q -> f]}`)
	require.NoError(t, err)
	for _, id := range []string{"qDlq", "idempotency", "alarmTopic"} {
		assert.Nil(t, d.Graph.Node(id), id)
	}
}

func TestParametersAreCheckedAndUsed(t *testing.T) {
	p, ok := patterns.Find("queue-worker")
	require.True(t, ok)
	d, err := p.Blueprint.Graph(map[string]string{"workerTimeout": "60"})
	require.NoError(t, err)
	assert.Equal(t, "365", d.Graph.Node("orders").Setting("visibilityTimeout").String())
	for set, want := range map[string]string{
		"workerTimeout=901":  "parameter workerTimeout is 901, outside 1 to 900 seconds; expected 1 to 900 seconds",
		"workerTimeout=fast": `parameter workerTimeout is "fast", not a whole number; expected 1 to 900 seconds`,
		"workerTimout=3":     "the nearest that works: workerTimeout",
	} {
		name, value, _ := strings.Cut(set, "=")
		_, err := p.Blueprint.Graph(map[string]string{name: value})
		assert.ErrorContains(t, err, want)
	}
}

// Each refusal is an architecture that looks right and cannot work, with words of its message.
func TestWhatCannotWorkIsRefused(t *testing.T) {
	for _, c := range []struct{ nodes, edges, want string }{
		{"t: topic, q: {kind: queue, fifo: true}", "t -> q", "a standard topic cannot deliver to a FIFO queue"},
		{"t: {kind: topic, fifo: true}, f: function", "t -> f", "a FIFO topic delivers to SQS queues only"},
		{"q: {kind: queue, fifo: true}, d: queue, f: function", "q failsTo d, q -> f", "a dead-letter queue has the type of its source"},
		{"b: eventBus, r: {kind: rule, source: a}, f: function, d: {kind: queue, fifo: true}", "b -> r, r -> f, f failsTo d", "cannot go to a FIFO queue"},
		{"q: {kind: queue, fifo: true}, f: function", "q -> f: {batchSize: 100}", "at most 10 messages a batch"},
		{"q: {kind: queue, fifo: true}, f: function", "q -> f: {maximumBatchingWindowInSeconds: 5}", "FIFO queues have no batching window"},
		{"q: queue, f: function", "q -> f: {batchSize: 100}", "need a batching window"},
		{"q: {kind: queue, visibilityTimeout: 20}, f: {kind: function, timeout: 60}", "q -> f", "hides messages for 20 s while the function may run 60 s"},
		{"a: queue, b: queue", "a failsTo b, b failsTo a", "come back to where they failed"},
		{"a: queue, b: queue, c: queue", "a failsTo b, a failsTo c", "a has 2 dead-letter queues"},
		{"a: queue, b: queue", "a -> b", "a queue does not push messages into another queue"},
		{"q: queue, t: table", "q -> t", "SQS does not write to DynamoDB by itself"},
		{"q: queue, t: topic", "q -> t", "SQS does not publish to SNS"},
		{"q: queue, b: eventBus", "q -> b", "SQS does not put events on a bus"},
		{"q: queue, a: httpApi", "q -> a", "a queue does not call an API"},
		{"a: topic, b: topic", "a -> b", "cannot subscribe to topics"},
		{"a: topic, b: table", "a -> b", "SNS does not write to DynamoDB"},
		{"a: topic, b: eventBus", "a -> b", "SNS does not deliver to an event bus"},
		{"b: eventBus, f: function", "b -> f", "a bus delivers through a rule"},
		{"b: eventBus, q: queue", "b -> q", "a bus delivers through a rule"},
		{"a: table, b: table", "a -> b", "does not copy itself"},
		{"a: table, b: queue", "a -> b", "a table's stream does not write to SQS"},
		{"b: eventBus, r: rule, t: table", "b -> r, r -> t", "EventBridge cannot target a DynamoDB table"},
		{"a: httpApi, t: table", "a -> t", "HTTP APIs have no DynamoDB integration"},
		{"a: httpApi, t: topic", "a -> t", "HTTP APIs have no SNS integration"},
		{"f: function, a: httpApi", "f -> a", "the direction of a call is API -> function"},
		{"f: function, r: rule", "f -> r", "a function puts events on the bus"},
		{"f: function, u: userPool", "f -> u", "a user pool authorises an API"},
		{"f: function, g: function", "f -> g", "pays twice"},
		{"a: httpApi, f: {kind: function, timeout: 60}", "a GET /x -> f", "gives up after 29 s"},
		{"a: httpApi, f: function, g: function", "a GET /x -> f, a GET /x -> g", "has the route GET /x twice"},
		{"a: httpApi, f: function, q: queue", "f -> q", "a has no route"},
		{"f: function, q: queue", "f -> q, q -> f", "f and q feed each other"},
		{"f: function, q: queue", "f -> q, f -> q", "is written twice"},
		{"a: eventBus, b: eventBus, r: {kind: rule, source: a}, f: function", "a -> r, b -> r, r -> f", "the rule r listens on 2 buses"},
		{"b: eventBus, r: rule, f: function", "b -> r, r -> f", "says for no event that it is meant"},
		{"r: {kind: rule, source: a}, q: {kind: queue, fifo: true}", "r -> q", "writes no message groups for events"},
		{"r: {kind: rule, source: a}, q: queue", "r failsTo q", "the rule r leads nowhere"},
		{"r: {kind: rule, source: a}, f: function, q: queue, p: queue", "r -> f, f failsTo q, f failsTo p", "f has 2 failure queues"},
		{"a: httpApi, f: function, q: queue", "a GET /x -> f, f failsTo q", "nothing calls f asynchronously"},
		{"q: queue, f: function, d: queue", "q -> f, f failsTo d", "nothing calls f asynchronously"},
		{"a: restApi, u: userPool, v: userPool, f: function", "a GET /x -> f, a -> u, a -> v", "a has 2 user pools"},
		{"a: {kind: restApi, authorizer: iam}, u: userPool, f: function", "a GET /x -> f, a -> u", "its authorizer is iam"},
		{"a: restApi, u: userPool", "a -> u", "a has no route"},
		{"q: queue, f: function", "q -> f: {maximumRetryAttempts: 3}", "has no setting"},
		{"a: httpApi, q: queue, f: function", "a GET /x -> f, q -> f", "f is called by a and by q"},
		{"r: {kind: rule, source: a}, f: function, t: topic, q: queue, g: function", "r -> t, t -> q, f -> q, q -> g", "gets events from rules and plain messages from functions"},
		{"t: topic, q: queue, d: queue, e: queue", "t -> q, t failsTo d, t failsTo e", "t has 2 failure queues"},
		{"t: topic, d: queue", "t failsTo d", "t has no target that could fail"},
		{"t: {kind: topic, fifo: true}, q: queue", "t -> q", "FIFO topics to FIFO queues only"},
		{"t: topic, q: queue", "t -> q: {filter: {type: 3}}", "the filter's field"},
		{"u: userPool, q: queue", "u -> q", "cannot be joined so"},
		// schedules that are made at run time
		{"g: scheduleGroup, f: function", "g -> f", "nothing makes schedules in g"},
		{"a: httpApi, f: function, g: scheduleGroup", "a POST /x -> f, f -> g", "the schedules of g start nothing"},
		{"a: httpApi, f: function, g: scheduleGroup, h: function, i: function", "a POST /x -> f, f -> g, g -> h, g -> i", "the schedules of g have 2 targets"},
		{"a: httpApi, f: function, g: scheduleGroup, h: function", "a GET /x -> f, f -> g, g -> h", "makes schedules for POST requests"},
		{"q: queue, f: function, g: scheduleGroup, h: function", "q -> f, f -> g, g -> h", "makes schedules for POST requests"},
		{"a: httpApi, f: function, g: scheduleGroup, h: function, t: table", "a POST /x -> f, f -> g, g -> h, f -> t", "does something else besides"},
		{"g: scheduleGroup, q: queue", "g -> q", "start functions"},
		// direct integrations, streams, URLs
		{"a: restApi, q: queue", "a POST /x -> q", "direct integrations with SQS for HTTP APIs"},
		{"a: httpApi, q: {kind: queue, fifo: true}", "a POST /x -> q", "writes no message groups for requests"},
		{"a: httpApi, q: queue", "a GET /x -> q", "no direct integration of GET with a queue"},
		{"a: restApi, t: {kind: table, key: id}", "a PATCH /x -> t", "no direct integration of PATCH with a table"},
		{"a: restApi, t: {kind: table, key: id}", "a GET /x -> t", "does not say which item is meant"},
		{"a: restApi, t: {kind: table, key: id}", "'a POST /x/{id} -> t'", "the key of a new item comes from the body"},
		{"a: restApi, t: {kind: table, key: id, sortKey: n}", "a POST /x -> t", "the path names one key, but the table has two"},
		{"a: restApi, t: {kind: table, key: \"a'b\"}", "a POST /x -> t", "a mapping template cannot name the key"},
		{"a: httpApi, m: {kind: stateMachine, type: express}, f: function", "a POST /x -> m, m -> f", "answers 200 also where the workflow failed"},
		{"a: restApi, m: stateMachine, f: function", "a POST /x -> m, m -> f", "only an Express workflow can be waited for"},
		{"a: restApi, m: {kind: stateMachine, type: express, timeout: 60}, f: function", "a POST /x -> m, m -> f", "gives up after 29 s"},
		{"a: restApi, f: function", "a GET /x -> f: {stream: true}", "streams the items of a table"},
		{"u: functionUrl", "", "it is the address of one"},
		{"u: functionUrl, f: function, g: function", "u -> f, u -> g", "it is the address of one"},
		{"u: functionUrl, q: queue", "u -> q", "a function URL belongs to a function"},
		{"f: {kind: function, release: canary, alarms: false}", "", "nothing would roll a bad version back"},
		// sockets and secrets
		{"s: webSocketApi, f: function", "s $connect -> f", "keeps nothing"},
		{"s: webSocketApi, f: function, t: table", "s $connect -> f, f -> t", "no routes for those who come and go"},
		{"s: webSocketApi, f: function, t: table, g: function", "s $connect -> f, s $disconnect -> f, f -> t, g -> s", "reads no table that says who is connected"},
		{"s: webSocketApi, q: queue", "q -> s", "SQS does not know who is connected"},
		{"s: secret", "", "nothing reads the secret"},
		{"s: secret, q: queue, f: function", "q -> f, f reads s", "f has no requests"},
		{"s: secret, a: httpApi, f: function", "a POST /x -> f, f reads s", "hands nothing on"},
		// steps of workflows
		{"m: {kind: stateMachine, type: express}, f: function, t: table", "m -> f: {callback: 60}, f -> t", "an Express workflow cannot wait for a callback"},
		{"m: stateMachine, f: function", "m -> f: {callback: 60}", "keeps the token nowhere"},
		{"m: stateMachine, f: function, t: table", "m -> f: {callback: 60}, f -> t", "an answer that no function gives"},
		{"m: {kind: stateMachine, timeout: 50}, f: function, t: table", "m -> f: {callback: 60}, f -> t", "the whole of m ends after 50 s"},
		{"m: stateMachine, f: function, g: function", "m -> f, g writes m", "no step waits for an answer"},
		{"m: {kind: stateMachine, type: express}, f: function, b: bucket, c: bucket", "m reads b, m writes c, m -> f: {eachObject: true}", "has no distributed map"},
		{"m: stateMachine, f: function", "m -> f: {eachObject: true}", "does not say which"},
		{"m: stateMachine, f: function, b: bucket", "m -> f: {eachObject: true}, m reads b, m writes b", "would work on the results of this one"},
		{"m: stateMachine, f: function, b: bucket", "m -> f, m reads b", "no step of m works on the objects"},
		{"m: stateMachine, f: function", "m -> f: {batchSize: 5}", "is done once"},
		// pipes, transforms, buses of other accounts, sites
		{"q: queue, p: pipe, b: eventBus", "q -> p, p -> b", "go through an enrichment"},
		{"s: stream, p: pipe, m: stateMachine, f: function", "s -> p, p -> m, m -> f", "starts workflows from queues"},
		{"q: queue, p: pipe, f: function, g: function, b: eventBus", "q -> p, p invokes f, p invokes g, p -> b", "has 2 enrichments"},
		{"q: queue, p: pipe, f: function, b: eventBus, d: queue", "q -> p, p invokes f, p -> b, p failsTo d", "stays in the queue"},
		{"q: queue, p: pipe, f: function", "q -> p, p -> f", "to enrich what it carries"},
		{"t: topic, p: pipe", "t -> p", "a pipe cannot read a topic"},
		{"r: {kind: rule, source: a}, t: topic", "r -> t: {transform: {a: detail.b}}", "transforms events for functions, queues and workflows"},
		{"r: {kind: rule, source: a}, f: function", "r -> f: {transform: {a: <b>}}", "the transform's"},
		{"b: {kind: eventBus, arn: 'arn:aws:events:eu-west-1:111122223333:event-bus/b'}, f: function", "f -> b", "takes events from rules only"},
		{"b: {kind: eventBus, arn: not-an-arn}", "", "arn of b is not-an-arn"},
		{"b: {kind: eventBus, acceptsFrom: '*'}", "", "acceptsFrom of b is"},
		{"b: eventBus, r: {kind: rule, source: a}", "b -> r, r -> b", "sends the events of b back to it"},
		{"a: eventBus, b: eventBus, c: eventBus, r: {kind: rule, source: a}, s: {kind: rule, source: a}", "a -> r, r -> b, b -> s, s -> c", "once only"},
		{"r: {kind: rule, source: a}", "", "the rule r leads nowhere"},
		{"q: queue, f: function, g: function", "q -> f, q -> g", "has two readers, f and g"},
		{"f: {kind: function, pause: 60}", "", "only a durable function can wait"},
		{"f: {kind: function, durable: 60, pause: 60}, t: table", "f -> t", "may take 60 s only"},
		{"f: {kind: function, durable: 600}, t: table", "f -> t", "nothing starts the durable function"},
		{"a: httpApi, f: {kind: function, durable: 600}, t: table", "a POST /x -> f, f -> t", "starts durable functions by events"},
		{"a: httpApi, f: {kind: function, tenantIsolation: true}", "a POST /x -> f", "takes the tenant from the token"},
		{"f: {kind: function, calls: 'http://x'}", "", "calls of f is"},
		{"a: httpApi, f: {kind: function, calls: 'https://x.example'}", "a POST /x -> f", "remembers nowhere that it is down"},
		{"s: endpoint", "", "has 0 buckets with pages"},
		{"s: endpoint, b: bucket, a: httpApi, f: function", "s reads b, s -> a, a GET /x -> f", "passes on what is below /api/ only"},
		{"s: endpoint, f: function", "s -> f", "lets distributions call HTTP APIs"},
		{"q: queue, f: {kind: function, maxVCpuCount: 12}", "q -> f", "only a function on managed instances has"},
		{"q: queue, f: {kind: function, managedInstances: true, memory: 512}", "q -> f", "an environment on managed instances has at least 2048"},
		{"q: queue, f: {kind: function, managedInstances: true, reservedConcurrentExecutions: 5}", "q -> f", "which managed instances do not know"},
		{"q: queue, f: {kind: function, managedInstances: true, release: canary}", "q -> f", "without tenants, durable steps and gradual releases"},
		{"a: httpApi, f: {kind: function, managedInstances: true}", "a GET /x -> f", "writes those as readers of queues"},
		{"s: stream, f: {kind: function, managedInstances: true}", "s -> f", "on managed instances as readers of queues"},
		{"b: {kind: eventBus, retentionDays: 7}, f: function", "f -> b", "no client that publishes on a custom event bus"},
		{"b: {kind: eventBus, retentionDays: 7}, f: {kind: function, code: own, environment: {BUS: {ref: b, attribute: Arn}}}", "f -> b", "publishers name b by its ARN"},
		{"b: {kind: eventBus, retentionDays: 7, archiveDays: 7}", "", "a custom event bus, which has no archiveDays"},
		{"b: {kind: eventBus, retentionDays: 7}, r: {kind: rule, source: a}, f: function, g: function", "b -> r, r -> f, r -> g", "becomes a subscriber, which has one"},
		{"b: {kind: eventBus, retentionDays: 7}, r: {kind: rule, source: a}, t: topic", "b -> r, r -> t", "lets subscribers call functions and fill queues"},
		{"b: {kind: eventBus, retentionDays: 7}, r: {kind: rule, source: a}, q: queue", "b -> r, r -> q: {transform: {id: detail.id}}", "writes no transformers of subscribers"},
		{"b: {kind: eventBus, retentionDays: 7}, r: {kind: rule, source: a}, f: {kind: function, release: canary}", "b -> r, r -> f", "without an alias only"},
		{"a: graphqlApi, t: table", "a -> t", "the field \"\""},
		{"a: {kind: graphqlApi, types: {Order: {pk: string}}}, t: table", "a Mutation.createOrder -> t", "a has no query"},
		{"a: {kind: graphqlApi, types: {Order: {pk: string}}}, t: table, u: table", "a Query.getOrder -> t, a Query.getOrder -> u", "has the field Query.getOrder twice"},
		{"a: {kind: graphqlApi, types: {Order: {pk: string}}}, t: table", "a Query.getItem -> t", "a has no such type"},
		{"a: {kind: graphqlApi, types: {Order: {pk: string}}}, t: table", "a Query.listOrders -> t", "could only be read as a whole"},
		{"a: {kind: graphqlApi, types: {Order: {total: number}}}, t: table", "a Query.getOrder -> t", "has no text pk, which is a key of t"},
		{"a: {kind: graphqlApi, types: {Order: {owner: string, id: string}}}, t: {kind: table, key: owner, sortKey: id}", "a Query.getOrder -> t", "which nobody may choose"},
		{"a: {kind: graphqlApi, types: {Query: {a: string}}}", "", "types of a has \"Query\""},
		{"a: {kind: graphqlApi, types: {Order: {a: date}}}", "", "field \"a\" of Order is date"},
		{"a: graphqlApi, f: function", "a Query.getOrder -> f", "resolves the fields of a GraphQL API from tables"},
		{"a: {kind: graphqlApi, authorizer: apiKey}", "", "authorizer of a is"},
		{"a: eventApi", "", "a has no channel namespaces"},
		{"a: {kind: eventApi, namespaces: {inbox: mine}}", "", "namespaces of a has \"inbox\": mine"},
		{"a: {kind: eventApi, namespaces: {inbox: own}}, u: userPool, v: userPool", "a -> u, a -> v", "a has 2 user pools"},
		{"f: function, a: {kind: eventApi, namespaces: {inbox: own}}", "f -> a", "the AWS SDKs have no call that publishes on an API for events"},
		{"f: {kind: function, code: own}, a: {kind: eventApi, namespaces: {rooms: shared}}", "f -> a", "on shared channels users publish"},
		{"q: queue, a: {kind: eventApi, namespaces: {inbox: own}}", "q -> a", "only who signs requests publishes"},
	} {
		_, err := design(fmt.Sprintf("{name: a, nodes: {%s}, edges: [%s]}", c.nodes, quoted(c.edges)))
		var refused *patterns.InputError
		require.True(t, errors.As(err, &refused), "%s | %s: %v", c.nodes, c.edges, err)
		assert.Contains(t, refused.Message, c.want)
		assert.NotEmpty(t, refused.Nearest+refused.Want, c.want)
		assert.NotZero(t, refused.Line, c.want)
	}
}

// quoted keeps commas inside braces together: "q -> f: {a: 1}, f -> t" stays two edges.
func quoted(edges string) string {
	var out []string
	for _, e := range strings.Split(edges, ", ") {
		if head, settings, ok := strings.Cut(e, ": {"); ok {
			e = "{" + head + ": {" + settings + "}"
		}
		out = append(out, e)
	}
	return strings.Join(out, ", ")
}

func TestBadInputSaysWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "sketch.yaml: the sketch is empty; expected a mapping with name, nodes and edges"},
		{"- a", "sketch.yaml:1:1: the sketch is a list; expected a mapping with name, nodes and edges"},
		{"{name: a", "sketch.yaml: "},
		{"nodes: {q: queue}", "sketch.yaml:1:1: the sketch has no name; expected name: a short name such as orders"},
		{"name: ../up\nnodes: {q: queue}", `the name "../up"; expected lower-case words`},
		{"name: a", "the sketch has no nodes"},
		{"name: a\nnodes: {q: {kind: quue}}", `node q has the kind "quue"`},
		{"name: a\nnodes: {'a b': queue}", `the node name "a b"`},
		{"name: a\nnodes: {\"x'};y\": queue}", "the node name"},
		{"name: a\nnodes: {orderUrl: queue, orderURL: queue}", `the node name "orderURL" differs from another one in case only`},
		{"name: a\nnodes: {q: {kind: queue, visibilityTimout: 3}}", "the nearest that works: visibilityTimeout"},
		{"name: a\nnodes: {q: {kind: queue, delaySeconds: 901}}", "delaySeconds of q is 901; expected 0 to 900"},
		{"name: a\nnodes: {q: queue}\nedges: [q -> worker]", `the edge names "worker", which is no node`},
		{"name: a\nnodes: {q: queue, f: function}\nedges: [q => f]", "edge \"q => f\" joins with \"=>\""},
		{"name: a\nnodes: {a: httpApi, f: function}\nedges: [a -> f]", `expected a method and a path`},
		{"name: a\nnodes: &n {q: queue}\nedges: *n", "an anchor or alias"},
		{"name: a\nname: b\nnodes: {q: queue}", "name"},
		{strings.Repeat("[", 50) + strings.Repeat("]", 50), "the nesting is too deep"},
		{"name: a\nwhat: b\nnodes: {q: queue}", `unknown key "what"`},
	} {
		_, err := design(c.text)
		assert.ErrorContains(t, err, c.want, c.text)
	}
}

func TestHugeSketchesAreRefused(t *testing.T) {
	nodes := map[string]any{}
	for i := range 10000 {
		nodes[fmt.Sprintf("n%d", i)] = "queue"
	}
	data, err := json.Marshal(map[string]any{"name": "a", "nodes": nodes})
	require.NoError(t, err)
	_, err = design(string(data))
	assert.ErrorContains(t, err, "the sketch has 10000 nodes; expected at most 100")
	_, err = design(strings.Repeat("# long\n", 1<<16))
	assert.ErrorContains(t, err, "at most 256 KiB")
}

func FuzzParseSketch(f *testing.F) {
	f.Add(`{name: a, nodes: {q: queue, f: function}, edges: [q -> f]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := design(text)
		if err == nil && len(d.Graph.Nodes) == 0 {
			t.Fatal("neither graph nor error")
		}
	})
}

func TestSchemaNamesEveryKind(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal(patterns.SketchSchema(), &schema))
	for _, kind := range []string{"function", "queue", "httpApi", "restApi", "eventBus", "rule", "table", "topic", "userPool"} {
		assert.Contains(t, string(patterns.SketchSchema()), `"const": "`+kind+`"`)
	}
}

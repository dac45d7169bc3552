package patterns

import (
	"sort"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

func sorted(s []string) []string {
	sort.Strings(s)
	return s
}

func basicRefusals() map[[2]graph.Kind][2]string {
	return map[[2]graph.Kind][2]string{
		{graph.Queue, graph.Queue}:       {"a queue does not push messages into another queue", "write \"orders failsTo ordersDlq\" for a dead-letter queue, or put a function between them"},
		{graph.Queue, graph.Table}:       {"SQS does not write to DynamoDB by itself", "queue -> function -> table"},
		{graph.Queue, graph.Topic}:       {"SQS does not publish to SNS", "topic -> queue, or queue -> function -> topic"},
		{graph.Queue, graph.EventBus}:    {"SQS does not put events on a bus by itself", "queue -> function -> bus"},
		{graph.Queue, graph.HTTPAPI}:     {"a queue does not call an API", "queue -> function"},
		{graph.Topic, graph.Topic}:       {"SNS topics cannot subscribe to topics", "topic -> queue -> function -> topic"},
		{graph.Topic, graph.Table}:       {"SNS does not write to DynamoDB", "topic -> function -> table"},
		{graph.Topic, graph.EventBus}:    {"SNS does not deliver to an event bus", "topic -> function -> bus"},
		{graph.EventBus, graph.Function}: {"a bus delivers through a rule", "bus -> rule -> function, with the rule's source and detailType"},
		{graph.EventBus, graph.Queue}:    {"a bus delivers through a rule", "bus -> rule -> queue, with the rule's source and detailType"},
		{graph.Table, graph.Table}:       {"a DynamoDB table does not copy itself into another table", "table -> function -> table"},
		{graph.Table, graph.Queue}:       {"a table's stream does not write to SQS by itself", "table -> function -> queue"},
		{graph.Rule, graph.Table}:        {"EventBridge cannot target a DynamoDB table", "rule -> function -> table"},
		{graph.HTTPAPI, graph.Table}:     {"HTTP APIs have no DynamoDB integration", "restApi, or httpApi -> function -> table"},
		{graph.HTTPAPI, graph.Topic}:     {"HTTP APIs have no SNS integration", "restApi, or httpApi -> function -> topic"},
		{graph.Function, graph.HTTPAPI}:  {"the direction of a call is API -> function", "api POST /path -> function"},
		{graph.Function, graph.Rule}:     {"a function puts events on the bus, not into a rule", "function -> bus -> rule"},
		{graph.Function, graph.UserPool}: {"a user pool authorises an API", "api -> userPool"},
		{graph.Function, graph.Function}: {"one function waiting for another pays twice and couples their failures", "function -> queue -> function"},
	}
}

func cannotJoin(spec EdgeSpec, from, to *node) error {
	if words, ok := language().impossible[[2]graph.Kind{from.kind, to.kind}]; ok {
		return refusal(spec.at, words[1], "%s -> %s cannot work: %s", from.id, to.id, words[0])
	}
	verb := string(spec.Kind)
	if verb == "" {
		verb = "->"
	}
	return refusal(spec.at, nearestJoin(from, to), "%s %s %s: a %s and a %s cannot be joined so", from.id, verb, to.id, from.kind, to.kind)
}

// refuse finds what AWS would refuse, or what could never work, in nodes that each look right.
func (d *draft) refuse() error {
	for _, check := range []func() error{d.refuseCode, d.refuseDoubled, d.refuseCallers, d.refuseForms, d.refuseRules, d.refuseSchedules, d.refuseScheduleGroups, d.refuseFailures, d.refusePools, d.refuseFIFO, d.refuseDeadLetters, d.refuseAPIs, d.refuseLoops, d.refuseObjectLoops, d.refuseLongExpress, d.refusePipes, d.refuseDirect, d.refuseReleases, d.refuseURLs, d.refuseSockets, d.refuseStreams, d.refuseSecrets, d.refuseKeys, d.refuseNetworks, d.refuseSteps, d.refuseBuses, d.refuseSites, d.refuseTenants, d.refuseDurable, d.refuseCircuits, d.refuseManaged, d.refuseSubscribers, d.refuseGraphs, d.refuseEventAPIs} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) refuseFIFO() error {
	for _, e := range d.edges {
		from, to := e.from, e.to
		switch {
		case from.kind == graph.Topic && to.kind == graph.Queue && !from.truth("FifoTopic") && to.truth("FifoQueue"):
			return refusal(e.at, "make "+from.id+" a FIFO topic, or "+to.id+" a standard queue", "%s -> %s cannot work: a standard topic cannot deliver to a FIFO queue", from.id, to.id)
		case from.kind == graph.Topic && to.kind == graph.Function && from.truth("FifoTopic"):
			return refusal(e.at, from.id+" -> queue -> "+to.id, "%s -> %s cannot work: a FIFO topic delivers to SQS queues only", from.id, to.id)
		case from.kind == graph.Topic && to.kind == graph.Queue && from.truth("FifoTopic") != to.truth("FifoQueue"):
			return refusal(e.at, "make both FIFO or both standard", "%s %s %s: the generator joins FIFO topics to FIFO queues only", from.id, e.kind, to.id)
		case e.kind == graph.FailsTo && from.kind == graph.Queue && from.truth("FifoQueue") != to.truth("FifoQueue"):
			return refusal(e.at, "make both FIFO or both standard", "%s failsTo %s cannot work: a dead-letter queue has the type of its source", from.id, to.id)
		case e.kind == graph.FailsTo && from.kind != graph.Queue && from.kind != graph.Topic && to.truth("FifoQueue"):
			return refusal(e.at, "make "+to.id+" a standard queue", "%s failsTo %s cannot work: asynchronous failures cannot go to a FIFO queue", from.id, to.id)
		case e.kind == graph.Polls && from.kind == graph.Queue && from.truth("FifoQueue"):
			if size, _ := e.get("BatchSize").Int(); size > 10 {
				return refusal(e.at, "batchSize: 10", "%s -> %s cannot work: a FIFO queue hands out at most 10 messages a batch, not %d", from.id, to.id, size)
			}
			if window, _ := e.get("MaximumBatchingWindowInSeconds").Int(); window > 0 {
				return refusal(e.at, "leave maximumBatchingWindowInSeconds out", "%s -> %s cannot work: FIFO queues have no batching window", from.id, to.id)
			}
		case e.kind == graph.Polls && from.kind == graph.Queue:
			size, _ := e.get("BatchSize").Int()
			if window, _ := e.get("MaximumBatchingWindowInSeconds").Int(); size > 10 && window == 0 {
				return refusal(e.at, "maximumBatchingWindowInSeconds: 5", "%s -> %s cannot work: batches of more than 10 messages need a batching window of at least 1 second", from.id, to.id)
			}
		}
	}
	return nil
}

// refuseDeadLetters finds queues that feed themselves, and visibility timeouts that no function can keep.
func (d *draft) refuseDeadLetters() error {
	for _, e := range d.pick(func(*edge) bool { return true }, []graph.EdgeKind{graph.FailsTo}) {
		seen := map[*node]bool{}
		for q := e.to; q != nil && !seen[q]; {
			seen[q] = true
			if q == e.from {
				return refusal(e.at, "end the chain in a queue that nothing leaves", "%s failsTo %s: failed messages come back to where they failed", e.from.id, e.to.id)
			}
			next := d.out(q, graph.FailsTo)
			q = nil
			if len(next) > 0 {
				q = next[0].to
			}
		}
		if more := d.out(e.from, graph.FailsTo); e.from.kind == graph.Queue && len(more) > 1 {
			return refusal(more[1].at, "one dead-letter queue", "%s has %d dead-letter queues", e.from.id, len(more))
		}
	}
	for _, e := range d.pick(func(e *edge) bool {
		return e.from.kind == graph.Queue && e.from.has("VisibilityTimeout") && e.to.has("Timeout")
	}, []graph.EdgeKind{graph.Polls}) {
		if v, t := e.from.number("VisibilityTimeout"), e.to.number("Timeout"); v < t {
			return refusal(e.at, "leave visibilityTimeout out: it becomes six times the function's timeout",
				"%s -> %s cannot work: Lambda refuses a mapping whose queue hides messages for %d s while the function may run %d s", e.from.id, e.to.id, v, t)
		}
	}
	return nil
}

func (d *draft) refuseAPIs() error {
	for _, api := range d.ofKind(graph.HTTPAPI, graph.RestAPI) {
		routes := map[string]bool{}
		for _, e := range d.routesOf(api) {
			if routes[e.label] {
				return refusal(e.at, "one target for each route", "%s has the route %s twice", api.id, e.label)
			}
			routes[e.label] = true
			if t := e.to.number("Timeout"); t > apiLongest && !e.streams() && !e.to.own() {
				return refusal(e.at, api.id+" -> "+e.to.id+" with timeout: 29 or less, or a queue between them",
					"%s may run %d s, but %s gives up after 29 s", e.to.id, t, api.id)
			}
		}
		if len(routes) == 0 {
			return refusal(api.at, "api GET /things -> handler", "%s has no route", api.id)
		}
	}
	return nil
}

// refuseLoops finds a function that feeds itself without end: through a queue or topic it writes to.
func (d *draft) refuseLoops() error {
	for _, fn := range d.ofKind(graph.Function) {
		for _, w := range d.out(fn, graph.Writes) {
			if d.bare() { // a review of the design says so
				break
			}
			for _, back := range d.out(w.to, graph.Polls, graph.Routes) {
				if back.to == fn {
					return refusal(w.at, "write to another "+string(w.to.kind), "%s and %s feed each other: every message makes another one, without end", fn.id, w.to.id)
				}
			}
		}
	}
	return nil
}

package patterns

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// saying finds in a node of an existing system what a setting of a description says.
type saying func(n *graph.Node) graph.Value

// told are the settings that a system holds under another name or in another form than descriptions do. All others are
// the properties of their name.
var told = map[graph.Kind]map[string]saying{
	graph.Queue: {"fifo": nothing, "fifoQueue": whenTrue("fifoQueue"), "maxReceiveCount": nothing},
	graph.Topic: {"fifo": nothing, "fifoTopic": whenTrue("fifoTopic")},
	graph.Table: {
		"key": keyOf("HASH"), "sortKey": keyOf("RANGE"), "keyType": typeOfKey("HASH"), "sortKeyType": typeOfKey("RANGE"), "indexes": indexesOf,
		"ttl": func(n *graph.Node) graph.Value {
			if on, ok := n.Setting("timeToLiveSpecification", "Enabled").Truth(); !ok || !on {
				return graph.Value{}
			}
			return n.Setting("timeToLiveSpecification", "AttributeName")
		},
		"stream": func(n *graph.Node) graph.Value {
			if !n.Setting("streamSpecification").Exists() {
				return graph.Value{}
			}
			return graph.NewBool(n.At(), true)
		},
	},
	graph.Rule: {
		"source":     inPattern("source"),
		"detailType": inPattern("detail-type"),
		"detail":     inPattern("detail"),
		"pattern": func(n *graph.Node) graph.Value {
			if plainPattern(n) {
				return graph.Value{}
			}
			return n.Setting("eventPattern")
		},
	},
	graph.Schedule: {"rate": expression("rate"), "cron": expression("cron"), "timezone": settingAt("scheduleExpressionTimezone"),
		"flexible": settingAt("flexibleTimeWindow", "MaximumWindowInMinutes")},
	graph.StateMachine: {"type": func(n *graph.Node) graph.Value {
		if typ, _ := n.Setting("stateMachineType").Str(); typ == "EXPRESS" {
			return graph.NewString(n.At(), "express")
		}
		return graph.NewString(n.At(), "standard")
	}, "timeout": nothing},
	graph.Function: {"network": networkOf, "layers": layersOf, "runtime": runtimeOf, "code": always("own"), "architecture": architectureOf, "environment": settingAt("environment", "Variables"), "durable": settingAt("durableConfig", "ExecutionTimeout"), "tenantIsolation": func(n *graph.Node) graph.Value {
		if n.Setting("tenancyConfig").Exists() {
			return graph.NewBool(n.At(), true)
		}
		return graph.Value{}
	}},
	graph.HTTPAPI:      {"authorizer": authorizerOf, "throttlingRateLimit": stageLimit("ThrottlingRateLimit"), "throttlingBurstLimit": stageLimit("ThrottlingBurstLimit")},
	graph.RestAPI:      {"authorizer": authorizerOf, "throttlingRateLimit": stageLimit("ThrottlingRateLimit"), "throttlingBurstLimit": stageLimit("ThrottlingBurstLimit")},
	graph.WebSocketAPI: {"authorizer": authorizerOf},
	graph.FunctionURL: {"authorizer": func(n *graph.Node) graph.Value {
		if way, _ := n.Setting("authType").Str(); way == "NONE" {
			return graph.NewString(n.At(), "none")
		}
		return graph.NewString(n.At(), "iam")
	}},
}

func always(text string) saying {
	return func(n *graph.Node) graph.Value { return graph.NewString(n.At(), text) }
}

// runtimeOf is a function's runtime, or the one in its place where functions with it can no longer be made.
func runtimeOf(n *graph.Node) graph.Value {
	v := n.Setting("runtime")
	text, _ := v.Str()
	if r, ok := facts.FindRuntime(text); ok && blocked(r) && r.Successor != "" {
		return graph.NewString(v.At, r.Successor)
	}
	return v
}

func architectureOf(n *graph.Node) graph.Value {
	if all := n.Setting("architectures").Each(); len(all) == 1 {
		return all[0]
	}
	return graph.Value{}
}

func nothing(*graph.Node) graph.Value { return graph.Value{} }

func settingAt(path ...string) saying {
	return func(n *graph.Node) graph.Value { return n.Setting(path...) }
}

func whenTrue(name string) saying {
	return func(n *graph.Node) graph.Value {
		if on, _ := n.Setting(name).Truth(); on {
			return n.Setting(name)
		}
		return graph.Value{}
	}
}

func keyOf(typ string) saying {
	return func(n *graph.Node) graph.Value {
		for _, k := range n.Setting("keySchema").Each() {
			if t, _ := k.Get("KeyType").Str(); t == typ {
				return k.Get("AttributeName")
			}
		}
		return graph.Value{}
	}
}

func inPattern(name string) saying {
	return func(n *graph.Node) graph.Value {
		if !plainPattern(n) {
			return graph.Value{}
		}
		return n.Setting("eventPattern").Get(name)
	}
}

// plainPattern tells whether source, detailType and detail say all of a pattern.
func plainPattern(n *graph.Node) bool {
	for _, f := range n.Setting("eventPattern").Fields() {
		if f.Name == "detail" {
			continue
		}
		if f.Name != "source" && f.Name != "detail-type" {
			return false
		}
		for _, item := range f.Value.Each() {
			if item.Kind != graph.String {
				return false
			}
		}
	}
	return true
}

// expression is what stands between the brackets of a schedule's expression of a form.
func expression(form string) saying {
	return func(n *graph.Node) graph.Value {
		v := n.Setting("scheduleExpression")
		text, _ := v.Str()
		inner, ok := strings.CutPrefix(text, form+"(")
		if !ok {
			return graph.Value{}
		}
		return graph.NewString(v.At, strings.TrimSuffix(inner, ")"))
	}
}

// authorizerOf is the way in which an API lets callers in. Where its routes have several, or one that descriptions have
// no word for, or where something else keeps callers out, it is the one that lets nobody in who was not let in before.
func authorizerOf(n *graph.Node) graph.Value {
	ways := waysIn(n)
	if len(ways) == 0 || len(ways) == 1 && ways[0] == "NONE" {
		return graph.NewString(n.At(), "none")
	}
	return graph.NewString(n.At(), "iam")
}

// waysIn are the ways in which an API's routes let callers in, and what else keeps callers out, sorted.
func waysIn(n *graph.Node) []string {
	set := map[string]bool{}
	for _, r := range n.Setting("routes").Each() {
		switch way, ok := r.Get("AuthorizationType").Str(); {
		case r.Get("AuthorizationType").Exists() && !ok:
			set["one that is not known"] = true
		case way == "":
			set["NONE"] = true
		default:
			set[way] = true
		}
		if key, _ := r.Get("ApiKeyRequired").Truth(); key {
			set["an API key"] = true
		}
	}
	if n.Setting("policy").Exists() {
		set["a resource policy"] = true
	}
	if strings.Contains(n.Setting("endpointConfiguration").String(), "PRIVATE") {
		set["a private network"] = true
	}
	var out []string
	for way := range set {
		out = append(out, way)
	}
	return sorted(out)
}

// stageLimit is a ceiling of an API's stage for all its routes.
func stageLimit(name string) saying {
	return func(n *graph.Node) graph.Value {
		stages := n.Setting("stages").Each()
		if len(stages) != 1 {
			return graph.Value{}
		}
		if v := stages[0].Get("DefaultRouteSettings", name); v.Exists() {
			return v
		}
		for _, m := range stages[0].Get("MethodSettings").Each() {
			if m.Get("ResourcePath").String() == "/*" && m.Get("HttpMethod").String() == "*" {
				return m.Get(name)
			}
		}
		return graph.Value{}
	}
}

// completed are the settings that AWS gives one value where nothing is written, and completion another.
var completed = map[string]bool{"timeout": true, "memorySize": true, "visibilityTimeout": true, "messageRetentionPeriod": true,
	"retentionPeriodHours": true, "batchSize": true, "maximumBatchingWindowInSeconds": true}

// sayings are the settings of a node that its description says.
func sayings(n *graph.Node) []graph.Field {
	var names []string
	kind := saidAs(n)
	for name := range language().kinds[kind].settings {
		names = append(names, name)
	}
	var out []graph.Field
	for _, name := range sorted(names) {
		say, special := told[kind][name]
		if !special {
			say = settingAt(name)
		}
		if v := say(n); v.Exists() && v.Kind != graph.Null && (v.Origin != graph.Default || completed[name]) {
			out = append(out, field(name, v))
		}
	}
	return out
}

// edgeSayings are the settings of an edge that its description says.
func edgeSayings(e *graph.Edge) []graph.Field {
	var names []string
	probe := &edge{from: &node{kind: e.From.Kind}, to: &node{kind: e.To.Kind}, kind: e.Kind}
	for name := range language().edgeSettings[e.Kind] {
		if probe.takes(name) {
			names = append(names, name)
		}
	}
	var out []graph.Field
	for _, name := range sorted(names) {
		v := e.Setting(name)
		switch {
		case name == "maximumConcurrency":
			v = e.Setting("scalingConfig", "MaximumConcurrency")
		case name == "maxReceiveCount":
			v = first(v, e.From.Setting("redrivePolicy", "maxReceiveCount"))
		case e.Kind == graph.Routes && v.Kind == graph.Absent:
			v = e.Setting("retryPolicy", graph.UpperFirst(name))
		}
		if v.Exists() && v.Kind != graph.Null && (v.Origin != graph.Default || completed[name]) {
			out = append(out, field(name, v))
		}
	}
	return append(append(out, mappingSayings(e)...), subscriptionSayings(e)...)
}

// subscriptionSayings are the settings of a topic's subscription.
func subscriptionSayings(e *graph.Edge) []graph.Field {
	if e.From.Kind != graph.Topic || e.Kind != graph.Routes {
		return nil
	}
	var out []graph.Field
	if v := e.Setting("rawMessageDelivery"); v.Exists() && e.To.Kind == graph.Queue {
		out = append(out, field("rawMessageDelivery", v))
	}
	if scope, _ := e.Setting("filterPolicyScope").Str(); scope == "MessageBody" {
		out = append(out, field("filter", e.Setting("filterPolicy")))
	}
	return out
}

// mappingSayings are the settings of a mapping to a function with its own code.
func mappingSayings(e *graph.Edge) []graph.Field {
	if e.Kind != graph.Polls || e.To.Kind != graph.Function {
		return nil
	}
	var out []graph.Field
	for _, v := range e.Setting("functionResponseTypes").Each() {
		if text, _ := v.Str(); text == "ReportBatchItemFailures" {
			out = append(out, field("reportBatchItemFailures", graph.NewBool(v.At, true)))
		}
	}
	for _, name := range []string{"bisectBatchOnFunctionError", "startingPosition"} {
		if v := e.Setting(name); v.Exists() && v.Origin != graph.Default {
			out = append(out, field(name, v))
		}
	}
	return out
}

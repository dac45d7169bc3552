package patterns

import (
	"strings"

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
		"key": keyOf("HASH"), "sortKey": keyOf("RANGE"),
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
	},
	graph.Schedule: {"rate": expression("rate"), "cron": expression("cron"), "timezone": settingAt("scheduleExpressionTimezone"),
		"flexible": settingAt("flexibleTimeWindow", "MaximumWindowInMinutes")},
	graph.StateMachine: {"type": func(n *graph.Node) graph.Value {
		if typ, _ := n.Setting("stateMachineType").Str(); typ == "EXPRESS" {
			return graph.NewString(n.At(), "express")
		}
		return graph.NewString(n.At(), "standard")
	}, "timeout": nothing},
	graph.Function: {"durable": settingAt("durableConfig", "ExecutionTimeout"), "tenantIsolation": func(n *graph.Node) graph.Value {
		if n.Setting("tenancyConfig").Exists() {
			return graph.NewBool(n.At(), true)
		}
		return graph.Value{}
	}},
	graph.HTTPAPI:      {"authorizer": authorizerOf},
	graph.RestAPI:      {"authorizer": authorizerOf},
	graph.WebSocketAPI: {"authorizer": authorizerOf},
	graph.FunctionURL: {"authorizer": func(n *graph.Node) graph.Value {
		if way, _ := n.Setting("authType").Str(); way == "NONE" {
			return graph.NewString(n.At(), "none")
		}
		return graph.NewString(n.At(), "iam")
	}},
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
	return func(n *graph.Node) graph.Value { return n.Setting("eventPattern").Get(name) }
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
// no word for, it is the one that lets nobody in who was not let in before.
func authorizerOf(n *graph.Node) graph.Value {
	open := true
	for _, r := range n.Setting("routes").Each() {
		switch way, _ := r.Get("AuthorizationType").Str(); way {
		case "", "NONE":
			open = open && !r.Get("AuthorizationType").IsUnknown()
		default:
			open = false
		}
	}
	if open {
		return graph.NewString(n.At(), "none")
	}
	return graph.NewString(n.At(), "iam")
}

// completed are the settings that AWS gives one value where nothing is written, and completion another.
var completed = map[string]bool{"timeout": true, "memorySize": true, "visibilityTimeout": true, "messageRetentionPeriod": true,
	"retentionPeriodHours": true, "batchSize": true, "maximumBatchingWindowInSeconds": true}

// sayings are the settings of a node that its description says.
func sayings(n *graph.Node) []graph.Field {
	var names []string
	for name := range kinds[n.Kind].settings {
		names = append(names, name)
	}
	var out []graph.Field
	for _, name := range sorted(names) {
		say, special := told[n.Kind][name]
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
	for name := range edgeSettings[e.Kind] {
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
	return out
}

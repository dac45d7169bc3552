package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// takesFailures tells whether a queue or topic is where something sends what it could not handle: the target of
// a failure edge, one whose redrive permission is open, or one whose author says so (Metadata role dlq or
// parking).
func takesFailures(g *graph.Graph, n *graph.Node) bool {
	if len(g.In(n, graph.FailsTo)) > 0 {
		return true
	}
	if allow := n.Setting("redriveAllowPolicy"); allow.Exists() && !n.External {
		if s, ok := allow.Get("redrivePermission").Str(); !ok || s != "denyAll" {
			return true
		}
	}
	switch intent(n, "role") {
	case "dlq", "parking":
		return true
	}
	return false
}

// failureWords are what names of dead-letter queues hold, in lower case.
var failureWords = []string{"dlq", "deadletter", "dead-letter", "dead_letter", "undeliver", "failed", "failure", "parking", "redrive", "poison"}

func failureName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range failureWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// namedForFailures tells whether a queue is called what dead-letter queues are called. Code or another stack may
// send to it what no edge here shows.
func namedForFailures(n *graph.Node) bool {
	return failureName(nameOf(n)) || failureName(n.Name)
}

// watches tells whether an alarm looks at one of the metrics of n, alone or with all others of its account.
func watches(g *graph.Graph, n *graph.Node, metrics map[string]bool) bool {
	for _, alarm := range g.OfKind(graph.Alarm) {
		if watchesAll(alarm, metrics) {
			return true
		}
	}
	for _, e := range g.In(n, graph.Alarms) {
		name := e.Settings.Get("MetricName")
		s, ok := name.Str()
		if !ok || metrics[s] {
			return true
		}
	}
	return false
}

// watchesAll tells whether an alarm looks at a metric of all things together: without dimensions, or by a query or
// search that names the metric.
func watchesAll(alarm *graph.Node, metrics map[string]bool) bool {
	if alarm.External {
		return false
	}
	if name, _ := alarm.Setting("metricName").Str(); metrics[name] && !alarm.Setting("dimensions").Exists() {
		return true
	}
	for _, m := range alarm.Setting("metrics").Each() {
		metric := m.Get("MetricStat", "Metric")
		if name, _ := metric.Get("MetricName").Str(); metrics[name] && !metric.Get("Dimensions").Exists() {
			return true
		}
		query := m.Get("Expression").String()
		if !strings.Contains(query, "SELECT") && !strings.Contains(query, "SEARCH") {
			continue
		}
		for name := range metrics {
			if strings.Contains(query, name) {
				return true
			}
		}
	}
	return false
}

// openAlarm finds an alarm that may look at one of the metrics of something that the files do not name.
func openAlarm(g *graph.Graph, metrics map[string]bool) *graph.Node {
	for _, e := range g.OfEdge(graph.Alarms) {
		if name, ok := e.Settings.Get("MetricName").Str(); ok && !metrics[name] {
			continue
		}
		for _, d := range e.Settings.Get("Dimensions").Each() {
			if d.Get("Value").Reason() != "" {
				return e.From
			}
		}
	}
	return nil
}

// everTakesFailures tells whether a queue or topic takes failures in any scenario: one that does so in production
// only stands idle elsewhere, and needs no dead-letter queue there either.
func everTakesFailures(scenarios []*graph.Graph, n *graph.Node) bool {
	for _, g := range scenarios {
		if same := g.Node(n.ID); same != nil && takesFailures(g, same) {
			return true
		}
	}
	return false
}

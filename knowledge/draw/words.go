package draw

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// kindWords are the kinds as people write them; kinds that are one word are left out.
var kindWords = map[graph.Kind]string{
	graph.FunctionURL: "function URL", graph.RestAPI: "REST API", graph.HTTPAPI: "HTTP API", graph.WebSocketAPI: "WebSocket API",
	graph.GraphQLAPI: "GraphQL API", graph.EventAPI: "event API", graph.EventBus: "event bus", graph.StateMachine: "state machine", graph.UserPool: "user pool",
	graph.IdentityPool: "identity pool", graph.LogGroup: "log group", graph.SecurityGroup: "security group", graph.VPC: "VPC",
	graph.Other: "other resource", graph.Firehose: "delivery stream", graph.ScheduleGroup: "schedule group",
}

func words(k graph.Kind) string {
	if w, ok := kindWords[k]; ok {
		return w
	}
	return string(k)
}

// count says "1 queue", "3 queues", "2 policies".
func count(n int, word string) string {
	if n != 1 {
		switch {
		case strings.HasSuffix(word, "y") && !strings.HasSuffix(word, "ey"):
			word = word[:len(word)-1] + "ies"
		case strings.HasSuffix(word, "s"), strings.HasSuffix(word, "x"):
			word += "es"
		default:
			word += "s"
		}
	}
	return fmt.Sprintf("%d %s", n, word)
}

// hash is the tail CDK puts behind logical ids.
var hash = lazy.Regexp(`^(.+[a-z0-9])[0-9A-F]{8}$`)

// name is what a box is called: the thing's name, or its id without what generators add. Folded boxes give
// their number and the first names.
func name(b *box) string {
	if len(b.nodes) == 1 {
		return clip(nodeName(b.nodes[0]), 40)
	}
	var names []string
	for i, n := range b.nodes {
		if i == 2 {
			names = append(names, "...")
			break
		}
		names = append(names, clip(nodeName(n), 20))
	}
	return count(len(b.nodes), words(b.kind)) + ": " + strings.Join(names, ", ")
}

func nodeName(n *graph.Node) string {
	if n.Name != "" && !strings.Contains(n.Name, "${") {
		return n.Name
	}
	if n.Resource == nil {
		return outsiderName(n.ID)
	}
	if p := n.Resource.Path; p != "" {
		steps := strings.Split(p, "/")
		for i := len(steps) - 1; i > 0; i-- {
			if steps[i] != "Resource" && steps[i] != "Default" {
				return steps[i]
			}
		}
	}
	id := n.Resource.LogicalID
	if m := hash().FindStringSubmatch(id); m != nil {
		id = m[1]
	}
	return id
}

// outsiderName is what a thing outside of the system is called: what is written of its name, with dots for what is
// not known.
func outsiderName(id string) string {
	if strings.HasPrefix(id, "unknown:") {
		return "not known"
	}
	id = strings.TrimPrefix(strings.TrimPrefix(id, "parameter:"), "import:")
	var out strings.Builder
	for {
		before, unknown, found := strings.Cut(id, "${?")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString("…")
		end, depth := 0, 1
		for ; end < len(unknown) && depth > 0; end++ {
			switch unknown[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		id = unknown[end:]
	}
}

func clip(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit-1]) + "…"
}

// mark is the line that shows a box's findings: "high, 2 more".
func mark(b *box) string {
	switch len(b.marks) {
	case 0:
		return ""
	case 1:
		return "⚠ " + b.marks[0]
	}
	return fmt.Sprintf("⚠ %s, %d more", b.marks[0], len(b.marks)-1)
}

package cdk

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// bill says what each kind of thing is paid by: dimensions, not amounts.
var bill = map[graph.Kind]string{
	graph.Function: "Lambda: calls, and milliseconds x memory", graph.Queue: "SQS: requests (a batch counts as one up to 64 KB)",
	graph.Topic: "SNS: publishes and deliveries", graph.Table: "DynamoDB on demand: read and write units, storage, point-in-time recovery by size",
	graph.HTTPAPI: "API Gateway HTTP API: requests", graph.RestAPI: "API Gateway REST API: requests; AWS WAF: rules and requests",
	graph.EventBus: "EventBridge: published events; archive: events and storage", graph.Alarm: "CloudWatch: each alarm by the month",
	graph.StateMachine: "Step Functions: state transitions; Express: executions, their time and memory", graph.Stream: "Kinesis: stream or shard hours, bytes in and out",
	graph.Bucket: "S3: requests, bytes stored", graph.Secret: "Secrets Manager: each secret by the month, calls", graph.Pipe: "EventBridge Pipes: requests behind the filter",
	graph.Schedule: "EventBridge Scheduler: invocations", graph.ScheduleGroup: "EventBridge Scheduler: invocations", graph.GraphQLAPI: "AppSync: queries and mutations",
	graph.WebSocketAPI: "API Gateway WebSocket API: messages, minutes of connection", graph.Endpoint: "CloudFront: requests, bytes out",
	graph.LogGroup: "CloudWatch Logs: bytes taken in and kept", graph.UserPool: "Cognito: monthly active users",
}

// readmeHead is the title, the summary and the drawing, and begins what is said of use.
func readmeHead(b *strings.Builder, o Options) {
	fmt.Fprintf(b, "# %s\n\n", oneLine(o.Title))
	if o.Summary != "" {
		fmt.Fprintf(b, "%s\n\n", oneLine(o.Summary))
	}
	if o.Diagram != "" {
		fmt.Fprintf(b, "```mermaid\n%s\n```\n\n", strings.TrimSpace(strings.ReplaceAll(o.Diagram, "```", "")))
	}
	b.WriteString("## Use\n\n")
}

func readmeBill(b *strings.Builder, g *graph.Graph) {
	b.WriteString("## What the bill depends on\n\n")
	seen := map[string]bool{}
	for _, k := range graph.Kinds {
		if line, ok := bill[k]; ok && len(g.OfKind(k)) > 0 && !seen[line] {
			seen[line] = true
			fmt.Fprintf(b, "- %s\n", line)
		}
	}
}

func readme(g *graph.Graph, p *program, o Options, into spelling) string {
	var b strings.Builder
	readmeHead(&b, o)
	fmt.Fprintf(&b, "%sNode 22 or newer, and credentials of an account prepared with `npx cdk bootstrap`.\n\n", o.needs(into))
	fmt.Fprintf(&b, "```sh\n%s\n%-30s # %s; no AWS needed\n", o.install(), "npm test", o.tested())
	b.WriteString("npx cdk deploy                 # production: keeps its data when the stack goes\n")
	b.WriteString("npx cdk deploy -c stage=dev    # a stage of its own that can be deleted whole\nnpx cdk destroy -c stage=dev\n```\n\n")
	for _, q := range p.Props {
		if q.Name != "stage" {
			fmt.Fprintf(&b, "- `%s` in `%s`: %s.\n", into.name(q.Name), into.entryPoint(o), oneLine(q.Comment))
		}
	}
	readmeAfter(&b, g, o)
	b.WriteString("\n## Files\n\n")
	fmt.Fprintf(&b, "- `%s`: the infrastructure\n", into.stack(o))
	readmeCode(&b, g)
	b.WriteString(readmeTests(o, len(works(g, o.Name)) > 0))
	readmeBill(&b, g)
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

// readmeCode tells where code of the user's own goes.
func readmeCode(b *strings.Builder, g *graph.Graph) {
	for _, fn := range g.OfKind(graph.Function) {
		if ownCode(fn) {
			fmt.Fprintf(b, "- `%s`: a folder for the code of each function that brings its own\n", codeFolder)
			return
		}
	}
}

// readmeTests tells where the handlers are, and the tests of them and of the infrastructure.
func readmeTests(o Options, handlers bool) string {
	tests := map[string]string{"go": "stack_test.go", "java": "src/test/java/"}[o.Language]
	own := ""
	if tests != "" {
		own = fmt.Sprintf("- `%s`: its tests\n", tests)
	}
	switch {
	case handlers && o.Handlers == "go":
		if own == "" {
			own = "- `test/`: its tests\n"
		}
		return own + "- `handlers/`: the handlers, a Go module with a test beside each; `Makefile` builds them into `dist/`\n\n"
	case handlers && o.Handlers == "java":
		if own == "" {
			own = "- `test/`: its tests\n"
		}
		return own + "- `handlers/`: the handlers, a Maven project with a test for each, which makes `" + javaJar + "` of them\n\n"
	case handlers && tests != "":
		return own + "- `src/`: the handlers\n- `test/`: their tests\n\n"
	case handlers:
		return "- `src/`: the handlers\n- `test/`: tests of both\n\n"
	case tests == "":
		return "- `test/`: its tests\n\n"
	}
	return own + "\n"
}

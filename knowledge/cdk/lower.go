package cdk

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// lowerer turns a graph into a program, one node after the other, each followed by what it does to nodes before it.
type lowerer struct {
	g       *graph.Graph
	p       *program
	o       Options
	names   map[*graph.Node]string
	taken   map[string]bool
	notes   []string
	helpers map[string]bool
	made    map[*graph.Node]bool // nodes whose variables are there
	same    map[*graph.Node]bool // see alike
	leftOut bool                 // a snippet has less than the project
	network string               // variable of the network that functions are in, "" before the first
	group   string               // variable of their security group
}

// lowering is how a kind of node becomes constructs. Rank orders kinds: what others refer to comes first.
type lowering struct {
	rank  int
	title string // the heading of the paragraph the kind stands in
	lower func(l *lowerer, n *graph.Node)
}

// The paragraphs of a stack, in order.
const (
	rankAlerts = iota
	rankUsers
	rankData
	rankFunctions
	rankEntries
	rankAlarms
	rankReleases
)

var lowerings = map[graph.Kind]lowering{}

// lowers registers a kind at start-up.
func lowers(k graph.Kind, rank int, lower func(*lowerer, *graph.Node)) bool {
	lowerings[k] = lowering{rank: rank, lower: lower}
	return true
}

// folded are kinds that are written as part of the nodes they belong to.
var folded = map[graph.Kind]bool{graph.LogGroup: true, graph.Role: true, graph.Policy: true}

const snippetNote = "The snippet watches dead-letter queues only, and its functions' logs never expire. The project scope has alarms on errors, throttles, backlog and server errors, log groups that expire, access logs of APIs, handlers, tests and outputs, too."

func lower(g *graph.Graph, o Options) (*program, []string) {
	l := &lowerer{
		g: g, o: o, p: &program{Stack: pascal(o.Name), Title: o.Title},
		names: map[*graph.Node]string{}, taken: map[string]bool{}, helpers: map[string]bool{}, made: map[*graph.Node]bool{},
	}
	nodes := l.order()
	for _, n := range nodes {
		l.names[n] = l.variable(n)
	}
	l.stage()
	l.powertools()
	for _, n := range nodes {
		lowerings[n.Kind].lower(l, n)
		l.made[n] = true
		l.ownCalls(n)
	}
	l.p.Body = withoutField(l.p.Body, l.p.Helpers, "removalPolicy")
	if l.snippet() {
		terse(l.p)
	}
	for _, e := range l.lost() {
		l.notes = append(l.notes, fmt.Sprintf("%s %s %s is not carried over: the generator has no code for it yet.", e.From.ID, e.Kind, e.To.ID))
	}
	if l.leftOut {
		l.notes = append(l.notes, snippetNote)
	}
	return l.p, l.notes
}

// order sorts the nodes that have a lowering by rank, keeping the graph's order within one, but targets of
// failures and of references first.
func (l *lowerer) order() []*graph.Node {
	var nodes []*graph.Node
	for _, n := range l.g.Nodes {
		if _, ok := lowerings[n.Kind]; ok && l.lowerable(n) {
			nodes = append(nodes, n)
			continue
		}
		if !folded[n.Kind] {
			l.notes = append(l.notes, fmt.Sprintf("%s (%s) is not carried over: the generator has no construct for it yet.", n.ID, n.Type))
		}
	}
	sort.SliceStable(nodes, func(i, j int) bool { return l.rank(nodes[i]) < l.rank(nodes[j]) })
	return nodes
}

// lowerable tells whether a node of a kind with many types is one of those that are known.
func (l *lowerer) lowerable(n *graph.Node) bool {
	if n.External {
		arn, ok := n.ARN.Str()
		return n.Kind == graph.EventBus && ok && strings.HasPrefix(arn, "arn:")
	}
	return n.Kind != graph.Other || others[n.Type] != nil
}

// rank puts failure targets before what fails into them, and the topic of the alarms before all.
func (l *lowerer) rank(n *graph.Node) int {
	r := lowerings[n.Kind].rank * 10
	switch {
	case n.Kind == graph.StateMachine:
		r += 3
	case n.Kind == graph.Function && startsMachine(l.g, n):
		r += 6
	case n.Kind == graph.Topic && l.isAlarmTopic(n):
		return rankAlerts
	case n.Kind == graph.Other:
		r = others[n.Type].rank*10 + 5
	case n.Kind == graph.Deployment && n.Type != "AWS::CodeDeploy::DeploymentGroup":
		r--
	case n.Kind == graph.Queue && len(l.g.In(n, graph.FailsTo)) > 0:
		r -= 2
	case n.Kind == graph.Topic: // queues subscribe to it
		r--
	}
	return r
}

func (l *lowerer) isAlarmTopic(n *graph.Node) bool {
	return len(l.g.In(n, graph.Notifies)) > 0 && len(l.g.Out(n, graph.Routes)) == 0
}

// reserved are names that the generated code uses itself or that a language keeps.
var reserved = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, w := range []string{
		"abstract", "and", "any", "as", "assert", "async", "await", "boolean", "break", "byte", "case", "catch", "chan", "char", "class", "const",
		"constructor", "continue", "debugger", "def", "default", "defer", "del", "delete", "do", "double", "elif", "else", "enum", "except", "export",
		"extends", "fallthrough", "false", "final", "finally", "float", "for", "from", "func", "function", "global", "go", "goto", "if",
		"implements", "import", "in", "instanceof", "int", "interface", "is", "lambda", "let", "long", "map", "native", "new", "nil", "none",
		"nonlocal", "not", "null", "number", "object", "of", "or", "package", "pass", "private", "protected", "public", "raise", "range", "record",
		"return", "select", "self", "short", "static", "str", "strictfp", "string", "struct", "super", "switch", "symbol", "synchronized", "this",
		"throw", "throws", "transient", "true", "try", "type", "typeof", "undefined", "var", "void", "volatile", "while", "with", "yield",
		"True", "False", "None", "Promise", "Object", "String", "Array", "eval", "arguments",
		// used by the generated code
		"scope", "id", "props", "path", "app", "stack", "stage", "isProduction", "removalPolicy", "handler", "alarm", "deadLetters", "protectedTable", "num", "nodeFunction", "pythonFunction", "goFunction", "powertools", "node", "tags",
		"account", "region", "environment", "timeout", "memorySize", "metric", "threshold", "alarmDescription", "logGroup", "fn", "name", "template",
		"construct", "constructs", "process", "require", "module", "exports", "console", "Stack", "Duration", "Construct", "partition", "artifactId",
		"availabilityZones", "dependencies", "environmentId", "nestedStackParent", "notificationArns", "parentStack", "stackId", "stackName",
		"synthesizer", "templateFile", "templateOptions", "terminationProtection", "urlSuffix", "bundlingRequired", "nested",
		"jwtIssuer", "jwtAudience", "serviceUrl", "allowedOrigins", "api_gateway", "toString", "hasOwnProperty", "resolve", "kwargs", "os", "error", "len", "cap",
	} {
		out[w] = true
	}
	for _, m := range []string{
		"aws-sqs", "aws-sns", "aws-lambda", "aws-events", "aws-logs", "aws-iam", "aws-kms", "aws-s3", "aws-dynamodb", "aws-kinesis", "aws-pipes",
		"aws-scheduler", "aws-cognito", "aws-wafv2", "aws-cloudwatch", "aws-apigateway", "aws-apigatewayv2", "aws-events-targets",
		"aws-eventschemas", "aws-stepfunctions", "aws-stepfunctions-tasks", "aws-sns-subscriptions", "aws-ssm", "aws-secretsmanager",
		"aws-codedeploy", "aws-cloudfront", "aws-cloudfront-origins", "aws-appsync", "aws-eventsv2",
	} {
		out[alias(m)] = true
	}
	return out
})

// variable names a node's variable: its id, with the kind added where the id alone would clash.
func (l *lowerer) variable(n *graph.Node) string {
	id := camel(n.ID)
	if reserved()[id] || l.taken[id] || id == "" {
		id += graph.UpperFirst(string(n.Kind))
	}
	for base, i := id, 2; l.taken[id]; i++ {
		id = fmt.Sprintf("%s%d", base, i)
	}
	l.taken[id] = true
	return id
}

// constructID is a node's id in the construct tree. CDK gives "Default" and "Resource" a meaning of their own.
func constructID(n *graph.Node) text {
	id := graph.UpperFirst(n.ID)
	if id == "Default" || id == "Resource" {
		id += graph.UpperFirst(string(n.Kind))
	}
	return text(id)
}

func (l *lowerer) ref(n *graph.Node) expression { return local(l.names[n]) }
func (l *lowerer) emit(s ...statement)          { l.p.Body = append(l.p.Body, s...) }
func (l *lowerer) do(e expression)              { l.emit(run{Value: e}) }
func (l *lowerer) snippet() bool                { return l.o.Scope == "snippet" }

func (l *lowerer) let(n *graph.Node, t typeName, props *object, comment string) {
	l.emit(let{Name: l.names[n], Type: t, Value: construct{Type: t, ID: constructID(n), Props: props}, Comment: comment})
}

// accept records a finding of cdk-nag that stays, with the reason.
func (l *lowerer) accept(n *graph.Node, rule, reason string) {
	on := ""
	if n != nil {
		on = l.names[n]
	}
	l.p.Accepts = append(l.p.Accepts, acceptance{on, rule, reason})
}

// stage emits what follows from the stage: production keeps its data.
func (l *lowerer) stage() {
	if l.snippet() {
		return
	}
	l.p.Props = append(l.p.Props, parameter{Name: "stage", Type: "text", Value: text("prod"), Comment: "prod keeps data when the stack is deleted; every other stage deletes it"})
	l.emit(
		let{Name: "isProduction", Value: equal{prop("stage"), text("prod")}},
		let{Name: "removalPolicy", Field: true, Type: typeName{"", "RemovalPolicy"}, Value: either{local("isProduction"), retain, destroy}},
	)
}

var (
	removalPolicy = typeName{"", "RemovalPolicy"}
	retain        = member{removalPolicy, "RETAIN"}
	destroy       = member{removalPolicy, "DESTROY"}
)

func (l *lowerer) removal() expression {
	if l.snippet() {
		return retain
	}
	return local("removalPolicy")
}

func (l *lowerer) whenProduction() expression {
	if l.snippet() {
		return truth(true)
	}
	return local("isProduction")
}

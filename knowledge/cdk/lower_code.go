package cdk

import (
	"fmt"
	"path"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

// codeFolder holds the folders of functions whose code the user brings.
const codeFolder = "code/"

// ownCode tells whether a function's code is the user's.
func ownCode(fn *graph.Node) bool { return spelled(fn.Setting("code")) == "own" }

// runtimeNames are the runtimes that the library names in another way than their identifiers.
var runtimeNames = map[string]string{"java8.al2": "JAVA_8_CORRETTO", "dotnetcore1.0": "DOTNET_CORE_1", "dotnetcore2.0": "DOTNET_CORE_2",
	"provided": "PROVIDED", "provided.al2": "PROVIDED_AL2", "provided.al2023": "PROVIDED_AL2023"}

var runtimeForm = lazy.Regexp(`^(dotnetcore|dotnet|nodejs|python|ruby|java|go)([0-9].*)?$`)

// ownRuntime is the library's name of a runtime: python3.12 is PYTHON_3_12.
func ownRuntime(fn *graph.Node) string {
	name := runtimeConstant(spelled(fn.Setting("runtime")))
	d, _ := declaration("aws-lambda.Runtime")
	if _, known := d.member(name); !known && !d.lacks(name) {
		return runtimes[usualRuntime]
	}
	return name
}

// runtimeConstant is the name that the library gives a runtime, or would give it.
func runtimeConstant(id string) string {
	name := runtimeNames[id]
	if m := runtimeForm().FindStringSubmatch(id); name == "" && m != nil {
		name = strings.ToUpper(strings.TrimSuffix(strings.ReplaceAll(m[1], "dotnetcore", "dotnet_core")+"_"+strings.ReplaceAll(m[2], ".", "_"), "_"))
	}
	return name
}

// lowerOwnCode makes a function of the folder in which the user's code is.
func (l *lowerer) lowerOwnCode(fn *graph.Node) {
	const lambda = "aws-lambda"
	architecture := "X86_64"
	for _, a := range fn.Setting("architectures").Each() {
		if spelled(a) == "arm64" {
			architecture = "ARM_64"
		}
	}
	t := typeName{lambda, "Function"}
	b := props(typeName{lambda, "FunctionProps"}).open().
		with("runtime", member{typeName{lambda, "Runtime"}, ownRuntime(fn)}).
		with("handler", text(spelled(fn.Setting("handler")))).
		with("code", static{typeName{lambda, "Code"}, "fromAsset", []expression{folder(kebab(fn.ID))}}).
		with("architecture", member{typeName{lambda, "Architecture"}, architecture}).
		with("timeout", secondsOf(fn.Setting("timeout"))).
		with("memorySize", wholeOf(fn.Setting("memorySize"))).
		with("environment", l.ownEnvironment(fn)).
		with("layers", l.layers(fn)).
		with("tracing", member{typeName{lambda, "Tracing"}, "ACTIVE"}).
		with("logGroup", l.ownLogs(fn))
	l.ownSettings(fn, b)
	l.let(fn, t, b.done(), "")
}

// ownEnvironment tells own code what its variables say, and what it writes to or reads where they say nothing.
func (l *lowerer) ownEnvironment(fn *graph.Node) expression {
	variables := fn.Setting("environment", "Variables")
	var fields []argument
	for _, f := range variables.Fields() {
		ref, ok := f.Value.Ref()
		if !ok {
			fields = append(fields, argument{Name: f.Name, Value: text(spelled(f.Value))})
			continue
		}
		n := l.g.Node(ref.Resource)
		named, known := attributes[n.Kind][ref.Attribute]
		if !known || !l.made[n] {
			l.notes = append(l.notes, fmt.Sprintf("The variable %s of %s is not carried over: %s cannot be named where %s is made.", f.Name, fn.ID, n.ID, fn.ID))
			continue
		}
		fields = append(fields, argument{Name: f.Name, Value: attribute{l.ref(n), named}})
	}
	if len(fields) == 0 {
		return nil
	}
	return dict{fields}
}

// attributes are the library's words for what CloudFormation names a thing by: the Ref ("") and the attributes.
var attributes = map[graph.Kind]map[string]string{
	graph.Queue:        {"": "queueUrl", "QueueUrl": "queueUrl", "Arn": "queueArn", "QueueName": "queueName"},
	graph.Topic:        {"": "topicArn", "TopicArn": "topicArn", "TopicName": "topicName"},
	graph.Table:        {"": "tableName", "Arn": "tableArn"},
	graph.EventBus:     {"": "eventBusName", "Arn": "eventBusArn", "Name": "eventBusName", "EventBusArn": customBusARN},
	graph.StateMachine: {"": "stateMachineArn", "Arn": "stateMachineArn"},
	graph.Bucket:       {"": "bucketName", "Arn": "bucketArn"},
	graph.Stream:       {"": "streamName", "Arn": "streamArn"},
	graph.Secret:       {"": "secretArn"},
	graph.UserPool:     {"": "userPoolId", "Arn": "userPoolArn"},
	graph.Function:     {"": "functionName", "Arn": "functionArn"},
}

// calls gives functions the right to call each other as soon as both are made.
func (l *lowerer) ownCalls(fn *graph.Node) {
	grant := func(e *graph.Edge) {
		if e.From.Kind == graph.Function && e.To.Kind == graph.Function && l.made[e.From] && l.made[e.To] {
			l.do(call{l.callee(e.To), "grantInvoke", []expression{l.ref(e.From)}})
			l.accept(e.From, "AwsSolutions-IAM5[Resource::<"+logicalID(string(constructID(e.To)))+".Arn>:*]", "The function may call any version of "+e.To.ID+", and nothing else.")
		}
	}
	for _, e := range l.g.Out(fn, graph.Invokes) {
		grant(e)
	}
	for _, e := range l.g.In(fn, graph.Invokes) {
		if e.From != fn {
			grant(e)
		}
	}
}

// handlerForm is a handler's name as Node.js, Python and Ruby have it: path of a file, dot, function.
var handlerForm = lazy.Regexp(`^((?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+)\.([A-Za-z_][A-Za-z0-9_]*)$`)

// codeFiles are what stands in the folders of own code until the user puts it there.
func codeFiles(g *graph.Graph) []File {
	var out []File
	for _, fn := range g.OfKind(graph.Function) {
		if fn.External || !ownCode(fn) {
			continue
		}
		runtime, handler := spelled(fn.Setting("runtime")), spelled(fn.Setting("handler"))
		at := codeFolder + kebab(fn.ID)
		missing := fn.ID + " has no code yet: put it into " + at
		out = append(out, File{path.Join(at, "README.md"), fmt.Sprintf("The code of %s goes here. Runtime: %s. Handler: %s.\n", fn.ID, runtime, oneLine(handler))})
		m := handlerForm().FindStringSubmatch(handler)
		switch {
		case m == nil:
		case strings.HasPrefix(runtime, "nodejs"):
			out = append(out, File{path.Join(at, m[1]+".js"), fmt.Sprintf("exports.%s = async () => {\n  throw new Error(%s);\n};\n", m[2], tsString(missing))})
		case strings.HasPrefix(runtime, "python"):
			out = append(out, File{path.Join(at, m[1]+".py"), fmt.Sprintf("def %s(event, context):\n    raise NotImplementedError(%s)\n", m[2], pyString(missing))})
		}
	}
	return out
}

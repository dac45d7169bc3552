package cdk

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

// The layer in which the maker of Powertools for AWS Lambda (Python) publishes it, with all it needs, so that nothing
// is bundled. Its documentation names this account for all regions outside China and GovCloud, and a layer for each
// runtime from python3.10 to python3.14; a layer's number does not tell what it holds. Number 36 was read together with
// release 3.31.1 (the public project template-lambda-by-terraform); 37 is named too, its release was not read. Source:
// aws-powertools/powertools-lambda-python, docs/getting-started/install.md, read 2026-11-30. Unverified against AWS.
const (
	powertoolsAccount = "017000801446"
	powertoolsLayer   = "AWSLambdaPowertoolsPythonV3-python314-arm64:36"
	powertoolsRelease = "3.31.1"
)

// pythonRuntime is the newest runtime of Python that the layer is published for; the construct library names newer ones.
const pythonRuntime = "python3.14"

// runtimeMember is the library's name of the runtime of handlers in a language.
func runtimeMember(language string) member {
	return member{typeName{"aws-lambda", "Runtime"}, runtimeConstant(handlerRuntimes[language])}
}

// pyEntry is the module and function that Lambda is told to call.
func pyEntry(module string) string { return "handlers." + module + ".handler" }

var (
	lambdaFunction = typeName{"aws-lambda", "Function"}
	layerVersion   = typeName{"aws-lambda", "ILayerVersion"}
)

func (l *lowerer) python() bool { return l.o.Handlers == "python" }

// functionClass is the construct that makes functions.
func (l *lowerer) functionClass() typeName {
	if l.o.Handlers == "typescript" {
		return nodejsFunction
	}
	return lambdaFunction
}

// functionMaker is the helper that makes the functions of a stack alike.
func (l *lowerer) functionMaker() string {
	return map[string]string{"typescript": "nodeFunction", "python": "pythonFunction", "go": "goFunction", "java": "javaFunction"}[l.o.Handlers]
}

// powertools names the layer that all functions in Python have.
func (l *lowerer) powertools() {
	if !l.python() || len(works(l.g, l.o.Name)) == 0 {
		return
	}
	arn := joined{text("arn:aws:lambda:"), attribute{local("this"), "region"}, text(":" + powertoolsAccount + ":layer:" + powertoolsLayer)}
	comment := "Powertools for AWS Lambda " + powertoolsRelease + " with all it needs, as its maker publishes it: nothing is bundled."
	if l.snippet() {
		comment = "Powertools for AWS Lambda " + powertoolsRelease
	}
	l.emit(let{Name: "powertools", Type: layerVersion, Field: true, Comment: comment,
		Value: static{typeName{"aws-lambda", "LayerVersion"}, "fromLayerVersionAttributes", []expression{local("this"), text("PowertoolsLayer"),
			// With its runtime: the library would else think of all runtimes that it knows, and with its next release
			// every function would get a new version.
			*props(typeName{"aws-lambda", "LayerVersionAttributes"}).with("layerVersionArn", arn).
				with("compatibleRuntimes", list{Of: typeName{"aws-lambda", "Runtime"}, Items: []expression{runtimeMember("python")}}).done()}}})
}

// handlerProps are the properties that say what a function runs. file is the handler's name, "" takes the parameter.
func (l *lowerer) handlerProps(runtime, file string) *builder {
	switch l.o.Handlers {
	case "typescript":
		return props(typeName{"aws-lambda-nodejs", "NodejsFunctionProps"}).open().
			with("entry", entry(file)).
			with("runtime", member{typeName{"aws-lambda", "Runtime"}, runtime})
	case "go":
		return goFunctionProps(file)
	case "java":
		return l.javaFunctionProps(file)
	}
	var handler expression = text(pyEntry(file))
	if file == "" {
		handler = joined{text("handlers."), local("handler"), text(".handler")}
	}
	code := []expression{handlersFolder{}}
	if !l.snippet() { // the tests leave compiled files in the folder
		exclude := list{Items: []expression{text("__pycache__")}}
		if l.o.Language == "java" { // Maven has the stack in the same folder
			exclude.Items = append(exclude.Items, text("main"), text("test"))
		}
		code = append(code, *props(typeName{"aws-s3-assets", "AssetOptions"}).with("exclude", exclude).done())
	}
	return props(typeName{"aws-lambda", "FunctionProps"}).open().
		with("code", static{typeName{"aws-lambda", "Code"}, "fromAsset", code}).
		with("handler", handler).
		with("layers", list{Of: layerVersion, Items: []expression{local("powertools")}}).
		with("runtime", runtimeMember("python"))
}

// handlerName names a function's handler as its construct is told.
func (l *lowerer) handlerName(fn *graph.Node) string {
	w := work{file: kebab(fn.ID)}
	switch l.o.Handlers {
	case "python":
		return w.pyModule()
	case "go":
		return w.goCommand()
	case "java":
		return w.javaClass()
	}
	return w.file
}

// runtimeAcceptances explains what cdk-nag finds in a runtime that is not the newest.
func (l *lowerer) runtimeAcceptances(fn *graph.Node) {
	reason := ""
	switch {
	case ownCode(fn):
		if spelled(fn.Setting("runtime")) == usualRuntime {
			return
		}
		reason = "The code is written for this runtime."
	case l.o.Handlers == "go", l.o.Handlers == "java":
		l.otherRuntime(fn)
		return
	case l.python():
		l.otherRuntime(fn)
		reason = "Powertools for AWS Lambda has no layer for a newer runtime of Python."
	case runtimeOf(fn) != runtimes[usualRuntime]:
		reason = "The description asks for this runtime."
	default:
		return
	}
	for _, rule := range []string{"AwsSolutions-L1", "Serverless-LambdaLatestVersion"} {
		l.accept(fn, rule, reason)
	}
}

func (l *lowerer) otherRuntime(fn *graph.Node) {
	if note := otherRuntime(fn, l.o); note != "" {
		l.notes = append(l.notes, note)
	}
}

// otherRuntime tells of a function that the description wants on an older Node.js; "" of any other.
func otherRuntime(fn *graph.Node, o Options) string {
	if runtimeOf(fn) == runtimes[usualRuntime] {
		return ""
	}
	return fmt.Sprintf("%s asks for %s: its handler in %s runs %s.", fn.ID, spelled(fn.Setting("runtime")), handlerLanguages()[o.Handlers].name, handlerRuntimes[o.Handlers])
}

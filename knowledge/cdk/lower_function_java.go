package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// javaRuntime is the newest runtime of Java. Source: Lambda developer guide, "Lambda runtimes", and the construct library's
// Runtime, checked 2026-11-30.
const javaRuntime = "java25"

// javaFunctionProps are the properties that say what a function runs whose handler is in Java: a class of the one jar that
// is built before the stack is synthesised.
func (l *lowerer) javaFunctionProps(class string) *builder {
	_, pkg := javaFolder(l.o)
	var handler expression = text(javaEntry(pkg, class))
	switch {
	case class == "" && l.classesLikeIDs():
		handler = joined{text(pkg + "."), local("id"), text("Handler::handleRequest")}
	case class == "":
		handler = joined{text(pkg + "."), local("handler"), text("::handleRequest")}
	}
	return props(typeName{"aws-lambda", "FunctionProps"}).open().
		with("code", static{typeName{"aws-lambda", "Code"}, "fromAsset", []expression{jar{}}}).
		with("handler", handler).
		with("runtime", runtimeMember("java"))
}

// classesLikeIDs tells whether the handlers of a snippet's helper are called like their functions: then ids name both.
func (l *lowerer) classesLikeIDs() bool {
	if !l.snippet() || l.o.Handlers != "java" {
		return false
	}
	for _, fn := range l.g.OfKind(graph.Function) {
		if l.plainFunction(fn) && l.handlerName(fn) != string(constructID(fn))+"Handler" {
			return false
		}
	}
	return true
}

// snapshots tells whether a function starts from a snapshot: one in Java that has versions, which its alias names, in
// environments of Lambda's own. What snapshots exclude (provisioned concurrency, EFS, more than 512 MB of temporary storage)
// no description can ask for. Source: Lambda developer guide, "Improving startup performance with Lambda SnapStart",
// checked 2026-11-30; that managed instances have none was not verified: none is asked for there.
func snapshots(fn, alias *graph.Node, o Options) bool {
	return o.Handlers == "java" && !ownCode(fn) && alias != nil && !fn.Setting("capacityProviderConfig").Exists()
}

const snapshotsReason = "versions start from a snapshot of a started environment: Java starts slowly"

package cdk

// goRuntime is what Lambda has for programs: a system and nothing else. Source: Lambda developer guide, "Building Lambda
// functions with Go", checked 2026-11-30.
const goRuntime = "provided.al2023"

// goFunctionProps are the properties that say what a function runs whose handler is in Go: a program that is built before
// the stack is synthesised. The construct for Go functions (aws-lambda-go-alpha) is experimental, changes with every
// release, and is served for Go by no module proxy that was asked (2026-11-30); what it does beside is one line of make.
func goFunctionProps(file string) *builder {
	return props(typeName{"aws-lambda", "FunctionProps"}).open().
		with("code", static{typeName{"aws-lambda", "Code"}, "fromAsset", []expression{built(file)}}).
		with("handler", text("bootstrap")).
		with("runtime", runtimeMember("go"))
}

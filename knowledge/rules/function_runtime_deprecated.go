package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "function-runtime-deprecated",
	Code:     "LAM001",
	Title:    `Function runtime is deprecated or close to it`,
	Severity: High,
	Pillar:   Security,
	Why:      `After the deprecation date AWS need not patch the runtime any more; later it refuses to create functions with it, then to update them: a fix cannot be deployed any more.`,
	Fix:      `Set Runtime to the successor of the same language and test the function with it. From Node.js 24 on Lambda takes no handler with a callback: make it async first. From Node.js 18 on the runtime has the AWS SDK v3 in place of v2 (aws-sdk): pack v2 with the code, or move to v3.`,
	CDK:      `runtime: lambda.Runtime.<successor>`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Lambda runtimes"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Runtime use after deprecation"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtime-deprecation-levels", Checked: "2026-11-30"},
		{Title: `AWS Developer Tools Blog, "Why and how you should use AWS SDK for JavaScript (v3) on Node.js 18"`, URL: "https://aws.amazon.com/blogs/developer/why-and-how-you-should-use-aws-sdk-for-javascript-v3-on-node-js-18/", Checked: "2026-11-30"},
		{Title: `AWS CDK, release 2.259.0 (Node.js 24 takes no handlers with a callback)`, URL: "https://github.com/aws/aws-cdk/releases/tag/v2.259.0", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-L1", "cdk-nag:Serverless-LambdaLatestVersion", "cdk-nag:LambdaLatestVersion", "checkov:CKV_AWS_363", "cfn-lint:E2531", "cfn-lint:E2533", "cfn-lint:W2531", "serverless-rules:E2531", "security-hub:Lambda.2", "prowler:awslambda_function_using_supported_runtimes"},
	Gaps:        `Images are left out: their base cannot be read from a template. Judged by the dates in facts against the day of the review, not by the newest runtime known.`,
	Bad: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.8 # want "python3.8 is deprecated since 2024-10-14"
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Soon:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x # want "nodejs22.x will be deprecated on 2027-04-30"
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Undated:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: java17.al2023 # its end is not announced
      Handler: example.Handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {S3Bucket: code, S3Key: app.jar}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs16.x # want "nodejs16.x is deprecated"
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: src}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs16.x
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: app.handler
      CodeUri: src
`},
	Check: checkRuntimes,
})

// warnDays is how long before its deprecation a runtime is reported.
const warnDays = 180

func checkRuntimes(p *Pass) {
	if p.Today.IsZero() {
		return
	}
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External {
			continue
		}
		v := fn.Setting("runtime")
		name, ok := p.Text(fn, v)
		if !ok {
			continue
		}
		if r, known := facts.FindRuntime(name); known {
			reportRuntime(p, fn, v, r)
		}
	}
}

func reportRuntime(p *Pass, fn *graph.Node, v graph.Value, r facts.Runtime) {
	today := p.Today.Format(time.DateOnly)
	soon := p.Today.AddDate(0, 0, warnDays).Format(time.DateOnly)
	passed := func(day string) bool { return day != "" && day <= today }
	h := Hit{Node: fn, Values: []graph.Value{v}, Severity: High}
	switch {
	case passed(r.UpdateBlock):
		h.Severity = Critical
		h.Message = fmt.Sprintf("runtime %s is deprecated since %s, and since %s AWS refuses to update functions that use it", r.ID, r.Deprecated, r.UpdateBlock)
	case passed(r.CreateBlock):
		h.Message = fmt.Sprintf("runtime %s is deprecated since %s, and since %s AWS refuses to create functions with it", r.ID, r.Deprecated, r.CreateBlock)
	case passed(r.Deprecated):
		h.Message = fmt.Sprintf("runtime %s is deprecated since %s: AWS promises it no security patches any more", r.ID, r.Deprecated)
	case r.Deprecated != "" && r.Deprecated <= soon:
		h.Severity = Medium
		h.Message = fmt.Sprintf("runtime %s will be deprecated on %s", r.ID, r.Deprecated)
	default:
		return
	}
	if r.Successor != "" {
		h.Fix = setRuntime(v, r.Successor) + " and test the function with it."
		h.CDK = "runtime: lambda.Runtime." + runtimeConstant(r.Successor)
		h.Patch = SetPatch(fn.Resource, v, "Runtime", r.Successor)
	}
	if strings.HasPrefix(r.Successor, "nodejs") {
		h.fixNode(fn, v, r)
	}
	if r.ID == "go1.x" {
		h.Patch = nil // the code has to be built anew first
		h.Fix = setRuntime(v, r.Successor) + " with a program of the name bootstrap (Handler counts no more) that is built with aws-lambda-go for it, and test the function."
	}
	if r.Successor != "" {
		h.fixLayers(p.Graph, fn, r)
	}
	p.Report(h)
}

// runtimeConstant is the name that CDK gives a runtime: NODEJS_24_X, JAVA_25, PROVIDED_AL2023.
func runtimeConstant(id string) string {
	family := strings.TrimRight(id[:strings.IndexAny(id+"0", "0123456789.")], ".")
	return strings.ToUpper(family + "_" + strings.ReplaceAll(strings.TrimPrefix(id[len(family):], "."), ".", "_"))
}

// setRuntime says where the runtime is to be changed. Deploying a stack again keeps the values that its parameters have.
// Source: aws-cli pull request 2659 (UsePreviousValue of cloudformation deploy), checked 2026-11-30.
func setRuntime(v graph.Value, to string) string {
	from := givenBy(v)
	switch {
	case from == nil:
		return "Set Runtime to " + to
	case from.Default == "":
		return "Pass " + to + " for parameter " + from.Name
	case from.Allowed != "" && !slices.Contains(from.AllowedValues, to):
		return fmt.Sprintf("Set the default of parameter %s to %s (and allow it in AllowedValues), pass it when you update stacks that exist,", from.Name, to)
	}
	return fmt.Sprintf("Set the default of parameter %s to %s, pass it when you update stacks that exist,", from.Name, to)
}

// fixLayers names the layers of a function that are built for its old runtime.
func (h *Hit) fixLayers(g *graph.Graph, fn *graph.Node, r facts.Runtime) {
	for _, e := range g.Out(fn, graph.AttachedTo) {
		layer := e.To
		if layer.Kind != graph.Layer || layer.Resource == nil {
			continue
		}
		if method, _ := layer.Resource.Metadata.Get("BuildMethod").Str(); method == r.ID {
			h.Fix += fmt.Sprintf(" Build its layer %s with it too (BuildMethod, CompatibleRuntimes).", placeOf(layer, layer.Resource).ID)
			continue
		}
		named, other := false, false
		for _, v := range layer.Resource.Properties.Get("CompatibleRuntimes").Each() {
			s, _ := v.Str()
			named, other = named || s == r.ID, other || s == r.Successor
		}
		if named && !other {
			h.Fix += fmt.Sprintf(" Check its layer %s with it too (CompatibleRuntimes names %s).", placeOf(layer, layer.Resource).ID, r.ID)
		}
	}
}

// fixNode says what else a newer Node.js asks of the code, where the code may use it.
func (h *Hit) fixNode(fn *graph.Node, v graph.Value, r facts.Runtime) {
	code := fn.Setting("code", "ZipFile")
	text, inline := code.Str()
	oldSDK := sdkV2Inside().MatchString(r.ID)
	switch {
	case inline && callsBack(text):
		h.Values, h.Patch = append(h.Values, code), nil
		h.Fix = fmt.Sprintf("Make the handler async first: from Node.js 24 on Lambda refuses one with a third parameter (callback), and its context has no done, succeed or fail. Then %s and test the function with it.", lowerFirst(setRuntime(v, r.Successor)))
	case !inline:
		h.Fix = setRuntime(v, r.Successor) + " and test the function with it: from Node.js 24 on Lambda refuses a handler with a callback as its third parameter."
	}
	switch {
	case !oldSDK:
	case inline && requiresSDKv2().MatchString(text):
		h.Values, h.Patch = []graph.Value{h.Values[0], code}, nil
		h.Fix += " Move the code to the AWS SDK v3 (@aws-sdk/...) with it: from Node.js 18 on the runtime has no v2 (aws-sdk), and inline code cannot pack it (a layer could)."
	case !inline:
		h.Fix += " From Node.js 18 on the runtime has the AWS SDK v3 in place of v2 (aws-sdk): pack v2 with the code, or move to v3."
	}
}

// Runtimes with version 2 of the AWS SDK, and code that asks for it. Source: AWS Developer Tools Blog, "Why and how you
// should use AWS SDK for JavaScript (v3) on Node.js 18", checked 2026-11-30.
var (
	sdkV2Inside   = lazy.Regexp(`^nodejs(?:4\.3|4\.3-edge|6\.10|8\.10|1[0246]\.x)?$`)
	requiresSDKv2 = lazy.Regexp("[\"'`]aws-sdk[\"'`/]")
)

// Handlers that answer by a callback: a third parameter, or the old methods of the context. Source: notes on
// release 4.0.0 of the runtime interface client for Node.js, checked 2026-11-30.
var (
	thirdParameter = lazy.Regexp(`(?:\bexports\.\w+|\bhandler)\s*=\s*(?:async\s+)?(?:function\b[^(]*)?\([^(),]*,[^(),]*,[^(),]*\)`)
	contextMethods = lazy.Regexp(`\bcontext\.(?:done|succeed|fail)\(`)
)

func callsBack(code string) bool {
	names := strings.Contains(code, "handler") || strings.Contains(code, "exports") // searching is dear: only where it may find something
	return names && thirdParameter().MatchString(code) || strings.Contains(code, "context") && contextMethods().MatchString(code)
}

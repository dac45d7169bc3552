package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-calls-function",
	Code:     "GRF004",
	Title:    `Function calls another function and waits`,
	Severity: Medium,
	Pillar:   Cost,
	Why:      `While it waits, the caller is billed for doing nothing, its timeout has to hold the callee's, a throttled callee fails it, and a retry of the first runs the second again.`,
	Fix:      `Put an SQS queue or an event between them where no answer is needed; let a Step Functions state machine (or a durable function's invoke) call both where one is.`,
	CDK:      `n/a: use a queue, a rule or a state machine between the functions`,
	Sources: []Source{
		{Title: `SonarSource rule RSPEC-6246, functions that invoke functions and wait`, URL: "https://rules.sonarsource.com/python/RSPEC-6246", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Creating event-driven architectures with Lambda" (functions calling functions)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/concepts-event-driven-architectures.html", Checked: "2026-11-30"},
	},
	Gaps: `Whether the code waits (RequestResponse) or not (Event) is not in the template: the finding is likely, never certain. Durable functions are left out, those whose environment names Event as the type of their invocations, and wildcard grants where the environment does not name the other function. High from three functions in a chain.`,
	Bad: `Resources:
  Shop: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {ZipFile: "..."}, Environment: {Variables: {PRICES: !Ref Prices}}}} # want "Prices"
  Prices: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "lambda:InvokeFunction", Resource: !GetAtt Prices.Arn}]}}]
`,
	Good: `Resources:
  Shop: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {ZipFile: "..."}, DurableConfig: {ExecutionTimeout: 3600}, Environment: {Variables: {PRICES: !Ref Prices}}}}
  Prices: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {S3Bucket: code, S3Key: worker.zip}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "lambda:InvokeFunction", Resource: !GetAtt Prices.Arn}]}}]
`,
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if mayWait(fn) {
				checkCallee(p, fn)
				if v := mayDoOnAnything(p.Graph, fn, "lambda:InvokeFunction"); v.Exists() && namesFunction(p.Graph, fn) {
					p.Unknown(fn, v)
				}
			}
		}
	},
})

// mayWait tells whether a function is one whose calls may wait: the user's own, and not durable.
func mayWait(fn *graph.Node) bool {
	return !fn.External && fn.Framework == "" && !fn.Setting("durableConfig").Exists() && !saysItDoesNotWait(fn)
}

// saysItDoesNotWait tells whether the environment names Event as the type of a function's invocations.
func saysItDoesNotWait(fn *graph.Node) bool {
	return slices.ContainsFunc(fn.Setting("environment", "Variables").Fields(), func(f graph.Field) bool {
		name := strings.ToLower(f.Name)
		kind, _ := f.Value.Str()
		return kind == "Event" && (strings.Contains(name, "invocation") || strings.Contains(name, "invoke"))
	})
}

func checkCallee(p *Pass, fn *graph.Node) {
	for _, e := range p.Graph.Out(fn, graph.Invokes) {
		if !mayCallFunction(e) || len(p.Graph.In(fn, graph.Authorizes)) > 0 {
			continue
		}
		h := Hit{Node: fn, Confidence: Likely, Related: []*graph.Node{e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
			Message: fmt.Sprintf("%s may call %s and wait for it: it pays for the wait, and fails with it", nameOf(fn), nameOf(e.To))}
		for _, next := range p.Graph.Out(e.To, graph.Invokes) {
			if mayCallFunction(next) && next.To != fn && mayWait(e.To) {
				h.Severity, h.Related = High, append(h.Related, next.To)
				h.Message = fmt.Sprintf("%s may call %s, which may call %s, each waiting for the next", nameOf(fn), nameOf(e.To), nameOf(next.To))
				break
			}
		}
		p.Report(h)
		return
	}
}

func mayCallFunction(e *graph.Edge) bool {
	return e.To.Kind == graph.Function && e.To != e.From && e.Mode != graph.Async && e.To.Framework == "" && (e.Strength == graph.Certain || e.Strength == graph.Likely && inEnvironment(e)) &&
		(!e.To.External || strings.HasPrefix(e.To.ID, "arn:"))
}

// inEnvironment tells whether the environment of the actor is among what shows an edge.
func inEnvironment(e *graph.Edge) bool {
	for _, at := range e.Evidence {
		if strings.Contains(at.Path, "/Environment/Variables/") {
			return true
		}
	}
	return false
}

// namesFunction tells whether the environment of a function names another one.
func namesFunction(g *graph.Graph, fn *graph.Node) bool {
	found := false
	fn.Setting("environment", "Variables").Walk(func(v graph.Value) {
		for _, ref := range v.Refs() {
			to := g.Node(ref.Resource)
			found = found || to != nil && to != fn && to.Kind == graph.Function
		}
	})
	return found
}

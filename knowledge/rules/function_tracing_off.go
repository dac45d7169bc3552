package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "function-tracing-off",
	Code:     "LAM009",
	Title:    `Function is not traced`,
	Severity: Low,
	Pillar:   Operations,
	Why:      `With the default, PassThrough, Lambda hands the trace header on and sends no trace of its own accord, even where the caller sampled the request: unless its code sends one, the function is a gap in the trace.`,
	Fix:      `Set TracingConfig: {Mode: Active}; the role needs xray:PutTraceSegments and xray:PutTelemetryRecords.`,
	SAM:      `Set Tracing: Active, once for all functions under Globals.Function; the role that SAM makes gets the rights, a role of your own needs xray:PutTraceSegments and xray:PutTelemetryRecords.`,
	CDK:      `tracing: lambda.Tracing.ACTIVE`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Visualize Lambda function invocations using AWS X-Ray"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html", Checked: "2026-11-30"},
		{Title: `Amazon CloudFront Developer Guide, "Restrictions on Lambda@Edge"`, URL: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-LambdaTracing", "cdk-nag:LambdaTracing", "serverless-rules:WS1000"},
	Gaps:        `Functions with a layer or wrapper that traces (OpenTelemetry, Application Signals, third parties, by name) pass, and so do Lambda@Edge functions of a distribution in the files: they cannot be traced. A layer that is not known leaves it open. Calls by mappings of Kafka, Amazon MQ and DocumentDB are not traced even with Active. Info for functions that only CloudFormation calls (custom resources, macros).`,
	Bad: `Resources:
  Worker: # want "is not traced"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      TracingConfig: {Mode: Active}
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Other:
    Type: AWS::Lambda::Function
    Properties:
      Layers: ["arn:aws:lambda:eu-west-1:901920570463:layer:aws-otel-python-amd64-ver-1-25-0:1"]
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "is not traced"
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Tracing: Active}}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External && fn.Type == "AWS::Lambda::Function" && !atEdge(p.Graph, fn) {
				checkTracing(p, fn)
			}
		}
	},
})

var tracingLayer = lazy.Regexp(`(?i)(otel|opentelemetry|applicationsignals|datadog|newrelic|new-relic|lumigo|dynatrace|thundra|epsagon|honeycomb|splunk|elastic-apm|sentry)`)

func checkTracing(p *Pass, fn *graph.Node) {
	mode := fn.Setting("tracingConfig", "Mode")
	s, known := mode.Str()
	if known && s == "Active" || wrapped(fn) {
		return
	}
	if open(mode) || mode.Exists() && !known {
		p.Unknown(fn, mode)
		return
	}
	layers := fn.Setting("layers")
	for _, l := range layers.Each() {
		if tracingLayer().MatchString(l.String()) || tracingLayer().MatchString(layerName(p.Graph, l)) {
			return
		}
		if open(l) {
			p.Unknown(fn, l)
			return
		}
	}
	h := Hit{Node: fn, Values: []graph.Value{mode}, Message: fmt.Sprintf("%s is not traced (%s is not Active)", nameOf(fn), spelled(fn, "TracingConfig.Mode", "Tracing"))}
	if onlyForDeployments(p.Graph, fn) {
		h.Severity = Info
	}
	p.Report(h)
}

// wrapped tells whether a wrapper script starts the function, as those of tracing layers do; that of the Lambda Web
// Adapter traces nothing.
func wrapped(fn *graph.Node) bool {
	wrapper := fn.Setting("environment", "Variables", "AWS_LAMBDA_EXEC_WRAPPER")
	s, known := wrapper.Str()
	return wrapper.Exists() && !(known && s == "/opt/bootstrap")
}

// layerName is the name of a layer that is made in these files.
func layerName(g *graph.Graph, layer graph.Value) string {
	for _, ref := range layer.Refs() {
		if n := g.Node(ref.Resource); n != nil {
			return n.Setting("layerName").String()
		}
	}
	return ""
}

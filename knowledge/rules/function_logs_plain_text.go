package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "function-logs-plain-text",
	Code:     "LAM011",
	Title:    `Function logs are plain text`,
	Severity: Low,
	Pillar:   Operations,
	Profile:  Advisory,
	Why:      `Lambda writes its own lines and the handler's as text: levels cannot be filtered before they are stored, and queries have to parse each line.`,
	Fix:      `Set LoggingConfig: {LogFormat: JSON}. ApplicationLogLevel and SystemLogLevel are then INFO unless set; WARN for the latter drops the REPORT lines (duration, memory) of calls that succeed.`,
	CDK:      `loggingFormat: lambda.LoggingFormat.JSON`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring JSON and plain text log formats"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:LambdaLogging", "cdk-nag:LambdaLogLevel"},
	Gaps:        `Advice (profile advisory). An explicit Text passes beside a layer of these files, or one whose name speaks of Powertools or logging: it may bring a logger of its own; so do container images. A layer that is not known leaves it open. What the code logs is not seen.`,
	Bad: `Resources:
  Worker: # want "plain text"
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
      LoggingConfig: {LogFormat: JSON}
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "plain text"
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals: {Function: {LoggingConfig: {LogFormat: JSON}}}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Type != "AWS::Lambda::Function" || fn.Resource == nil {
				continue
			}
			if kind, ok := p.Text(fn, fn.Setting("packageType")); kind == "Image" || !ok && fn.Setting("packageType").Exists() {
				continue
			}
			config := fn.Resource.Properties.Get("LoggingConfig")
			format := config.Get("LogFormat")
			kind, _ := format.Str()
			if v := firstOpen(config, format); v.Exists() {
				p.Unknown(fn, v)
			} else if kind == "Text" {
				checkPlainText(p, fn, format)
			} else if !format.Exists() {
				p.Report(Hit{Node: fn, Values: []graph.Value{config}, Message: fmt.Sprintf("%s logs plain text (LoggingConfig.LogFormat is absent)", nameOf(fn))})
			}
		}
	},
})

var loggingLayer = lazy.Regexp(`(?i)(powertools|logg(er|ing)|structlog|pino|winston|serilog)`)

// checkPlainText reports a function that is set to log text, unless a layer brings a logger that writes JSON by itself.
func checkPlainText(p *Pass, fn *graph.Node, format graph.Value) {
	for _, l := range fn.Setting("layers").Each() {
		_, known := l.Str()
		switch {
		case loggingLayer().MatchString(l.String()), !known && len(l.Refs()) > 0:
			return
		case !known && open(l) && !strings.Contains(l.String(), ":layer:"):
			p.Unknown(fn, l)
			return
		}
	}
	p.Report(Hit{Node: fn, Values: []graph.Value{format}, Message: fmt.Sprintf("%s logs plain text (LoggingConfig.LogFormat is Text)", nameOf(fn))})
}

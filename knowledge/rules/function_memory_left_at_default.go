package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "function-memory-left-at-default",
	Code:     "LAM003",
	Title:    `Function memory is left at the default of 128 MB`,
	Severity: Low,
	Pillar:   Performance,
	Why:      `Processor time grows with memory: at 128 MB a function gets a small fraction of a vCPU and may cost as much as with four times the memory, because it runs longer. AWS advises this setting only for simple functions, such as those that transform and route events.`,
	Fix:      `Set MemorySize: 512, then measure (an explicit 128 is a decision and passes).`,
	CDK:      `memorySize: 512`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Lambda quotas"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Configure Lambda function memory"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:Serverless-LambdaDefaultMemorySize", "cdk-nag:LambdaDefaultMemorySize", "serverless-rules:ES1005"},
	Gaps:        `Functions on managed instances are left out, and those at the edge: for viewers they get 128 MB at most (Amazon CloudFront Developer Guide, "Quotas"). Info for inline code that is seen to compute next to nothing and for functions that only CloudFormation calls (custom resources, macros). Functions that CDK makes for itself are folded.`,
	Bad: `Resources:
  Worker: # want "128 MB"
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
      MemorySize: 128
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "128 MB"
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals: {Function: {MemorySize: 256}}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Type != "AWS::Lambda::Function" || fn.Resource == nil || fn.Setting("capacityProviderConfig").Exists() || atEdge(p.Graph, fn) {
				continue
			}
			if !fn.Resource.Properties.Get("MemorySize").Exists() {
				h := Hit{Node: fn, Severity: Low, Values: []graph.Value{{}}, Message: fmt.Sprintf("%s runs with the default of 128 MB (MemorySize is absent)", nameOf(fn))}
				switch {
				case doesLittle(fn):
					h.Severity, h.Fix, h.CDK = Info, "The default does for this code: write MemorySize: 128 if it is meant, and set more once the code computes something.", "memorySize: 128"
				case onlyForDeployments(p.Graph, fn):
					h.Severity, h.Fix, h.CDK = Info, "It runs at deployments only: write MemorySize: 128 if that does, else set what it needs.", "memorySize: 128"
				}
				p.Report(h)
			}
		}
	},
})

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "function-runs-on-x86",
	Code:     "LAM004",
	Title:    `Function runs on x86_64`,
	Severity: Low,
	Pillar:   Cost,
	Profile:  Advisory,
	Why:      `Lambda on arm64 (Graviton) is billed at a lower rate for the same duration, and code without native parts mostly runs there unchanged.`,
	Fix:      `Set Architectures: [arm64], after native dependencies and layers have been built for it.`,
	CDK:      `architecture: lambda.Architecture.ARM_64`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Selecting and configuring an instruction set architecture for your Lambda function"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda pricing (arm and x86 prices, Regions with arm64)`, URL: "https://aws.amazon.com/lambda/pricing/", Checked: "2026-11-30"},
		{Title: `Amazon CloudFront Developer Guide, "Restrictions on Lambda@Edge"`, URL: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html", Checked: "2026-11-30"},
	},
	Gaps: `Advice (profile advisory). Container images, runtimes without arm64 and functions with a layer that is named for x86 are left out, and so are Lambda@Edge functions of a distribution in the files. Not every Region has arm64.`,
	Bad: `Resources:
  Worker: # want "x86_64"
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
      Architectures: [arm64]
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Old:
    Type: AWS::Lambda::Function
    Properties:
      Layers: ["arn:aws:lambda:eu-west-1:111122223333:layer:image-x86_64:1"]
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "x86_64"
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Type != "AWS::Lambda::Function" || boundToX86(fn) || atEdge(p.Graph, fn) {
				continue
			}
			arch := fn.Setting("architectures")
			layers := fn.Setting("layers")
			if strings.Contains(arch.String(), "arm64") {
				continue
			}
			if v := firstOpen(append(append([]graph.Value{arch, layers}, arch.Each()...), wholly(layers.Items())...)...); v.Exists() {
				p.Unknown(fn, v)
			} else {
				p.Report(Hit{Node: fn, Values: []graph.Value{arch}, Message: fmt.Sprintf("%s runs on x86_64, at a higher rate than on arm64", nameOf(fn))})
			}
		}
	},
})

// wholly lists the values of which nothing is known.
func wholly(vs []graph.Value) []graph.Value {
	var out []graph.Value
	for _, v := range vs {
		if v.IsUnknown() {
			out = append(out, v)
		}
	}
	return out
}

var x86Layer = lazy.Regexp(`(?i)(x86|amd64)`)

// boundToX86 tells whether a function cannot simply move: it is an image, has no managed runtime that runs on arm64,
// or has a layer that is built for x86.
func boundToX86(fn *graph.Node) bool {
	if s, _ := fn.Setting("packageType").Str(); s == "Image" || fn.Setting("code", "ImageUri").Exists() {
		return true
	}
	switch s, known := fn.Setting("runtime").Str(); s {
	case "provided", "nodejs10.x", "python3.6", "python3.7", "ruby2.5", "java8", "go1.x", "dotnetcore2.1", "dotnetcore3.1":
		return true
	default:
		if !known {
			return true
		}
	}
	for _, l := range fn.Setting("layers").Each() {
		if x86Layer().MatchString(l.String()) {
			return true
		}
	}
	return false
}

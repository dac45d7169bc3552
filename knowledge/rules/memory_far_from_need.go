package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "memory-far-from-need",
	Code:     "LIV006",
	Title:    `Function has far too little or too much memory`,
	Severity: Medium,
	Pillar:   Cost,
	Why:      `A function that needs all of its memory may be killed by the next larger event. One that needs a third may pay up to three times for its duration, unless it uses the processor power, which grows with the memory.`,
	Fix:      `Set MemorySize by what is used; try sizes with AWS Lambda Power Tuning, as less memory is less processor, too.`,
	CDK:      `memorySize of the function`,
	Sources: []Source{
		{Title: `Amazon CloudWatch User Guide, "Example telemetry event in CloudWatch Lambda Insights"`, URL: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-example-event.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only, and only functions with the Lambda Insights extension: what a function uses stands in its log otherwise, which is not read because it holds what the application writes, too. High from 90 % on; low up to 30 % of more than 512 MB.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, memory_utilization.Maximum: 97}}
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      Code: {ZipFile: x}
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'
      MemorySize: 256 # want "97 % of its 256 MB"
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, memory_utilization.Maximum: 60}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r', MemorySize: 256}
  Small:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, memory_utilization.Maximum: 20}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r', MemorySize: 512}
  Unseen:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}}}
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
`,
	MoreBad: []string{`Resources:
  Worker:
    Type: AWS::Lambda::Function
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, memory_utilization.Maximum: 20}}
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      Code: {ZipFile: x}
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'
      MemorySize: 1024 # want "20 % of its 1024 MB"
`},
	Check: checkMemory,
})

func checkMemory(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, fn := range p.Graph.OfKind(graph.Function) {
		size := fn.Setting("memorySize")
		mb, known := size.Float()
		used := fn.Resource.Seen("memory_utilization.Maximum")
		percent, seen := used.Float()
		if !known || !seen {
			continue
		}
		h := Hit{Node: fn, Values: []graph.Value{size, used},
			Message: fmt.Sprintf("%s used at most %.3g %% of its %.0f MB in %s", nameOf(fn), percent, mb, p.window())}
		switch {
		case percent >= 90:
			h.Severity = High
			h.Fix = "Raise MemorySize, or let the code hold less at a time; try sizes with AWS Lambda Power Tuning."
		case percent <= 30 && mb > 512:
			h.Severity = Low
			h.Fix = "Lower MemorySize where the code does not need the processor, of which less memory gives less; try sizes with AWS Lambda Power Tuning."
		default:
			continue
		}
		p.Report(h)
	}
}

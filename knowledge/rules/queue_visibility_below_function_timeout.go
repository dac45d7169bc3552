package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-visibility-below-function-timeout",
	Code:     "ESM001",
	Title:    "Queue visibility timeout is too short for the function that reads the queue",
	Severity: High,
	Pillar:   Reliability,
	Why: `A message that becomes visible again while the function still works on it, or while Lambda waits because the function is throttled, ` +
		`is delivered a second time and counts towards maxReceiveCount: work is done twice and good messages can reach the dead-letter queue. ` +
		`Below the function's timeout Lambda refuses to create the mapping.`,
	Fix: `Set the queue's VisibilityTimeout to at least 6 times the function's Timeout plus the mapping's MaximumBatchingWindowInSeconds.`,
	CDK: `visibilityTimeout: Duration.seconds(6 * timeout + window) on the Queue`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html", Checked: "2026-11-23"},
	},
	Equivalents: []string{"cdk-nag:LambdaEventSourceSQSVisibilityTimeout", "cfn-lint:E3505"},
	Gaps:        `A visibility timeout that the consumer changes at run time (ChangeMessageVisibility) is not seen.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60 # want "60 s, but Worker may run 30 s"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      Timeout: 30
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 185
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
      Timeout: 30
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
      MaximumBatchingWindowInSeconds: 5
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 45
Resources:
  Orders: # want "30 s (the default), but Worker may run 45 s"
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 45
Resources:
  Orders:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Timeout: 5
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
`},
	Check: func(p *Pass) {
		for _, e := range polled(p.Graph, graph.Queue) {
			checkVisibility(p, e)
		}
	},
})

func checkVisibility(p *Pass, e *graph.Edge) {
	queue, fn := e.From, e.To
	visibilityValue, timeoutValue, windowValue := queue.Setting("visibilityTimeout"), fn.Setting("timeout"), e.Setting("maximumBatchingWindowInSeconds")
	visibility, ok := p.Int(queue, visibilityValue)
	if !ok {
		return
	}
	timeout, ok := p.Int(fn, timeoutValue)
	if !ok {
		return
	}
	window, known := windowValue.Int()
	if !known && visibility >= facts.Int("esm.visibility_factor")*timeout {
		if open(windowValue) {
			p.Unknown(fn, windowValue)
		}
		return
	}
	need := min(facts.Int("esm.visibility_factor")*timeout+window, facts.Int("sqs.visibility_max_seconds"))
	if visibility >= need {
		return
	}
	severity := High
	if visibility < timeout {
		severity = Critical
	}
	p.Report(Hit{
		Node: queue, Severity: severity, Confidence: weaker(e),
		Message: fmt.Sprintf("visibility timeout is %s, but %s may run %s: set at least %d s%s",
			seconds(visibilityValue), nameOf(fn), seconds(timeoutValue), need, refused(visibility < timeout)),
		Values: []graph.Value{visibilityValue, timeoutValue}, Related: []*graph.Node{fn}, RelatedResources: []*graph.Resource{e.Via},
		Fix:   fmt.Sprintf("Set VisibilityTimeout of %s to %d (6 × the timeout of %s, %d s, plus the batching window, %d s).", nameOf(queue), need, nameOf(fn), timeout, window),
		Patch: SetPatch(queue.Resource, visibilityValue, "VisibilityTimeout", need),
	})
}

func refused(yes bool) string {
	if yes {
		return " (below the function's timeout Lambda refuses the mapping)"
	}
	return ""
}

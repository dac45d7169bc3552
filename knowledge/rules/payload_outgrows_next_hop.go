package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "payload-outgrows-next-hop",
	Code:     "GRF008",
	Title:    `Message may be larger than the next hop takes`,
	Severity: Low,
	Pillar:   Reliability,
	Profile:  Advisory,
	Why:      `SQS, EventBridge and asynchronous Lambda take 1 MiB; a state machine takes 256 KiB as input, and a topic as much unless it says otherwise: a larger message is refused where it has already left its sender.`,
	Fix:      `Pass a reference to S3 (claim check), cut the message by an input transformer, or raise MaximumMessageSize of the topic or queue.`,
	CDK:      `input of targets.SfnStateMachine or message of targets.SqsQueue and SnsTopic (events.RuleTargetInput); targetParameters.inputTemplate of CfnPipe; CfnTopic.maximumMessageSize`,
	Sources: []Source{
		{Title: `AWS Step Functions Developer Guide, "Step Functions service quotas"`, URL: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html", Checked: "2026-11-30"},
	},
	Gaps: `How large the messages really are is not in the template. Events of AWS services, which are small, are left out.`,
	Bad: `Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Start: # want "256 KiB"
    Type: AWS::Pipes::Pipe
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/pipe", Source: !GetAtt Jobs.Arn, Target: !GetAtt Flow.Arn}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/flow", Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}}
`,
	Good: `Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {MaximumMessageSize: 262144}}
  Start:
    Type: AWS::Pipes::Pipe
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/pipe", Source: !GetAtt Jobs.Arn, Target: !GetAtt Flow.Arn}
  Other: {Type: AWS::SQS::Queue}
  Cut:
    Type: AWS::Pipes::Pipe
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/pipe", Source: !GetAtt Other.Arn, Target: !GetAtt Flow.Arn, TargetParameters: {InputTemplate: '{"id": <$.body.id>}'}}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/flow", Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}}
`,
	Check: func(p *Pass) {
		for _, e := range p.Graph.OfEdge(graph.Routes) {
			// Topics are left out: a queue's own MaximumMessageSize does not hold for what SNS delivers (SNS Developer Guide).
			if (e.From.Kind == graph.Pipe || e.From.Kind == graph.Rule) && !e.From.External && !e.To.External {
				checkNextSize(p, e)
			}
		}
	},
})

// smallHop is the size in bytes that state machines take, and topics unless they say otherwise.
const smallHop = 262144

func checkNextSize(p *Pass, e *graph.Edge) {
	takes := 0
	switch e.To.Kind {
	case graph.StateMachine:
		takes = smallHop
	case graph.Topic, graph.Queue:
		v := e.To.Setting("maximumMessageSize")
		n, known := p.Int(e.To, v)
		if e.To.Kind == graph.Topic && !v.Exists() {
			n, known = smallHop, true
		}
		if !known {
			return
		}
		takes = n
	default:
		return
	}
	for _, cut := range []string{"inputTransformer", "inputPath", "input"} {
		if e.Setting(cut).Exists() {
			return
		}
	}
	if e.From.Setting("targetParameters", "InputTemplate").Exists() || e.From.Setting("enrichment").Exists() || takes >= largest(p, e.From) {
		return
	}
	related := []*graph.Node{e.To}
	for _, in := range p.Graph.In(e.From, graph.Polls) {
		related = append(related, in.From)
	}
	fix, cdk := cutOrRaise(e, largest(p, e.From))
	p.Report(Hit{Node: e.From, Related: related, Confidence: weaker(e), Values: append([]graph.Value{{}}, edgePlace(e)...), Fix: fix, CDK: cdk,
		Message: fmt.Sprintf("%s may pass on up to %s, but %s takes %s", nameOf(e.From), kib(largest(p, e.From)), nameOf(e.To), kib(takes))})
}

// cutOrRaise is what can be done at a hop: rules and pipes can cut what they send; a state machine's bound cannot be raised.
func cutOrRaise(e *graph.Edge, size int) (fix, cdk string) {
	ways := []string{"pass a reference to S3 (claim check)"}
	var calls []string
	switch e.From.Kind {
	case graph.Rule:
		ways = append(ways, "cut the event by an InputTransformer of the target")
		calls = append(calls, map[graph.Kind]string{graph.StateMachine: "input of targets.SfnStateMachine", graph.Queue: "message of targets.SqsQueue", graph.Topic: "message of targets.SnsTopic"}[e.To.Kind]+" (events.RuleTargetInput)")
	case graph.Pipe:
		ways = append(ways, "cut the message by TargetParameters.InputTemplate of the pipe")
		calls = append(calls, "targetParameters.inputTemplate of CfnPipe")
	}
	switch e.To.Kind {
	case graph.Topic, graph.Queue:
		ways = append(ways, fmt.Sprintf("raise MaximumMessageSize of %s to %d", nameOf(e.To), size))
		calls = append(calls, map[graph.Kind]string{graph.Topic: "CfnTopic.maximumMessageSize", graph.Queue: "maxMessageSizeBytes of the queue"}[e.To.Kind])
	}
	return graph.UpperFirst(strings.Join(ways, ", or ")) + ".", strings.Join(calls, "; ")
}

// largest is the size in bytes of what may come into a rule or pipe; 0 where that is small or not known.
func largest(p *Pass, n *graph.Node) int {
	if n.Kind == graph.Rule {
		for _, v := range n.Setting("eventPattern", "source").Each() {
			if s, ok := v.Str(); !ok || strings.HasPrefix(s, "aws.") {
				return 0
			}
		}
		if !n.Setting("eventPattern", "source").Exists() {
			return 0
		}
		return facts.Int("sqs.message_bytes")
	}
	for _, e := range p.Graph.In(n, graph.Polls) {
		if e.From.Kind == graph.Queue && !e.From.External {
			if size, known := e.From.Setting("maximumMessageSize").Int(); known {
				return size
			}
			if !e.From.Setting("maximumMessageSize").Exists() {
				return facts.Int("sqs.message_bytes")
			}
		}
	}
	return 0
}

func kib(n int) string { return fmt.Sprintf("%d KiB", n/1024) }

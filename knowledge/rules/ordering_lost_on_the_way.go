package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "ordering-lost-on-the-way",
	Code:     "GRF010",
	Title:    `Messages leave their order on the way`,
	Severity: Medium,
	Pillar:   Reliability,
	Profile:  Advisory,
	Why:      `The sender uses FIFO because order matters; the next hop is a standard queue or topic, which may deliver in another order and more than once, or starts runs that nobody waits for: the order, and the deduplication, are paid for and lost.`,
	Fix:      `Make the next queue or topic FIFO too, or let the last consumer check a sequence number and leave FIFO out. If the last hop does check, say so in the metadata: serverless-review: {ordering: checked}.`,
	CDK:      `fifo: true on the next queue or topic`,
	Sources: []Source{
		{Title: `Amazon SNS Developer Guide, "Amazon SNS message ordering details for FIFO topics"`, URL: "https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-ordering.html", Checked: "2026-11-30"},
	},
	Gaps: `Whether a consumer checks versions when it writes is not in the template. Failure queues are left out; they are another rule's matter.`,
	Bad: `Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}} # want "Mails is no FIFO queue"
  Reads: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, Environment: {Variables: {MAILS: !Ref Mails}}}}
  Mails: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Mails.Arn}, {Effect: Allow, Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource: !GetAtt Orders.Arn}]}}]
`,
	Good: `Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, RedrivePolicy: {deadLetterTargetArn: !GetAtt Parked.Arn, maxReceiveCount: 5}}}
  Parked: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Reads: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, Environment: {Variables: {MAILS: !Ref Mails}}}}
  Mails: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Mails.Arn}, {Effect: Allow, Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource: !GetAtt Orders.Arn}]}}]
`,
	Check: func(p *Pass) {
		for _, from := range p.Graph.OfKind(graph.Queue, graph.Topic) {
			if !from.External && keepsOrder(from) && intent(from, "ordering") == "" {
				checkOrder(p, from)
			}
		}
	},
})

func keepsOrder(n *graph.Node) bool {
	queue, _ := n.Setting("fifoQueue").Truth()
	topic, _ := n.Setting("fifoTopic").Truth()
	return queue || topic
}

// checkOrder follows a FIFO queue or topic one hop, through the function or pipe that reads it.
func checkOrder(p *Pass, from *graph.Node) {
	for _, first := range p.Graph.Out(from, graph.Routes, graph.Polls) {
		if first.To.Kind != graph.Function && first.To.Kind != graph.Pipe {
			checkNextHop(p, from, first)
			continue
		}
		if first.To.External || intent(first.To, "ordering") != "" {
			continue
		}
		for _, second := range p.Graph.Out(first.To, graph.Writes, graph.Routes, graph.Invokes) {
			if startsRuns(second) && !checksOrder(p.Graph, second.To) {
				p.Report(Hit{Node: from, Related: []*graph.Node{first.To, second.To}, Confidence: weaker(first, second), Values: append([]graph.Value{{}}, edgePlace(second)...), Fix: waitForRuns(second), CDK: waitInCDK(second),
					Message: fmt.Sprintf("%s keeps the order of its messages, but %s starts %s for them without waiting: the runs work side by side", nameOf(from), nameOf(first.To), nameOf(second.To))})
				continue
			}
			checkNextHop(p, from, first, second)
		}
	}
}

// waitForRuns is the fix where runs are started side by side. Only an Express workflow can be waited for. Source: Step
// Functions API reference, StartSyncExecution, checked 2026-12-01.
func waitForRuns(e *graph.Edge) string {
	const checked = " or let the last consumer check a sequence number and leave FIFO out. If it does check, say so in the metadata: serverless-review: {ordering: checked}."
	switch {
	case e.To.Kind == graph.Function:
		return "Have the pipe wait for the function (LambdaFunctionParameters: {InvocationType: REQUEST_RESPONSE})," + checked
	case e.From.Kind == graph.Pipe:
		return "Have the pipe wait for the run (StepFunctionStateMachineParameters: {InvocationType: REQUEST_RESPONSE}, for Express workflows only)," + checked
	}
	return "Have the function wait for the run (StartSyncExecution, for Express workflows only)," + checked
}

func waitInCDK(e *graph.Edge) string {
	switch {
	case e.From.Kind != graph.Pipe:
		return "machine.grantStartSyncExecution(fn), and StartSyncExecution in its code"
	case e.To.Kind == graph.Function:
		return "targetParameters: { lambdaFunctionParameters: { invocationType: 'REQUEST_RESPONSE' } } of CfnPipe"
	}
	return "targetParameters: { stepFunctionStateMachineParameters: { invocationType: 'REQUEST_RESPONSE' } } of CfnPipe"
}

// keepOrder is the fix where the next hop is of the standard kind: a FIFO queue or topic is another resource, and wants a group.
func keepOrder(e *graph.Edge) string {
	first := "Replace " + nameOf(e.To) + " by a FIFO queue (FifoQueue: true)"
	if e.To.Kind == graph.Topic {
		first = "Replace " + nameOf(e.To) + " by a FIFO topic (FifoTopic: true; its subscribers can be SQS queues only)"
	}
	switch e.From.Kind {
	case graph.Topic: // hands its message's group on
		first += ","
	case graph.Pipe:
		first += " and give the pipe its MessageGroupId (TargetParameters),"
		if e.To.Kind == graph.Topic { // pipes name no group for a topic
			first = "Have the pipe send to a FIFO queue in place of " + nameOf(e.To) + " (SqsQueueParameters: {MessageGroupId}),"
		}
	default:
		first += " and send to it with a MessageGroupId,"
	}
	return first + " or let the last consumer check a sequence number and leave FIFO out. If it does check, say so in the metadata: serverless-review: {ordering: checked}."
}

// checksOrder tells whether the author says that a thing, or each consumer of a queue or topic, takes messages in any order:
// it looks at their versions, or is idempotent.
func checksOrder(g *graph.Graph, n *graph.Node) bool {
	says := func(n *graph.Node) bool { return intent(n, "ordering") != "" || intent(n, "idempotent") != "" }
	consumers := g.Out(n, graph.Polls, graph.Routes)
	return says(n) || (n.Kind == graph.Queue || n.Kind == graph.Topic) && len(consumers) > 0 &&
		!slices.ContainsFunc(consumers, func(e *graph.Edge) bool { return !says(e.To) })
}

// startsRuns tells whether an edge starts runs that work side by side: executions of a state machine, or a pipe's calls of
// a function that it does not wait for.
func startsRuns(e *graph.Edge) bool {
	if e.Mode != graph.Async || e.To.External || e.Strength == graph.Wildcard {
		return false
	}
	return e.To.Kind == graph.StateMachine || e.To.Kind == graph.Function && e.From.Kind == graph.Pipe
}

func checkNextHop(p *Pass, from *graph.Node, way ...*graph.Edge) {
	last := way[len(way)-1]
	to := last.To
	if len(way) == 1 && to.External && to.ARN.IsUnknown() {
		p.Unclear(from, "whether "+nameOf(to)+" keeps the order: it is not part of this system"+because(to.ARN.Reason()))
		return
	}
	if to.Kind != graph.Queue && to.Kind != graph.Topic || to.External || last.Strength == graph.Wildcard || everTakesFailures(p.Scenarios, to) || to == from || checksOrder(p.Graph, to) {
		return
	}
	for _, name := range []string{"fifoQueue", "fifoTopic"} {
		if v := to.Setting(name); open(v) {
			p.Unknown(to, v)
			return
		}
	}
	if keepsOrder(to) {
		return
	}
	// What takes failures only keeps no order, and needs none.
	if v := openFailures(p.Graph, last.From); v.Exists() && len(way) > 1 {
		p.Unknown(to, v)
		return
	}
	p.Report(Hit{Node: from, Related: []*graph.Node{to}, Confidence: weaker(way...), Values: append([]graph.Value{{}}, edgePlace(last)...), Fix: keepOrder(last),
		Message: fmt.Sprintf("%s keeps the order of its messages, but %s is no FIFO %s: behind it they may come in another order", nameOf(from), nameOf(to), to.Kind)})
}

package rules

import (
	"fmt"
	"slices"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-without-dlq",
	Code:     "SQS001",
	Title:    "Queue has no dead-letter queue",
	Severity: High,
	Pillar:   Reliability,
	Why: `A message that always fails is received again and again until its retention ends (4 days by default), takes capacity from the others all that time, ` +
		`and is then deleted without trace.`,
	Fix: `Add a second queue and RedrivePolicy: {deadLetterTargetArn: its ARN, maxReceiveCount: 5}.`,
	CDK: `deadLetterQueue: { queue: dlq, maxReceiveCount: 5 }`,
	Sources: []Source{
		{Title: "CloudFormation reference, AWS::SQS::Queue RedrivePolicy", URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html#cfn-sqs-queue-redrivepolicy", Checked: "2026-11-30"},
		{Title: `Amazon SQS Developer Guide, "Using dead-letter queues in Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html", Checked: "2026-11-23"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-SQS3", "cdk-nag:Serverless-SQSRedrivePolicy", "cdk-nag:SQSQueueDLQ", "cdk-nag:SQSRedrivePolicy", "serverless-rules:ES6000"},
	Gaps:        `A queue named like a dead-letter queue is taken for one. Metadata serverless-review role (dlq, parking, reply, temporary, ephemeral) or ordering excuses a queue. A mapping that is written as disabled (Enabled: false) does not count.`,
	Bad: `Resources:
  Orders: # want "no dead-letter queue"
    Type: AWS::SQS::Queue
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt OrdersRest.Arn
        maxReceiveCount: 5
  OrdersRest:
    Type: AWS::SQS::Queue
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: # want "Worker reads it"
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
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
Resources:
  Lost:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      DeadLetterQueue:
        Type: SQS
        TargetArn: !GetAtt Lost.Arn
`},
	Check: func(p *Pass) {
		for _, q := range p.Graph.OfKind(graph.Queue) {
			if q.External || intent(q, "ordering") != "" {
				continue
			}
			if everTakesFailures(p.Scenarios, q) {
				if v := openPermission(p.Graph, q); v.Exists() && (open(q.Setting("redrivePolicy")) || !q.Setting("redrivePolicy").Exists()) {
					p.Unknown(q, v)
				}
				continue
			}
			switch intent(q, "role") {
			case "reply", "temporary", "ephemeral":
				continue
			}
			checkRedrive(p, q)
		}
	},
})

func checkRedrive(p *Pass, q *graph.Node) {
	redrive := q.Setting("redrivePolicy")
	switch {
	case open(redrive):
		p.Unknown(q, redrive)
		return
	case redrive.Get("deadLetterTargetArn").Exists() || redrive.Exists() && redrive.Kind != graph.Map:
		return
	}
	var readers []*graph.Node
	for _, e := range append(p.Graph.Out(q, graph.Polls), p.Graph.In(q, graph.Reads)...) {
		switch {
		case e.Kind == graph.Reads:
			readers = append(readers, e.From)
		case !dormant(e):
			readers = append(readers, e.To)
		}
	}
	fix := ""
	if fifo, _ := q.Setting("fifoQueue").Truth(); fifo {
		fix = "Add a second FIFO queue (FifoQueue: true) and RedrivePolicy: {deadLetterTargetArn: its ARN, maxReceiveCount: 5}."
	}
	if len(readers) == 0 {
		if namedForFailures(q) {
			return
		}
		p.Report(Hit{Node: q, Severity: Medium, Values: []graph.Value{redrive}, Fix: fix,
			Message: "queue has no dead-letter queue (RedrivePolicy is absent); no function here reads it" + otherReaders(p.Graph, q)})
		return
	}
	p.Report(Hit{Node: q, Values: []graph.Value{redrive}, Fix: fix,
		Message: fmt.Sprintf("queue has no dead-letter queue (RedrivePolicy is absent), and %s reads it: a message that always fails is lost when its retention ends", nameOf(readers[0]))})
}

// otherReaders names the roles, groups and users that may receive from a queue: what works in their name is not seen.
func otherReaders(g *graph.Graph, q *graph.Node) string {
	var who []string
	for _, e := range g.In(q, graph.Grants) {
		if slices.ContainsFunc(e.From.Statements, func(s graph.Statement) bool { return s.Effect == "Allow" && mayReceive(s, q) }) && !slices.Contains(who, nameOf(e.From)) {
			who = append(who, nameOf(e.From))
		}
	}
	for _, r := range g.Resources {
		if r.Type == "AWS::IAM::Group" || r.Type == "AWS::IAM::User" {
			for _, inline := range r.Properties.Get("Policies").Each() {
				if slices.ContainsFunc(inline.Get("PolicyDocument", "Statement").Each(), func(v graph.Value) bool {
					effect, _ := v.Get("Effect").Str()
					return effect == "Allow" && mayReceive(graph.Statement{Actions: v.Get("Action").Each(), Resources: v.Get("Resource").Each()}, q)
				}) {
					who = append(who, r.LogicalID)
					break
				}
			}
		}
	}
	if len(who) == 0 {
		return ""
	}
	return ", though " + few(who) + " may"
}

// mayReceive tells whether a statement that names a queue is about receiving from it.
func mayReceive(s graph.Statement, q *graph.Node) bool {
	names := slices.ContainsFunc(s.Resources, func(v graph.Value) bool {
		return slices.ContainsFunc(v.Refs(), func(ref graph.Ref) bool { return ref.Resource == q.ID })
	})
	return names && allowsAction(s, "sqs:ReceiveMessage")
}

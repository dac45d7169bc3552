package rules

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "stream-pipe-without-failure-bound",
	Code:     "PIP001",
	Title:    `Pipe on a stream has no dead-letter queue or no retry bound`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `By default a pipe retries a failing record until it expires and holds up its shard all that time; where retries are bounded, the records are dropped, and without a dead-letter queue nobody knows which.`,
	Fix:      `Set DeadLetterConfig.Arn together with MaximumRetryAttempts or MaximumRecordAgeInSeconds in the source parameters. ` + pipeMaySend,
	CDK:      `deadLetterTarget, maximumRetryAttempts on the source (of @aws-cdk/aws-pipes-sources-alpha)`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Pipes::Pipe source Kinesis parameters`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-pipes-pipe-pipesourcekinesisstreamparameters.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Event source permissions for Amazon EventBridge Pipes"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Amazon EventBridge Pipes error handling and troubleshooting"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Pipe: # want "no dead-letter queue"
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/pipe
      Source: arn:aws:kinesis:eu-west-1:111122223333:stream/prices
      SourceParameters:
        KinesisStreamParameters: {StartingPosition: LATEST}
      Target: arn:aws:sqs:eu-west-1:111122223333:clicks
`,
	Good: `Resources:
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/pipe
      Source: arn:aws:kinesis:eu-west-1:111122223333:stream/prices
      SourceParameters:
        KinesisStreamParameters: {StartingPosition: LATEST, MaximumRetryAttempts: 5, DeadLetterConfig: {Arn: "arn:aws:sqs:eu-west-1:111122223333:lost"}}
      Target: arn:aws:sqs:eu-west-1:111122223333:clicks
`,
	MoreBad: []string{`Resources:
  Pipe: # want "retries without bound"
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/pipe
      Source: arn:aws:kinesis:eu-west-1:111122223333:stream/prices
      SourceParameters:
        KinesisStreamParameters: {StartingPosition: LATEST, DeadLetterConfig: {Arn: "arn:aws:sqs:eu-west-1:111122223333:lost"}}
      Target: arn:aws:sqs:eu-west-1:111122223333:clicks
`},
	Check: checkPipes,
})

// pipeMaySend is the right that a dead-letter queue asks for.
const pipeMaySend = `The pipe's role needs sqs:SendMessage on the queue.`

func checkPipes(p *Pass) {
	for _, pipe := range p.Graph.OfKind(graph.Pipe) {
		if pipe.External {
			continue
		}
		for _, name := range []string{"KinesisStreamParameters", "DynamoDBStreamParameters"} {
			source := pipe.Setting("sourceParameters", name)
			if pipe.Setting("source").Exists() && !pipe.Setting("sourceParameters").Exists() && streamParameters(p.Graph, pipe) == name {
				source = graph.NewMap(pipe.Setting("source").At)
			}
			if source.Kind != graph.Map {
				continue
			}
			if dlq := source.Get("DeadLetterConfig"); dlq.IsUnknown() {
				p.Unknown(pipe, dlq)
				continue
			}
			var lacks []string
			fix, cdk := "", ""
			if !source.Get("DeadLetterConfig", "Arn").Exists() {
				lacks = append(lacks, "has no dead-letter queue")
				fix, cdk = "Set DeadLetterConfig.Arn in "+name+". "+pipeMaySend, "deadLetterTarget on the source"
			}
			if unbounded(source.Get("MaximumRetryAttempts")) && unbounded(source.Get("MaximumRecordAgeInSeconds")) {
				lacks = append(lacks, "retries without bound")
				if len(lacks) == 1 {
					fix, cdk = "Set MaximumRetryAttempts or MaximumRecordAgeInSeconds in "+name+".", "maximumRetryAttempts on the source"
				} else {
					fix, cdk = "Set DeadLetterConfig.Arn together with MaximumRetryAttempts or MaximumRecordAgeInSeconds in "+name+". "+pipeMaySend, ""
				}
			}
			if v := firstOpen(source.Get("MaximumRetryAttempts"), source.Get("MaximumRecordAgeInSeconds")); v.Exists() {
				p.Unknown(pipe, v)
			}
			if len(lacks) > 0 {
				p.Report(Hit{Node: pipe, Values: []graph.Value{{}, source}, Fix: fix, CDK: cdk, Message: "pipe on a stream " + strings.Join(lacks, " and ")})
			}
		}
	}
}

// streamParameters names the parameters that the source of a pipe has, "" where it is no stream.
func streamParameters(g *graph.Graph, pipe *graph.Node) string {
	for _, e := range g.In(pipe, graph.Polls) {
		switch e.From.Kind {
		case graph.Stream:
			return "KinesisStreamParameters"
		case graph.Table:
			return "DynamoDBStreamParameters"
		}
	}
	return ""
}

// unbounded tells whether a limit is absent or -1.
func unbounded(v graph.Value) bool {
	n, ok := v.Int()
	return !v.Exists() || ok && n == -1
}

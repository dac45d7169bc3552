package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "dlq-holds-messages",
	Code:     "LIV002",
	Title:    `Dead-letter queue holds messages`,
	Severity: High,
	Pillar:   Operations,
	Why:      `Each of these messages is work that nobody has done. They wait until the retention of the dead-letter queue ends, and are then gone without trace.`,
	Fix:      `Find out why they failed, mend that, and send them back: messages of an SQS queue by StartMessageMoveTask or the redrive button of the console, events of a function, topic, rule or schedule by a program of yours, since SQS moves no others. Have an alarm on the queue.`,
	CDK:      `n/a: this is about messages, not about settings`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Using dead-letter queues in Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html", Checked: "2026-11-30"},
		{Title: `Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html", Checked: "2026-11-29"},
		{Title: `Amazon SQS API Reference, StartMessageMoveTask (SourceArn: dead-letter queues of SQS queues only)`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html", Checked: "2026-11-30"},
	},
	Gaps: `Deployed stacks only. The number is the one that SQS gives at the time of the review (approximate). Critical once the oldest message has used up three quarters of the retention; a message moved from a source queue keeps its first date there, so that it may end sooner than its age here says.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead: # want "12 messages"
    Type: AWS::SQS::Queue
    Metadata: {observed: {stack: {deadLetters: ""}, ApproximateNumberOfMessages: 12}}
`,
	Good: `Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Metadata: {observed: {ApproximateNumberOfMessages: 12}}
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead:
    Type: AWS::SQS::Queue
    Metadata: {observed: {stack: {deadLetters: ""}, ApproximateNumberOfMessages: 0}}
`,
	MoreBad: []string{`Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead: # want "1 message now; the oldest is 3.5 days old and is deleted after 4 days"
    Type: AWS::SQS::Queue
    Metadata: {observed: {stack: {deadLetters: ""}, ApproximateNumberOfMessages: 1, ApproximateAgeOfOldestMessage.Latest: 302400}}
`},
	Check: checkDeadLetters,
})

func checkDeadLetters(p *Pass) {
	if !p.looked("deadLetters") {
		return
	}
	for _, q := range p.Graph.OfKind(graph.Queue) {
		waiting := q.Resource.Seen("ApproximateNumberOfMessages")
		n, ok := waiting.Int()
		if !ok || n == 0 || len(p.Graph.In(q, graph.FailsTo)) == 0 || intent(q, "role") == "parking" {
			continue
		}
		h := Hit{Node: q, Values: []graph.Value{waiting}}
		for _, e := range p.Graph.In(q, graph.FailsTo) {
			h.Related = append(h.Related, e.From)
		}
		h.Message = fmt.Sprintf("dead-letter queue %s holds %s now", nameOf(q), plural(n, "message"))
		age := q.Resource.Seen("ApproximateAgeOfOldestMessage.Latest")
		seconds, known := age.Float()
		retention, retained := q.Setting("messageRetentionPeriod").Float()
		if known && retained && seconds > 0.75*retention {
			h.Severity = Critical
			h.Values = append(h.Values, age)
			h.Message += fmt.Sprintf("; the oldest is %s old and is deleted after %s", spellSeconds(seconds), spellSeconds(retention))
		}
		p.Report(h)
	}
}

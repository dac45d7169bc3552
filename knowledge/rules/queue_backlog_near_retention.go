package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-backlog-near-retention",
	Code:     "LIV007",
	Title:    `Messages wait almost as long as the queue keeps them`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A message that reaches the end of the retention is deleted, not moved to the dead-letter queue: the work is lost without trace.`,
	Fix:      `Let the consumer work faster (concurrency, batch size, memory, MaximumConcurrency of the mapping), or mend what lets it fail; raise MessageRetentionPeriod to gain time.`,
	CDK:      `maxConcurrency of the event source; retentionPeriod of the queue`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html", Checked: "2026-11-29"},
	},
	Gaps: `Deployed stacks only. The newest point of the last 3 hours counts: an idle queue has none. Critical above 90 % of the retention; high also where the oldest message has waited more than six times the visibility timeout while a function reads the queue. On a standard queue messages that were received three times or more and not deleted do not count for SQS. Queues that hold failed messages are left to LIV002.`,
	Bad: `# Metadata.observed stands for what a live review saw.
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, ApproximateAgeOfOldestMessage.Latest: 250000}}
    Properties:
      MessageRetentionPeriod: 345600 # want "2.9 days old"
`,
	Good: `Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, ApproximateAgeOfOldestMessage.Latest: 250}}
    Properties: {MessageRetentionPeriod: 345600}
  Idle:
    Type: AWS::SQS::Queue
`,
	MoreBad: []string{`Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Metadata: {observed: {stack: {metrics: the 14 days to 2026-11-24}, ApproximateAgeOfOldestMessage.Latest: 4000}}
    Properties:
      VisibilityTimeout: 180 # want "it does not keep up"
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: nodejs24.x, Handler: a.b, Code: {ZipFile: x}, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Jobs.Arn}
`},
	Check: checkBacklog,
})

func checkBacklog(p *Pass) {
	if !p.looked("metrics") {
		return
	}
	for _, q := range p.Graph.OfKind(graph.Queue) {
		age := q.Resource.Seen("ApproximateAgeOfOldestMessage.Latest")
		seconds, seen := age.Float()
		kept := q.Setting("messageRetentionPeriod")
		retention, known := kept.Float()
		if !seen || !known || len(p.Graph.In(q, graph.FailsTo)) > 0 || intent(q, "role") == "parking" {
			continue
		}
		visibility := q.Setting("visibilityTimeout")
		hidden, timed := visibility.Float()
		h := Hit{Node: q, Values: []graph.Value{kept, age}}
		h.Message = fmt.Sprintf("the oldest message of %s is %s old now and is deleted after %s", nameOf(q), spellSeconds(seconds), spellSeconds(retention))
		switch {
		case seconds > 0.9*retention:
			h.Severity = Critical
		case seconds > 0.5*retention:
		case timed && seconds > 6*max(hidden, 60) && len(p.Graph.Out(q, graph.Polls)) > 0:
			h.Values = []graph.Value{visibility, age}
			h.Message = fmt.Sprintf("the oldest message of %s is %s old now, though a function reads the queue (visibility timeout %s): it does not keep up", nameOf(q), spellSeconds(seconds), spellSeconds(hidden))
			for _, e := range p.Graph.Out(q, graph.Polls) {
				h.Related = append(h.Related, e.To)
			}
		default:
			continue
		}
		p.Report(h)
	}
}

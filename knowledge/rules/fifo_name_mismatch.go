package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "fifo-name-mismatch",
	Code:     "SQS007",
	Title:    `Name and FIFO setting of a queue or topic contradict each other`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `The name of a FIFO queue or topic must end in .fifo, and no other may: the service refuses it, so the deployment fails. The same holds for FIFO-only properties on a standard queue or topic.`,
	Fix:      `Let the name end in .fifo exactly where FifoQueue or FifoTopic is true, and remove FIFO-only properties from standard queues and topics.`,
	CDK:      `fifo: true, and a name ending in .fifo (or no name)`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::SQS::Queue`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html", Checked: "2026-11-30"},
		{Title: `Amazon SNS API Reference, CreateTopic (Name)`, URL: "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cfn-lint:E3501", "aws-validate:E2504"},
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: orders.fifo # want "FifoQueue is not true"
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      FifoTopic: true
      TopicName: orders # want "does not end in .fifo"
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: orders.fifo
      FifoQueue: true
      DeduplicationScope: messageGroup
      FifoThroughputLimit: perMessageGroupId
  Plain:
    Type: AWS::SQS::Queue
    Properties: {QueueName: plain}
`,
	MoreBad: []string{`Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      ContentBasedDeduplication: true # want "only FIFO queues take ContentBasedDeduplication"
`},
	Check: checkFIFONames,
})

func checkFIFONames(p *Pass) {
	for _, n := range p.Graph.OfKind(graph.Queue, graph.Topic) {
		if n.External {
			continue
		}
		flag, property := n.Setting("fifoQueue"), "FifoQueue"
		name := n.Setting("queueName")
		if n.Kind == graph.Topic {
			flag, property, name = n.Setting("fifoTopic"), "FifoTopic", n.Setting("topicName")
		}
		fifo, ok := p.Truth(n, flag)
		if !ok {
			continue
		}
		checkFIFOName(p, n, name, flag, property, fifo)
		checkFIFOOnly(p, n, fifo)
	}
}

func checkFIFOName(p *Pass, n *graph.Node, name, flag graph.Value, property string, fifo bool) {
	parts := name.Parts()
	if len(parts) == 0 {
		if name.IsUnknown() {
			p.Unknown(n, name)
		}
		return
	}
	last := parts[len(parts)-1]
	if last.Ref != nil || last.Unknown != "" { // the end of the name is not known
		if fifo {
			p.Unknown(n, name)
		}
		return
	}
	ends := strings.HasSuffix(last.Literal, ".fifo")
	if ends == fifo || strings.HasSuffix(last.Literal, "}") && !ends { // a pseudo parameter may stand at the end
		return
	}
	fix, cdk := "Set "+property+": true, or take .fifo off the name.", "fifo: true, or a name without .fifo"
	message := fmt.Sprintf("name %s ends in .fifo, but %s is not true: the deployment fails", short(name.String()), property)
	if fifo {
		fix, cdk = "Let the name end in .fifo, or leave it out: CloudFormation then makes one.", "a name ending in .fifo, or no name"
		message = fmt.Sprintf("%s is true, but name %s does not end in .fifo: the deployment fails", property, short(name.String()))
	}
	p.Report(Hit{Node: n, Fix: fix, CDK: cdk, Values: []graph.Value{name, flag}, Message: message})
}

// onlyFIFO are the properties that standard queues and topics do not take.
var onlyFIFO = map[graph.Kind][]string{
	graph.Queue: {"contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"},
	graph.Topic: {"contentBasedDeduplication", "fifoThroughputScope", "archivePolicy"},
}

// onlyFIFOInCDK is what CDK calls such a property.
func onlyFIFOInCDK(property string) string {
	if property == "archivePolicy" {
		return "messageRetentionPeriodInDays"
	}
	return property
}

func checkFIFOOnly(p *Pass, q *graph.Node, fifo bool) {
	for _, property := range onlyFIFO[q.Kind] {
		v := q.Setting(property)
		if on, isTruth := v.Truth(); fifo || !v.Exists() || isTruth && !on || open(v) {
			continue
		}
		flag := map[graph.Kind]string{graph.Queue: "FifoQueue", graph.Topic: "FifoTopic"}[q.Kind]
		p.Report(Hit{Node: q, Values: []graph.Value{v}, Fix: fmt.Sprintf("Take %s out, or set %s: true.", graph.UpperFirst(property), flag), CDK: "without " + onlyFIFOInCDK(property) + ", or fifo: true",
			Message: fmt.Sprintf("only FIFO %ss take %s: the deployment fails", q.Kind, graph.UpperFirst(property))})
	}
	limit, _ := q.Setting("fifoThroughputLimit").Str()
	scope := q.Setting("deduplicationScope")
	if s, _ := scope.Str(); fifo && limit == "perMessageGroupId" && s != "messageGroup" && !open(scope) {
		p.Report(Hit{Node: q, Values: []graph.Value{q.Setting("fifoThroughputLimit"), scope}, Fix: "Set DeduplicationScope: messageGroup, or leave FifoThroughputLimit out.", CDK: "deduplicationScope: sqs.DeduplicationScope.MESSAGE_GROUP",
			Message: "FifoThroughputLimit perMessageGroupId needs DeduplicationScope messageGroup: the deployment fails"})
	}
}

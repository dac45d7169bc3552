package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-or-topic-open-to-world",
	Code:     "SQS005",
	Title:    `Policy of a queue or topic admits everyone`,
	Severity: Critical,
	Pillar:   Security,
	Why:      `Anyone may do what the statement allows, at a queue even without an AWS account: depending on it send forged messages, read or delete real ones, subscribe.`,
	Fix:      `Name the principals, or add a Condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.`,
	CDK:      `queue.grantSendMessages(role), topic.grantPublish(role)`,
	Sources: []Source{
		{Title: `Amazon SQS Developer Guide, "Basic examples of Amazon SQS policies"`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"prowler:sqs_queues_not_publicly_accessible", "prowler:sns_topics_not_publicly_accessible", "guard-rules-registry:sqs_queuepolicy_no_wildcard_principal", "guard-rules-registry:sns_topicpolicy_no_wildcard_principal", "security-hub:SNS.4"},
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Statement:
          - Effect: Allow # want "sqs:SendMessage to everyone"
            Principal: "*"
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
            Condition: {StringEquals: {"aws:PrincipalOrgID": o-exampleorg1}}
          - Effect: Deny
            Principal: "*"
            Action: sqs:*
            Resource: !GetAtt Orders.Arn
            Condition: {Bool: {"aws:SecureTransport": "false"}}
`,
	Check: checkOpenChannels,
})

func checkOpenChannels(p *Pass) {
	for _, n := range p.Graph.OfKind(graph.Queue, graph.Topic) {
		reportOpen(p, n)
	}
}

// reportOpen reports each statement of n's policy that admits everyone.
func reportOpen(p *Pass, n *graph.Node) {
	if why := policyUnknown(n); why != "" && !n.External {
		p.Unclear(n, "whom its policy admits is not all known: "+why)
	}
	for _, s := range n.ResourcePolicy {
		if v := mayBeOpen(s); v.Exists() {
			p.Unknown(n, v)
		}
		if !openToWorld(s) {
			continue
		}
		var aliases []string
		if wholeAccess(s) != "" { // the world is foreign too
			aliases = []string{"SQS006"}
		}
		p.Report(Hit{Node: n, Resource: s.Via, Aliases: aliases, Related: []*graph.Node{n}, Values: []graph.Value{graph.NewString(s.At, "Principal *")},
			Message: fmt.Sprintf("policy of %s allows %s to everyone, without a condition on who asks", nameOf(n), actionsOf(s))})
	}
}

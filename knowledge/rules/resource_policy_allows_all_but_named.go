package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/lazy"
)

var _ = add(Rule{
	ID:       "resource-policy-allows-all-but-named",
	Code:     "SQS006",
	Title:    `Resource policy allows everything, or everyone, except what it names`,
	Severity: High,
	Pillar:   Security,
	Why: `Allow with NotPrincipal, which IAM does not support, admits every other principal where a service takes it, anonymous ones included; Allow with NotAction grants every other action that the policy can give, ` +
		`and those that AWS adds later. Action "*" for a service or another account is as wide.`,
	Fix: `Name the principals in Principal and the actions in Action. Exclude by a Deny statement.`,
	CDK: `queue.grantSendMessages(principal), topic.grantPublish(principal), bucket.grantRead(principal)`,
	Sources: []Source{
		{Title: `AWS IAM User Guide, "AWS JSON policy elements: NotPrincipal"`, URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html", Checked: "2026-11-30"},
		{Title: `AWS IAM User Guide, "IAM JSON policy elements: NotAction"`, URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"guard-rules-registry:sqs_queuepolicy_no_allow_plus_not_action", "guard-rules-registry:sqs_queuepolicy_no_allow_plus_notprincipal", "guard-rules-registry:sqs_queuepolicy_no_wildcard_action",
		"guard-rules-registry:sns_topicpolicy_no_allow_plus_not_action", "guard-rules-registry:sns_topicpolicy_no_allow_plus_notprincipal",
		"guard-rules-registry:s3_bucket_policy_no_allow_plus_not_action", "guard-rules-registry:s3_bucketpolicy_no_allow_plus_notprincipal", "guard-rules-registry:s3_bucket_policy_no_wildcard_action", "aws-validate:W2512"},
	Gaps: `All actions for the own account, by pseudo parameter or reference, are not reported. All actions for everyone are the matter of queue-or-topic-open-to-world, which names this rule as an alias, and of bucket-allows-public-access.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Statement:
          - Effect: Allow # want "everyone except"
            NotPrincipal: {AWS: "arn:aws:iam::111122223333:root"}
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
          - Effect: Allow # want "every action except sqs:DeleteQueue"
            Principal: {AWS: "arn:aws:iam::111122223333:role/sender"}
            NotAction: sqs:DeleteQueue
            Resource: !GetAtt Orders.Arn
          - Effect: Allow # want "allows sqs:* to events.amazonaws.com"
            Principal: {Service: events.amazonaws.com}
            Action: "sqs:*"
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
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
          - Effect: Allow
            Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
            Action: "sqs:*"
            Resource: !GetAtt Orders.Arn
          - Effect: Deny
            NotPrincipal: {AWS: "arn:aws:iam::111122223333:role/sender"}
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
`,
	MoreBad: []string{`Resources:
  Files:
    Type: AWS::S3::Bucket
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Files
      PolicyDocument:
        Statement:
          - Effect: Allow # want "allows s3:* to arn:aws:iam::111122223333:root"
            Principal: {AWS: "arn:aws:iam::111122223333:root"}
            Action: ["s3:*"]
            Resource: !Sub "${Files.Arn}/*"
`},
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.Queue, graph.Topic, graph.Bucket) {
			for _, s := range n.ResourcePolicy {
				if isAllow(s) {
					checkAllBut(p, n, s)
				}
			}
		}
	},
})

func checkAllBut(p *Pass, n *graph.Node, s graph.Statement) {
	h := Hit{Node: n, Resource: s.Via, Related: []*graph.Node{n}}
	what := ""
	switch {
	case s.NotPrincipal:
		h.Fix = "Name those who may in Principal, in place of NotPrincipal. Exclude by a Deny statement, with a Condition on aws:PrincipalArn."
		what = "admits everyone except the principals that it names"
	case len(s.NotActions) > 0:
		h.Fix = "Name the actions that are needed in Action, in place of NotAction. Exclude by a Deny statement."
		what = "grants every action except " + strings.Join(spellAll(s.NotActions), ", ")
	case !openToWorld(s):
		action, who := wholeAccess(s), foreign(s.Principals)
		if action == "" || who == "" {
			return
		}
		h.Severity = Medium
		h.Fix = "Name in Action what " + who + " needs" + map[graph.Kind]string{graph.Queue: " (sqs:SendMessage, or to read sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes)", graph.Topic: " (sns:Publish or sns:Subscribe)", graph.Bucket: " (s3:GetObject, s3:PutObject ...)"}[n.Kind] + "."
		what = fmt.Sprintf("allows %s to %s: %s included", action, who, widest[n.Kind])
	default:
		return
	}
	h.CDK = map[graph.Kind]string{graph.Queue: "queue.grantSendMessages(principal) or queue.grantConsumeMessages(principal)", graph.Topic: "topic.grantPublish(principal) or topic.grantSubscribe(principal)", graph.Bucket: "bucket.grantRead(principal) or bucket.grantPut(principal)"}[n.Kind]
	h.Values = []graph.Value{graph.NewString(s.At, what)}
	h.Message = fmt.Sprintf("policy of %s %s", nameOf(n), what)
	p.Report(h)
}

// widest is what a grant of all actions holds beyond what is meant. What changes a queue, or a bucket's policy, stays with
// its own account whatever the policy says. Source: SQS API reference ("Cross-account permissions don't apply to this action");
// S3 API reference, PutBucketPolicy; checked 2026-12-01.
var widest = map[graph.Kind]string{
	graph.Queue: "reading, deleting and purging its messages", graph.Topic: "subscribing and changing its settings", graph.Bucket: "reading, overwriting and deleting its objects",
}

var wholeService = lazy.Regexp(`^((?i)sqs|sns|s3):\*+$|^\*$`)

// wholeAccess is the action of a statement that means all of a service.
func wholeAccess(s graph.Statement) string {
	for _, action := range literals(s.Actions) {
		if wholeService().MatchString(action) {
			return action
		}
	}
	return ""
}

var accountNumber = lazy.Regexp(`^\d{12}$|^arn:[^:]*:iam::\d{12}:`)

// foreign names a principal that surely is a service, or is written with an account's number: the own account is
// written with a pseudo parameter, or as a reference.
func foreign(principals []graph.Principal) string {
	for _, pr := range principals {
		text, ok := principalText(pr)
		if ok && (pr.Kind == "Service" || pr.Kind == "AWS" && accountNumber().MatchString(text)) {
			return text
		}
	}
	return ""
}

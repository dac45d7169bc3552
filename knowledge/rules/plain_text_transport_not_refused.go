package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "plain-text-transport-not-refused",
	Code:     "SEC004",
	Title:    `Resource policies do not refuse plain-text transport`,
	Severity: Low,
	Pillar:   Security,
	Why:      `SQS, SNS and S3 also answer over HTTP: a client that is set up wrongly sends messages and objects, and its signed requests, in the clear, and nothing refuses them.`,
	Fix:      `Add to the resource policy: {Effect: Deny, Principal: "*", Action: "sqs:*", "s3:*" or "sns:Publish", Resource: the resource (of a bucket its objects, too), Condition: {Bool: {"aws:SecureTransport": "false"}}}. The first policy of a topic takes the place of the one that SNS gave it: allow again what alarms and other services publish by.`,
	CDK:      `enforceSSL: true`,
	Sources: []Source{
		{Title: `Amazon S3 User Guide, "Protecting data in transit with encryption"`, URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingEncryptionInTransit.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-SQS4", "cdk-nag:AwsSolutions-SNS3", "cdk-nag:AwsSolutions-S10"},
	Gaps:        `One finding in each file for queues, one for topics, one for buckets: its place is the first of them. A policy that is not known counts as refusing. A statement counts that denies sending to a queue, publishing to a topic, or both reading and writing objects; further conditions beside aws:SecureTransport are not looked at. Buckets with a WebsiteConfiguration are left out: their website answers over HTTP only.`,
	Bad: `Resources:
  Orders: {Type: AWS::SQS::Queue} # want "Orders and Lost"
  Lost: {Type: AWS::SQS::Queue}
  Files: # want "aws:SecureTransport"
    Type: AWS::S3::Bucket
`,
	Good: `Resources:
  Orders: {Type: AWS::SQS::Queue}
  P:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Statement:
          - {Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}
  News: {Type: AWS::SNS::Topic}
  T:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref News]
      PolicyDocument:
        Statement:
          - {Effect: Deny, Principal: "*", Action: "sns:Publish", Resource: !Ref News, Condition: {Bool: {"aws:SecureTransport": "false"}}}
`,
	Check: func(p *Pass) {
		for _, kind := range []graph.Kind{graph.Queue, graph.Topic, graph.Bucket} {
			var plain []*graph.Node
			for _, n := range p.Graph.OfKind(kind) {
				if !n.External && n.Framework == "" && !n.Setting("websiteConfiguration").Exists() && policyUnknown(n) == "" && !refusesPlainText(n) {
					plain = append(plain, n)
				}
			}
			for _, nodes := range byFile(plain) {
				p.Report(Hit{Node: nodes[0], Related: nodes[1:], Together: string(kind), Values: []graph.Value{{}}, Fix: plainTextFix[kind] + policyNote(kind, nodes),
					Message: names(nodes) + ": no statement denies requests without TLS (aws:SecureTransport)"})
			}
		}
	},
})

// policyNote says what becomes of the policy that things have: SAM writes some, which a second one would overwrite, and
// SNS gives each topic one by which alarms publish, which the first written one replaces.
func policyNote(kind graph.Kind, nodes []*graph.Node) string {
	var makers []string
	first := false
	for _, n := range nodes {
		made, some := policyMaker(n)
		first = first || !some
		if made != "" && !slices.Contains(makers, made) {
			makers = append(makers, made)
		}
	}
	note := ""
	if len(makers) > 0 {
		note = fmt.Sprintf(" SAM writes a policy for %s, and a second one on the same %s overwrites it: put both statements in one policy of your own, and have SAM write none.", strings.Join(makers, " and "), kind)
	}
	if kind == graph.Topic && first {
		note += " A first policy takes the place of the one that SNS gave the topic: allow again what alarms and other services publish by."
	}
	return note
}

// policyMaker names the SAM resource whose generated policy a thing has, and tells whether it has any policy.
func policyMaker(n *graph.Node) (maker string, some bool) {
	for _, s := range n.ResourcePolicy {
		if s.Via != nil && s.Via.Source != "" {
			maker = plainID(s.Via.Source)
		}
	}
	return maker, len(n.ResourcePolicy) > 0
}

// plainTextFix says the statement of each kind of policy. A topic takes the actions of topics only. Source: CDK's enforceSSL and the SNS developer guide, "Amazon SNS API
// permissions: Actions and resources reference", checked 2026-11-30.
var plainTextFix = map[graph.Kind]string{
	graph.Queue:  `Add to the policy of each queue (AWS::SQS::QueuePolicy): {Effect: Deny, Principal: "*", Action: "sqs:*", Resource: the queue's ARN, Condition: {Bool: {"aws:SecureTransport": "false"}}}.`,
	graph.Topic:  `Add to the policy of each topic (AWS::SNS::TopicPolicy): {Effect: Deny, Principal: "*", Action: "sns:Publish", Resource: the topic's ARN, Condition: {Bool: {"aws:SecureTransport": "false"}}}.`,
	graph.Bucket: `Add to the policy of each bucket (AWS::S3::BucketPolicy): {Effect: Deny, Principal: "*", Action: "s3:*", Resource: [the bucket's ARN, the same with /*], Condition: {Bool: {"aws:SecureTransport": "false"}}}.`,
}

func refusesPlainText(n *graph.Node) bool {
	for _, s := range n.ResourcePolicy {
		if s.Effect != "Allow" && meansEveryone(s) && deniesUse(n.Kind, s) && !isOfOthers(n, s) && (open(s.Conditions) || onPlainText(s.Conditions) || openOperator(s.Conditions)) {
			return true
		}
	}
	return false
}

// useOf are the actions that a denial has to name, by the kind of thing: who may still do one sends its data in the open.
var useOf = map[graph.Kind][]string{graph.Queue: {"sqs:SendMessage"}, graph.Topic: {"sns:Publish"}, graph.Bucket: {"s3:GetObject", "s3:PutObject"}}

// deniesUse tells whether a statement names the actions by which data go in and out, or may do so.
func deniesUse(kind graph.Kind, s graph.Statement) bool {
	if len(s.NotActions) > 0 || slices.ContainsFunc(s.Actions, open) {
		return true
	}
	return !slices.ContainsFunc(useOf[kind], func(action string) bool { return !allowsAction(s, action) })
}

// isOfOthers tells whether a statement is on other things only, each of which it names by a reference.
func isOfOthers(n *graph.Node, s graph.Statement) bool {
	return len(s.Resources) > 0 && !slices.ContainsFunc(s.Resources, func(v graph.Value) bool {
		parts := v.Parts()
		return len(parts) == 0 || parts[0].Ref == nil || parts[0].Ref.Resource == n.ID || slices.Contains(n.StandIns, parts[0].Ref.Resource)
	})
}

// meansEveryone tells whether a denial is for everyone, or may be.
func meansEveryone(s graph.Statement) bool {
	for _, who := range s.Principals {
		if name, known := who.Value.Str(); who.Kind == "*" || who.Kind == "" || known && name == "*" || !known && who.Value.IsUnknown() {
			return true
		}
	}
	return s.NotPrincipal || len(s.Principals) == 0
}

// openOperator tells whether it is not known what one of a condition's operators compares.
func openOperator(conditions graph.Value) bool {
	for _, operator := range conditions.Fields() {
		if open(operator.Value) {
			return true
		}
	}
	return false
}

// onPlainText tells whether a condition holds for requests without TLS.
func onPlainText(conditions graph.Value) bool {
	for _, operator := range conditions.Fields() {
		for _, key := range operator.Value.Fields() {
			if !strings.EqualFold(key.Name, "aws:SecureTransport") {
				continue
			}
			for _, v := range key.Value.Each() {
				if s, known := v.Str(); !known || !strings.EqualFold(s, "true") {
					return true
				}
			}
		}
	}
	return false
}

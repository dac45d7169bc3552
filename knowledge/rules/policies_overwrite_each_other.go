package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "policies-overwrite-each-other",
	Code:     "GRF016",
	Title:    `Two policies of one thing exclude each other`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A queue, topic or bucket has one policy. Each QueuePolicy or TopicPolicy resource writes the whole of it: of two, the one written last stays, and which that is depends on the order of the deployment. What the other one allowed, or denied, is gone without a word. Of a bucket the second BucketPolicy is refused (The bucket policy already exists on bucket ...), and the deployment fails.`,
	Fix:      `Write one policy resource for each queue, topic or bucket, with all statements in it.`,
	CDK:      `queue.addToResourcePolicy(...) collects all statements in one policy; do not write a CfnQueuePolicy beside it`,
	Sources: []Source{
		{Title: `Amazon SQS API reference, SetQueueAttributes (Policy is one attribute of the queue) (text in botocore 1.44.8)`, URL: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html", Checked: "2026-11-29"},
		{Title: `CloudFormation roadmap, "AWS::SQS::QueuePolicyStatement" (single statements cannot be added)`, URL: "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/324", Checked: "2026-11-30"},
		{Title: `CloudFormation roadmap, "Support updating of S3 bucket policy" (a second BucketPolicy is refused)`, URL: "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1068", Checked: "2026-11-30"},
	},
	Gaps: `Inline policy resources (AWS::SQS::QueueInlinePolicy, AWS::SNS::TopicInlinePolicy) beside others are left out. Policies in other stacks are seen only if their templates are reviewed together.`,
	Bad: `Resources:
  Orders: {Type: AWS::SQS::Queue}
  Placed: {Type: AWS::SNS::Topic}
  FromTopic:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: "sqs:SendMessage", Resource: !GetAtt Orders.Arn, Condition: {ArnEquals: {"aws:SourceArn": !Ref Placed}}}]}
  OnlyTls: # want "policies FromTopic and OnlyTls"
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}
`,
	Good: `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
  IsTest: !Not [!Condition IsProd]
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Invoices: {Type: AWS::SQS::Queue}
  Files: {Type: AWS::S3::Bucket}
  Both:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders, !Ref Invoices]
      PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}, {Effect: Deny, Principal: "*", Action: "sqs:DeleteQueue", Resource: "*"}]}
  InProd: {Type: AWS::S3::BucketPolicy, Condition: IsProd, Properties: {Bucket: !Ref Files, PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: !GetAtt Files.Arn, Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}
  InTest: {Type: AWS::S3::BucketPolicy, Condition: IsTest, Properties: {Bucket: !Ref Files, PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "s3:DeleteBucket", Resource: !GetAtt Files.Arn}]}}}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Placed: {Type: AWS::SNS::Topic}
  Own:
    Type: AWS::SNS::TopicPolicy
    Properties: {Topics: [!Ref Placed], PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sns:Publish", Resource: !Ref Placed}]}}
  Second: # want "of Placed"
    Type: AWS::SNS::TopicPolicy
    Properties: {Topics: [!Ref Placed], PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: "sns:Publish", Resource: !Ref Placed}]}}
`},
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.Queue, graph.Topic, graph.Bucket) {
			writers := wholePolicies(n)
			if len(writers) < 2 {
				continue
			}
			var names []string
			for _, r := range writers {
				names = append(names, r.ID)
			}
			last := writers[len(writers)-1]
			so := "one of them is lost"
			if n.Kind == graph.Bucket {
				so = "CloudFormation refuses the second"
			}
			message := fmt.Sprintf("policies %s each write the whole policy of %s: %s", strings.Join(names[:len(names)-1], ", ")+" and "+last.ID, nameOf(n), so)
			fix := ""
			for _, r := range writers {
				if r.Source != "" {
					fix = fmt.Sprintf("SAM writes %s for %s: put all statements in one policy of your own, and have SAM write none (in place of SqsSubscription an AWS::SNS::Subscription and an event of type SQS; in place of DeadLetterConfig {Type: SQS} its Arn).", r.ID, plainID(r.Source))
				}
			}
			cdk := map[graph.Kind]string{
				graph.Topic:  "topic.addToResourcePolicy(...) collects all statements in one policy; do not write a CfnTopicPolicy beside it",
				graph.Bucket: "bucket.addToResourcePolicy(...) collects all statements in one policy; do not write a CfnBucketPolicy beside it",
			}[n.Kind]
			p.Report(Hit{Node: n, Fix: fix, CDK: cdk, Related: []*graph.Node{n}, RelatedResources: writers[:len(writers)-1], Message: message,
				Place: &Place{ID: last.ID, Type: last.Type, File: last.File}, Values: []graph.Value{{At: last.At}}})
		}
	},
})

// wholePolicies are the resources that each replace the whole resource policy of a thing, in the order of the file.
func wholePolicies(n *graph.Node) []*graph.Resource {
	var out []*graph.Resource
	for _, r := range policiesOf(n.ResourcePolicy) {
		switch r.Type {
		case "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy":
			out = append(out, r)
		}
	}
	return out
}

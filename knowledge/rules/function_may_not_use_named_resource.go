package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "function-may-not-use-named-resource",
	Code:     "IAM006",
	Title:    `Function is given a resource that it may not use`,
	Severity: Medium,
	Pillar:   Reliability,
	Why:      `The environment names the resource, so the code will call it, and the first call ends in AccessDenied.`,
	Fix:      `Grant the function's role the actions that the code needs on this resource. Where the code does not use the variable, take it out.`,
	CDK:      `resource.grantSendMessages(fn), resource.grantReadWriteData(fn) ...`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Defining Lambda function permissions with an execution role"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html", Checked: "2026-11-30"},
	},
	Gaps: `A variable that is only passed on, never used, looks the same. Which action the code needs is not known: any grant on the resource counts.`,
	Bad: `Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, Environment: {Variables: {JOBS: !Ref Jobs}}}} # want "Jobs"
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "logs:PutLogEvents", Resource: "*"}]}}]
`,
	Good: `Parameters: {Extra: {Type: String}}
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Mails: {Type: AWS::SQS::Queue}
  Worker: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: worker.zip}, Environment: {Variables: {JOBS: !Ref Jobs, MAILS: !Ref Mails}}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:Send*", Resource: !GetAtt Jobs.Arn}, {Effect: Allow, Action: "sqs:SendMessage", Resource: !Ref Extra}]}}]
`,
	MoreGood: []string{`Resources:
  Failed: {Type: AWS::SQS::Queue}
  Group: {Type: AWS::Scheduler::ScheduleGroup}
  Planner: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: app.handler, Role: !GetAtt Role.Arn, Code: {S3Bucket: code, S3Key: planner.zip}, Environment: {Variables: {GROUP: !Ref Group, FAILED: !GetAtt Failed.Arn, RUNS_AS: !GetAtt Runs.Arn}}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "scheduler:CreateSchedule", Resource: !Sub "arn:aws:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${Group}/*"}, {Effect: Allow, Action: "iam:PassRole", Resource: !GetAtt Runs.Arn}]}}]
  Runs:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: scheduler.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Failed.Arn}]}}]
`},
	Check: func(p *Pass) {
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if !fn.External && fn.Framework == "" {
				checkNamedResources(p, fn)
			}
		}
	},
})

// usualActions are what a function does with a thing it is told of, by the thing's kind.
var usualActions = map[graph.Kind][]string{
	graph.Queue:        {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ChangeMessageVisibility", "sqs:PurgeQueue", "sqs:SetQueueAttributes"},
	graph.Topic:        {"sns:Publish", "sns:Subscribe", "sns:Unsubscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:SetTopicAttributes"},
	graph.EventBus:     {"events:PutEvents", "events:PutRule", "events:DescribeEventBus", "events:ListRules"},
	graph.Secret:       {"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:UpdateSecret"},
	graph.StateMachine: {"states:StartExecution", "states:StartSyncExecution", "states:DescribeStateMachine", "states:ListExecutions"},
	graph.Table: {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan",
		"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable", "dynamodb:PartiQLSelect", "dynamodb:PartiQLInsert"},
	graph.Bucket: {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:PutObjectAcl", "s3:GetBucketLocation",
		"s3:GetBucketNotification", "s3:PutBucketNotification", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:GetObjectAttributes", "s3:RestoreObject", "s3:ListBucketVersions", "s3:DeleteObjectVersion"},
}

func checkNamedResources(p *Pass, fn *graph.Node) {
	roles := rolesOf(p.Graph, fn)
	if len(roles) != 1 {
		return
	}
	seen := map[*graph.Node]bool{}
	fn.Setting("environment", "Variables").Walk(func(v graph.Value) {
		for _, ref := range namedIn(p.Graph, v) {
			to := p.Graph.Node(ref.Resource)
			if to == nil || seen[to] || to.External || usualActions[to.Kind] == nil {
				continue
			}
			seen[to] = true
			if roles[0].External {
				p.Unclear(fn, "whether its role may use "+nameOf(to)+": the role is not part of this system"+because(roles[0].ARN.Reason()))
				continue
			}
			checkNamedResource(p, fn, roles[0], to, v)
		}
	})
}

// namedIn lists the things that a text names: one alone, those in a JSON document or a list with commas, a queue by its
// URL, and a bucket by a place in it. Texts that only hold the name of a thing, such as a link, name none.
func namedIn(g *graph.Graph, v graph.Value) []graph.Ref {
	if ref, ok := v.Ref(); ok {
		return []graph.Ref{ref}
	}
	parts := v.Parts()
	if len(parts) < 2 {
		return nil
	}
	first, last := parts[0].Literal, parts[len(parts)-1]
	if ref, ok := firstInPath(v); ok && isKind(g, ref, graph.Bucket) {
		return []graph.Ref{ref}
	}
	if strings.HasPrefix(first, "https://sqs.") && last.Ref != nil && isKind(g, *last.Ref, graph.Queue) {
		return []graph.Ref{*last.Ref}
	}
	document := strings.HasPrefix(strings.TrimSpace(first), "{") || strings.HasPrefix(strings.TrimSpace(first), "[")
	var refs []graph.Ref
	for i, part := range parts {
		switch {
		case part.Ref == nil:
			if !document && strings.Trim(part.Literal, ", ") != "" {
				return nil
			}
		case !document, i > 0 && i < len(parts)-1 && strings.HasSuffix(parts[i-1].Literal, `"`) && strings.HasPrefix(parts[i+1].Literal, `"`):
			refs = append(refs, *part.Ref)
		}
	}
	return refs
}

func isKind(g *graph.Graph, ref graph.Ref, kind graph.Kind) bool {
	n := g.Node(ref.Resource)
	return n != nil && n.Kind == kind
}

// firstInPath is the thing by whose name a place in a bucket starts, such as s3://BUCKET/in or BUCKET/in.
func firstInPath(v graph.Value) (graph.Ref, bool) {
	parts := v.Parts()
	if len(parts) > 1 && parts[0].Literal == "s3://" {
		parts = parts[1:]
	} else if len(parts) < 2 || !strings.HasPrefix(parts[1].Literal, "/") {
		return graph.Ref{}, false
	}
	if parts[0].Ref == nil || parts[0].Ref.Attribute != "" || len(parts) > 1 && !strings.HasPrefix(parts[1].Literal, "/") {
		return graph.Ref{}, false
	}
	return *parts[0].Ref, true
}

func checkNamedResource(p *Pass, fn, role, to *graph.Node, v graph.Value) {
	for _, e := range p.Graph.Out(fn, graph.Reads, graph.Writes, graph.Invokes, graph.FailsTo) {
		if e.To == to {
			return
		}
	}
	for _, e := range p.Graph.In(fn, graph.Polls) {
		if e.From == to && to.Kind != graph.Queue { // whose reader has rights on the stream, and on the queue itself
			return
		}
	}
	for _, action := range usualActions[to.Kind] {
		switch d := roleMay(role, action, to); d.Answer {
		case policy.Yes:
			return
		case policy.Unknown:
			p.Unclear(fn, "whether its role may use "+nameOf(to)+": "+d.Why)
			return
		}
	}
	if mayHandOn(p.Graph, role, to) {
		return
	}
	fix, cdk := grants(p.Graph, fn, role, to, v)
	p.Report(Hit{Node: fn, Confidence: Likely, Fix: fix, CDK: cdk, Related: []*graph.Node{to, role}, Values: []graph.Value{{}, v},
		Message: fmt.Sprintf("the environment of %s names %s %s, but its role grants nothing on it", nameOf(fn), to.Kind, nameOf(to))})
}

// usualGrants are the policy templates of SAM and the methods of CDK by which a function gets such rights.
var usualGrants = map[graph.Kind]struct{ sam, cdk string }{
	graph.Queue:        {"SQSSendMessagePolicy: {QueueName: ...}", "queue.grantSendMessages(fn)"},
	graph.Topic:        {"SNSPublishMessagePolicy: {TopicName: ...}", "topic.grantPublish(fn)"},
	graph.EventBus:     {"EventBridgePutEventsPolicy: {EventBusName: ...}", "bus.grantPutEventsTo(fn)"},
	graph.Secret:       {"AWSSecretsManagerGetSecretValuePolicy: {SecretArn: ...}", "secret.grantRead(fn)"},
	graph.StateMachine: {"StepFunctionsExecutionPolicy: {StateMachineName: ...}", "stateMachine.grantStartExecution(fn)"},
	graph.Bucket:       {"S3ReadPolicy or S3CrudPolicy: {BucketName: ...}", "bucket.grantRead(fn) or bucket.grantReadWrite(fn)"},
	graph.Table:        {"DynamoDBReadPolicy or DynamoDBCrudPolicy: {TableName: ...}", "table.grantReadData(fn) or table.grantReadWriteData(fn)"},
}

// grants is the fix, which leaves open whether the code uses the variable.
func grants(g *graph.Graph, fn, role, to *graph.Node, v graph.Value) (fix, cdk string) {
	by := usualGrants[to.Kind]
	fix = fmt.Sprintf("If the code uses it, grant %s what it does with %s (%s, say)", nameOf(role), nameOf(to), usualActions[to.Kind][0])
	if samMakesRole(g, fn) {
		fix = fmt.Sprintf("If the code uses it, grant the function what it does with %s (in Policies, %s, say)", nameOf(to), by.sam)
	}
	if at := v.At; at != nil {
		if _, name, found := strings.Cut(at.Path, "/Environment/Variables/"); found {
			name, _, _ = strings.Cut(name, "/")
			return fix + "; if not, take the variable " + name + " out.", by.cdk
		}
	}
	return fix + "; if not, take the variable out.", by.cdk
}

// mayHandOn tells whether a role may pass another one that may use the thing: what code makes under that role, such as a
// schedule, is told of the thing by the function.
func mayHandOn(g *graph.Graph, role, to *graph.Node) bool {
	const passing = "iam:PassRole"
	if !policy.Names(role.Statements, passing) && role.PolicyUnknown == "" &&
		!slices.ContainsFunc(role.MayApply, func(open graph.OpenPolicy) bool { return policy.Names(open.Statements, passing) }) {
		return false // asked once, not of each role
	}
	for _, other := range g.OfKind(graph.Role) {
		if other == role || roleMay(role, passing, other).Answer == policy.No {
			continue
		}
		for _, action := range usualActions[to.Kind] {
			if roleMay(other, action, to).Answer != policy.No {
				return true
			}
		}
	}
	return false
}

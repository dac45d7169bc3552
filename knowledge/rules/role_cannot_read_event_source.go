package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "role-cannot-read-event-source",
	Code:     "ESM013",
	Title:    `Role cannot read the function's event source`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Lambda polls the source with the function's own role. Without the rights Lambda refuses to create the mapping, and the deployment fails; where they are lost later nothing is processed, and LastProcessingResult of the mapping names the problem.`,
	Fix:      `Queue: sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes. Kinesis: kinesis:DescribeStream, DescribeStreamSummary, GetRecords, GetShardIterator, ListShards (SubscribeToShard for enhanced fan-out). Table: dynamodb:DescribeStream, GetRecords, GetShardIterator, ListStreams on its stream. MSK: kafka:GetBootstrapBrokers and DescribeClusterV2; MQ: mq:DescribeBroker; DocumentDB: rds:DescribeDBClusters. The managed policies AWSLambdaSQSQueueExecutionRole, AWSLambdaKinesisExecutionRole and AWSLambdaDynamoDBExecutionRole hold these, but not kms:Decrypt, which a queue, Kinesis stream or table under a key of your own needs on that key.`,
	CDK:      `fn.addEventSource(...) grants them`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html", Checked: "2026-11-23"},
		{Title: `AWS Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Process Amazon Kinesis Data Streams records with Lambda"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Configuring Lambda permissions for Amazon MSK event source mappings"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html", Checked: "2026-12-01"},
		{Title: `serverless, issue 8540 (kinesis:ListShards denied)`, URL: "https://github.com/serverless/serverless/issues/8540", Checked: "2026-12-01"},
		{Title: `aws-cdk, issue 6770 (the mapping is refused: queue)`, URL: "https://github.com/aws/aws-cdk/issues/6770", Checked: "2026-11-30"},
		{Title: `cross-account-amazon-dynamodb-replication, issue 11 (the mapping is refused: stream)`, URL: "https://github.com/aws-samples/cross-account-amazon-dynamodb-replication/issues/11", Checked: "2026-11-30"},
	},
	Outranks: []string{"IAM006"},
	Gaps:     `Rights to list are asked for on whatever thing, and lower the finding to medium: Lambda names them where it refuses a mapping, and some are made without. Not looked at is what Kafka, MQ and DocumentDB need of networks, secrets and topics; keys outside the files are not looked at.`,
	Bad: `Resources:
  Mapping: # want "sqs:DeleteMessage"
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
      BatchSize: 10
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
  Orders:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], Resource: !GetAtt Orders.Arn}
`,
	Good: `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
      BatchSize: 10
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
  Orders:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole]
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Role: !GetAtt Role.Arn
      Events:
        Changes:
          Type: DynamoDB # want "dynamodb:GetRecords"
          Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "dynamodb:*Item", Resource: !GetAtt Table.Arn}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Changes:
          Type: DynamoDB
          Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
`, `Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:111122223333:stream/clicks
      FunctionName: !Ref Worker
      StartingPosition: LATEST
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["kinesis:Get*", "kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:ListStreams"], Resource: "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks"}
`},
	Check: checkPollRights,
})

// pollActions are the rights that reading a source needs; of each entry one action is enough.
var pollActions = map[graph.Kind][]string{
	graph.Queue:  {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
	graph.Stream: {"kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream kinesis:DescribeStreamSummary"},
	graph.Table:  {"dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"},
	// Of these the rights by which Lambda finds the brokers: those on networks depend on where the brokers stand.
	graph.Cluster:  {"kafka:DescribeCluster kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"},
	graph.Broker:   {"mq:DescribeBroker"},
	graph.Database: {"rds:DescribeDBClusters"},
}

func checkPollRights(p *Pass) {
	for _, e := range polled(p.Graph, graph.Queue, graph.Stream, graph.Table, graph.Cluster, graph.Broker, graph.Database) {
		if strings.HasPrefix(e.From.ID, "kafka:") {
			continue // outside of AWS: no right of a role opens it
		}
		for _, role := range rolesOf(p.Graph, e.To) {
			switch {
			case !unproven(e):
				checkPollRole(p, e, role, pollActions[e.From.Kind])
				checkPollKey(p, e, role)
			case !readsSome(e, role):
				p.unknownSource(e)
			}
		}
	}
}

// readsSome tells whether a role may read any thing of one of the kinds that an unknown source may be of.
func readsSome(e *graph.Edge, role *graph.Node) bool {
	for kind, actions := range pollActions {
		if !startsLike(e, kind) {
			continue
		}
		all := true
		for _, choice := range actions {
			one := false
			for _, action := range strings.Fields(choice) {
				one = one || roleMay(role, action, e.From).Answer == policy.Yes
			}
			all = all && one
		}
		if all {
			return true
		}
	}
	return false
}

func checkPollRole(p *Pass, e *graph.Edge, role *graph.Node, actions []string) {
	var missing []string
	for _, choice := range actions {
		best := policy.No
		for _, action := range strings.Fields(choice) {
			if a := roleMay(role, action, e.From).Answer; a != policy.No {
				best = a
			}
		}
		if best == policy.Unknown {
			p.Unclear(role, "whether it may read "+nameOf(e.From)+": "+roleMay(role, strings.Fields(choice)[0], e.From).Why)
			return
		}
		if best == policy.No {
			missing = append(missing, strings.Fields(choice)[0])
		}
	}
	if len(missing) == 0 {
		checkListRights(p, e, role)
		return
	}
	fix, cdk := pollFix(p.Graph, e, role, missing)
	p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: weaker(e), Related: []*graph.Node{role, e.From, e.To}, Values: []graph.Value{{}}, Fix: fix, CDK: cdk,
		Message: fmt.Sprintf("role %s of %s may not do %s on %s: nothing can be read", nameOf(role), nameOf(e.To), strings.Join(missing, ", "), nameOf(e.From))})
}

// sourceRights are all rights that reading a source needs, AWS's managed policy and SAM's policy template that hold them, and
// the grant of CDK. Source: Lambda developer guide; aws-sam-translator 1.x, policy_templates.json; aws-cdk-lib 2.276.0;
// checked 2026-12-01.
var sourceRights = map[graph.Kind]struct{ where, rest, managed, template, grant string }{
	graph.Queue: {"on the queue", "", "AWSLambdaSQSQueueExecutionRole", "SQSPollerPolicy: {QueueName: ...}", "queue.grantConsumeMessages(fn)"},
	graph.Stream: {"on the stream", "with kinesis:ListShards, and kinesis:SubscribeToShard on the consumer for enhanced fan-out", "AWSLambdaKinesisExecutionRole",
		"KinesisStreamReadPolicy: {StreamName: ...}", "stream.grantRead(fn)"},
	graph.Table: {"on the table's stream (TABLE_ARN/stream/*)", "with dynamodb:ListStreams", "AWSLambdaDynamoDBExecutionRole",
		"DynamoDBStreamReadPolicy: {TableName: ..., StreamName: ...}", "table.grantStreamRead(fn)"},
	graph.Cluster:  {"on the cluster", "with what its network, secrets and topics ask for", "AWSLambdaMSKExecutionRole", "", ""},
	graph.Broker:   {"on the broker", "with what its network and secret ask for", "", "", ""},
	graph.Database: {"on the cluster", "with what its network and secret ask for", "", "", ""},
}

// pollFix says which rights a role lacks, and what holds them all.
func pollFix(g *graph.Graph, e *graph.Edge, role *graph.Node, missing []string) (fix, cdk string) {
	words := sourceRights[e.From.Kind]
	fix = fmt.Sprintf("Allow role %s %s %s", nameOf(role), strings.Join(missing, ", "), words.where)
	if words.rest != "" {
		fix += ", " + words.rest
	}
	switch {
	case words.template != "" && samMakesRole(g, e.To):
		fix = fmt.Sprintf("Add %s to Policies of the function, or allow its role %s %s", words.template, strings.Join(missing, ", "), words.where)
	case words.managed != "":
		fix += "; AWS's managed policy service-role/" + words.managed + " holds these"
	}
	if words.grant != "" {
		cdk = "fn.addEventSource(...) grants them; for a mapping of your own " + words.grant
	}
	return fix + ".", cdk
}

// listActions are the rights to list what a source consists of.
var listActions = map[graph.Kind][]string{
	graph.Stream: {"kinesis:ListShards", "kinesis:ListStreams"},
	graph.Table:  {"dynamodb:ListStreams"},
}

// checkListRights asks for the rights to list, on whatever thing: roles are written that allow them on the stream, which is
// no resource of ListStreams, and mappings are made with those. They are made as well with SAM's own policy template for
// reading a stream, which has no ListShards.
func checkListRights(p *Pass, e *graph.Edge, role *graph.Node) {
	if slices.ContainsFunc(role.Statements, func(s graph.Statement) bool {
		return s.At != nil && strings.HasSuffix(s.At.Path, "/KinesisStreamReadPolicy")
	}) {
		return
	}
	var missing []string
	for _, action := range listActions[e.From.Kind] {
		switch answer, _ := rightOnAnything(role, action); answer {
		case policy.Unknown:
			return
		case policy.No:
			missing = append(missing, action)
		}
	}
	if len(missing) == 0 {
		return
	}
	fix, cdk := fmt.Sprintf("Allow role %s %s.", nameOf(role), strings.Join(missing, " and ")), "stream.grantRead(fn), with kinesis:ListStreams in a statement of its own"
	if e.From.Kind == graph.Table {
		fix, cdk = fmt.Sprintf(`Allow role %s dynamodb:ListStreams on Resource "*".`, nameOf(role)), "table.grantStreamRead(fn)"
	}
	p.Report(Hit{Node: e.To, Resource: e.Via, Fix: fix, CDK: cdk, Severity: Medium, Confidence: Likely, Related: []*graph.Node{role, e.From, e.To}, Values: []graph.Value{{}},
		Message: fmt.Sprintf("role %s of %s may not do %s on %s, which AWS names among the rights that reading it needs", nameOf(role), nameOf(e.To), strings.Join(missing, ", "), nameOf(e.From))})
}

// checkPollKey asks for the right to decrypt what a source encrypts with a key of its own. DynamoDB decrypts in the name of
// who reads; how long it works from what it decrypted before is not documented. Sources: DynamoDB developer guide,
// "Authorizing use of your customer managed key"; aws-cdk, issue 22796; checked 2026-12-01.
func checkPollKey(p *Pass, e *graph.Edge, role *graph.Node) {
	for _, k := range p.Graph.In(e.From, graph.Encrypts) {
		if k.From.Type != "AWS::KMS::Key" {
			continue
		}
		switch d := roleMayUseKey(role, "kms:Decrypt", k.From); d.Answer {
		case policy.Unknown:
			p.Unclear(role, "whether it may decrypt with "+nameOf(k.From)+": "+d.Why)
		case policy.No:
			confidence := weaker(e, k)
			if e.From.Kind == graph.Table {
				confidence = Likely
			}
			p.Report(Hit{Node: e.To, Resource: e.Via, Confidence: confidence,
				Fix: fmt.Sprintf("Allow role %s kms:Decrypt on the key (!GetAtt %s.Arn); the key's policy has to let the account do so, or name the role.", nameOf(role), nameOf(k.From)), CDK: "key.grantDecrypt(fn)",
				Related: []*graph.Node{role, e.From, k.From, e.To}, Values: []graph.Value{{}},
				Message: fmt.Sprintf("role %s of %s may not do kms:Decrypt with key %s of %s: what it receives cannot be read", nameOf(role), nameOf(e.To), nameOf(k.From), nameOf(e.From))})
		}
	}
}

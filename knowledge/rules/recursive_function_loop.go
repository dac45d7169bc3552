package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "recursive-function-loop",
	Code:     "GRF001",
	Title:    "Function writes to what triggers it: the loop never ends",
	Severity: Critical,
	Pillar:   Cost,
	Why: `Each run causes the next one, without end, and is billed; where a run writes more than once the loop grows as fast as Lambda scales, and can use up the account's concurrency. ` +
		`Lambda stops loops after about 16 rounds only where they go through SQS, SNS, S3 and functions alone and the function uses a supported SDK; not through DynamoDB, Kinesis, EventBridge or an API, and not with RecursiveLoop: Allow.`,
	Fix: `Write to another resource than the trigger, or make sure that what is written cannot trigger again: a disjoint prefix in filter and policy, a FilterCriteria that excludes own writes.`,
	CDK: `a second bucket, queue, topic or table; or filters on the event source`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html", Checked: "2026-11-30"},
		{Title: "AWS What's New, AWS Lambda detects and stops recursive loops in Lambda functions", URL: "https://aws.amazon.com/about-aws/whats-new/2023/07/aws-lambda-detects-recursive-loops-lambda-functions/", Checked: "2026-11-30"},
	},
	Outranks: []string{"GRF003"},
	Gaps: `What code writes is taken from the role's rights and the environment. Filtered streams and subscriptions are taken to exclude own writes, save where the filter of a table's stream asks for new and changed items and no more. A loop through a table's stream is likely, not certain: code may leave out its own writes. On an event bus a loop is seen where the rule takes every event, ` +
		`or where its pattern's source is a value of the function's environment; where the pattern asks for sources or detail-types, the loop is likely and of Medium severity, Low where it asks for both, Info where it looks into the detail, too. A loop through a state machine is likely, too: which of its states run depends on what comes in. A function that starts the workflow anew that calls it, and loops through Firehose transformations, are left out.`,
	Bad: `Transform: AWS::Serverless-2016-10-31
Resources:
  Counter: # want "Table → Counter → Table"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {TABLE: !Ref Table}}
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
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
`,
	Good: `Transform: AWS::Serverless-2016-10-31
Resources:
  Counter:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {TABLE: !Ref Totals}}
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Totals}
        - DynamoDBReadPolicy: {TableName: !Ref Table}
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
  Totals:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
`,
	MoreBad: []string{`Resources:
  Queue:
    Type: AWS::SQS::Queue
  Worker: # want "Queue → Worker → Topic → Queue"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
      Environment: {Variables: {TOPIC: !Ref Topic}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "sns:Publish", Resource: !Ref Topic}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref Worker}
  Topic:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Thumbnails:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {BUCKET: !Sub "files-${AWS::AccountId}"}}
      Policies:
        - Statement:
            - {Effect: Allow, Action: "s3:PutObject", Resource: !Sub "arn:aws:s3:::files-${AWS::AccountId}/small/*"}
      Events:
        Upload:
          Type: S3
          Properties:
            Bucket: !Ref Files
            Events: "s3:ObjectCreated:*"
            Filter: {S3Key: {Rules: [{Name: prefix, Value: large/}]}}
  Files:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub "files-${AWS::AccountId}"}
`},
	Check: func(p *Pass) {
		for _, machine := range p.Graph.OfKind(graph.StateMachine) {
			reportWorkflowEchoes(p, machine)
		}
		seen := map[string]bool{}
		for _, machine := range p.Graph.OfKind(graph.StateMachine) {
			for _, loop := range loopsThrough(p.Graph, machine) {
				if key := loopKey(loop); !seen[key] && !machine.External && !slices.ContainsFunc(loop, fromFunction) {
					seen[key] = true
					reportLoop(p, machine, loop)
				}
			}
		}
		for _, fn := range p.Graph.OfKind(graph.Function) {
			if fn.External || fn.Framework != "" || retriesByDesign(fn) {
				continue
			}
			known := map[*graph.Node]bool{}
			for _, loop := range loopsThrough(p.Graph, fn) {
				for _, e := range loop {
					known[e.From] = true
				}
				if key := loopKey(loop); !seen[key] {
					seen[key] = true
					reportLoop(p, fn, loop)
				}
			}
			reportEchoes(p, fn, known)
			reportOwnLogs(p, fn)
			for _, in := range p.Graph.In(fn, graph.Polls, graph.Routes) {
				if action := failureActions[in.From.Kind]; in.From.Kind == graph.Queue || in.From.Kind == graph.Topic {
					if v := mayDoOnAnything(p.Graph, fn, action); v.Exists() && !known[in.From] {
						p.Unknown(fn, v)
					}
				}
			}
		}
	},
})

func fromFunction(e *graph.Edge) bool { return e.From.Kind == graph.Function }

// retriesByDesign tells whether the author says that a function or queue is there to try again, a bounded number of times.
func retriesByDesign(n *graph.Node) bool {
	role := intent(n, "role")
	return role == "retry" || role == "delay"
}

func reportLoop(p *Pass, fn *graph.Node, loop []*graph.Edge) {
	if slices.ContainsFunc(loop, func(e *graph.Edge) bool { return retriesByDesign(e.From) }) {
		return
	}
	if v := openLoop(p.Graph, loop); v.Exists() {
		p.Unknown(fn, v)
		return
	}
	h := Hit{Node: fn, Severity: High, Confidence: weaker(loop...), Values: append([]graph.Value{{}}, edgePlace(loop...)...)}
	var steps []string
	detected := true
	wildcard, failing := false, false
	for _, e := range loop {
		steps = append(steps, nameOf(e.From))
		h.Related = append(h.Related, e.From)
		if e.Via != nil {
			h.RelatedResources = append(h.RelatedResources, e.Via)
		}
		wildcard = wildcard || e.Strength == graph.Wildcard
		failing = failing || e.Kind == graph.FailsTo
		switch e.From.Kind {
		case graph.Function:
			if s, _ := e.From.Setting("recursiveLoop").Str(); s == "Allow" {
				detected = false
			}
		case graph.EventBus:
			detected, h.Aliases = false, []string{"GRF003"}
		case graph.Bucket:
			h.Aliases = []string{"GRF002"}
		case graph.Queue, graph.Topic:
		case graph.StateMachine: // which of its states run depends on what comes in
			detected, h.Confidence = false, Likely
		default:
			detected = false
		}
	}
	steps = append(steps, nameOf(loop[0].From))
	// Functions that keep totals in the table they listen to are common, and their code leaves out its own writes.
	table := loop[0].From.Kind == graph.Table
	if table {
		h.Confidence = Likely
	}
	tail := "Lambda's loop detection does not stop it"
	switch {
	case wildcard:
		h.Severity, h.Aliases = Medium, nil
		tail = "the write is inferred from a wildcard grant"
		h.Fix = "Name in the role what is written to, in place of the wildcard; if the trigger is among it, write to another resource than the trigger."
		h.CDK = "the grant method of the one resource that is written to"
	case failing:
		tail = "an event that always fails is sent to its own topic again, and fails again"
		h.Fix = "Send what fails to a queue or topic that does not lead back to the function (OnFailure destination or " + spelled(fn, "DeadLetterConfig", "DeadLetterQueue") + ")."
		h.CDK = "onFailure: new destinations.SqsDestination(queue), or deadLetterQueue, of the function"
	case table && !detected:
		tail = "nothing stops it but code that leaves out its own writes (a FilterCriteria does that before the function is called)"
	case !detected && h.Confidence == Certain:
		h.Severity = Critical
	case detected:
		tail = "Lambda stops it only after about 16 rounds, and only with a supported SDK"
	}
	h.Message = fmt.Sprintf("events go round in a circle: %s; %s", strings.Join(steps, " → "), tail)
	p.Report(h)
}

// openLoop finds what leaves open whether events do go round: the keys of a bucket that are written and notified, or the
// environment that tells a function where to write.
func openLoop(g *graph.Graph, loop []*graph.Edge) graph.Value {
	for i, e := range loop {
		if e.To.Kind == graph.Bucket && e.Kind == graph.Writes {
			if v := undecidedKeys(g, e.From, e, loop[(i+1)%len(loop)]); v.Exists() {
				return v
			}
		}
		if e.Strength == graph.Wildcard && e.From.Kind == graph.Function {
			if v := firstWithin(e.From.Setting("environment", "Variables")); v.Exists() {
				return v
			}
		}
	}
	return graph.Value{}
}

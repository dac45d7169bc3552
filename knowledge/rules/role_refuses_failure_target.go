package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "role-refuses-failure-target",
	Code:     "LAM007",
	Title:    `Execution role may not write to the function's failure target`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Lambda delivers failed events with the function's own role. Where it checks the right at deployment (SQS, SNS), the deployment fails. Where the right is missing or lost later the delivery fails and the event is lost; only the metric DestinationDeliveryFailures or DeadLetterErrors shows it.`,
	Fix:      `Allow the role the action on the target: sqs:SendMessage, sns:Publish, events:PutEvents, lambda:InvokeFunction, or s3:PutObject with s3:ListBucket.`,
	CDK:      `use the destination construct (destinations.SqsDestination): it grants`,
	Sources: []Source{
		{Title: `aws-serverless-ecommerce-platform, issue 41 (a dead-letter queue is refused at deployment)`, URL: "https://github.com/aws-samples/aws-serverless-ecommerce-platform/issues/41", Checked: "2026-11-30"},
		{Title: `amplify-js, issue 9869 (a destination is refused at deployment)`, URL: "https://github.com/aws-amplify/amplify-js/issues/9869", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations" (a missing permission makes delivery fail)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html", Checked: "2026-11-30"},
	},
	Gaps: `Roles outside the files, and managed policies whose statements are not known, are listed as undecided.`,
	Bad: `Resources:
  Worker: # want "may not do sqs:SendMessage on Lost"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
      DeadLetterConfig: {TargetArn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
`,
	Good: `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "..."}
      DeadLetterConfig: {TargetArn: !GetAtt Lost.Arn}
  Lost:
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
              - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Lost.Arn}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "may not do sns:Publish on Topic"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Role: !GetAtt Role.Arn
      EventInvokeConfig:
        DestinationConfig:
          OnFailure: {Type: SNS, Destination: !Ref Topic}
  Topic:
    Type: AWS::SNS::Topic
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "sqs:SendMessage", Resource: "*"}
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      EventInvokeConfig:
        DestinationConfig:
          OnFailure: {Type: SQS}
`, `Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: !ImportValue worker-role
      Code: {ZipFile: "..."}
      DeadLetterConfig: {TargetArn: !GetAtt Lost.Arn}
  Lost:
    Type: AWS::SQS::Queue
`},
	Check: checkFailureRights,
})

// failureActions are the rights that delivery to a failure target needs.
var failureActions = map[graph.Kind]string{
	graph.Queue: "sqs:SendMessage", graph.Topic: "sns:Publish", graph.EventBus: "events:PutEvents", graph.Function: "lambda:InvokeFunction", graph.Bucket: "s3:PutObject",
}

// failureGrants are what grants the right in CDK: a destination does so by itself.
var failureGrants = map[graph.Kind]string{
	graph.Queue:    "new destinations.SqsDestination(queue), new SqsDlq(queue) or deadLetterQueue: queue grants it; else queue.grantSendMessages(fn)",
	graph.Topic:    "new destinations.SnsDestination(topic), new SnsDlq(topic) or deadLetterTopic: topic grants it; else topic.grantPublish(fn)",
	graph.EventBus: "new destinations.EventBridgeDestination(bus) grants it; else bus.grantPutEventsTo(fn)",
	graph.Function: "new destinations.LambdaDestination(other) grants it; else other.grantInvoke(fn)",
	graph.Bucket:   "new destinations.S3Destination(bucket) or new S3OnFailureDestination(bucket) grants it; else bucket.grantReadWrite(fn)",
}

func checkFailureRights(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		for _, e := range p.Graph.Out(fn, graph.FailsTo) {
			action := failureActions[e.To.Kind]
			if action == "" {
				continue
			}
			for _, role := range rolesOf(p.Graph, fn) {
				checkRoleMay(p, role, e, action)
			}
		}
	}
}

func checkRoleMay(p *Pass, role *graph.Node, e *graph.Edge, action string) {
	d := roleMay(role, action, e.To)
	if why := e.To.ARN.Reason(); d.Answer == policy.No && e.To.External && e.To.ARN.IsUnknown() {
		p.Unclear(role, "whether it may send to "+nameOf(e.To)+", whatever that is: "+why)
		return
	}
	switch d.Answer {
	case policy.Unknown:
		p.Unclear(role, "whether it may do "+action+" on "+nameOf(e.To)+": "+d.Why)
	case policy.No:
		fix := fmt.Sprintf("Allow role %s %s on %s.", nameOf(role), action, nameOf(e.To))
		if e.To.Kind == graph.Bucket {
			fix = fmt.Sprintf("Allow role %s s3:PutObject on the objects of %s (ARN/*) and s3:ListBucket on the bucket itself.", nameOf(role), nameOf(e.To))
		}
		if len(d.Denied) > 0 {
			fix = fmt.Sprintf("Narrow the Deny so that it spares %s for role %s, and allow it.", action, nameOf(role))
		}
		p.Report(Hit{Node: e.From, Confidence: weaker(e), Related: []*graph.Node{role, e.To}, RelatedResources: []*graph.Resource{e.Via}, Fix: fix, CDK: failureGrants[e.To.Kind],
			Values:  append([]graph.Value{{}}, edgePlace(e)...),
			Message: fmt.Sprintf("role %s may not do %s on %s: failed events cannot be delivered (%s)", nameOf(role), action, nameOf(e.To), d.Why)})
	}
}

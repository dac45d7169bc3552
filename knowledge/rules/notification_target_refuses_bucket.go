package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "notification-target-refuses-bucket",
	Code:     "S3B001",
	Title:    `Bucket may not notify its target`,
	Severity: Critical,
	Pillar:   Reliability,
	Why:      `S3 checks when the notification is set that it may invoke the function or write to the queue or topic: without the permission the deployment fails, and where it is taken away later the events do not arrive. FIFO queues and topics and durable functions cannot be targets at all.`,
	Fix:      `For a function add an AWS::Lambda::Permission with Principal s3.amazonaws.com, SourceArn and SourceAccount; for a queue or topic a policy that allows s3.amazonaws.com; let the bucket depend on it. For a FIFO queue or a durable function let the bucket notify EventBridge, whose rule has it as target; in place of a FIFO topic take a standard one.`,
	CDK:      `bucket.addEventNotification(...) writes the permission`,
	Sources: []Source{
		{Title: `Amazon S3 User Guide, "Granting permissions to publish event notification messages to a destination"`, URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html", Checked: "2026-11-30"},
		{Title: `Amazon S3 User Guide, "Amazon S3 Event Notifications"`, URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html", Checked: "2026-11-30"},
		{Title: `Amazon S3 User Guide, "Event notification types and destinations"`, URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html", Checked: "2026-11-30"},
	},
	Bad: `Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt Worker.Arn}]
  Worker: # want "does not let bucket Files invoke it"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt Worker.Arn}]
      BucketName: files
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Worker
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
      SourceArn: arn:aws:s3:::files
      SourceAccount: !Ref AWS::AccountId
`,
	MoreBad: []string{`Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: !GetAtt Orders.Arn}]
  Orders: # want "does not let bucket Files send to it"
    Type: AWS::SQS::Queue
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
        Upload:
          Type: S3
          Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}
  Files:
    Type: AWS::S3::Bucket
`, `Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        EventBridgeConfiguration: {EventBridgeEnabled: true}
`},
	Check: checkNotifications,
})

func checkNotifications(p *Pass) {
	for _, bucket := range p.Graph.OfKind(graph.Bucket) {
		for _, e := range p.Graph.Out(bucket, graph.Routes) {
			of := "bucket " + nameOf(bucket)
			switch e.To.Kind {
			case graph.Function:
				if !refusesDurable(p, e) {
					checkMay(p, e, "s3.amazonaws.com", "lambda:InvokeFunction", of+" invoke it", way{permission: bucketMayInvoke(bucket)})
				}
			case graph.Queue:
				if !refusesFIFO(p, e, "fifoQueue") {
					checkMay(p, e, "s3.amazonaws.com", "sqs:SendMessage", of+" send to it", way{statement: "Allow, Principal {Service: s3.amazonaws.com}, Action sqs:SendMessage, " + fromBucket(bucket, "queue")})
				}
			case graph.Topic:
				if !refusesFIFO(p, e, "fifoTopic") {
					checkMay(p, e, "s3.amazonaws.com", "sns:Publish", of+" publish to it", way{statement: "Allow, Principal {Service: s3.amazonaws.com}, Action sns:Publish, " + fromBucket(bucket, "topic")})
				}
			}
		}
	}
}

// bucketMayInvoke is the fix for a function. A Ref to the bucket would make a circle with the bucket's DependsOn, and of a
// bucket without BucketName there is no ARN to write out.
func bucketMayInvoke(bucket *graph.Node) string {
	source := "SourceAccount: !Ref AWS::AccountId, SourceArn: the bucket's ARN written out (no Ref)"
	if !bucket.Setting("bucketName").Exists() {
		source = "SourceAccount: !Ref AWS::AccountId (and no SourceArn: without BucketName there is none to write out, and a reference to the bucket makes a circle)"
	}
	return "Add an AWS::Lambda::Permission: FunctionName of the function, Action lambda:InvokeFunction, Principal s3.amazonaws.com, " + source + "; let the bucket depend on it (DependsOn)."
}

// fromBucket is the rest of the statement for a queue or topic.
func fromBucket(bucket *graph.Node, kind string) string {
	source := "Condition ArnLike aws:SourceArn = the bucket's ARN written out (no Ref)"
	if !bucket.Setting("bucketName").Exists() {
		source = "Condition StringEquals aws:SourceAccount = !Ref AWS::AccountId (without BucketName there is no ARN to write out, and a reference to the bucket makes a circle)"
	}
	return "Resource: the " + kind + "'s ARN, " + source + "; let the bucket depend on the policy (DependsOn)."
}

// refusesFIFO reports a notification to a FIFO queue or topic.
func refusesFIFO(p *Pass, e *graph.Edge, setting string) bool {
	v := e.To.Setting(setting)
	if fifo, ok := v.Truth(); !ok || !fifo || e.To.External {
		return false
	}
	fix := "Name a standard " + string(e.To.Kind) + " in the notification."
	if e.To.Kind == graph.Queue {
		fix = "Name a standard queue in the notification, or take the notification away, set EventBridgeConfiguration: {EventBridgeEnabled: true} and let a rule send to the FIFO queue (SqsParameters.MessageGroupId)."
	}
	p.Report(Hit{Node: e.To, Confidence: weaker(e), Related: []*graph.Node{e.From}, Values: append([]graph.Value{v}, edgePlace(e)...),
		Fix: fix, CDK: "bucket.addEventNotification(...) with a standard " + string(e.To.Kind),
		Message: fmt.Sprintf("bucket %s notifies it, but S3 does not send to FIFO queues or topics", nameOf(e.From))})
	return true
}

// refusesDurable reports a notification to a durable function.
func refusesDurable(p *Pass, e *graph.Edge) bool {
	v := e.To.Setting("durableConfig")
	if !v.Exists() || open(v) || e.To.External {
		return false
	}
	p.Report(Hit{Node: e.To, Confidence: weaker(e), Related: []*graph.Node{e.From}, Values: append([]graph.Value{v}, edgePlace(e)...),
		Fix: "Take the notification away, set EventBridgeConfiguration: {EventBridgeEnabled: true} on the bucket and let a rule (source aws.s3) call a version or alias of the function.", CDK: "eventBridgeEnabled: true on the bucket, and a rule with new targets.LambdaFunction(version or alias)",
		Message: fmt.Sprintf("bucket %s notifies it, but S3 does not invoke durable functions: send the bucket's events through EventBridge", nameOf(e.From))})
	return true
}

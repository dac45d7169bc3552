package rules

import (
	"fmt"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "bucket-notification-loop",
	Code:     "GRF002",
	Title:    `Bucket notifies a function that writes to the same bucket`,
	Severity: Critical,
	Pillar:   Cost,
	Why:      `Each object the function writes notifies it again. A function that makes two objects of one doubles the load each round. Lambda stops a chain after about 16 calls in a row where the bucket notifies the function itself, its SDK is new enough and RecursiveLoop is not Allow; two objects of each make tens of thousands of calls by then. A loop through EventBridge it does not see.`,
	Fix:      `Write to another bucket, or to a prefix that the notification's filter excludes, and grant the role that prefix only.`,
	CDK:      `a second bucket, or addEventNotification(type, target, { prefix }) with grantPut on another prefix`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html", Checked: "2026-11-30"},
	},
	Outranks: []string{"GRF001"},
	Gaps:     `What code writes is taken from the role's rights; rights on every bucket alone are not taken as a wish to write to this one.`,
	Bad: `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker: # want "Files notifies Worker, which may write to Files"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {BUCKET: !Sub "files-${AWS::AccountId}"}}
      Policies:
        - S3CrudPolicy: {BucketName: !Sub "files-${AWS::AccountId}"}
      Events:
        Upload:
          Type: S3
          Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}
  Files:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub "files-${AWS::AccountId}"}
`,
	Good: `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {BUCKET: !Ref Small}}
      Policies:
        - S3WritePolicy: {BucketName: !Ref Small}
        - S3ReadPolicy: {BucketName: !Sub "files-${AWS::AccountId}"}
      Events:
        Upload:
          Type: S3
          Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}
  Files:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub "files-${AWS::AccountId}"}
  Small:
    Type: AWS::S3::Bucket
`,
	MoreBad: []string{`Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: files-111122223333
      NotificationConfiguration:
        LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt Worker.Arn}]
  Worker: # want "Files notifies Worker"
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
              - {Effect: Allow, Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::files-111122223333/*"}
`},
	MoreGood: []string{`Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: files-111122223333
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Worker.Arn
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
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
              - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::files-111122223333/*"}
              - {Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::files-111122223333/out/*"}
`},
	Check: checkBucketLoops,
})

func checkBucketLoops(p *Pass) {
	for _, bucket := range p.Graph.OfKind(graph.Bucket) {
		for _, in := range p.Graph.Out(bucket, graph.Routes) {
			called := []*graph.Edge{in}
			if in.To.Kind == graph.Rule {
				called = p.Graph.Out(in.To, graph.Routes)
			}
			for _, last := range called {
				if last.To.Kind == graph.Function && last.To.Framework == "" {
					checkBucketLoop(p, in, last)
				}
			}
		}
	}
}

// checkBucketLoop looks at a function that hears of a bucket's objects by in, and is called by last.
func checkBucketLoop(p *Pass, in, last *graph.Edge) {
	bucket, fn := in.From, last.To
	if v := mayDoOnAnything(p.Graph, fn, "s3:PutObject"); v.Exists() {
		p.Unknown(fn, v)
	}
	for _, e := range p.Graph.Out(fn, graph.Writes) {
		if e.To != bucket || e.Strength == graph.Wildcard || overwritten(p.Graph, fn, e, in) {
			continue
		}
		if v := undecidedKeys(p.Graph, fn, e, in); v.Exists() {
			p.Unknown(fn, v)
			continue
		}
		way, related, fix, cdk := "", []*graph.Node{bucket}, "", ""
		if last != in {
			way, related = " by rule "+nameOf(in.To), append(related, in.To)
			fix = "Write to another bucket, or name in the rule's pattern the prefix of what it is to see (detail: {object: {key: [{prefix: in/}]}}), and grant the role another prefix only."
			cdk = "a second bucket, or eventPattern: { detail: { object: { key: [{ prefix: 'in/' }] } } } with grantPut on another prefix"
		}
		p.Report(Hit{Node: fn, Fix: fix, CDK: cdk, Confidence: weaker(in, last, e), Related: related, RelatedResources: []*graph.Resource{in.Via},
			Values:  append([]graph.Value{{}}, edgePlace(in, e)...),
			Message: fmt.Sprintf("%s notifies %s%s, which may write to %s: each object it writes starts it again", nameOf(bucket), nameOf(fn), way, nameOf(bucket))})
	}
}

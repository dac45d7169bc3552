package policy_test

// cases are statements with questions about them, one a line: action, thing, what is known of the call, answer.
// The groups on evaluation order follow the IAM user guide, "Policy evaluation logic"; those on resource
// policies the guides of the services named.
var cases = []struct{ name, statements, asks string }{
	{"named by reference", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "${Queue.Arn}"}`, `
sqs:SendMessage Queue yes
SQS:sendmessage Queue yes
sqs:ReceiveMessage Queue no
sqs:SendMessageBatch Queue no
sqs:SendMessage Orders no
sqs:SendMessage Param no
sns:Publish Topic no`},
	{"named by what is no ARN", `
- {Effect: Allow, Action: "*", Resource: ["${Queue}", "${Fn}", "${Queue.QueueName}"]}`, `
sqs:SendMessage Queue no
lambda:InvokeFunction Fn no`},
	{"named by ARN text", `
- {Effect: Allow, Action: ["sqs:SendMessage", "sqs:GetQueueUrl"], Resource: "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"}`, `
sqs:SendMessage Orders yes
sqs:GetQueueUrl Orders yes
sqs:DeleteMessage Orders no
sqs:SendMessage Queue no
sqs:SendMessage Param unknown
sqs:SendMessage Far no`},
	{"partition written out", `
- {Effect: Allow, Action: sqs:*, Resource: "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders"}`, `
sqs:SendMessage Orders yes
sqs:Purge Orders yes
sns:Publish Topic no`},
	{"another region or account", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "arn:aws:sqs:us-east-1:111122223333:orders"}`, `
sqs:SendMessage Orders unknown
sqs:SendMessage Far no`},
	{"region and account wildcards", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "arn:aws:sqs:*:*:orders"}`, `
sqs:SendMessage Orders yes
sqs:SendMessage Queue no
sqs:SendMessage Far no`},
	{"everything", `
- {Effect: Allow, Action: "*", Resource: "*"}`, `
sqs:SendMessage Queue yes
s3:PutObject Bucket yes
iam:PassRole Fn yes
sqs:SendMessage Far yes
sqs:SendMessage Param yes`},
	{"wildcards in names", `
- {Effect: Allow, Action: "dynamodb:*Item", Resource: "arn:aws:dynamodb:*:*:table/shop-*"}
- {Effect: Allow, Action: "dynamodb:Quer?", Resource: "arn:aws:dynamodb:*:*:table/shop-cart?"}`, `
dynamodb:PutItem Table yes
dynamodb:GetItem Table yes
dynamodb:Query Table yes
dynamodb:Scan Table no
dynamodb:BatchWriteItem Table yes
dynamodb:PutItems Table no`},
	{"stack name prefix over made names", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-*"}`, `
sqs:SendMessage Queue yes
sqs:SendMessage Orders no
sqs:SendMessage Far no`},
	{"other prefix over made names", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "arn:aws:sqs:*:*:app-*"}`, `
sqs:SendMessage Queue unknown
sqs:SendMessage Orders no
sqs:SendMessage Param unknown`},
	{"name by reference inside text", `
- {Effect: Allow, Action: lambda:InvokeFunction, Resource: "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}"}`, `
lambda:InvokeFunction Fn yes
lambda:InvokeFunction Fn rest=:live no
lambda:InvokeAsync Fn no
sqs:SendMessage Queue no`},
	{"with and without qualifier", `
- {Effect: Allow, Action: lambda:InvokeFunction, Resource: ["${Fn.Arn}", "${Fn.Arn}:*"]}`, `
lambda:InvokeFunction Fn yes
lambda:InvokeFunction Fn rest=:live yes
lambda:InvokeFunction Fn rest=:7 yes
lambda:GetFunction Fn no`},
	{"only the qualified", `
- {Effect: Allow, Action: lambda:InvokeFunction, Resource: "${Fn.Arn}:live"}`, `
lambda:InvokeFunction Fn no
lambda:InvokeFunction Fn rest=:live yes
lambda:InvokeFunction Fn rest=:test no`},
	{"through an alias resource", `
- {Effect: Allow, Action: lambda:InvokeFunction, Resource: "${FnLive}"}`, `
lambda:InvokeFunction Fn yes`},
	{"objects of a bucket", `
- {Effect: Allow, Action: ["s3:GetObject", "s3:PutObject"], Resource: "${Bucket.Arn}/*"}
- {Effect: Allow, Action: s3:ListBucket, Resource: "${Bucket.Arn}"}`, `
s3:GetObject Bucket yes
s3:PutObject Bucket yes
s3:ListBucket Bucket yes
s3:DeleteObject Bucket no
s3:GetBucketPolicy Bucket no`},
	{"object right on the bucket itself", `
- {Effect: Allow, Action: s3:PutObject, Resource: "${Bucket.Arn}"}`, `
s3:PutObject Bucket no`},
	{"objects below a prefix", `
- {Effect: Allow, Action: s3:PutObject, Resource: "${Bucket.Arn}/uploads/*"}`, `
s3:PutObject Bucket unknown
s3:PutObject Bucket rest=/uploads/a.png yes
s3:PutObject Bucket rest=/other/a.png no
s3:PutObject Bucket rest=/uploads/* yes`},
	{"bucket by name text", `
- {Effect: Allow, Action: "s3:*", Resource: ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}`, `
s3:GetObject Bucket yes
s3:ListBucket Bucket yes
s3:PutBucketPolicy Bucket yes
dynamodb:GetItem Table no`},
	{"all objects of all buckets", `
- {Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::*"}`, `
s3:GetObject Bucket yes
s3:GetBucketAcl Bucket yes
s3:PutObject Bucket no`},
	{"table and its stream", `
- {Effect: Allow, Action: "dynamodb:*", Resource: "${Table.Arn}"}
- {Effect: Allow, Action: ["dynamodb:GetRecords", "dynamodb:DescribeStream"], Resource: "${Table.StreamArn}"}`, `
dynamodb:PutItem Table yes
dynamodb:GetRecords Table yes
dynamodb:DescribeStream Table yes
dynamodb:GetShardIterator Table no`},
	{"stream right on the table only", `
- {Effect: Allow, Action: "dynamodb:*", Resource: "${Table.Arn}"}`, `
dynamodb:GetRecords Table no
dynamodb:UpdateItem Table yes`},
	{"table with everything below", `
- {Effect: Allow, Action: "dynamodb:*", Resource: ["${Table.Arn}", "${Table.Arn}/*"]}`, `
dynamodb:GetRecords Table yes
dynamodb:Query Table rest=/index/byDate yes
dynamodb:Query Table yes`},
	{"log streams", `
- {Effect: Allow, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "arn:aws:logs:*:*:log-group:/aws/lambda/*:*"}`, `
logs:PutLogEvents Log yes
logs:CreateLogStream Log yes
logs:DeleteLogGroup Log no`},
	{"secrets end in six characters", `
- {Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: "arn:aws:secretsmanager:*:*:secret:db-*"}
- {Effect: Allow, Action: secretsmanager:DescribeSecret, Resource: "${Secret}"}`, `
secretsmanager:GetSecretValue Secret yes
secretsmanager:DescribeSecret Secret yes
secretsmanager:PutSecretValue Secret no`},
	{"an explicit deny wins", `
- {Effect: Allow, Action: "sqs:*", Resource: "*"}
- {Effect: Deny, Action: "sqs:DeleteQueue", Resource: "*"}
- {Effect: Deny, Action: "sqs:*", Resource: "${Orders.Arn}"}`, `
sqs:SendMessage Queue yes
sqs:DeleteQueue Queue no
sqs:SendMessage Orders no
sqs:DeleteQueue Orders no`},
	{"the order of statements is nothing", `
- {Effect: Deny, Action: "s3:DeleteObject", Resource: "${Bucket.Arn}/*"}
- {Effect: Allow, Action: "s3:*", Resource: "*"}`, `
s3:DeleteObject Bucket no
s3:PutObject Bucket yes`},
	{"nothing allows is no", `
- {Effect: Deny, Action: "ec2:*", Resource: "*"}`, `
sqs:SendMessage Queue no
sqs:SendMessage Queue incomplete=imported unknown`},
	{"NotAction allows the rest", `
- {Effect: Allow, NotAction: ["iam:*", "sqs:Delete*"], Resource: "*"}`, `
sqs:SendMessage Queue yes
sqs:DeleteQueue Queue no
iam:PassRole Fn no
s3:GetObject Bucket yes`},
	{"deny with NotAction", `
- {Effect: Allow, Action: "*", Resource: "*"}
- {Effect: Deny, NotAction: ["sqs:*"], Resource: "*"}`, `
sqs:SendMessage Queue yes
sns:Publish Topic no`},
	{"NotResource", `
- {Effect: Allow, Action: "sqs:*", NotResource: "${Orders.Arn}"}`, `
sqs:SendMessage Queue yes
sqs:SendMessage Orders no
sqs:SendMessage Far yes`},
	{"deny all but one resource", `
- {Effect: Allow, Action: "sqs:*", Resource: "*"}
- {Effect: Deny, Action: "sqs:*", NotResource: ["${Queue.Arn}"]}`, `
sqs:SendMessage Queue yes
sqs:SendMessage Orders no`},
	{"an unknown resource", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "${?parameter QueueArn has no default}"}`, `
sqs:SendMessage Queue unknown
sqs:SendMessage Orders unknown
sqs:ReceiveMessage Queue no`},
	{"the same unknown name on both sides", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${?parameter Name has no default}"}`, `
sqs:SendMessage Param yes
sqs:SendMessage Orders unknown
sns:Publish Topic no`},
	{"an unknown action", `
- {Effect: Allow, Action: "${?parameter Action has no default}", Resource: "*"}
- {Effect: Allow, Action: "sns:${?parameter Verb has no default}", Resource: "*"}`, `
sqs:SendMessage Queue unknown
sns:Publish Topic unknown`},
	{"an unknown action of one service", `
- {Effect: Allow, Action: "sns:${?parameter Verb has no default}", Resource: "*"}`, `
sqs:SendMessage Queue no
sns:Publish Topic unknown`},
	{"an unknown effect", `
- {Effect: "${?parameter Effect has no default}", Action: "sqs:*", Resource: "*"}`, `
sqs:SendMessage Queue unknown
sns:Publish Topic no`},
	{"a deny of something unknown", `
- {Effect: Allow, Action: "sqs:*", Resource: "*"}
- {Effect: Deny, Action: "sqs:SendMessage", Resource: "${?import X}"}`, `
sqs:SendMessage Queue unknown
sqs:ReceiveMessage Queue yes`},
	{"a condition nobody can decide", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "*", Condition: {IpAddress: {aws:SourceIp: 10.0.0.0/8}}}`, `
sqs:SendMessage Queue likely
sqs:ReceiveMessage Queue no`},
	{"a plain allow beside a conditional one", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "*", Condition: {StringEquals: {aws:PrincipalTag/team: a}}}
- {Effect: Allow, Action: sqs:SendMessage, Resource: "${Queue.Arn}"}`, `
sqs:SendMessage Queue yes
sqs:SendMessage Orders likely`},
	{"a deny under a condition nobody can decide", `
- {Effect: Allow, Action: "sqs:*", Resource: "*"}
- {Effect: Deny, Action: "sqs:*", Resource: "*", Condition: {StringNotEquals: {aws:PrincipalOrgID: o-1}}}`, `
sqs:SendMessage Queue likely
sqs:SendMessage Queue aws:principalorgid=o-1 yes
sqs:SendMessage Queue aws:principalorgid=o-2 no`},
	{"plain-text transport is refused, TLS is used", `
- {Effect: Allow, Action: "sqs:*", Resource: "*"}
- {Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*", Condition: {Bool: {aws:SecureTransport: "false"}}}`, `
sqs:SendMessage Queue yes
sqs:SendMessage Queue aws:securetransport=false no`},
	{"a queue admits one rule", `
- {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: sqs:SendMessage, Resource: "${Queue.Arn}", Condition: {ArnEquals: {aws:SourceArn: "${Rule.Arn}"}}}`, `
sqs:SendMessage Queue as=events from=Rule yes
sqs:SendMessage Queue as=sns from=Topic no
sqs:SendMessage Queue as=events from=Topic no
sqs:SendMessage Orders as=events from=Rule no
sqs:ReceiveMessage Queue as=events from=Rule no
sqs:SendMessage Queue as=events likely
sqs:SendMessage Queue role=Role no`},
	{"a queue admits rules by name pattern", `
- {Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sqs:*", Resource: "*", Condition: {ArnLike: {"AWS:SourceArn": "arn:aws:events:*:*:rule/night*"}}}`, `
sqs:SendMessage Queue as=events from=Rule yes
sqs:SendMessage Queue as=events from=Topic no
sqs:SendMessage Queue as=sns from=Rule no`},
	{"source account", `
- {Effect: Allow, Principal: {Service: [events.amazonaws.com, sns.amazonaws.com]}, Action: sqs:SendMessage, Resource: "*", Condition: {StringEquals: {aws:SourceAccount: "${AWS::AccountId}"}}}`, `
sqs:SendMessage Queue as=events from=Rule yes
sqs:SendMessage Queue as=sns from=Topic yes
sqs:SendMessage Queue as=s3 from=Bucket no`},
	{"a function admits an API", `
- {Effect: Allow, Principal: {Service: apigateway.amazonaws.com}, Action: lambda:InvokeFunction, Resource: "${Fn.Arn}", Condition: {ArnLike: {AWS:SourceArn: "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/orders"}}}`, `
lambda:InvokeFunction Fn as=apigateway from=Api/prod/POST/orders yes
lambda:InvokeFunction Fn as=apigateway from=Api/prod/GET/orders no
lambda:InvokeFunction Fn as=apigateway from=Api/*/POST/orders yes
lambda:InvokeFunction Fn as=events from=Rule no`},
	{"everyone", `
- {Effect: Allow, Principal: "*", Action: sns:Publish, Resource: "${Topic}"}`, `
sns:Publish Topic as=s3 yes
sns:Publish Topic role=Role yes
sns:Publish Topic arn=arn:aws:iam::444455556666:role/x yes
sns:Subscribe Topic as=s3 no`},
	{"AWS star", `
- {Effect: Allow, Principal: {AWS: "*"}, Action: sns:Publish, Resource: "*"}`, `
sns:Publish Topic role=Role yes
sns:Publish Topic as=s3 yes`},
	{"one role", `
- {Effect: Allow, Principal: {AWS: "${Role.Arn}"}, Action: "s3:*", Resource: ["${Bucket.Arn}", "${Bucket.Arn}/*"]}`, `
s3:GetObject Bucket role=Role yes
s3:GetObject Bucket role=Other no
s3:GetObject Bucket as=events no`},
	{"an account", `
- {Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "sqs:*", Resource: "*"}`, `
sqs:SendMessage Queue arn=arn:aws:iam::111122223333:role/x unknown
sqs:SendMessage Queue arn=arn:aws:iam::444455556666:role/x no
sqs:SendMessage Queue as=sns no`},
	{"not everyone", `
- {Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*"}
- {Effect: Deny, NotPrincipal: {AWS: "${Role.Arn}"}, Action: "sqs:*", Resource: "*"}`, `
sqs:SendMessage Queue role=Role yes
sqs:SendMessage Queue role=Other no
sqs:SendMessage Queue as=sns no`},
	{"a resource policy without resource", `
- {Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: sqs:SendMessage}`, `
sqs:SendMessage Queue as=sns yes
sqs:SendMessage Queue as=events no`},
	{"an own statement without resource", `
- {Effect: Allow, Action: sqs:SendMessage}`, `
sqs:SendMessage Queue no`},
	{"StringLike and IfExists", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "*", Condition: {StringLike: {aws:PrincipalTag/team: "pay*"}}}
- {Effect: Allow, Action: sqs:DeleteMessage, Resource: "*", Condition: {StringEqualsIfExists: {aws:PrincipalTag/team: ops}}}
- {Effect: Allow, Action: sqs:PurgeQueue, Resource: "*", Condition: {StringNotLike: {aws:PrincipalTag/team: "pay*"}}}`, `
sqs:SendMessage Queue aws:principaltag/team=payments yes
sqs:SendMessage Queue aws:principaltag/team=ops no
sqs:DeleteMessage Queue aws:principaltag/team=ops yes
sqs:DeleteMessage Queue aws:principaltag/team= no
sqs:PurgeQueue Queue aws:principaltag/team=payments no
sqs:PurgeQueue Queue aws:principaltag/team=ops yes
sqs:SendMessage Queue likely`},
	{"all operators must hold", `
- {Effect: Allow, Action: sqs:SendMessage, Resource: "*", Condition: {StringEquals: {a: "1", b: ["2", "3"]}}}`, `
sqs:SendMessage Queue a=1 b=3 yes
sqs:SendMessage Queue a=1 b=4 no
sqs:SendMessage Queue a=1 likely
sqs:SendMessage Queue a=9 no`},
	{"machines", `
- {Effect: Allow, Action: states:StartExecution, Resource: "${Machine}"}
- {Effect: Allow, Action: ["states:DescribeExecution"], Resource: "arn:aws:states:*:*:execution:flow:*"}`, `
states:StartExecution Machine yes
states:StartSyncExecution Machine no
states:DescribeExecution Machine no`},
}

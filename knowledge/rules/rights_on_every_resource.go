package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "rights-on-every-resource",
	Code:     "IAM003",
	Title:    "Role may act on every resource where an ARN is possible",
	Severity: Medium,
	Pillar:   Security,
	Why: `With Resource "*" the role may do the same to the tables, queues, buckets, secrets or functions of all other systems in the account, unless another policy denies it. ` +
		`A flaw in what works under this one role then reaches them too.`,
	Fix: `Name the ARNs of what the role works on.`,
	CDK: `resources: [...] in the iam.PolicyStatement, or the grant method of what the role works on`,
	Sources: []Source{
		{Title: `AWS Lambda Operator Guide, "Avoiding granting wildcard permissions in IAM policies"`, URL: "https://serverlessland.com/content/service/lambda/guides/aws-lambda-operator-guide/wildcard-permissions-iam", Checked: "2026-11-30"},
		{Title: `AWS Well-Architected Framework, Serverless Applications Lens, "Identity and access management"`, URL: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/identity-and-access-management.html", Checked: "2026-11-30"},
	},
	Equivalents: []string{"cdk-nag:AwsSolutions-IAM5", "checkov:CKV_AWS_109", "checkov:CKV_AWS_111", "guard-rules-registry:iam_policydocument_no_wildcard_resource"},
	Gaps: `Looked at are the actions that serverless code calls on data and on what runs, all of which take an ARN; what needs "*" (lists, metrics, traces, network interfaces) is never reported. sns:Publish, which text messages need on "*", is reported (low) only where the files have a topic and no user pool. ` +
		`Statements with a Condition on more than TLS, the Region or the caller's own account, AWS's managed policies and grants of a whole service (another rule's matter) are left out.`,
	Bad: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: ["dynamodb:PutItem", "dynamodb:ListTables"]
                Resource: "*" # want "dynamodb:PutItem on every resource"
`,
	Good: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"}
              - {Effect: Allow, Action: ["xray:PutTraceSegments", "cloudwatch:PutMetricData", "ec2:CreateNetworkInterface", "sns:Publish"], Resource: "*"}
              - {Effect: Allow, Action: "kms:Decrypt", Resource: "*", Condition: {StringEquals: {"kms:ViaService": sqs.eu-west-1.amazonaws.com}}}
              - {Effect: Deny, Action: "s3:GetObject", Resource: "*"}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Policies:
        - Statement:
            - Effect: Allow
              Action: "secretsmanager:Get*"
              Resource: "*" # want "secretsmanager:Get*"
`},
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Policies:
        - DynamoDBReadPolicy: {TableName: orders}
        - SQSSendMessagePolicy: {QueueName: orders}
`},
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.Role, graph.Policy) {
			if n.External {
				continue
			}
			p.openRights(n)
			for _, s := range n.Statements {
				checkEveryResource(p, n, s)
			}
		}
	},
})

func checkEveryResource(p *Pass, n *graph.Node, s graph.Statement) {
	if !isAllow(s) || strings.HasPrefix(s.Origin, "managed ") || s.Via != nil && s.Via != n.Resource || !saysNothing(s.Conditions) {
		return
	}
	star := graph.Value{}
	for _, v := range s.Resources {
		if text, ok := v.Str(); ok && text == "*" {
			star = v
		}
	}
	if !star.Exists() {
		return
	}
	h := Hit{Node: n, Resource: s.Via, Values: []graph.Value{star}}
	var names, arns, grants []string
	for _, v := range s.Actions {
		action, ok := v.Str()
		if !ok || !actsOnData(action) {
			continue
		}
		names, h.Values = append(names, action), append(h.Values, v)
		words, ok := narrowed(strings.ToLower(action))
		if ok && !slices.Contains(arns, words.arn) {
			arns, grants = append(arns, words.arn), append(grants, words.grant)
		}
	}
	if v := publishes(s); len(names) == 0 && v.Exists() && ownTopic(p.Graph) {
		text, _ := v.Str()
		names, h.Severity, h.Confidence, h.Values = append(names, text), Low, Likely, append(h.Values, v)
		arns, grants = append(arns, narrower["sns"].arn), append(grants, narrower["sns"].grant)
	}
	if len(names) == 0 {
		return
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("%d more", len(names)-3))
	}
	const most = 3 // services that the fix names
	if n := min(len(arns), most); n > 0 {
		h.Fix = "Name what the role works on: " + strings.Join(arns[:n], ", ") + "."
		known := slices.DeleteFunc(slices.Clone(grants[:n]), func(s string) bool { return s == "" })
		h.CDK = strings.Join(known, ", ")
		switch {
		case len(known) > 0 && len(known) < n:
			h.CDK += "; for the others resources: [...] in the iam.PolicyStatement"
		case len(known) == 0:
			h.CDK = "resources: [...] with " + strings.Join(arns[:n], ", ") + " in the iam.PolicyStatement"
		}
	}
	h.Message = fmt.Sprintf("%s allows %s on every resource of the account: name the ARNs", nameOf(n), strings.Join(names, ", "))
	p.Report(h)
}

// target is what to name in a template, and the grant of CDK that names it.
type target struct{ arn, grant string }

// narrowed finds what to name for an action: what its group works on, where it belongs to one, or all that a wildcard
// covers do; else what its service does.
func narrowed(action string) (target, bool) {
	service, rest, _ := strings.Cut(action, ":")
	found, first := target{}, true
	for _, list := range [][]string{dataActionsOf()[service], plainActionsOf()[service]} {
		for _, name := range list {
			if !policy.Glob(rest, name) {
				continue
			}
			words := groupOf(service, name)
			if !first && words != found {
				return narrower[service], narrower[service] != target{}
			}
			found, first = words, false
		}
	}
	return found, found != target{}
}

// groupOf is what one action works on, or its service.
func groupOf(service, name string) target {
	for _, g := range groups[service] {
		if slices.Contains(strings.Fields(g.actions), name) {
			return g.target
		}
	}
	return narrower[service]
}

// groups holds actions that work on something else than most of their service, or that CDK grants otherwise. Source: Service
// Authorization Reference and aws-cdk-lib 2.276.0, checked 2026-12-01.
var groups = map[string][]struct {
	actions string
	target
}{
	"dynamodb": {
		{"getrecords getsharditerator describestream", target{"the table's stream (!GetAtt Table.StreamArn)", "table.grantStreamRead(grantee)"}},
		{"updatetable deletetable createtable updatetimetolive updatecontinuousbackups exporttabletopointintime describetable describetimetolive describecontinuousbackups",
			target{"the table (!GetAtt Table.Arn)", "table.grant(grantee, ...) with the actions"}},
		{"restoretablefrombackup", target{"the table to restore to and the backups (TABLE_ARN/backup/*)", ""}},
	},
	"s3": {
		{"listbucket listbucketversions", target{"the bucket (!GetAtt Bucket.Arn)", "bucket.grantRead(grantee)"}},
		{"deletebucket putbucketpolicy putbucketnotification putlifecycleconfiguration putencryptionconfiguration getbucketlocation getbucketpolicy getbucketnotification getbucketversioning getbuckettagging getencryptionconfiguration",
			target{"the bucket (!GetAtt Bucket.Arn)", ""}},
		{"putobjectacl", target{`the bucket's objects (!Sub "${Bucket.Arn}/*")`, "bucket.grantPutAcl(grantee)"}},
	},
	"sqs": {
		{"purgequeue", target{"the queue (!GetAtt Queue.Arn)", "queue.grantPurge(grantee)"}},
		{"startmessagemovetask setqueueattributes deletequeue addpermission", target{"the queue (!GetAtt Queue.Arn)", "queue.grant(grantee, ...) with the actions"}},
	},
	"sns": {
		{"subscribe", target{"the topic (!Ref Topic)", "topic.grantSubscribe(grantee)"}},
		{"addpermission settopicattributes deletetopic gettopicattributes listsubscriptionsbytopic", target{"the topic (!Ref Topic)", ""}},
	},
	"kinesis": {
		{"deletestream mergeshards splitshard", target{"the stream (!GetAtt Stream.Arn)", "stream.grant(grantee, ...) with the actions"}},
		{"subscribetoshard", target{"the stream's consumer (!Ref Consumer) and the stream (!GetAtt Stream.Arn)", ""}},
	},
	"firehose": {
		{"updatedestination deletedeliverystream", target{"the delivery stream (!GetAtt DeliveryStream.Arn)", "deliveryStream.grant(grantee, ...) with the actions"}},
	},
	"lambda": {
		{"invokefunction invokeasync", target{"the called function (!GetAtt Function.Arn)", "calledFunction.grantInvoke(grantee)"}},
		{"invokefunctionurl", target{"the called function (!GetAtt Function.Arn)", "calledFunction.grantInvokeUrl(grantee)"}},
	},
	"states": {
		{"startsyncexecution", target{"the state machine (!Ref StateMachine)", "stateMachine.grantStartSyncExecution(grantee)"}},
		{"redriveexecution", target{"the state machine's executions (" + executions + ")", "stateMachine.grantRedriveExecution(grantee)"}},
		{"stopexecution describeexecution getexecutionhistory", target{"the state machine's executions (" + executions + ")", "stateMachine.grantExecution(grantee, ...) with the actions"}},
		{"createstatemachine updatestatemachine deletestatemachine describestatemachine listexecutions", target{"the state machine (!Ref StateMachine)", "stateMachine.grant(grantee, ...) with the actions"}},
	},
	"events": {
		{"putrule puttargets deleterule removetargets enablerule disablerule describerule", target{"the rules (!GetAtt Rule.Arn)", ""}},
		{"invokeapidestination", target{"the API destination (!GetAtt ApiDestination.ArnForPolicy)", ""}},
		{"describeeventbus", target{"the event bus (!GetAtt Bus.Arn)", ""}},
	},
	"secretsmanager": {
		{"putsecretvalue updatesecret", target{"the secret (!Ref Secret)", "secret.grantWrite(grantee)"}},
		{"createsecret", target{`the secrets' names (!Sub "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:PREFIX*")`, ""}},
		{"deletesecret rotatesecret putresourcepolicy", target{"the secret (!Ref Secret)", ""}},
	},
	"ssm": {
		{"putparameter", target{ssmParameters, "parameter.grantWrite(grantee)"}},
		{"deleteparameter deleteparameters", target{ssmParameters, ""}},
		{"sendcommand", target{"the document and the instances (their ARNs)", ""}},
		{"startautomationexecution", target{"the automation document (the ARN of its automation-definition)", ""}},
	},
	"kms": {
		{"sign", target{"the key (!GetAtt Key.Arn)", "key.grantSign(grantee)"}},
		{"verify", target{"the key (!GetAtt Key.Arn)", "key.grantVerify(grantee)"}},
		{"generatemac", target{"the key (!GetAtt Key.Arn)", "key.grantGenerateMac(grantee)"}},
		{"decrypt", target{"the key (!GetAtt Key.Arn)", "key.grantDecrypt(grantee)"}},
		{"creategrant putkeypolicy schedulekeydeletion disablekey describekey getpublickey", target{"the key (!GetAtt Key.Arn)", "key.grant(grantee, ...) with the actions"}},
	},
	"bedrock": {
		{"invokeagent", target{"the agent's alias (!GetAtt AgentAlias.AgentAliasArn)", ""}},
		{"retrieve", target{"the knowledge base (!GetAtt KnowledgeBase.KnowledgeBaseArn)", ""}},
	},
	"iot": {
		{"updatethingshadow getthingshadow", target{"the things (their ARNs)", ""}},
	},
	"ecs": {
		{"updateservice", target{"the ECS service (!Ref Service)", ""}},
	},
	"execute-api": {
		{"invoke", target{`the API (!Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*")`, ""}},
	},
}

const (
	executions    = `!Sub "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${StateMachine.Name}:*"`
	ssmParameters = `the parameters (!Sub "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/NAME")`
)

// narrower holds, by a service, what to name in a template, and the grant of CDK (aws-cdk-lib 2.276.0,
// checked 2026-11-30) that names it; "" where CDK has none.
var narrower = map[string]target{
	"dynamodb":       {"the table (!GetAtt Table.Arn) and its indexes (the same with /index/*)", "table.grantReadWriteData(grantee)"},
	"s3":             {`the bucket's objects (!Sub "${Bucket.Arn}/*"; !GetAtt Bucket.Arn for s3:ListBucket)`, "bucket.grantReadWrite(grantee)"},
	"sqs":            {"the queue (!GetAtt Queue.Arn)", "queue.grantSendMessages(grantee) or queue.grantConsumeMessages(grantee)"},
	"sns":            {"the topic (!Ref Topic)", "topic.grantPublish(grantee)"},
	"kinesis":        {"the stream (!GetAtt Stream.Arn)", "stream.grantReadWrite(grantee)"},
	"firehose":       {"the delivery stream (!GetAtt DeliveryStream.Arn)", "deliveryStream.grantPutRecords(grantee)"},
	"lambda":         {"the functions (!GetAtt Function.Arn)", ""},
	"states":         {"the state machine (!Ref StateMachine)", "stateMachine.grantStartExecution(grantee)"},
	"events":         {`the event bus (!GetAtt Bus.Arn; the default one is !Sub "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default")`, "events.EventBus.fromEventBusName(this, 'Bus', 'default').grantPutEventsTo(grantee)"},
	"secretsmanager": {"the secret (!Ref Secret)", "secret.grantRead(grantee)"},
	"ssm":            {ssmParameters, "parameter.grantRead(grantee)"},
	"kms":            {"the key (!GetAtt Key.Arn)", "key.grantEncryptDecrypt(grantee)"},
	"cognito-idp":    {"the user pool (!GetAtt UserPool.Arn)", "userPool.grant(grantee, ...)"},
	"ses":            {"the identity that sends (its ARN)", "emailIdentity.grantSendEmail(grantee)"},
	"bedrock":        {"the models (their ARNs)", ""},
	"sagemaker":      {"the endpoint (!Ref Endpoint)", "endpoint.grantInvoke(grantee)"},
	"codebuild":      {"the project (!GetAtt Project.Arn)", ""},
	"ecs":            {"the task definition (!Ref TaskDefinition)", "taskDefinition.grantRun(grantee)"},
	"appconfig":      {`the configuration (!Sub "arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:application/${Application}/environment/${Environment}/configuration/${Profile}")`, ""},
	"codepipeline":   {`the pipeline (!Sub "arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}")`, ""},
	"cloudformation": {"the stacks (their ARNs)", ""},
	"es":             {`the domain (!Sub "${Domain.Arn}/*")`, "domain.grantReadWrite(grantee)"},
	"pipes":          {"the pipes (their ARNs)", ""},
	"codedeploy":     {"the deployment group (its ARN), the application and the deployment configuration", ""},
	"ec2":            {`the instances (!Sub "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/${Instance}"), or "*" with a Condition on aws:ResourceTag`, ""},
	"rds":            {"the database instances or clusters (their ARNs)", ""},
	"route53":        {`the hosted zone (!Sub "arn:${AWS::Partition}:route53:::hostedzone/${HostedZone}")`, ""},
	"aoss":           {"the collection (!GetAtt Collection.Arn)", ""},
	"athena":         {"the workgroup (its ARN)", ""},
	"iot":            {"the topics (their ARNs)", ""},
	"scheduler":      {"the schedules' group (the ARN of its schedules)", ""},
	"cloudfront":     {"the distribution (its ARN)", "distribution.grantCreateInvalidation(grantee)"},
	"rds-data":       {"the cluster (its ARN)", "cluster.grantDataApiAccess(grantee)"},
	"appsync":        {"the API (its ARN with /*)", "api.grantQuery(grantee) or api.grantMutation(grantee)"},
	"execute-api":    {"the WebSocket API's connections (its ARN)", "webSocketApi.grantManageConnections(grantee)"},
}

// publishes finds the action of a statement that publishes to topics. Text messages need it on every resource, and so does
// the role that a user pool sends them under.
func publishes(s graph.Statement) graph.Value {
	for _, v := range s.Actions {
		if action, ok := v.Str(); ok && strings.Count(action, "*") == 0 && strings.EqualFold(action, "sns:Publish") {
			return v
		}
	}
	return graph.Value{}
}

// ownTopic tells whether the system has a topic, and no user pool whose text messages need the same right.
func ownTopic(g *graph.Graph) bool {
	for _, pool := range g.OfKind(graph.UserPool) {
		if !pool.External {
			return false
		}
	}
	for _, topic := range g.OfKind(graph.Topic) {
		if !topic.External {
			return true
		}
	}
	return false
}

// saysNothing tells whether a condition asks for nothing, or for what says nothing about the resource.
func saysNothing(conditions graph.Value) bool {
	if conditions.IsUnknown() {
		return false
	}
	for _, operator := range conditions.Fields() {
		if operator.Value.Kind != graph.Map {
			return false
		}
		for _, key := range operator.Value.Fields() {
			if !idleKeys[strings.ToLower(key.Name)] {
				return false
			}
		}
	}
	return true
}

// actsOnData tells whether an action, which may hold wildcards, covers one that acts on data. A grant of the
// whole service, or of all services, does not count.
func actsOnData(action string) bool {
	service, rest, found := strings.Cut(strings.ToLower(action), ":")
	if !found || strings.Trim(rest, "*") == "" || strings.ContainsRune(service, '*') {
		return false
	}
	if strings.ContainsRune(service, '?') {
		for name, actions := range dataActionsOf() {
			if policy.Glob(service, name) && anyGlob(rest, actions) {
				return true
			}
		}
		return false
	}
	return anyGlob(rest, dataActionsOf()[service]) || slices.Contains(plainActionsOf()[service], rest)
}

func anyGlob(pattern string, texts []string) bool {
	for _, text := range texts {
		if policy.Glob(pattern, text) {
			return true
		}
	}
	return false
}

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

// looseCalls are rights that calls of other targets need, which are asked for on whatever thing: the ARN of an API
// destination ends in an id that no template knows, and tasks are run by their definition. Targets outside the files are
// known by service and start of the resource in their ARN. Sources: EventBridge user guide, "IAM roles for sending events
// to targets" and "Event source permissions for Amazon EventBridge Pipes"; EventBridge Scheduler user guide, "Using
// templated targets in EventBridge Scheduler"; checked 2026-12-01.
var looseCalls = []struct{ kind, service, resource, action string }{
	{"AWS::Events::ApiDestination", "events", "api-destination/", "events:InvokeApiDestination"},
	{"AWS::ECS::Cluster", "ecs", "cluster/", "ecs:RunTask"},
	{"AWS::Batch::JobQueue", "batch", "job-queue/", "batch:SubmitJob"},
	{"AWS::CodeBuild::Project", "codebuild", "project/", "codebuild:StartBuild"},
	{"AWS::CodePipeline::Pipeline", "codepipeline", "", "codepipeline:StartPipelineExecution"},
	{"AWS::SageMaker::Pipeline", "sagemaker", "pipeline/", "sagemaker:StartPipelineExecution"},
	{"AWS::Logs::LogGroup", "logs", "log-group:", "logs:PutLogEvents"},
	{"AWS::ApiGateway::RestApi", "execute-api", "", "execute-api:Invoke"},
	{"AWS::ApiGatewayV2::Api", "execute-api", "", "execute-api:Invoke"},
}

// looseActions are the rights of a call that are asked for on whatever thing.
func looseActions(g *graph.Graph, e *graph.Edge) []string {
	service, resource := "", ""
	if e.To.External {
		// The colons of pseudo parameters separate nothing.
		if words := strings.SplitN(strings.ReplaceAll(e.To.ID, "${AWS::", "${"), ":", 6); len(words) == 6 && words[0] == "arn" {
			service, resource = words[2], words[5]
		}
	}
	for _, c := range looseCalls {
		if e.To.Type != c.kind && (service != c.service || !strings.HasPrefix(resource, c.resource)) {
			continue
		}
		if c.action == "ecs:RunTask" && handsRoles(g, e) {
			return []string{c.action, "iam:PassRole"}
		}
		return []string{c.action}
	}
	return nil
}

// handsRoles tells whether the task of a call has roles of its own, which the caller must be allowed to hand to it.
func handsRoles(g *graph.Graph, e *graph.Edge) bool {
	for _, block := range []string{"EcsParameters", "EcsTaskParameters"} {
		for _, ref := range e.Settings.Get(block, "TaskDefinitionArn").Refs() {
			if task := g.Node(ref.Resource); task != nil && task.Type == "AWS::ECS::TaskDefinition" && len(g.Out(task, graph.Assumes)) > 0 {
				return true
			}
		}
	}
	return false
}

// universalActions name the right that a universal target needs where it is not the call's own name.
var universalActions = map[string]string{
	"lambda:invoke": "lambda:InvokeFunction", "sqs:sendMessageBatch": "sqs:SendMessage", "sns:publishBatch": "sns:Publish",
	"sqs:deleteMessageBatch": "sqs:DeleteMessage", "sqs:changeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}

// universalMixed are calls that need the rights of what they carry, or others that their name does not tell. Source:
// DynamoDB developer guide, "Using IAM with DynamoDB transactions" and "IAM security policies with PartiQL for DynamoDB",
// checked 2026-11-30.
var universalMixed = map[string]bool{
	"dynamodb:transactWriteItems": true, "dynamodb:transactGetItems": true, "dynamodb:executeStatement": true,
	"dynamodb:batchExecuteStatement": true, "dynamodb:executeTransaction": true,
}

// universalPrefixes are services whose universal targets need the right of the call's name, by the prefix of their actions.
var universalPrefixes = map[string]string{
	"sqs": "sqs", "sns": "sns", "sfn": "states", "eventbridge": "events", "dynamodb": "dynamodb", "kinesis": "kinesis", "firehose": "firehose",
	"lambda": "lambda", "ecs": "ecs", "glue": "glue", "codebuild": "codebuild", "batch": "batch", "rds": "rds", "ec2": "ec2", "ssm": "ssm",
	"secretsmanager": "secretsmanager", "athena": "athena", "autoscaling": "autoscaling", "applicationautoscaling": "application-autoscaling",
	"backup": "backup", "cloudformation": "cloudformation", "cloudfront": "cloudfront", "cloudwatch": "cloudwatch", "cloudwatchlogs": "logs",
	"codepipeline": "codepipeline", "cognitoidentityprovider": "cognito-idp", "databrew": "databrew", "datasync": "datasync", "docdb": "rds",
	"eks": "eks", "elasticache": "elasticache", "emr": "elasticmapreduce", "emrserverless": "emr-serverless", "neptune": "rds", "pipes": "pipes",
	"redshift": "redshift", "redshiftdata": "redshift-data", "sagemaker": "sagemaker", "scheduler": "scheduler", "ses": "ses", "transfer": "transfer",
	"workspaces": "workspaces",
}

// universalAlone are the calls of S3 that need the right of their own name; others need several, or one named otherwise.
var universalAlone = map[string]string{"s3:putObject": "s3", "s3:deleteObject": "s3", "s3:createBucket": "s3", "s3:deleteBucket": "s3"}

// checkUniversalRight asks whether a role allows the call of a universal target: on the thing that the input names, where
// that is one of these files, else whether any statement allows it, on whatever thing.
func checkUniversalRight(p *Pass, n, role *graph.Node, target string) {
	_, call, _ := strings.Cut(target, ":aws-sdk:")
	service, name, _ := strings.Cut(call, ":")
	prefix := universalPrefixes[service]
	if alone := universalAlone[call]; alone != "" {
		prefix = alone
	}
	if prefix == "" || name == "" || universalMixed[call] {
		return
	}
	action := prefix + ":" + graph.UpperFirst(name)
	if other := universalActions[call]; other != "" {
		action = other
	}
	for _, e := range p.Graph.Out(n, graph.Routes) {
		if !e.To.External && e.Label == name && worksOn(e.To.Kind, action) {
			checkCallRole(p, e, role, []string{action})
			checkStreamKey(p, e, role)
			return
		}
	}
	checkRightOnAnything(p, role, action, Hit{Node: n, Related: []*graph.Node{role}, Values: []graph.Value{{}, n.Setting("target", "arn")},
		Fix: fmt.Sprintf("Allow role %s to do %s on the thing that the call works on.", nameOf(role), action), CDK: "new targets.Universal(...) with policyStatements, or role.addToPolicy"})
}

// checkStreamKey asks for the right to encrypt what is put into a stream with a key of its own. Queues and topics are the
// matter of sender-may-not-use-key. Source: Kinesis developer guide, "Permissions to use user-generated KMS keys", checked 2026-12-01.
func checkStreamKey(p *Pass, e *graph.Edge, role *graph.Node) {
	const action = "kms:GenerateDataKey"
	if e.To.Kind != graph.Stream {
		return
	}
	for _, k := range p.Graph.In(e.To, graph.Encrypts) {
		if k.From.Type != "AWS::KMS::Key" {
			continue
		}
		switch d := roleMayUseKey(role, action, k.From); d.Answer {
		case policy.Unknown:
			p.Unclear(role, "whether it may encrypt with "+nameOf(k.From)+": "+d.Why)
		case policy.No:
			p.Report(Hit{Node: e.From, Confidence: weaker(e, k), Related: []*graph.Node{role, e.To, k.From}, Values: append([]graph.Value{{}}, edgePlace(e)...),
				Fix:     fmt.Sprintf("Allow role %s to do %s with %s.", nameOf(role), action, nameOf(k.From)),
				Message: fmt.Sprintf("role %s may not do %s with key %s of %s: %s cannot put records into it", nameOf(role), action, nameOf(k.From), nameOf(e.To), nameOf(e.From))})
		}
	}
}

// worksOn tells whether the right of an action is one on things of a kind.
func worksOn(kind graph.Kind, action string) bool {
	switch action {
	case "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem":
		return kind == graph.Table
	}
	return slices.Contains(strings.Fields(callActions[kind]), action)
}

// checkRightOnAnything reports h where no statement of a role allows an action, on whatever thing.
func checkRightOnAnything(p *Pass, role *graph.Node, action string, h Hit) {
	switch answer, why := rightOnAnything(role, action); answer {
	case policy.Unknown:
		p.Unclear(role, "whether it may do "+action+why)
		return
	case policy.Yes:
		return
	}
	h.Message = fmt.Sprintf("role %s may not do %s on anything: %s cannot call its target", nameOf(role), action, nameOf(h.Node))
	p.Report(h)
}

// rightOnAnything tells whether a statement of a role allows an action, on whatever thing; why follows what is not clear.
func rightOnAnything(role *graph.Node, action string) (answer policy.Answer, why string) {
	for _, s := range role.Statements {
		for _, a := range s.Actions {
			if _, known := a.Str(); !known || len(s.NotActions) > 0 {
				return policy.Unknown, ""
			}
		}
		if s.Effect == "" && grantsAction(s, action) {
			return policy.Unknown, ": the effect of a statement is not known"
		}
		if isAllow(s) && (grantsAction(s, action) || len(s.NotActions) > 0) {
			return policy.Yes, ""
		}
	}
	if role.External || policyUnknown(role) != "" {
		return policy.Unknown, ": not all its statements are known"
	}
	return policy.No, ""
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "rule-target-without-role",
	Code:     "EVT004",
	Title:    `Rule target needs a role that is missing`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `For these targets EventBridge acts under a role. Without RoleArn the target is refused ("RoleArn is required for target"), so the deployment fails. A bus of another account has needed a role since March 2023.`,
	Fix:      `Set RoleArn on the target, with a role that events.amazonaws.com may assume and that allows the action.`,
	CDK:      `targets.SfnStateMachine, targets.KinesisStream and the like make the role`,
	Sources: []Source{
		{Title: `CloudFormation reference, AWS::Events::Rule Target RoleArn`, URL: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-events-rule-target.html#cfn-events-rule-target-rolearn", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge User Guide, "Sending and receiving events between AWS accounts in Amazon EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge API reference, PutTargets`, URL: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html", Checked: "2026-11-30"},
		{Title: `terraform-provider-aws, pull request 19913 (the error message)`, URL: "https://github.com/hashicorp/terraform-provider-aws/pull/19913", Checked: "2026-11-30"},
	},
	Gaps: `Asked for state machines, streams, Firehose streams, GraphQL APIs, API destinations, buses of other accounts or regions, and targets of ECS, Batch, Systems Manager, CodePipeline, CodeBuild, Redshift and SageMaker. Low for a bus of the same account, which may let the rule in by its own policy. A role at the rule counts.`,
	Bad: `Resources:
  Placed: # want "stateMachine Flow"
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Flow}]
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Flow, RoleArn: "arn:aws:iam::111122223333:role/start"}]
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
`,
	MoreGood: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
      Events:
        Placed: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}
`},
	Check: checkTargetRoles,
})

func checkTargetRoles(p *Pass) {
	for _, rule := range p.Graph.OfKind(graph.Rule) {
		if rule.Type != "AWS::Events::Rule" || rule.External || rule.Setting("roleArn").Exists() {
			continue
		}
		for _, target := range rule.Setting("targets").Each() {
			if target.Get("RoleArn").Exists() {
				continue
			}
			arn := target.Get("Arn")
			to := targetOf(p.Graph, rule, arn)
			what := needsRole(target, arn, to)
			if what == "" {
				if open(arn) && (to == nil || to.External) {
					p.Unknown(rule, arn)
				}
				continue
			}
			h := Hit{Node: rule, Values: []graph.Value{{}, arn}, Related: []*graph.Node{to},
				Message: fmt.Sprintf("target %s %s needs a RoleArn: without one EventBridge refuses the target", what, roleTargetName(to, arn))}
			h.Fix, h.CDK = roleFix(what)
			if what == sameAccountBus {
				h.Severity = Low
				h.Message = fmt.Sprintf("target bus %s has no RoleArn: within one account its policy lets the rule in, with a role the rule needs no policy", roleTargetName(to, arn))
			}
			p.Report(h)
		}
	}
}

const sameAccountBus = "bus of the same account"

// targetOf is the thing that a rule's target names, nil where it is none that the graph knows.
func targetOf(g *graph.Graph, rule *graph.Node, arn graph.Value) *graph.Node {
	for _, e := range g.Out(rule, graph.Routes) {
		for _, at := range e.Evidence {
			if arn.At != nil && at == *arn.At {
				return e.To
			}
		}
	}
	return nil
}

func roleTargetName(to *graph.Node, arn graph.Value) string {
	if to != nil {
		return nameOf(to)
	}
	return short(arn.String())
}

// roleServices are what EventBridge calls under a role, by the service in their ARN. Functions, queues, topics, log
// groups and APIs let it in by policies of their own.
var roleServices = map[string]string{
	"states": "stateMachine", "kinesis": "stream", "firehose": "firehose", "ecs": "ECS cluster", "batch": "job queue", "ssm": "SSM document",
	"codepipeline": "pipeline", "codebuild": "build project", "appsync": "GraphQL API", "redshift": "Redshift cluster", "redshift-serverless": "Redshift workgroup", "sagemaker": "SageMaker pipeline",
}

// roleFix says which action the role of a target has to allow, and what makes the role in CDK. Source: EventBridge user guide,
// "Accessing EventBridge resources using IAM roles"; aws-cdk-lib 2.276.0, aws-events-targets; checked 2026-12-01.
func roleFix(what string) (fix, cdk string) {
	words, ok := roleWords[what]
	if !ok {
		return "", ""
	}
	fix = "Set RoleArn on the target, with a role that events.amazonaws.com may assume and that allows " + words.action + "."
	if words.class != "" {
		return fix, "new targets." + words.class + " makes the role"
	}
	return fix, "(rule.node.defaultChild as events.CfnRule).addPropertyOverride('Targets.0.RoleArn', role.roleArn): there is no class for this target"
}

var roleWords = map[string]struct{ action, class string }{
	string(graph.StateMachine): {"states:StartExecution on the state machine", "SfnStateMachine(machine)"},
	string(graph.Stream):       {"kinesis:PutRecord and kinesis:PutRecords on the stream", "KinesisStream(stream)"},
	string(graph.Firehose):     {"firehose:PutRecord and firehose:PutRecordBatch on the delivery stream", "FirehoseDeliveryStream(deliveryStream)"},
	string(graph.GraphQLAPI):   {"appsync:GraphQL on the API's fields (API_ARN/types/Mutation/*)", "AppSync(api, { graphQLOperation })"},
	"API destination":          {"events:InvokeApiDestination on the destination", "ApiDestination(destination)"},
	"pipeline":                 {"codepipeline:StartPipelineExecution on the pipeline", "CodePipeline(pipeline)"},
	"build project":            {"codebuild:StartBuild on the project", "CodeBuildProject(project)"},
	"job queue":                {"batch:SubmitJob on the job definition and the job queue", "BatchJob(...)"},
	"ECS cluster":              {"ecs:RunTask on the task definition and iam:PassRole on the roles of its tasks", "EcsTask({ cluster, taskDefinition })"},
	"SSM document":             {"ssm:SendCommand on the document and the instances (ssm:StartAutomationExecution for an automation)", ""},
	"Redshift cluster":         {"redshift-data:ExecuteStatement on the cluster and the right to its credentials (redshift:GetClusterCredentials, or secretsmanager:GetSecretValue)", "RedshiftQuery(...)"},
	"Redshift workgroup":       {"redshift-data:ExecuteStatement on the workgroup and the right to its credentials (redshift-serverless:GetCredentials, or secretsmanager:GetSecretValue)", "RedshiftQuery(...)"},
	"SageMaker pipeline":       {"sagemaker:StartPipelineExecution on the pipeline", ""},
	sameAccountBus:             {"events:PutEvents on the bus", "EventBus(bus)"},

	"bus of another account or region": {"events:PutEvents on the bus", "EventBus(events.EventBus.fromEventBusArn(this, 'Other', arn))"},
}

// needsRole says what kind of target it is that EventBridge calls under a role only, "" for others.
func needsRole(target, arn graph.Value, to *graph.Node) string {
	for _, block := range []struct{ name, what string }{
		{"EcsParameters", "ECS cluster"}, {"BatchParameters", "job queue"}, {"RunCommandParameters", "SSM document"}, {"AppSyncParameters", "GraphQL API"},
		{"KinesisParameters", "stream"}, {"RedshiftDataParameters", "Redshift cluster"}, {"SageMakerPipelineParameters", "SageMaker pipeline"},
	} {
		if target.Get(block.name).Exists() {
			return block.what
		}
	}
	if to != nil {
		switch to.Kind {
		case graph.StateMachine, graph.Stream, graph.Firehose, graph.GraphQLAPI:
			return string(to.Kind)
		}
		switch to.Type {
		case "AWS::Events::ApiDestination":
			return "API destination"
		case "AWS::CodePipeline::Pipeline":
			return "pipeline"
		case "AWS::CodeBuild::Project":
			return "build project"
		case "AWS::Batch::JobQueue":
			return "job queue"
		case "AWS::ECS::Cluster":
			return "ECS cluster"
		}
	}
	fields := strings.Split(strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::Region}", "region", "${AWS::AccountId}", "self").Replace(arn.String()), ":")
	switch {
	case to != nil && to.Kind == graph.EventBus && !to.External:
		return sameAccountBus
	case len(fields) < 6 || fields[0] != "arn":
		return ""
	case fields[2] == "events" && strings.HasPrefix(fields[5], "api-destination/"):
		return "API destination"
	case fields[2] == "events" && strings.HasPrefix(fields[5], "event-bus/"):
		if fields[4] == "self" && fields[3] == "region" {
			return sameAccountBus
		}
		return "bus of another account or region"
	}
	return roleServices[fields[2]]
}

package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
	"github.com/seed-8eee7107/serverless-architect/knowledge/policy"
)

var _ = add(Rule{
	ID:       "pipe-or-schedule-role-misses-right",
	Code:     "PIP003",
	Title:    `Role of a pipe or schedule misses a right that its path needs`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `A pipe or schedule reads and sends with its own role. What the role may not do fails each time. A pipe tries again until the source gives the message up, and EventBridge may stop it if it goes on failing so; a schedule's call goes to its dead-letter queue, or is dropped where there is none.`,
	Fix:      `Allow the role to read the source (receive, delete, get attributes; get records; decrypt with its key), to call the target and to write to the dead-letter queue.`,
	CDK:      `new scheduler.Schedule with a target construct writes the grants, and so does new Pipe of @aws-cdk/aws-pipes-alpha; for a CfnPipe queue.grantConsumeMessages(role) and fn.grantInvoke(role)`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Amazon EventBridge Pipes error handling and troubleshooting"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html", Checked: "2026-11-30"},
		{Title: `Amazon EventBridge Scheduler User Guide, "Configuring a schedule's dead-letter queue in EventBridge Scheduler"`, URL: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html", Checked: "2026-11-30"},
	},
	Gaps: `The thing that a universal target (aws-sdk) works on, transactions and PartiQL of DynamoDB, and targets of other kinds than functions, queues, topics, machines, buses, streams, Firehose streams, API destinations and ECS clusters are not looked at. Roles outside the files are listed as undecided.`,
	Bad: `Resources:
  Pipe: # want "sqs:DeleteMessage"
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !GetAtt Role.Arn
      Source: !GetAtt Orders.Arn
      Target: !Ref Flow
  Nightly: # want "may not do states:StartExecution on Flow"
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !Ref Flow, RoleArn: !GetAtt Other.Arn}
  Orders:
    Type: AWS::SQS::Queue
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
  Other:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: scheduler.amazonaws.com}, Action: "sts:AssumeRole"}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: pipes.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], Resource: !GetAtt Orders.Arn}
              - {Effect: Allow, Action: "states:StartExecution", Resource: !Ref Flow}
`,
	Good: `Resources:
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !GetAtt Role.Arn
      Source: !GetAtt Orders.Arn
      Target: !Ref Flow
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !Ref Flow, RoleArn: !ImportValue scheduler-role}
  Orders:
    Type: AWS::SQS::Queue
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/flow
      Definition: {StartAt: Done, States: {Done: {Type: Succeed}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: pipes.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource: !GetAtt Orders.Arn}
              - {Effect: Allow, Action: "states:StartExecution", Resource: !Ref Flow}
`,
	Check: func(p *Pass) {
		for _, n := range p.Graph.OfKind(graph.Pipe, graph.Schedule) {
			if n.Type != "AWS::Pipes::Pipe" && n.Type != "AWS::Scheduler::Schedule" {
				continue
			}
			for _, role := range rolesOf(p.Graph, n) {
				checkPathRights(p, n, role)
			}
		}
	},
})

// callActions are the rights that a call of a target needs; of each entry one action is enough.
var callActions = map[graph.Kind]string{
	graph.Function: "lambda:InvokeFunction", graph.Queue: "sqs:SendMessage", graph.Topic: "sns:Publish",
	graph.StateMachine: "states:StartExecution states:StartSyncExecution", graph.EventBus: "events:PutEvents", graph.Stream: "kinesis:PutRecord kinesis:PutRecords",
	graph.Firehose: "firehose:PutRecord firehose:PutRecordBatch",
}

// looseActions are rights that calls of other targets need, which are asked for on whatever thing: the ARN of an API
// destination ends in an id that no template knows, and tasks are run by their definition. Source: EventBridge user
// guide, "IAM roles for sending events to targets", checked 2026-11-30.
var looseActions = map[string]string{"AWS::Events::ApiDestination": "events:InvokeApiDestination", "AWS::ECS::Cluster": "ecs:RunTask"}

func checkPathRights(p *Pass, n, role *graph.Node) {
	for _, e := range p.Graph.In(n, graph.Polls) {
		if actions := pollActions[e.From.Kind]; len(actions) > 0 {
			checkPollRole(p, e, role, actions)
			checkPollKey(p, e, role)
		}
	}
	for _, e := range p.Graph.Out(n, graph.FailsTo) {
		if action := failureActions[e.To.Kind]; action != "" {
			checkRoleMay(p, role, e, action)
		}
	}
	target, _ := n.Setting("target", "arn").Str()
	if strings.Contains(target, ":aws-sdk:") {
		checkUniversalRight(p, n, role, target)
		return
	}
	for _, e := range p.Graph.Out(n, graph.Routes, graph.Invokes) {
		if e.To.External && e.To.ARN.IsUnknown() && !role.External {
			p.Unclear(role, "whether it may call "+nameOf(e.To)+", whatever that is: "+e.To.ARN.Reason())
			continue
		}
		if actions := callsOf(e); actions != "" {
			checkCallRole(p, e, role, strings.Fields(actions))
		}
		if action := looseActions[e.To.Type]; action != "" {
			checkRightOnAnything(p, role, action, Hit{Node: n, Related: []*graph.Node{role, e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
				Fix: fmt.Sprintf("Allow role %s to do %s.", nameOf(role), action)})
		}
	}
}

// callsOf are the rights of which a call needs one. A schedule only starts a machine, an enrichment waits for it, and
// a pipe does what InvocationType says.
func callsOf(e *graph.Edge) string {
	if e.To.Kind != graph.StateMachine {
		return callActions[e.To.Kind]
	}
	kind, _ := e.Settings.Get("StepFunctionStateMachineParameters", "InvocationType").Str()
	switch {
	case e.From.Kind == graph.Schedule || kind == "FIRE_AND_FORGET":
		return "states:StartExecution"
	case e.Label == "enrichment" || kind == "REQUEST_RESPONSE":
		return "states:StartSyncExecution"
	}
	return callActions[e.To.Kind]
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
	"secretsmanager": "secretsmanager",
}

// checkUniversalRight asks whether any statement of a role allows the call of a universal target, on whatever thing.
func checkUniversalRight(p *Pass, n, role *graph.Node, target string) {
	_, call, _ := strings.Cut(target, ":aws-sdk:")
	service, name, _ := strings.Cut(call, ":")
	prefix := universalPrefixes[service]
	if prefix == "" || name == "" || universalMixed[call] {
		return
	}
	action := prefix + ":" + graph.UpperFirst(name)
	if other := universalActions[call]; other != "" {
		action = other
	}
	checkRightOnAnything(p, role, action, Hit{Node: n, Related: []*graph.Node{role}, Values: []graph.Value{{}, n.Setting("target", "arn")},
		Fix: fmt.Sprintf("Allow role %s to do %s on the thing that the call works on.", nameOf(role), action), CDK: "new targets.Universal(...) with policyStatements, or role.addToPolicy"})
}

// checkRightOnAnything reports h where no statement of a role allows an action, on whatever thing.
func checkRightOnAnything(p *Pass, role *graph.Node, action string, h Hit) {
	for _, s := range role.Statements {
		for _, a := range s.Actions {
			if _, known := a.Str(); !known || len(s.NotActions) > 0 {
				p.Unclear(role, "whether it may do "+action)
				return
			}
		}
		if s.Effect == "" && grantsAction(s, action) {
			p.Unclear(role, "whether it may do "+action+": the effect of a statement is not known")
			return
		}
		if isAllow(s) && (grantsAction(s, action) || len(s.NotActions) > 0) {
			return
		}
	}
	if role.External || policyUnknown(role) != "" {
		p.Unclear(role, "whether it may do "+action+": not all its statements are known")
		return
	}
	h.Message = fmt.Sprintf("role %s may not do %s on anything: %s cannot call its target", nameOf(role), action, nameOf(h.Node))
	p.Report(h)
}

func checkCallRole(p *Pass, e *graph.Edge, role *graph.Node, actions []string) {
	why := ""
	for _, action := range actions {
		d := roleMayCall(role, action, e)
		if d.Answer == policy.No && e.To.External && e.To.ARN.IsUnknown() {
			p.Unclear(role, "whether it may call "+nameOf(e.To)+", whatever that is: "+e.To.ARN.Reason())
			return
		}
		switch d.Answer {
		case policy.Unknown:
			p.Unclear(role, "whether it may do "+action+" on "+nameOf(e.To)+": "+d.Why)
			return
		case policy.No:
			why = d.Why
		default:
			return
		}
	}
	p.Report(Hit{Node: e.From, Confidence: weaker(e), Related: []*graph.Node{role, e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
		Fix:     fmt.Sprintf("Allow role %s to do %s on %s.", nameOf(role), actions[0], nameOf(e.To)),
		Message: fmt.Sprintf("role %s may not do %s on %s: %s cannot call its target (%s)", nameOf(role), actions[0], nameOf(e.To), nameOf(e.From), why)})
}

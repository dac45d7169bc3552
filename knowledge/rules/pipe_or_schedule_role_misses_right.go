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
	Gaps: `Of universal targets (aws-sdk) the thing that they work on is looked at only where it is a function, queue, topic, machine, bus, stream, Firehose stream or table of these files; transactions and PartiQL of DynamoDB are not, nor most calls of S3. Calls of API destinations, APIs, ECS clusters, job queues, builds, pipelines and log groups are looked for on whatever thing. Roles outside the files are listed as undecided.`,
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
			checkStreamKey(p, e, role)
		}
		for _, action := range looseActions(p.Graph, e) {
			confidence := Certain
			if action == "execute-api:Invoke" {
				confidence = Likely // methods without authorization ask no right of the caller
			}
			checkRightOnAnything(p, role, action, Hit{Node: n, Confidence: confidence, Related: []*graph.Node{role, e.To}, Values: append([]graph.Value{{}}, edgePlace(e)...),
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
	case e.To.Workflow != nil && e.To.Workflow.Express: // for which a pipe waits where it is not told
		return "states:StartSyncExecution states:StartExecution"
	}
	return callActions[e.To.Kind]
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

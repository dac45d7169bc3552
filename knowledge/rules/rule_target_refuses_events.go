package rules

import (
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "rule-target-refuses-events",
	Code:     "EVT003",
	Title:    `Function or topic does not admit the EventBridge rule that targets it`,
	Severity: Critical,
	Pillar:   Reliability,
	Why:      `Where the target has no RoleArn EventBridge invokes functions and publishes to topics by the right that their own policy gives it. Without it every delivery is refused, and the event is dropped unless the target has a dead-letter queue; the traces are the rule's metric FailedInvocations, that queue, and the logs of the bus, where it writes them.`,
	Fix:      `For a function add an AWS::Lambda::Permission with Principal events.amazonaws.com and SourceArn = the rule; for a topic an AWS::SNS::TopicPolicy that allows events.amazonaws.com sns:Publish, without a Condition. Or give the target a RoleArn whose role may do it.`,
	CDK:      `targets.LambdaFunction or targets.SnsTopic writes the permission`,
	Sources: []Source{
		{Title: `Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"`, URL: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html", Checked: "2026-11-30"},
		{Title: `AWS re:Post, SNS topic does not get EventBridge notifications`, URL: "https://www.repost.aws/knowledge-center/sns-not-getting-eventbridge-notification", Checked: "2026-11-30"},
	},
	Gaps: `Of a target with a RoleArn the role is asked instead of the function or topic. Targets outside the files are listed as undecided.`,
	Bad: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Worker.Arn}]
  Worker: # want "does not let rule Placed invoke it"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !GetAtt Worker.Arn}]
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
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Placed.Arn
`,
	MoreBad: []string{`Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Topic}]
  Topic: # want "does not let rule Placed publish to it"
    Type: AWS::SNS::Topic
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
        Placed:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [shop.orders]}}
`, `Resources:
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop.orders]}
      Targets: [{Id: t, Arn: !Ref Topic}]
  Topic:
    Type: AWS::SNS::Topic
  TopicPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sns:Publish", Resource: !Ref Topic}]
`},
	Check: checkRuleTargets,
})

func checkRuleTargets(p *Pass) {
	for _, rule := range p.Graph.OfKind(graph.Rule) {
		if rule.Type != "AWS::Events::Rule" {
			continue
		}
		for _, e := range p.Graph.Out(rule, graph.Routes) {
			switch {
			case e.Setting("roleArn").Exists():
				if action := map[graph.Kind]string{graph.Function: "lambda:InvokeFunction", graph.Topic: "sns:Publish"}[e.To.Kind]; action != "" {
					checkTargetRole(p, e, action)
				}
			case e.To.Kind == graph.Function:
				checkMay(p, e, "events.amazonaws.com", "lambda:InvokeFunction", "rule "+nameOf(rule)+" invoke it", way{permission: permit(e), cdk: "new targets.LambdaFunction(fn) writes the permission"})
			case e.To.Kind == graph.Topic:
				checkMay(p, e, "events.amazonaws.com", "sns:Publish", "rule "+nameOf(rule)+" publish to it", way{statement: ruleMayPublish, cdk: "new targets.SnsTopic(topic) writes the policy"})
			}
		}
	}
}

// ruleMayPublish is the statement that a topic's policy lacks.
const ruleMayPublish = `Allow, Principal {Service: events.amazonaws.com}, Action sns:Publish, Resource: the topic's ARN.`

// permit is the fix for a function that a rule may not invoke.
func permit(e *graph.Edge) string {
	name := "the function"
	if e.Qualifier != "" {
		name = "the version or alias that the rule names"
	}
	fix := "Add an AWS::Lambda::Permission: FunctionName " + name + ", Action lambda:InvokeFunction, Principal events.amazonaws.com, SourceArn = the rule's ARN."
	if e.Qualifier == "" && placeOf(e.To, e.To.Resource).Type == "AWS::Serverless::Function" {
		fix += " Or make the rule an event of the function (Type: EventBridgeRule or Schedule): SAM then writes it."
	}
	return fix
}

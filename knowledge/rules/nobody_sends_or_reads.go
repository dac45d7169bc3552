package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "nobody-sends-or-reads",
	Code:     "GRF013",
	Title:    `Resource nobody sends to or reads`,
	Severity: Low,
	Pillar:   Cost,
	Profile:  Advisory,
	Why:      `A queue that nobody reads fills until its messages expire; a function, a workflow or a topic that nothing calls is dead code, or the wiring that should call it was forgotten.`,
	Fix:      `Connect the resource (an event source, a subscription, a rule, a grant with its environment variable), export it if another stack uses it, or remove it.`,
	CDK:      `queue.grantSendMessages(producer); consumer.addEventSource(new SqsEventSource(queue)); or new CfnOutput(...) for users elsewhere`,
	Sources: []Source{
		{Title: `AWS Well-Architected Framework, "COST04-BP03 Decommission resources"`, URL: "https://docs.aws.amazon.com/wellarchitected/latest/framework/cost_decomissioning_resources_decommission.html", Checked: "2026-11-30"},
	},
	Gaps: `Advice (profile advisory). What an output, a parameter, a resource policy or a resource of a type that is not understood names may be used from elsewhere and is left out; so are dead-letter queues and things that are mentioned without a known connection. With a written name the verdict is unknown: other stacks may use it. A bus, which has to have one, is reported where it has neither senders nor rules.`,
	Bad: `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::SQS::Queue} # want "nothing reads from Orders"
  Forgotten: # want "nothing invokes Forgotten"
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src}
  Intake:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {QUEUE: !Ref Orders}}
      Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Orders.QueueName}}]
      Events: {Api: {Type: HttpApi, Properties: {Path: /orders, Method: POST}}}
`,
	Good: `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Results: {Type: AWS::SNS::Topic}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Environment: {Variables: {TOPIC: !Ref Results}}
      Policies: [{SNSPublishMessagePolicy: {TopicName: !GetAtt Results.TopicName}}]
      Events: {Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}}
  Nightly:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: src, FunctionName: nightly}
Outputs:
  OrdersUrl: {Value: !Ref Orders}
  ResultsArn: {Value: !Ref Results, Export: {Name: results}}
`,
	MoreBad: []string{`Resources:
  Flow: # want "nothing starts Flow"
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: "arn:aws:iam::111122223333:role/flow", DefinitionString: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'}
`, `Resources:
  News: {Type: AWS::SNS::Topic} # want "nothing sends to News, and nothing is subscribed to it"
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}} # want "nothing sends to Bus, and no rule is on it"
`},
	Check: func(p *Pass) {
		told := toldOutside(p.Graph)
		for _, n := range p.Graph.OfKind(graph.Queue, graph.Topic, graph.EventBus, graph.Function, graph.StateMachine) {
			if n.External || n.Framework != "" || told.names(n) || takesFailures(p.Graph, n) || namedForFailures(n) || len(p.Graph.In(n, graph.Notifies)) > 0 {
				continue
			}
			if lack := lackOf(p.Graph, n); lack != "" {
				accuseUnused(p, n, lack)
			}
		}
	},
})

// accuseUnused reports what nothing uses, unless somebody may use it whom the files do not show.
func accuseUnused(p *Pass, n *graph.Node, lack string) {
	incoming, outgoing := sides(p.Graph, n)
	idleBus := n.Kind == graph.EventBus && n.Name != "" && incoming+outgoing == 0 // a bus has to have a name
	if !idleBus && (n.Name != "" || open(n.Named)) {
		p.Unclear(n, fmt.Sprintf("%s here, but other stacks may use it by its name", lack))
		return
	}
	if why := policyUnknown(n); why != "" {
		p.Unclear(n, lack+" as far as is known: "+why)
		return
	}
	if v := p.openUse(n); v.Exists() {
		p.Unknown(n, v)
		return
	}
	for _, role := range p.Graph.OfKind(graph.Role) {
		if why := policyUnknown(role); why != "" && servesOthers(p.Graph, role, n) {
			p.Unclear(n, fmt.Sprintf("%s as far as is known; not all is known of role %s: %s", lack, nameOf(role), why))
			return
		}
	}
	fix, cdk := connect(n.Kind, incoming == 0, outgoing == 0)
	p.Report(Hit{Node: n, Message: lack, Fix: fix, CDK: cdk})
}

// connect is how a thing of a kind is used: by what comes in, by what it goes on to, or both.
func connect(kind graph.Kind, in, out bool) (fix, cdk string) {
	use := map[graph.Kind][2]string{
		graph.Function:     {"give it a trigger (an event source, a rule, a route)"},
		graph.StateMachine: {"let something start it (a rule, a schedule, a grant of states:StartExecution)"},
		graph.Queue:        {"let something send to it (a grant with its environment variable, a subscription, a rule)", "let something read it (an event source mapping, a pipe)"},
		graph.Topic:        {"let something publish to it (a grant with its environment variable)", "subscribe something to it"},
		graph.EventBus:     {"let something send to it (a grant of events:PutEvents)", "set a rule on it"},
	}[kind]
	calls := map[graph.Kind][2]string{
		graph.Function:     {"fn.addEventSource(...)"},
		graph.StateMachine: {"machine.grantStartExecution(caller)"},
		graph.Queue:        {"queue.grantSendMessages(producer)", "consumer.addEventSource(new SqsEventSource(queue))"},
		graph.Topic:        {"topic.grantPublish(producer)", "topic.addSubscription(...)"},
		graph.EventBus:     {"bus.grantPutEventsTo(producer)", `new events.Rule(this, "Rule", { eventBus: bus, ... })`},
	}[kind]
	var words, code []string
	for i, lacks := range []bool{in, out} {
		if lacks && use[i] != "" {
			words, code = append(words, use[i]), append(code, calls[i])
		}
	}
	if len(words) == 0 {
		return "", ""
	}
	return graph.UpperFirst(strings.Join(words, " and ")) + ", export it if another stack uses it, or remove it.", strings.Join(code, "; ") + "; or new CfnOutput(...) for users elsewhere"
}

// servesOthers says whether something else of n's stack has the role. A role of another stack cannot mean n: its
// name is made at deployment, and no output tells it.
func servesOthers(g *graph.Graph, role, n *graph.Node) bool {
	for _, e := range g.In(role, graph.Assumes) {
		if e.From != n && e.From.Resource != nil && e.From.Resource.File == n.Resource.File && e.From.Resource.Stack == n.Resource.Stack {
			return true
		}
	}
	return false
}

// lackOf says in words which side of a thing is not connected, "" where both are or may be.
func lackOf(g *graph.Graph, n *graph.Node) string {
	name := nameOf(n)
	incoming, outgoing := sides(g, n)
	switch n.Kind {
	case graph.Function:
		if incoming == 0 {
			return "nothing invokes " + name
		}
		return ""
	case graph.StateMachine:
		if incoming == 0 {
			return "nothing starts " + name
		}
		return ""
	}
	reads := map[graph.Kind]string{graph.Queue: "nothing reads from ", graph.Topic: "nothing is subscribed to ", graph.EventBus: "no rule is on "}
	switch {
	case incoming == 0 && outgoing == 0:
		return "nothing sends to " + name + ", and " + reads[n.Kind] + "it"
	case incoming == 0:
		return "nothing sends to " + name
	case outgoing == 0:
		return reads[n.Kind] + name
	}
	return ""
}

// sides counts what sends to or calls a thing, and what it goes on to.
func sides(g *graph.Graph, n *graph.Node) (incoming, outgoing int) {
	incoming = len(g.In(n, graph.Writes, graph.Routes, graph.Invokes, graph.Polls, graph.Authorizes)) + len(g.In(n, graph.AttachedTo))
	for _, s := range n.ResourcePolicy {
		if s.Effect == "Allow" {
			incoming++
		}
	}
	return incoming, len(g.Out(n, graph.Polls, graph.Routes)) + len(g.In(n, graph.Reads))
}

// outsiders are the ids that something names whose use of them is not seen.
type outsiders map[string]bool

func (o outsiders) names(n *graph.Node) bool {
	if o[n.ID] {
		return true
	}
	for _, id := range n.StandIns {
		if o[id] {
			return true
		}
	}
	return false
}

// silentMentions are the kinds of node that name a thing without using it.
var silentMentions = map[graph.Kind]bool{
	graph.Role: true, graph.Policy: true, graph.LogGroup: true, graph.Alarm: true, graph.Key: true, graph.Alias: true,
}

// silentTypes are further types that do so.
var silentTypes = map[string]bool{
	"AWS::Lambda::Version": true, "AWS::Lambda::EventInvokeConfig": true, "AWS::SQS::QueuePolicy": true, "AWS::SNS::TopicPolicy": true,
	"AWS::Events::EventBusPolicy": true, "AWS::CloudWatch::Dashboard": true, "AWS::SNS::Subscription": true, "AWS::Events::Rule": true,
	"AWS::Lambda::EventSourceMapping": true, "AWS::Lambda::Permission": true, "AWS::Events::Archive": true,
}

// joinedTo tells whether an edge runs between two things, either way.
func joinedTo(g *graph.Graph, n, other *graph.Node) bool {
	for _, e := range g.Out(n) {
		if e.To == other {
			return true
		}
	}
	for _, e := range g.In(n) {
		if e.From == other {
			return true
		}
	}
	return false
}

// toldOutside collects the ids that outputs name, and those that a resource mentions without an edge to show for it.
func toldOutside(g *graph.Graph) outsiders {
	told := outsiders{}
	for _, v := range g.Outputs {
		for _, ref := range v.Refs() {
			told[ref.Resource] = true
		}
	}
	for _, n := range g.Nodes {
		if n.Resource == nil || silentMentions[n.Kind] || silentTypes[n.Type] {
			continue
		}
		for _, ref := range g.Mentions(n) {
			if to := g.Node(ref.Resource); to == nil || to != n && !joinedTo(g, n, to) {
				told[ref.Resource] = true
			}
		}
	}
	return told
}

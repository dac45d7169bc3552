package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "consumers-compete-for-queue",
	Code:     "ESM011",
	Title:    `Two consumers compete for the messages of one queue`,
	Severity: High,
	Pillar:   Reliability,
	Why:      `Each message of a queue goes to one consumer only, whichever polls first: the other never sees it. With a filter on a mapping it is worse: messages that do not match the filter are deleted.`,
	Fix:      `Fan out with an SNS topic or EventBridge rule and give each consumer a queue of its own.`,
	CDK:      `topic.addSubscription(new SqsSubscription(queue)) with one queue for each consumer`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" (a received message is hidden, then deleted)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html", Checked: "2026-11-30"},
		{Title: `AWS Lambda Developer Guide, "Control which events Lambda sends to your function" (what no filter takes is removed from the queue)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html", Checked: "2026-11-30"},
	},
	Gaps: `Aliases of one function are one consumer, and a pipe without a filter is what it leads to. Code that receives by itself is not counted.`,
	Bad: `Resources:
  Orders: # want "Mail and Worker"
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
      BatchSize: 10
  Other:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Mail
      BatchSize: 10
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Mail:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Worker
      BatchSize: 10
  Other:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Mail
      Enabled: false
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
  Mail:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/worker
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: # want "A and B"
    Type: AWS::SQS::Queue
  A:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
  B:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
`},
	Check: checkCompetingConsumers,
})

func checkCompetingConsumers(p *Pass) {
	for _, q := range p.Graph.OfKind(graph.Queue) {
		consumers := map[string]*graph.Edge{}
		filtered := false
		for _, e := range p.Graph.Out(q, graph.Polls) {
			off, unsure := switchedOff(e)
			if off {
				continue
			}
			if unsure.Exists() {
				if others := p.Graph.Out(q, graph.Polls); len(others) > 1 {
					p.Unknown(q, unsure)
				}
				continue
			}
			if v := e.Via.Properties.Get("FunctionName"); e.To.External && open(v) && len(p.Graph.Out(q, graph.Polls)) > 1 {
				p.Unknown(q, v) // it may be one of the others
				continue
			}
			key, target := consumerOf(p.Graph, e)
			if open(target) && len(p.Graph.Out(q, graph.Polls)) > 1 {
				p.Unknown(q, target) // it may be one of the others
				continue
			}
			consumers[key] = e
			filtered = filtered || e.Setting("filterCriteria").Exists() || e.To.Setting("sourceParameters", "filterCriteria").Exists()
		}
		if len(consumers) < 2 || q.External && !strings.HasPrefix(q.ID, "arn:") {
			continue
		}
		h := Hit{Node: q, Values: []graph.Value{{}}}
		edges := slices.SortedFunc(maps.Values(consumers), func(a, b *graph.Edge) int { return strings.Compare(nameOf(a.To), nameOf(b.To)) })
		var who []string
		for _, e := range edges {
			who = append(who, nameOf(e.To))
			h.Related = append(h.Related, e.To)
			h.RelatedResources = append(h.RelatedResources, e.Via)
		}
		h.Values, h.Confidence = append(h.Values, edgePlace(edges...)...), weaker(edges...)
		if q.External {
			h.Node, h.Resource = edges[0].To, edges[0].Via
		}
		h.Message = fmt.Sprintf("%s read the same queue: each message reaches only one of them", strings.Join(who, " and "))
		if filtered {
			h.Severity = Critical
			h.Message += ", and what a filter does not match is deleted"
		}
		p.Report(h)
	}
}

// consumerOf tells by what the messages of an edge are consumed: a pipe that takes all of them works for its target, which
// may be the function of a mapping. target is what names the latter.
func consumerOf(g *graph.Graph, e *graph.Edge) (key string, target graph.Value) {
	if e.To.Kind != graph.Pipe || e.To.Setting("sourceParameters", "filterCriteria").Exists() {
		return nameOf(e.To), graph.Value{}
	}
	for _, out := range g.Out(e.To, graph.Routes) {
		return nameOf(out.To), e.Via.Properties.Get("Target")
	}
	return nameOf(e.To), graph.Value{}
}

// switchedOff tells whether a mapping or pipe does not run; unsure is the setting that leaves it open.
func switchedOff(e *graph.Edge) (off bool, unsure graph.Value) {
	on := e.Setting("enabled")
	if e.To.Kind == graph.Pipe {
		on = e.To.Setting("desiredState")
		state, _ := on.Str()
		off = state == "STOPPED"
	} else if b, ok := on.Truth(); ok {
		off = !b
	}
	if open(on) {
		return false, on
	}
	return off, graph.Value{}
}

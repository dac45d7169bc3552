package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "queue-backlog-starves-api",
	Code:     "GRF007",
	Title:    `One function answers an API and works off a queue, without a limit for the queue`,
	Severity: Medium,
	Pillar:   Reliability,
	Why: `The queue's messages and the API's requests share the function's concurrency. When a backlog builds up the mapping scales up to 1,250 concurrent invocations, or to what the account or the reservation allows, ` +
		`and the requests of people who wait may be throttled.`,
	Fix: `Split the function in two, or set ScalingConfig.MaximumConcurrency of the mapping well below the function's concurrency.`,
	CDK: `new SqsEventSource(queue, { maxConcurrency: 10 }), or a function of its own for the queue`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings"`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html", Checked: "2026-11-23"},
	},
	Equivalents: []string{"serverless-rules:WS1002"},
	Gaps:        `Info for streams and Kafka, whose shards and partitions bound them; FIFO queues, whose message groups do, are left out. A mapping with provisioned pollers counts as limited.`,
	Bad: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Shop}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref Shop, AuthType: AWS_IAM}
  Shop: # want "no limit"
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/shop
      Code: {ZipFile: "..."}
`,
	Good: `Resources:
  Orders:
    Type: AWS::SQS::Queue
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Shop, ScalingConfig: {MaximumConcurrency: 10}}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref Shop, AuthType: AWS_IAM}
  Shop:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/shop
      Code: {ZipFile: "..."}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
  Shop: # want "no limit"
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src
      Events:
        Ask: {Type: HttpApi, Properties: {Path: /orders, Method: get}}
        Work: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
`},
	Check: checkSharedFunctions,
})

func checkSharedFunctions(p *Pass) {
	for _, fn := range p.Graph.OfKind(graph.Function) {
		if fn.External {
			continue
		}
		api := asked(p.Graph, fn)
		if api == nil {
			continue
		}
		for _, e := range p.Graph.In(fn, graph.Polls) {
			if e.From.Kind == graph.Stream || e.From.Kind == graph.Table || e.From.Kind == graph.Cluster {
				reportStreamBeside(p, fn, e, api)
				continue
			}
			if e.From.Kind != graph.Queue && !(unproven(e) && startsLike(e, graph.Queue)) || e.Setting("scalingConfig", "maximumConcurrency").Exists() || e.Setting("provisionedPollerConfig").Exists() {
				continue
			}
			if fifo, _ := e.From.Setting("fifoQueue").Truth(); fifo || strings.HasSuffix(e.From.ID, ".fifo") {
				continue
			}
			if off, unsure := switchedOff(e); off || unsure.Exists() {
				if unsure.Exists() {
					p.Unknown(fn, unsure)
				}
				continue
			}
			if e.From.ARN.IsUnknown() { // it may be no queue, or a FIFO queue
				p.unknownSource(e)
				continue
			}
			p.Report(Hit{Node: fn, Confidence: weaker(e, api), Related: []*graph.Node{e.From, api.From}, RelatedResources: []*graph.Resource{e.Via}, Values: []graph.Value{{}},
				Message: fmt.Sprintf("%s answers %s and works off %s, with no limit for the queue: a backlog takes the concurrency of the requests", nameOf(fn), nameOf(api.From), nameOf(e.From))})
		}
	}
}

// reportStreamBeside reports a function that a stream or a topic of Kafka shares with an API. Its shards or partitions bound
// what it takes: one call each, or as many as ParallelizationFactor says.
func reportStreamBeside(p *Pass, fn *graph.Node, stream, api *graph.Edge) {
	if off, unsure := switchedOff(stream); off || unsure.Exists() || fn.Setting("reservedConcurrentExecutions").IsUnknown() {
		return
	}
	part := "shard"
	if stream.From.Kind == graph.Cluster {
		part = "partition"
	}
	p.Report(Hit{Node: fn, Severity: Info, Confidence: weaker(stream, api), Related: []*graph.Node{stream.From, api.From}, RelatedResources: []*graph.Resource{stream.Via}, Values: []graph.Value{{}},
		Fix:     "Split the function in two: what answers people and what catches up with a stream need other memory, timeouts and limits.",
		CDK:     "a function of its own for the stream",
		Message: fmt.Sprintf("%s answers %s and works off %s: each %s that has records takes concurrency of the requests", nameOf(fn), nameOf(api.From), nameOf(stream.From), part)})
}

// asked finds an edge by which somebody waits for a function's answer.
func asked(g *graph.Graph, fn *graph.Node) *graph.Edge {
	for _, e := range g.In(fn, graph.Invokes) {
		switch e.From.Kind {
		case graph.RestAPI, graph.HTTPAPI, graph.WebSocketAPI, graph.FunctionURL, graph.GraphQLAPI, graph.Endpoint:
			if e.Mode == graph.Sync && (e.From.Kind != graph.Endpoint || e.From.Type == "AWS::ElasticLoadBalancingV2::TargetGroup") {
				return e
			}
		}
	}
	return nil
}

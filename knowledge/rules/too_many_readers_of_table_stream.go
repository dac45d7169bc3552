package rules

import (
	"fmt"
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(Rule{
	ID:       "too-many-readers-of-table-stream",
	Code:     "ESM010",
	Title:    "Too many readers on one stream",
	Severity: Medium,
	Pillar:   Performance,
	Why:      `DynamoDB allows two readers on a shard of a table's stream at the same time; readers of a Kinesis stream share the reads of its shards. With one more reads may be throttled, and readers fall behind.`,
	Fix:      `Let one function or pipe read the stream and hand the changes on (to an EventBridge bus or an SNS topic), or send the changes to a Kinesis stream with enhanced fan-out.`,
	CDK:      `one DynamoEventSource or pipe to an events.EventBus; or kinesisStream on the table`,
	Sources: []Source{
		{Title: `AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (simultaneous readers; one for global tables)`, URL: "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html", Checked: "2026-11-30"},
		{Title: "AWS SDK reference (botocore), DynamoDB LimitExceededException", URL: "https://docs.aws.amazon.com/botocore/latest/reference/services/dynamodb/client/exceptions/LimitExceededException.html", Checked: "2026-11-30"},
		{Title: `Amazon DynamoDB Developer Guide, "Constraints in Amazon DynamoDB"`, URL: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html", Checked: "2026-11-30"},
	},
	Gaps: `Mappings that are switched off are not counted. Code that reads the stream by itself is not seen. Kinesis streams, whose limit is on calls and bytes and not on readers, are judged at Low, without the readers that have a consumer of their own (enhanced fan-out).`,
	Bad: `Resources:
  Orders: # want "A, B, C read the stream"
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  ReadA:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref A, StartingPosition: TRIM_HORIZON}
  ReadB:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref B, StartingPosition: TRIM_HORIZON}
  ReadC:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref C, StartingPosition: TRIM_HORIZON}
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: b.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  C:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: c.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
`,
	Good: `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  ReadA:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref A, StartingPosition: TRIM_HORIZON}
  ReadB:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref B, StartingPosition: TRIM_HORIZON}
  Idle:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.StreamArn, FunctionName: !Ref C, StartingPosition: TRIM_HORIZON, Enabled: false}
  A:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  B:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: b.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
  C:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: c.handler, Role: "arn:aws:iam::111122223333:role/worker", Code: {ZipFile: "..."}}
`,
	MoreBad: []string{`Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, CodeUri: src}
Resources:
  Orders: # want "read the stream"
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Handler: search.handler
      Events:
        Changes: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: TRIM_HORIZON}}
  Mail:
    Type: AWS::Serverless::Function
    Properties:
      Handler: mail.handler
      Events:
        Changes: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: TRIM_HORIZON}}
  Audit:
    Type: AWS::Pipes::Pipe
    Properties:
      Source: !GetAtt Orders.StreamArn
      SourceParameters: {DynamoDBStreamParameters: {StartingPosition: TRIM_HORIZON}}
      Target: arn:aws:sqs:eu-west-1:111122223333:audit
      RoleArn: arn:aws:iam::111122223333:role/pipe
`},
	Check: checkStreamReaders,
})

func checkStreamReaders(p *Pass) {
	for _, source := range p.Graph.OfKind(graph.Table, graph.Stream) {
		if !source.External || strings.HasPrefix(source.ID, "arn:") { // one of another stack has at least the readers that are here
			checkReaders(p, source)
		}
	}
}

// readersAllowed is how many may read one shard of a source at the same time, and why no more.
func readersAllowed(source *graph.Node) (most int, why string) {
	switch {
	case source.Kind == graph.Stream:
		return facts.Int("kinesis.shard_read_bytes") / facts.Int("kinesis.shard_write_bytes"), "readers without enhanced fan-out share the 2 MB/s and five reads a second of a shard"
	case source.Type == "AWS::DynamoDB::GlobalTable" && len(source.Setting("replicas").Each()) > 1:
		return 1, "replication reads the stream of a global table too: one reader of a shard is advised beside it"
	}
	most = facts.Int("dynamodb.stream_readers")
	return most, fmt.Sprintf("DynamoDB allows %d readers of a shard at the same time and may throttle more", most)
}

func checkReaders(p *Pass, source *graph.Node) {
	most, why := readersAllowed(source)
	var readers []*graph.Edge
	var names []string
	var unsure []graph.Value
	for _, e := range p.Graph.Out(source, graph.Polls) {
		off, maybe := switchedOff(e)
		switch {
		case off || source.Kind == graph.Stream && fansOut(source, e):
		case maybe.Exists():
			unsure = append(unsure, maybe)
		default:
			readers, names = append(readers, e), append(names, nameOf(e.To))
		}
	}
	for _, e := range p.Graph.OfEdge(graph.Polls) { // what reads something that is not known may read this
		if !source.External && unproven(e) && startsLike(e, graph.Stream) && len(readers) > 0 && len(readers) <= most && sameStack(e.Via, source) && mayMeanOwn(e.Setting("eventSourceArn")) {
			unsure = append(unsure, e.Setting("eventSourceArn"))
		}
	}
	if len(readers) <= most {
		for _, v := range unsure {
			if len(readers)+len(unsure) > most {
				p.Unknown(source, v)
			}
		}
		return
	}
	h := Hit{Node: source, Confidence: weaker(readers...), Values: append([]graph.Value{{}}, edgePlace(readers...)...),
		Message: fmt.Sprintf("%s read the stream of %s: %s", strings.Join(names, ", "), nameOf(source), why)}
	if source.Kind == graph.Stream {
		h.Severity = Low
		h.Fix = "Give readers a throughput of their own (enhanced fan-out): an AWS::Kinesis::StreamConsumer for each, whose ARN its mapping names as EventSourceArn, and kinesis:SubscribeToShard in its role; or let one function read and hand the records on."
		h.CDK = "fn.addEventSource(new KinesisConsumerEventSource(new kinesis.StreamConsumer(this, 'Consumer', { streamConsumerName, stream }), { ... }))"
		h.Message = fmt.Sprintf("%s read %s: %s", strings.Join(names, ", "), nameOf(source), why)
	}
	if source.External {
		h.Node, h.Resource = readers[0].To, readers[0].Via
	}
	for _, e := range readers {
		h.Related = append(h.Related, e.To)
		h.RelatedResources = append(h.RelatedResources, e.Via)
	}
	p.Report(h)
}

// fansOut tells whether a reader of a Kinesis stream has a throughput of its own: it names a consumer, not the stream.
func fansOut(stream *graph.Node, e *graph.Edge) bool {
	arn := e.Settings.Get("EventSourceArn")
	if ref, ok := arn.Ref(); ok {
		return ref.Resource != stream.ID
	}
	return open(arn) || strings.Contains(arn.String(), "/consumer/")
}

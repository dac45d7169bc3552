package patterns_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-8eee7107/serverless-architect/knowledge/cfn"
	"github.com/seed-8eee7107/serverless-architect/knowledge/patterns"
	"github.com/seed-8eee7107/serverless-architect/knowledge/services"
)

func transcribe(t *testing.T, resources string) (*patterns.Transcript, string) {
	system, err := cfn.Load(context.Background(), []cfn.File{{Name: "t.yaml", Data: []byte("Transform: AWS::Serverless-2016-10-31\nResources:\n" + resources)}}, cfn.Options{})
	require.NoError(t, err)
	carried, err := patterns.Transcribe(services.Build(system.Scenarios[0]), "carried", patterns.Options{NoAdditions: true})
	require.NoError(t, err)
	text, err := carried.Sketch.Text()
	require.NoError(t, err)
	again, err := patterns.ParseSketch("sketch.yaml", []byte(text))
	require.NoError(t, err, text)
	_, err = again.Graph(nil)
	require.NoError(t, err, text)
	return carried, text
}

const ownFunction = `  Work: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.13, Handler: app.run, InlineCode: x, `

// What an existing template says stands in its sketch, in the words of sketches.
func TestTemplatesBecomeSketches(t *testing.T) {
	for _, c := range []struct{ resources, want string }{
		{ownFunction + `Timeout: 20}}`, "work: {kind: function, code: own, handler: app.run, memorySize: 128, runtime: python3.13, timeout: 20}"},
		{ownFunction + `Architectures: [arm64]}}`, "architecture: arm64"},
		{ownFunction + `Layers: [!Sub 'arn:aws:lambda:${AWS::Region}:111122223333:layer:shared:3', 'arn:aws:lambda:eu-west-1:111122223333:layer:other:1'], VpcConfig: {SubnetIds: [s-1], SecurityGroupIds: [sg-1]}}}`,
			"layers: ['arn:aws:lambda:{region}:111122223333:layer:shared:3', 'arn:aws:lambda:eu-west-1:111122223333:layer:other:1'], memorySize: 128, network: true"},
		{ownFunction + `Environment: {Variables: {T: !Ref Things, A: !GetAtt Things.Arn, L: x, R: !Ref AWS::Region}}}}
  Things: {Type: AWS::SQS::Queue}`, "environment: {T: {ref: things}, A: {ref: things, attribute: Arn}, L: x}"},
		{ownFunction + `Events: {Tick: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}}}}`, "kind: schedule, rate: 5 minutes}"},
		{ownFunction + `Events: {E: {Type: EventBridgeRule, Properties: {Pattern: {source: [{prefix: shop.}], detail-type: [Sold]}}}}}}`, "pattern: {source: [{prefix: shop.}], detail-type: [Sold]}"},
		{ownFunction + `Events: {E: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop], detail: {n: [1]}}}}}}}`, "detail: {n: [1]}, source: [shop]}"},
		{ownFunction + `Events: {E: {Type: Kinesis, Properties: {Stream: !GetAtt S.Arn, StartingPosition: LATEST, BisectBatchOnFunctionError: true, FunctionResponseTypes: [ReportBatchItemFailures]}}}}}
  S: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 2}}`, "s -> work: {batchSize: 100, maximumBatchingWindowInSeconds: 0, reportBatchItemFailures: true, bisectBatchOnFunctionError: true, startingPosition: LATEST}"},
		{ownFunction + `Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, FilterCriteria: {Filters: [{Pattern: '{"body": {"n": [{"numeric": [">", 5]}]}}'}]}}}}}}
  Q: {Type: AWS::SQS::Queue}`, `filters: [{"body": {"n": [{"numeric": [">", 5]}]}}]`},
		{ownFunction + `Timeout: 5}}
  T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: id, KeyType: HASH}], AttributeDefinitions: [{AttributeName: at, AttributeType: N}, {AttributeName: id, AttributeType: B}, {AttributeName: who, AttributeType: S}],
    GlobalSecondaryIndexes: [{IndexName: by-who, KeySchema: [{AttributeName: who, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}], Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [total]}}]}}`,
			"indexes: {by-who: {key: who, sortKey: at, sortKeyType: number, projection: [total]}}, key: id, keyType: binary}"},
		{`  Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}}
  Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 5}}`, "topic -> queue"},
	} {
		_, text := transcribe(t, c.resources)
		assert.Contains(t, text, c.want)
	}
}

// What is said by connections, or made anew, is not called lost.
func TestWhatConnectionsSayIsNotCalledLost(t *testing.T) {
	carried, text := transcribe(t, ownFunction+`Events: {E: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [shop]}}}, A: {Type: HttpApi, Properties: {Path: /a, Method: get}}}}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}`)
	assert.Equal(t, []string{"Bus: name is not carried.", "1 roles, policies, log groups and rights with wildcards are left out: the generated code makes its own from the connections."}, carried.Notes())
	assert.Contains(t, text, "kind: httpApi, authorizer: none}")
}

// What a sketch cannot say is named, and never makes the rest fail.
func TestWhatASketchCannotSayIsNamed(t *testing.T) {
	for _, c := range []struct{ resources, want string }{
		{ownFunction + `EphemeralStorage: {Size: 1024}}}`, "Work: ephemeralStorage is not carried"},
		{strings.Replace(ownFunction, "python3.13", "python3.6", 1) + `Timeout: 5}}`, "runtime is python3.14, not python3.6"},
		{ownFunction + `Environment: {Variables: {R: !Ref AWS::Region}}}}`, "environment is not carried"},
		{ownFunction + `VpcConfig: {SubnetIds: [!ImportValue a], SecurityGroupIds: [!ImportValue b]}}}`, "vpcConfig is asked for anew: network, subnets and security group are inputs of the stack"},
		{ownFunction + `Layers: [!Ref Shared]}}
  Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: ./x}}`, "layers is not carried"},
		{ownFunction + `Events: {E: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop], account: [!Ref AWS::AccountId]}}}}}}`,
			"WorkE (AWS::Events::Rule) is not carried: a part of its event pattern is not known here"},
		{ownFunction + `Events: {Tick: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}}}}`, "type is AWS::Scheduler::Schedule, not AWS::Events::Rule"},
		{ownFunction + `Timeout: 5}}
  T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: id, KeyType: HASH}], AttributeDefinitions: [{AttributeName: id, AttributeType: N}, {AttributeName: at, AttributeType: N}],
    LocalSecondaryIndexes: [{IndexName: by-time, KeySchema: [{AttributeName: id, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}], Projection: {ProjectionType: ALL}}]}}`,
			"attributeDefinitions is [{AttributeName: id, AttributeType: N}], not [{AttributeName: id, AttributeType: N}, {AttributeName: at, …; localSecondaryIndexes is not carried"},
		{ownFunction + `Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, FilterCriteria: {Filters: [{Pattern: !Sub '{"body": {"r": ["${AWS::Region}"]}}'}]}}}}}}
  Q: {Type: AWS::SQS::Queue}`, "-> Work filterCriteria is not carried"},
		{ownFunction + `Events: {A: {Type: Api, Properties: {Path: /a, Method: get, Auth: {ApiKeyRequired: true}}}}}}`,
			"ServerlessRestApi: authorizer is iam on every route, in place of NONE, an API key"},
		{ownFunction + `Events: {A: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref Api}}}}}
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1, CacheClusterEnabled: true, EndpointConfiguration: {Type: PRIVATE}}}`,
			"Api: authorizer is iam on every route, in place of NONE, a private network; endpointConfiguration is not carried; parameters is not carried; stage v1 cacheClusterEnabled is not carried"},
		{ownFunction + `Timeout: 5}}
  Api: {Type: AWS::ApiGateway::RestApi}`, "Api (AWS::ApiGateway::RestApi) is not carried: api has no route"},
		{ownFunction + `Timeout: 5}}
  From: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Role: r, Rules: [{Status: Enabled, Destination: {Bucket: !GetAtt To.Arn}}]}}}
  To: {Type: AWS::S3::Bucket}`, "From writes To is not carried"},
	} {
		carried, _ := transcribe(t, c.resources)
		assert.Contains(t, strings.Join(carried.Notes(), "\n"), c.want)
	}
}

func TestOwnCodeHasItsOwnSettings(t *testing.T) {
	for _, c := range [][2]string{
		{"f: {kind: function, runtime: python3.13}", "code: own"},
		{"f: {kind: function, handler: app.run}", "code: own"},
		{"f: {kind: function, code: own, runtime: cobol1}", "any other runtime of Lambda"},
		{"f: {kind: function, code: own, runtime: python2.7}", "makes no new functions with it"},
		{"f: {kind: function, code: own, architecture: mips}", "arm64 or x86_64"},
		{"f: {kind: function, code: own, environment: {A: {ref: nowhere}}}", "which is no node"},
		{"f: {kind: function, code: own, environment: {A: [1]}}", "names with texts"},
	} {
		b, err := patterns.ParseSketch("s.yaml", []byte("{name: a, nodes: {"+c[0]+"}, edges: []}"))
		require.NoError(t, err)
		_, err = b.Graph(nil)
		require.ErrorContains(t, err, c[1], c[0])
	}
}

func TestIndexesKeysAndFiltersAreChecked(t *testing.T) {
	const fn = "f: {kind: function, code: own}, t: {kind: table, key: id"
	for _, c := range [][3]string{
		{fn + ", indexes: {by: {key: a}}}", "", "names with their keys"},
		{fn + ", indexes: {byA: {sortKey: a}}}", "", "names with their keys"},
		{fn + ", indexes: {byA: {key: a, projection: some}}}", "", "a projection is all, keys or a list"},
		{fn + ", indexes: {byA: {key: id, keyType: number}}}", "", "id of t is a string and a number"},
		{"f: function, t: {kind: table, key: id, keyType: number}", "f -> t", "the generator's code writes texts there"},
		{"f: {kind: function, code: own, layers: [shared]}", "", "ARNs of layers with their versions"},
		{"f: {kind: function, layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:other:1']}", "", "knows its own layers"},
		{"f: {kind: function, managedInstances: true, network: true}, q: queue", "q -> f", "which are in your network"},
		{"q: queue, " + fn + "}", "'q -> f': {filters: []}", "patterns for the records"},
		{"q: queue, " + fn + "}", "'q -> f': {filters: [{}]}", "patterns for the records"},
		{"q: queue, " + fn + "}", "'q -> f': {filter: {a: [b]}}", "filters"},
	} {
		b, err := patterns.ParseSketch("s.yaml", []byte("{name: a, nodes: {"+c[0]+"}, edges: ["+wrapped(c[1])+"]}"))
		require.NoError(t, err)
		_, err = b.Graph(nil)
		require.ErrorContains(t, err, c[2], c[0])
	}
}

// wrapped makes an edge with settings a mapping of its own.
func wrapped(edge string) string {
	if strings.Contains(edge, "': ") {
		return "{" + edge + "}"
	}
	return edge
}

package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/facts"
	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::DynamoDB::Table", Kind: graph.Table, ARN: "dynamodb:table/", Name: "TableName",
	// CloudFormation reference, AWS::DynamoDB::Table.
	Defaults: []setting{text("billingMode", "PROVISIONED"), truth("deletionProtectionEnabled", false), text("tableClass", "STANDARD")},
	Connect:  connectTable,
})

func connectTable(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	b.encrypted(n, r, p.Get("SSESpecification", "KMSMasterKeyId"))
	if doc := p.Get("ResourcePolicy", "PolicyDocument"); doc.Exists() {
		b.resourcePolicy(r, doc, graph.Table, []graph.Value{graph.NewRef(r.At, r.ID, "Arn")}, "")
	}
	if v := p.Get("KinesisStreamSpecification", "StreamArn"); v.Exists() {
		b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: "change records"}, b.reach(v, graph.Stream, "kinesis:stream/"), v)
	}
	if v := p.Get("ImportSourceSpecification", "S3BucketSource", "S3Bucket"); v.Exists() {
		b.edge(graph.Edge{From: n, Kind: graph.Reads, Via: r, Label: "import"}, b.find(v, "s3:"), v)
	}
}

var _ = add(resourceType{
	Type: "AWS::DynamoDB::GlobalTable", Kind: graph.Table, ARN: "dynamodb:table/", Name: "TableName",
	Defaults: []setting{text("billingMode", "PROVISIONED")},
	Connect:  connectGlobalTable,
})

// connectGlobalTable looks at the replicas. Their point-in-time recovery, deletion protection and the like are
// settings of the table where there is a single replica, which is how CDK's TableV2 writes a plain table.
func connectGlobalTable(b *builder, r *graph.Resource, n *graph.Node) {
	replicas := r.Properties.Get("Replicas").Items()
	for _, rep := range replicas {
		b.encrypted(n, r, rep.Get("SSESpecification", "KMSMasterKeyId"))
		if v := rep.Get("KinesisStreamSpecification", "StreamArn"); v.Exists() {
			b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: "change records"}, b.reach(v, graph.Stream), v)
		}
	}
	if len(replicas) == 0 {
		return
	}
	for _, name := range []string{"PointInTimeRecoverySpecification", "DeletionProtectionEnabled", "TableClass", "ContributorInsightsSpecification", "ResourcePolicy"} {
		// The worst replica speaks for the table: one that lacks the setting makes it absent.
		v := replicas[0].Get(name)
		for _, rep := range replicas[1:] {
			if other := rep.Get(name); !other.Exists() || isFalse(other) {
				v = other
			}
		}
		if v.Exists() {
			n.SetExtra(graph.LowerFirst(name), v)
		}
	}
}

func isFalse(v graph.Value) bool {
	found := false
	v.Walk(func(w graph.Value) {
		if t, ok := w.Truth(); ok && !t {
			found = true
		}
	})
	return found
}

var _ = add(resourceType{
	Type: "AWS::Kinesis::Stream", Kind: graph.Stream, ARN: "kinesis:stream/", Name: "Name",
	Defaults: []setting{number("retentionPeriodHours", facts.Int("kinesis.retention_hours_default"))},
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.encrypted(n, r, r.Properties.Get("StreamEncryption", "KeyId"))
	},
})

var _ = add(resourceType{Type: "AWS::Kinesis::StreamConsumer", Of: "StreamARN", ARN: "kinesis:stream/"})

var _ = add(resourceType{Type: "AWS::Kinesis::ResourcePolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("ResourcePolicy"), graph.Stream, r.Properties.Get("ResourceArn").Each(), "kinesis:stream/")
}})

var _ = add(resourceType{
	Type: "AWS::S3::Bucket", Kind: graph.Bucket, ARN: "s3:", Name: "BucketName",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		p := r.Properties
		b.notifications(n, r, p.Get("NotificationConfiguration"))
		for _, rule := range p.Get("BucketEncryption", "ServerSideEncryptionConfiguration").Each() {
			b.encrypted(n, r, rule.Get("ServerSideEncryptionByDefault", "KMSMasterKeyID"))
		}
		if v := p.Get("LoggingConfiguration", "DestinationBucketName"); v.Exists() {
			b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: "access logs"}, b.reach(v, graph.Bucket, "s3:"), v)
		}
		for _, rule := range p.Get("ReplicationConfiguration", "Rules").Each() {
			v := rule.Get("Destination", "Bucket")
			b.edge(graph.Edge{From: n, Kind: graph.Writes, Mode: graph.Async, Via: r, Label: "replication"}, b.reach(v, graph.Bucket, "s3:"), v)
		}
		b.role(n, r, p.Get("ReplicationConfiguration", "Role"))
	},
})

// notificationLists are the lists of a notification configuration, in CloudFormation's words and in the S3
// API's, which CDK's custom resource uses.
var notificationLists = []struct {
	list, arn string
	kind      graph.Kind
}{
	{"LambdaConfigurations", "Function", graph.Function},
	{"LambdaFunctionConfigurations", "LambdaFunctionArn", graph.Function},
	{"QueueConfigurations", "Queue", graph.Queue},
	{"QueueConfigurations", "QueueArn", graph.Queue},
	{"TopicConfigurations", "Topic", graph.Topic},
	{"TopicConfigurations", "TopicArn", graph.Topic},
}

// notifications joins a bucket to what it tells about its objects. EventBridge notifications go to the
// account's default bus.
func (b *builder) notifications(bucket *graph.Node, r *graph.Resource, config graph.Value) {
	if bucket == nil {
		return
	}
	if config.IsUnknown() {
		b.gap(r, config, config.Reason())
	}
	for _, l := range notificationLists {
		for _, c := range config.Get(l.list).Each() {
			v := c.Get(l.arn)
			b.edge(graph.Edge{From: bucket, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: c, Label: notificationLabel(c)},
				b.reach(v, l.kind), v)
		}
	}
	flag := config.Get("EventBridgeConfiguration")
	on, decided := flag.Get("EventBridgeEnabled").Truth()
	if flag.Kind == graph.Map && (on || !decided) {
		b.edge(graph.Edge{From: bucket, To: b.defaultBus(), Kind: graph.Routes, Mode: graph.Async, Via: r}, target{}, flag)
	}
}

func notificationLabel(c graph.Value) string {
	var events []string
	for _, v := range append(c.Get("Event").Each(), c.Get("Events").Each()...) {
		events = append(events, strings.TrimPrefix(v.String(), "s3:"))
	}
	return strings.Join(events, ", ")
}

var _ = add(resourceType{Type: "AWS::S3::BucketPolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("PolicyDocument"), graph.Bucket, r.Properties.Get("Bucket").Each(), "s3:")
}})

// CDK sets notifications through a custom resource, so that bucket and function do not depend on each other.
var _ = add(resourceType{Type: "Custom::S3BucketNotifications", Of: "BucketName", ARN: "s3:", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	bucket := b.reach(r.Properties.Get("BucketName"), graph.Bucket, "s3:")
	b.notifications(bucket.node, r, r.Properties.Get("NotificationConfiguration"))
}})

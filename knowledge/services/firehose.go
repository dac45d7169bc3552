package services

import (
	"strings"

	"github.com/seed-8eee7107/serverless-architect/knowledge/graph"
)

var _ = add(resourceType{
	Type: "AWS::KinesisFirehose::DeliveryStream", Kind: graph.Firehose, ARN: "firehose:deliverystream/", Name: "DeliveryStreamName",
	Defaults: []setting{text("deliveryStreamType", "DirectPut")}, // CloudFormation reference
	Connect:  connectDelivery,
})

// connectDelivery reads the source, then every destination block alike: its bucket or domain, its transforming
// functions, its roles, and the bucket that takes what could not be delivered.
func connectDelivery(b *builder, r *graph.Resource, n *graph.Node) {
	p := r.Properties
	if v := p.Get("KinesisStreamSourceConfiguration", "KinesisStreamARN"); v.Exists() {
		from := b.reach(v, graph.Stream, "kinesis:stream/")
		b.edge(graph.Edge{From: from.node, To: n, Kind: graph.Polls, Mode: graph.Poll, Via: r}, target{byName: from.byName}, v)
		b.role(n, r, p.Get("KinesisStreamSourceConfiguration", "RoleARN"))
	}
	if v := p.Get("MSKSourceConfiguration", "MSKClusterARN"); v.Exists() {
		from := b.reach(v, graph.Cluster)
		b.edge(graph.Edge{From: from.node, To: n, Kind: graph.Polls, Mode: graph.Poll, Via: r}, target{}, v)
	}
	b.encrypted(n, r, p.Get("DeliveryStreamEncryptionConfigurationInput", "KeyARN"))
	for _, f := range p.Fields() {
		if strings.HasSuffix(f.Name, "DestinationConfiguration") {
			b.destination(n, r, f.Value)
		}
	}
}

func (b *builder) destination(n *graph.Node, r *graph.Resource, d graph.Value) {
	e := graph.Edge{From: n, Kind: graph.Routes, Mode: graph.Async, Via: r, Settings: d}
	if v := d.Get("BucketARN"); v.Exists() {
		b.edge(e, b.reach(v, graph.Bucket, "s3:"), v)
	}
	for _, name := range []string{"DomainARN", "ClusterJDBCURL", "CollectionEndpoint"} {
		if v := d.Get(name); v.Exists() {
			b.edge(e, b.find(v), v)
		}
	}
	for _, name := range []string{"S3Configuration", "S3BackupConfiguration"} {
		if v := d.Get(name, "BucketARN"); v.Exists() {
			b.edge(graph.Edge{From: n, Kind: graph.FailsTo, Mode: graph.Async, Via: r, Label: "backup", Settings: d.Get(name)}, b.reach(v, graph.Bucket, "s3:"), v)
			b.role(n, r, d.Get(name, "RoleARN"))
		}
	}
	b.role(n, r, d.Get("RoleARN"))
	b.encrypted(n, r, d.Get("EncryptionConfiguration", "KMSEncryptionConfig", "AWSKMSKeyARN"))
	for _, proc := range d.Get("ProcessingConfiguration", "Processors").Each() {
		for _, param := range proc.Get("Parameters").Each() {
			if name, _ := param.Get("ParameterName").Str(); name == "LambdaArn" {
				v := param.Get("ParameterValue")
				b.edge(graph.Edge{From: n, Kind: graph.Invokes, Mode: graph.Sync, Via: r, Label: "transform"}, b.reach(v, graph.Function, "lambda:function:"), v)
			}
		}
	}
	if v := d.Get("CloudWatchLoggingOptions", "LogGroupName"); v.Exists() {
		to := b.find(v, "logs:log-group:")
		b.edge(graph.Edge{From: to.node, To: n, Kind: graph.Logs, Via: r}, target{byName: to.byName}, v)
	}
}

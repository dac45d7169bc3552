package services

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = add(resourceType{
	Type: "AWS::KMS::Key", Kind: graph.Key, ARN: "kms:key/",
	Defaults: []setting{truth("enableKeyRotation", false), truth("enabled", true)}, // CloudFormation reference
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) {
		b.resourcePolicy(r, r.Properties.Get("KeyPolicy"), graph.Key, []graph.Value{graph.NewRef(r.At, r.ID, "")}, "")
	},
})

var _ = add(resourceType{Type: "AWS::KMS::ReplicaKey", Kind: graph.Key, ARN: "kms:key/"})
var _ = add(resourceType{Type: "AWS::KMS::Alias", Of: "TargetKeyId", ARN: "kms:key/"})

var _ = add(resourceType{
	Type: "AWS::SecretsManager::Secret", Kind: graph.Secret, ARN: "secretsmanager:secret:", Name: "Name",
	Connect: func(b *builder, r *graph.Resource, n *graph.Node) { b.encrypted(n, r, r.Properties.Get("KmsKeyId")) },
})

var _ = add(resourceType{Type: "AWS::SecretsManager::ResourcePolicy", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	b.resourcePolicy(r, r.Properties.Get("ResourcePolicy"), graph.Secret, r.Properties.Get("SecretId").Each(), "secretsmanager:secret:")
}})

var _ = add(resourceType{Type: "AWS::SecretsManager::SecretTargetAttachment", Of: "SecretId", ARN: "secretsmanager:secret:", Connect: collectAs("SecretId", "targetAttachments")})

var _ = add(resourceType{Type: "AWS::SecretsManager::RotationSchedule", Of: "SecretId", ARN: "secretsmanager:secret:", Connect: func(b *builder, r *graph.Resource, _ *graph.Node) {
	secret := b.find(r.Properties.Get("SecretId"), "secretsmanager:secret:").node
	b.collect(secret, "rotationSchedules", withID(r))
	fn := r.Properties.Get("RotationLambdaARN")
	b.edge(graph.Edge{From: secret, Kind: graph.Invokes, Mode: graph.Async, Via: r, Label: "rotation"}, b.reach(fn, graph.Function, "lambda:function:"), fn)
}})

var _ = add(resourceType{Type: "AWS::SSM::Parameter", Kind: graph.Parameter, ARN: "ssm:parameter/", Name: "Name"})

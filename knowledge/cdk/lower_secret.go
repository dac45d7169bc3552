package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = lowers(graph.Secret, rankData, lowerSecret)

const secretsModule = "aws-secretsmanager"

func lowerSecret(l *lowerer, s *graph.Node) {
	description := textOf(s.Setting("description"))
	if description == nil {
		description = text("Key by which the sender signs its requests")
	}
	l.let(s, typeName{secretsModule, "Secret"}, props(typeName{secretsModule, "SecretProps"}).
		with("description", description).
		with("removalPolicy", l.removal()).done(), "Random at first: put the sender's key in its place.")
	l.outputs(s, "Arn", attribute{l.ref(s), "secretArn"})
	l.accept(s, "AwsSolutions-SMG4", "The sender makes the key and says when it changes: it cannot be rotated from here.")
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var (
	_ = composes(graph.Table, composeTable)
	_ = composes(graph.Stream, composeStream)
	_ = composes(graph.Secret, composeSecret)
)

func composeTable(c *composer, t *graph.Node) {
	replica := mapping{}.with("Region", reference("AWS::Region")).
		with("PointInTimeRecoverySpecification", c.treeOf(t.Setting("pointInTimeRecoverySpecification"))).
		with("DeletionProtectionEnabled", c.inProduction())
	r := c.keep(c.node(t, c.properties(t).with("Replicas", sequence{replica})))
	if spelled(t.Setting("role")) == "idempotency" {
		r.Comment = idempotencyReason
	}
}

func composeStream(c *composer, s *graph.Node) {
	mode := "ON_DEMAND"
	if wholeOf(s.Setting("shardCount")) != nil {
		mode = "PROVISIONED"
	}
	c.keep(c.node(s, c.properties(s).
		put("StreamModeDetails", mapping{}.with("StreamMode", mode)).
		put("StreamEncryption", mapping{}.with("EncryptionType", "KMS").with("KeyId", "alias/aws/kinesis"))))
}

func composeSecret(c *composer, s *graph.Node) {
	description := stringOf(s.Setting("description"))
	if description == nil {
		description = "Key by which the sender signs its requests"
	}
	c.output(c.ids[s]+"Arn", reference(c.ids[s]))
	c.keep(c.node(s, mapping{}.with("Description", description).with("GenerateSecretString", mapping{}))).Comment =
		"Random at first: put the sender's key in its place."
}

package cdk

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

var _ = composes(graph.Bucket, composeBucket)

func composeBucket(c *composer, b *graph.Node) {
	p := c.properties(b).with("BucketEncryption", mapping{}.with("ServerSideEncryptionConfiguration",
		sequence{mapping{}.with("ServerSideEncryptionByDefault", flat{{"SSEAlgorithm", "AES256", ""}})}))
	for _, e := range c.g.Out(b, graph.Routes) {
		c.carry(e)
		if e.To.Kind == graph.Rule {
			p = p.put("NotificationConfiguration", mapping{}.because("EventBridgeConfiguration", mapping{}.with("EventBridgeEnabled", true), "S3 tells EventBridge of every object"))
		}
	}
	c.keep(c.node(b, p))
	arn := getAtt{c.ids[b], "Arn"}
	rules := []mapping{onlyTLS("s3:*", sequence{arn, c.below(b, "/*")})}
	for _, e := range c.g.In(b, graph.Reads) {
		if e.From.Kind == graph.Endpoint {
			rules = append(rules, admit("cloudfront.amazonaws.com", "s3:GetObject", c.below(b, "/*"),
				substituted("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${"+c.ids[e.From]+"}")))
		}
	}
	c.resourcePolicy(c.ids[b]+"Policy", "AWS::S3::BucketPolicy", item{"Bucket", reference(c.ids[b]), ""}, rules)
}

package patterns

import "github.com/seed-8eee7107/serverless-architect/knowledge/graph"

// How long a bucket keeps versions that were overwritten, and the parts of uploads that broke off.
const (
	oldVersionDays = 30
	brokenPartDays = 7
)

var _ = learn(func(g *grammar) {
	g.kind(graph.Bucket, "AWS::S3::Bucket", map[string]reader{
		"prefix":         extraWords("prefix"),
		"expirationDays": extraWhole(1, 3650),
	})
	g.arrows[[2]graph.Kind{graph.Function, graph.Bucket}] = sends
	for _, to := range []graph.Kind{graph.Rule, graph.Function, graph.Queue, graph.Topic} {
		g.arrows[[2]graph.Kind{graph.Bucket, to}] = routes
	}
	g.verbs[graph.Writes] = append(g.verbs[graph.Writes], [2]graph.Kind{graph.Function, graph.Bucket})
	g.verbs[graph.Reads] = append(g.verbs[graph.Reads], [2]graph.Kind{graph.Function, graph.Bucket})
	for pair, words := range map[[2]graph.Kind][2]string{
		{graph.Bucket, graph.Table}:    {"S3 does not write to DynamoDB", "bucket -> function -> table"},
		{graph.Bucket, graph.Bucket}:   {"the generator writes no replication", "bucket -> function -> bucket"},
		{graph.Bucket, graph.Stream}:   {"S3 does not write to Kinesis", "bucket -> function -> stream"},
		{graph.Bucket, graph.EventBus}: {"S3 sends its events to the account's default bus only", "bucket -> rule -> function"},
		{graph.Queue, graph.Bucket}:    {"SQS does not write to S3", "queue -> function -> bucket"},
		{graph.Topic, graph.Bucket}:    {"SNS does not write to S3 by itself", "topic -> function -> bucket"},
	} {
		g.impossible[pair] = words
	}
})

// spreadBuckets puts a rule between a bucket and what its events go to. S3 could call some of them directly, but
// through EventBridge an event can be filtered, has a dead-letter queue, and bucket and target can be changed apart.
func (d *draft) spreadBuckets() error {
	for _, b := range d.ofKind(graph.Bucket) {
		var rule *node
		for _, e := range d.out(b, graph.Routes) {
			if e.to.kind == graph.Rule {
				continue
			}
			if rule == nil {
				rule = d.add(b.id+"Created", graph.Rule, language().kinds[graph.Rule].typ, e.at)
				d.connect(b, rule, graph.Routes, graph.Async, e.at)
				d.note("Added the rule %s: the events of %s go through EventBridge, where they can be filtered and have a dead-letter queue.", rule.id, b.id)
			}
			e.from = rule
		}
		for _, e := range d.out(b, graph.Routes) {
			if e.to.has("EventPattern") {
				return refusal(e.at, "leave source and detailType out of "+e.to.id, "%s -> %s: the rule of a bucket says nothing else: it takes the bucket's new objects", b.id, e.to.id)
			}
			e.to.objectCreated(b)
			e.label = "events"
		}
	}
	return nil
}

// objectCreated makes a rule take what is created in a bucket.
func (n *node) objectCreated(b *node) {
	detail := []graph.Field{field("bucket", n.object(field("name", n.list(n.ref(b, "")))))}
	if prefix := b.getExtra("prefix"); prefix.Exists() {
		detail = append(detail, field("object", n.object(field("key", n.list(n.object(field("prefix", prefix)))))))
	}
	n.pattern("source", n.list(n.text("aws.s3")))
	n.pattern("detail-type", n.list(n.text("Object Created")))
	n.pattern("detail", n.object(detail...))
}

// refuseObjectLoops finds functions that write into the bucket whose new objects call them.
func (d *draft) refuseObjectLoops() error {
	for _, b := range d.ofKind(graph.Bucket) {
		for _, r := range d.out(b, graph.Routes) {
			for _, e := range d.out(r.to, graph.Routes) {
				for _, w := range d.out(e.to, graph.Writes) {
					if w.to == b && !d.bare() {
						return refusal(w.at, "a second bucket for what "+e.to.id+" writes", "%s and %s feed each other: every object makes another one, without end", e.to.id, b.id)
					}
				}
			}
		}
	}
	return nil
}

func (d *draft) completeBuckets() {
	for _, b := range d.ofKind(graph.Bucket) {
		block := b.bool(true)
		b.set("PublicAccessBlockConfiguration", b.object(field("BlockPublicAcls", block), field("BlockPublicPolicy", block), field("IgnorePublicAcls", block), field("RestrictPublicBuckets", block)))
		b.set("VersioningConfiguration", b.object(field("Status", b.text("Enabled"))))
		rule := []graph.Field{field("Status", b.text("Enabled")), field("NoncurrentVersionExpiration", b.object(field("NoncurrentDays", b.num(oldVersionDays)))),
			field("AbortIncompleteMultipartUpload", b.object(field("DaysAfterInitiation", b.num(brokenPartDays))))}
		if days := b.getExtra("expirationDays"); days.Exists() {
			rule = append(rule, field("ExpirationInDays", days))
		}
		b.set("LifecycleConfiguration", b.object(field("Rules", b.list(b.object(rule...)))))
		b.keep = true
	}
}
